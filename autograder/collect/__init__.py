"""Collecting what learners handed in elsewhere: downloads of Moodle and Canvas, nbgrader's exchange, loose notebooks."""
