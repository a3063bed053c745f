"""The reference Bluesky server (PDS) with its directory of identities (PLC), on loopback.

    with running_bluesky(folder) as server:
        account = server.new_account("ponts")

Accounts get identities of the kind did:plc. Which server an account lives on is written in its
DID document, which a client reads from `<server.plc_url>/<did>`: a client under test must be told
this directory's address, as Parvis is by PARVIS_PLC_DIRECTORY.
"""

from tests.servers.bluesky.installation import BlueskyUnavailable, install
from tests.servers.bluesky.server import BlueskyAccount, BlueskyServer, running_bluesky

__all__ = ["BlueskyAccount", "BlueskyServer", "BlueskyUnavailable", "install", "running_bluesky"]
