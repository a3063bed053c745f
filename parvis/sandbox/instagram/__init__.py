"""Instagram as Meta's two APIs for it show it: see parvis/sandbox/graph for its sources.

One origin serves the paths of www.instagram.com, api.instagram.com and graph.instagram.com, and,
for accounts that are connected through a Page, those of Facebook Login and graph.facebook.com.
"""

from parvis.sandbox.instagram.network import Instagram

__all__ = ["Instagram"]
