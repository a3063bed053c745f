"""A sandbox beside a synchronous test, in a thread of its own, and what tests ask its control."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from parvis.sandbox.network import SandboxNetwork
from parvis.sandbox.run import Sandbox
from tests.servers.asking import ask
from tests.servers.loop_thread import LoopThread


class SandboxControl:
    """What can be asked of a sandbox's control, wherever that sandbox runs."""

    def __init__(self, control: str) -> None:
        self.control = control

    def order(self, network: str, fault: str, on: str = "any", **more: object) -> None:
        """Such as `order("x", "lose-answer", on="publish")`; see parvis.sandbox.faults.Fault."""
        self._post("/faults", {"network": network, "fault": fault, "on": on, **more})

    def standing_orders(self) -> list[dict[str, Any]]:
        """With how often each has befallen a request."""
        return cast(list[dict[str, Any]], ask("GET", f"{self.control}/faults").confirmed().json)

    def forget_orders(self) -> None:
        ask("DELETE", f"{self.control}/faults").confirmed()

    def advance(self, seconds: float) -> None:
        self._post("/clock", {"advance_seconds": seconds})

    def now(self) -> datetime:
        """By the sandbox's clock."""
        return datetime.fromisoformat(ask("GET", f"{self.control}/clock").confirmed().json["now"])

    def set_quirk(self, network: str, quirk: str, on: bool) -> None:
        self._post("/quirks", {"network": network, "quirk": quirk, "on": on})

    def consent(self, url: str, account: str = "") -> str:
        """Where a click on Allow leads: the redirect address with the code."""
        return str(self._post("/consent", {"url": url, "account": account})["location"])

    def token(self, network: str, account: str = "", scopes: Sequence[str] = ()) -> dict[str, Any]:
        """{"access_token", "refresh_token", "account_id", "scopes"}, all scopes for none."""
        asked = {"network": network, "account": account, "scopes": list(scopes)}
        return cast(dict[str, Any], self._post("/tokens", asked))

    def told(self, network: str) -> dict[str, Any]:
        """What the control tells of a network: app credentials, accounts, faults, quirks."""
        every = ask("GET", f"{self.control}/networks").confirmed().json
        return next(each for each in every if each["name"] == network)

    def let_in(self, network: str, count: int) -> list[dict[str, Any]]:
        """So many more accounts of the owner's, as `told` tells them."""
        stated = {"network": network, "count": count}
        return cast(list[dict[str, Any]], self._post("/people", stated))

    def posts(self, network: str) -> list[dict[str, Any]]:
        """What the owner's accounts have posted there, oldest first."""
        url = f"{self.control}/posts/{network}?author=owners"
        return cast(list[dict[str, Any]], ask("GET", url).confirmed().json)

    def answers_to(self, network: str, remote_id: str) -> list[dict[str, Any]]:
        """What anybody has written directly below a post."""
        every = ask("GET", f"{self.control}/posts/{network}").confirmed().json
        return [each for each in every if each["parent"] == remote_id]

    def take_down(self, network: str, remote_id: str) -> None:
        """As the author does on the network's own pages."""
        query = {"remote_id": remote_id}
        ask("DELETE", f"{self.control}/posts/{network}", query=query).confirmed()

    def medium(self, network: str, sha256: str) -> bytes:
        return ask("GET", f"{self.control}/media/{network}/{sha256}").confirmed().body

    def calls(self, network: str) -> list[dict[str, Any]]:
        url = f"{self.control}/calls?network={network}"
        return cast(list[dict[str, Any]], ask("GET", url).confirmed().json)

    def reset(self) -> None:
        self._post("/reset", {})

    def _post(self, path: str, stated: dict[str, Any]) -> Any:
        return ask("POST", f"{self.control}{path}", json=stated).confirmed().json


class RunningSandbox(SandboxControl):
    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox.control)
        self.sandbox = sandbox

    def origin(self, network: str) -> str:
        return self.sandbox.origin(network)


@contextmanager
def running_sandbox(
    *, only: Sequence[type[SandboxNetwork]] | None = None, state: Path | None = None, seed: int = 1
) -> Iterator[RunningSandbox]:
    """On free ports, while the block lasts."""
    thread = LoopThread("sandbox")
    sandbox = Sandbox(port=0, only=only, state=state, seed=seed)
    thread.run(sandbox.__aenter__())
    try:
        yield RunningSandbox(sandbox)
    finally:
        thread.run(sandbox.__aexit__())
        thread.stop()
