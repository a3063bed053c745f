"""The socket that the pages are served on. The supervisor owns it, so that it outlives a web
process: while that is started again, browsers wait instead of being refused."""

import errno
import socket
from collections.abc import Sequence

PORTS_TRIED = 50
_BACKLOG = 1024


class NoPort(Exception):
    """None of the ports could be had. The text says which and what to do."""


def listen(host: str, port: int, *, tries: int = PORTS_TRIED) -> socket.socket:
    """On `port`, or on the next free one after it; 0 is any free port."""
    last = port if port == 0 else min(port + tries - 1, 65535)
    for candidate in range(port, last + 1):
        try:
            return _listening(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise NoPort(_why_not(host, candidate, error)) from None
    raise NoPort(
        f"All ports from {port} to {last} on {host} are taken. Nothing was changed. "
        "Name another with --port."
    )


def listen_in_a_row(host: str, start: int, count: int) -> tuple[socket.socket, ...]:
    """On the first `count` ports in a row that are free, from `start` on."""
    for first in range(start, min(start + count * PORTS_TRIED, 65535 - count), count):
        if row := listen_on_all(host, range(first, first + count)):
            return row
    raise NoPort(
        f"No {count} ports in a row are free on {host} from {start} on. Nothing was changed. End "
        "what uses them, or start without what needs them."
    )


def listen_on_all(host: str, ports: Sequence[int]) -> tuple[socket.socket, ...]:
    """Empty, with none of them taken, where one of them cannot be had."""
    taken: list[socket.socket] = []
    try:
        for port in ports:
            taken.append(_listening(host, port))
    except OSError:
        for listener in taken:
            listener.close()
        return ()
    return tuple(taken)


def address_of(listener: socket.socket, host: str) -> str:
    """Where a browser on this machine finds it."""
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"http://{shown}:{port}/"


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return (
        f"Parvis cannot listen on {host}, port {port}: {reason}. Nothing was changed. "
        "Name another address with --host or another port with --port."
    )
