"""The report of a cohort: one page that says how a class does, which tests tell learners apart, and who needs a person."""

from autograder.report.data import LabReport, Report, build_report
from autograder.report.page import write_report

__all__ = ["LabReport", "Report", "build_report", "write_report"]
