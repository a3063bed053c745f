"""The process of the Mastodon server: `python -m tests.servers.mastodon.serve <media folder>`.

Prints one line of JSON once its port is open, and stops when its standard input closes.
"""

from __future__ import annotations

import json
import socket
import sys
import threading

import uvicorn
from mastodon_mock.app import create_app
from mastodon_mock.config import MastodonMockConfig, SeedAccount, SeedConfig

from tests.servers.mastodon.cast import CHARLIE, PONTS


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(
        uvicorn.Config(create_app(_configured_for(address)), server_header=False, access_log=False)
    )
    threading.Thread(target=_stop_with_parent, args=[server], daemon=True).start()
    sys.stdout.write(json.dumps({"url": f"http://{address}"}) + "\n")
    sys.stdout.flush()
    server.run(sockets=[listener])


def _configured_for(address: str) -> MastodonMockConfig:
    cast = [
        SeedAccount(
            username=member.username,
            display_name=member.display_name,
            access_token=member.token,
        )
        for member in (PONTS, CHARLIE)
    ]
    return MastodonMockConfig(
        domain=address,
        url_scheme="http",
        title="The Mastodon of the tests",
        media_storage_path=sys.argv[1],
        seed=SeedConfig(accounts=cast),
    )


def _stop_with_parent(server: uvicorn.Server) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True


if __name__ == "__main__":
    main()
