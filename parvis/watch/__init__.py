"""Notices what is wrong without sharing the workers' fate, and sees to it that somebody hears."""
