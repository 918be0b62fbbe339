"""The module in which the kernel leaves its settings."""

from micropip import install

__all__ = ["install"]
