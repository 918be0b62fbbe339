"""The demo: a made-up class of sixty, graded before your eyes, and nbgrader's own example course beside it.

`cohort` makes the class, `course` the example course and nbgrader's scores for it, `run` leads through both.
"""
