"""LinkedIn, simulated: its Posts API with uploads, comments, figures, organisations and OAuth.

Written from learn.microsoft.com/linkedin, from LinkedIn's own client `linkedin-api-client`, and
from what people reported when things went wrong. What none of these tells is said where it was
decided.
"""

from parvis.sandbox.linkedin.network import LinkedIn

__all__ = ["LinkedIn"]
