"""How many machines a cohort needs: seeded submissions, really graded for a minute, and the sum that follows from it."""
