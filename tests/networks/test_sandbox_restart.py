"""A sandbox that is started again with its file: accounts stay connected, posts stay posted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from parvis.networks.contract import MediaFile
from parvis.networks.http import Http
from tests.networks.author import Author
from tests.networks.grounds import SANDBOXED, SandboxGround
from tests.networks.media import MediaHost
from tests.servers.sandbox import running_sandbox


@pytest.mark.parametrize("name", SANDBOXED)
async def test_an_account_lives_on_after_a_restart(
    name: str, http: Http, image: MediaFile, media_host: MediaHost, tmp_path: Path
) -> None:
    state = tmp_path / "sandbox.sqlite"
    with running_sandbox(state=state) as running:
        before = Author(SandboxGround(running, name), http, image, media_host)
        account = await before.connect()
        await before.post(media=(image,))
        kept = before.ground.posts()

    with running_sandbox(state=state) as running:
        after = Author(SandboxGround(running, name), http, image, media_host)
        after.account = replace(account, server=after.ground.origin)
        handle = await after.network.check(http, after.account)
        await after.post("Après la panne")
        posts = after.ground.posts()

    assert handle == account.handle
    assert posts[:1] == kept
    assert [post.text for post in posts[1:]] == ["Après la panne"]
