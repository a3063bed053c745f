"""Images: sent to the server, which may need a while before a status can show them."""

import asyncio
import mimetypes

from parvis.networks.contract import Account, Image
from parvis.networks.errors import NotSent
from parvis.networks.http import Answer, Http, Upload
from parvis.networks.mastodon.api import NETWORK, failure

UPLOAD_SECONDS = 120.0
# One minute in all; an image is usually ready at once, a large one within a few seconds.
PAUSES = (0.5, 1.0, 1.5, 2.0, 5.0, 10.0, 20.0, 20.0)
_PROCESSING = (202, 206)


async def upload(http: Http, account: Account, image: Image) -> str:
    """The id of the image, once it is ready to be shown."""
    answer = await _send(http, account, image)
    media_id = read_media_id(answer)
    for pause in PAUSES:
        if answer.status not in _PROCESSING:
            return media_id
        await asyncio.sleep(pause)
        answer = await _ask_again(http, account, media_id)
    if answer.status not in _PROCESSING:
        return media_id
    raise NotSent(
        "image-not-ready",
        f"{answer.host} is still working on an image. Nothing was posted; it can be tried again.",
        host=answer.host,
    )


async def _send(http: Http, account: Account, image: Image) -> Answer:
    extension = mimetypes.guess_extension(image.media_type) or ""
    form: dict[str, str | Upload] = {
        "file": Upload(image.path, f"image{extension}", image.media_type),
    }
    if image.alt:
        form["description"] = image.alt
    return await http.post(
        f"{account.server}/api/v2/media",
        network=NETWORK,
        purpose="upload image",
        form=form,
        bearer=account.tokens.access,
        seconds=UPLOAD_SECONDS,
    )


async def _ask_again(http: Http, account: Account, media_id: str) -> Answer:
    answer = await http.get(
        f"{account.server}/api/v1/media/{media_id}",
        network=NETWORK,
        purpose="upload image",
        bearer=account.tokens.access,
    )
    if not answer.ok:
        raise failure(answer)
    return answer


def read_media_id(answer: Answer) -> str:
    if not answer.ok:
        raise failure(answer)
    media_id = answer.json_object().get("id")
    if not isinstance(media_id, str) or not media_id:
        raise answer.unreadable()
    return media_id
