"""Labs: what they are made of, and where they come from: our own sources, or the course folder of an nbgrader user."""

from autograder.labs.model import Lab, LabCell, LabNotebook, Limits

__all__ = ["Lab", "LabCell", "LabNotebook", "Limits"]
