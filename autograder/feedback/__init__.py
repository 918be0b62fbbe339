"""Feedback: one page a learner and lab, and an index of a batch."""

from autograder.feedback.page import write_feedback, write_index

__all__ = ["write_feedback", "write_index"]
