"""Installations of their own for backups and restores."""

from tests.installed import new_installation as new_installation
