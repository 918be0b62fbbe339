"""Stands in for piplite, through which the kernel would install packages."""

from micropip import install

__version__ = "0.8.6"
__all__ = ["install"]
