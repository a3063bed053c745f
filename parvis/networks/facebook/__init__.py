"""Facebook Pages, through the Graph API.

Sources: Meta's field lists (facebook-business-sdk-codegen, 2026-04), its guides for Pages, videos,
reels and stories in stored copies (2026-07), and what public clients report.
"""

from parvis.networks.facebook.network import Facebook

__all__ = ["Facebook"]
