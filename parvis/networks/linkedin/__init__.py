"""LinkedIn: members and the organisations they administer, through the Posts API.

Sources: learn.microsoft.com/linkedin (pages stored between 2023-11 and 2026-05), LinkedIn's own
client `linkedin-api-client` 0.3.0, and what others report, named where it is relied on. Nothing
here was tried against LinkedIn itself.
"""

from parvis.networks.linkedin.network import LinkedIn

__all__ = ["LinkedIn"]
