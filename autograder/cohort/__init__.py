"""The cohort: who learns in which class, by when work is due, what people decided, and what a learner's work is worth in the end."""
