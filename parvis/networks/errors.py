"""The errors that a network module may raise. The class is the decision.

    NetworkError
    ├── Refused     definite no: nothing was posted, and asking again changes nothing
    ├── Reconnect   the token is dead: nothing was posted, a person connects the account again
    ├── Expired     the access token has lapsed: nothing was posted, refresh it and ask again
    ├── SlowDown    a limit: nothing was posted, ask again after `until`
    ├── NotSent     nothing reached the network, or it was surely not acted on: ask again later
    └── Unknown     it may have been posted: look it up before anything else

`code` is stable and is what pages translate; the text is plain English for logs and as a
fallback. Neither may hold a token: what a network said passes through `http.redact` first.
"""

from datetime import datetime


class NetworkError(Exception):
    """`facts` fill the translated sentence of `code`, for example {"host": "example.org"}."""

    def __init__(self, code: str, sentence: str, **facts: str | int) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.facts = facts


class Refused(NetworkError):
    pass


class Reconnect(NetworkError):
    pass


class Expired(NetworkError):
    pass


class SlowDown(NetworkError):
    """`until` is when the network says it will answer again; None when it did not say."""

    def __init__(
        self, code: str, sentence: str, *, until: datetime | None = None, **facts: str | int
    ) -> None:
        super().__init__(code, sentence, **facts)
        self.until = until


class NotSent(NetworkError):
    pass


class Unknown(NetworkError):
    pass
