"""Instagram professional accounts, through Instagram Login or through a Facebook Page.

Sources: Meta's field lists (facebook-business-sdk-codegen, 2026-04), its Instagram Platform pages
in stored copies (2025-07 to 2026-06), and what public clients report.
"""

from parvis.networks.instagram.network import Instagram

__all__ = ["Instagram"]
