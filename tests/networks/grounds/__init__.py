"""Where the contract suite stands: each network before a real server or in the sandbox."""

from tests.networks.grounds.ground import Faults, Ground, Posted, account_of
from tests.networks.grounds.real import REAL, BlueskyGround, MastodonGround, RealGround
from tests.networks.grounds.sandboxed import (
    POLLING,
    READING,
    SANDBOXED,
    THREADING,
    SandboxGround,
    having,
)

__all__ = [
    "POLLING",
    "READING",
    "REAL",
    "SANDBOXED",
    "THREADING",
    "BlueskyGround",
    "Faults",
    "Ground",
    "MastodonGround",
    "Posted",
    "RealGround",
    "SandboxGround",
    "account_of",
    "having",
]
