"""Comparison: whose works of a lab are alike beyond what chance and the lab explain."""
