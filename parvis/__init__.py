"""Parvis: a social media desk that its owner runs."""

__version__ = "0.1.0"
