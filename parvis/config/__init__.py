"""Reads the environment, and nothing else does. Also Django's settings and the job engine."""
