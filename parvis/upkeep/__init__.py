"""Keeps an installation fit: brings tables and assets up to date, and finds what needs mending.

Above deliver because it asks about workers and deliveries; beside report, and used like it by every
door: the command's doctor now, a page and /healthz as they need it.
"""
