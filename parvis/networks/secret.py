"""Secrets that do not show themselves, and the broom for texts that may hold one."""

import re
from dataclasses import dataclass

HIDDEN = "…"


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A token or password. It shows itself only when `reveal` is called."""

    _value: str

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


def redact(text: str, *secrets: Secret) -> str:
    """The text without the given secrets and without anything that looks like one."""
    for secret in secrets:
        text = redact_value(text, secret)
    for shape, replacement in _SHAPES:
        text = shape.sub(replacement, text)
    return text


def redact_value(text: str, secret: Secret) -> str:
    """Without this one alone."""
    value = secret.reveal()
    return text.replace(value, HIDDEN) if value else text


_NAMES = (
    r"(?:access_?token|refresh_?token|id_token|access_?jwt|refresh_?jwt|token|jwt|password|passwd"
    r"|client_secret|secret|code_verifier|api_?key|authori[sz]ation|cookie)"
)
_SHAPES = (
    # JSON Web Tokens: Bluesky's sessions are made of them.
    (re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic|dpop)\s+[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (
        re.compile(
            rf"(?i)([\"']?\b{_NAMES}[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s\"'&,;}}<]+)"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?i)([?&](?:code|state)=)[^&\s\"'<]+"), rf"\1{HIDDEN}"),
    # A Bluesky app password.
    (re.compile(r"(?i)(?<![\w-])[a-z0-9]{4}(?:-[a-z0-9]{4}){3}(?![\w-])"), HIDDEN),
    # Long opaque words in mixed case with digits, as Mastodon's tokens are.
    (
        re.compile(
            r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{40,}(?![\w-])", re.A
        ),
        HIDDEN,
    ),
)
