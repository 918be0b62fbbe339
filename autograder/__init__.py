"""The autograder: labs in, scores out.

A lab becomes notebooks (release); a submission is read, restored to what the lab gave out, run with the learner's code in one
process and the tests in another (sandbox, split, grade), scored, and kept (records); the records are exported for people and for
nbgrader (nbgrader, feedback). Nothing from `read` to `records` imports minichain: it is one of the libraries that a lab may use.
"""
