"""Speaks to each network: plain data in, plain data out. No Django, no database."""
