"""Facebook Pages as Meta's Graph API shows them: see parvis/sandbox/graph for its sources."""

from parvis.sandbox.facebook.network import Facebook

__all__ = ["Facebook"]
