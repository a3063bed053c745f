"""The errors that a network module may raise. The class is the decision.

    NetworkError
    ├── Refused     definite no: nothing was posted, and asking again changes nothing
    │   └── Duplicate   the network holds an equal post already, and may say which
    ├── Reconnect   the token is dead: nothing was posted, a person connects the account again
    ├── Blocked     nothing was posted, nor will be until the owner acts: a retired API version,
    │               an exhausted plan, a suspended app. Other posts would fare the same
    ├── Expired     the access token has lapsed: nothing was posted, refresh it and ask again
    ├── SlowDown    a limit: nothing was posted, ask again after `until`
    ├── NotSent     nothing reached the network, or it was surely not acted on: ask again later
    │   └── PrepareAnew   and what was prepared will never do: an expired container or upload
    └── Unknown     it may have been posted: look it up before anything else

`code` is stable and is what pages translate; the text is plain English for logs and as a
fallback. Neither may hold a token: what a network said passes through `http.redact` first.
"""

from datetime import datetime
from typing import Literal


class NetworkError(Exception):
    """`facts` fill the translated sentence of `code`, for example {"host": "example.org"}."""

    def __init__(self, code: str, sentence: str, **facts: str | int) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.facts = facts


class Refused(NetworkError):
    pass


class Duplicate(Refused):
    """After an earlier attempt it is evidence that this one landed, not proof: the equal post may
    be an older one. `remote_id` is empty when the network does not name it."""

    def __init__(
        self, code: str, sentence: str, *, remote_id: str = "", **facts: str | int
    ) -> None:
        super().__init__(code, sentence, **facts)
        self.remote_id = remote_id


class Reconnect(NetworkError):
    pass


class Blocked(NetworkError):
    pass


class Expired(NetworkError):
    pass


class SlowDown(NetworkError):
    """`until` is when the network says it will answer again; None when it did not say. `scope` is
    who must wait: the "account", or all accounts of the "app" that was used. `bucket` is what the
    limit is about (see limits.py); empty where it covers everything. All three are facts, too."""

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        until: datetime | None = None,
        scope: Literal["account", "app"] = "account",
        bucket: str = "",
        **facts: str | int,
    ) -> None:
        told = {"until": until.isoformat()} if until is not None else {}
        super().__init__(code, sentence, scope=scope, bucket=bucket, **told, **facts)
        self.until = until
        self.scope = scope
        self.bucket = bucket


class NotSent(NetworkError):
    pass


class PrepareAnew(NotSent):
    pass


class Unknown(NetworkError):
    pass
