"""A mail server on loopback that keeps what it is given, and refuses when it is told to."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.loop_thread import LoopThread

USER, PASSWORD = "ponts", "tell no post"


class Mailbox:
    """`refuses` holds what to answer to a message instead of taking it."""

    def __init__(self, *, asks_for_password: bool = False) -> None:
        self.letters: list[EmailMessage] = []
        self.refuses = ""
        self._asks_for_password = asks_for_password

    def __enter__(self) -> Mailbox:
        self._thread = LoopThread("mailbox")
        self._server = self._thread.run(self._listen())
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.loop.call_soon_threadsafe(self._server.close)
        self._thread.stop()

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.refuses:
            return self.refuses
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"

    async def _listen(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(self._spoken_to, "127.0.0.1", 0)

    def _spoken_to(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.example.org",
            authenticator=_knows,
            auth_required=self._asks_for_password,
            auth_require_tls=False,
        )


def _knows(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
) -> AuthResult:
    assert isinstance(given, LoginPassword)
    right = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)
