"""Photos, handed over unpublished until the post that shows them is made."""

from parvis.networks.contract import Account, MediaFile, Progress
from parvis.networks.facebook.api import API
from parvis.networks.graph.call import seconds_for, word
from parvis.networks.graph.fault import is_missing, read_fault
from parvis.networks.http import Http, Upload
from parvis.networks.secret import Secret


async def upload_photo(
    http: Http, account: Account, image: MediaFile, progress: Progress, number: int
) -> str:
    """The id of an unpublished photo. One that was kept is used again if Facebook still has it:
    it throws away what no post shows after a day or so [from memory]."""
    step = f"photo-{number}"
    kept = progress.read(step)
    if kept and await still_has(http, account, str(kept["id"])):
        return str(kept["id"])
    form: dict[str, str | Secret | Upload] = {
        "published": "false",
        "source": Upload(image.path, image.path.name, image.media_type),
    }
    if image.alt:
        form["alt_text_custom"] = image.alt
    answer = await API.post(
        http,
        account.server,
        f"{account.remote_id}/photos",
        account.tokens.access,
        purpose="upload",
        form=form,
        seconds=seconds_for(image.size),
    )
    photo_id = word(answer, "id")
    await progress.keep(step, {"id": photo_id})
    return photo_id


async def still_has(http: Http, account: Account, media_id: str) -> bool:
    answer = await API.get(
        http,
        account.server,
        media_id,
        account.tokens.access,
        purpose="upload",
        query={"fields": "id"},
    )
    if is_missing(read_fault(answer)):
        return False
    API.accepted(answer)
    return True
