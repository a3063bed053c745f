"""Keeps what came with a form: pictures and videos. Says of the others why they were not kept."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from parvis.compose.media import NoRoomLeft
from parvis.compose.media_folder import MediaFolderAway
from parvis.compose.models import Media
from parvis.compose.pictures import UPLOAD_BYTES_LIMIT, NotAPicture
from parvis.compose.videos import VIDEO_BYTES_LIMIT
from parvis.report.sentences import sentence_for_picture
from parvis.web.desk_request import DeskRequest
from parvis.web.uploads import BODY_BYTES_LIMIT, keep_arrived, was_cut

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    kept: tuple[Media, ...]
    refused: tuple[str, ...]


def keep_arrivals(request: DeskRequest) -> Arrivals:
    answers = [_keep(request, arrived) for arrived in request.FILES.getlist("picture")]
    refused = [answer for answer in answers if isinstance(answer, str)]
    if was_cut(request):
        refused.append(_too_much_at_once())
    return Arrivals(
        kept=tuple(answer for answer in answers if isinstance(answer, Media)),
        refused=tuple(refused),
    )


def _keep(request: DeskRequest, arrived: "UploadedFile[bytes]") -> Media | str:
    try:
        return keep_arrived(request.workspace, arrived)
    except NotAPicture as error:
        return _named(arrived, sentence_for_picture(error))
    except NoRoomLeft:
        return _named(arrived, disk_is_full())
    except MediaFolderAway:
        return _named(arrived, disk_is_away())


def _named(arrived: "UploadedFile[bytes]", sentence: str) -> str:
    return _("%(file)s: %(sentence)s") % {"file": arrived.name, "sentence": sentence}


def disk_is_full() -> str:
    return _(
        "The disk of this installation is full, so the file was not kept. Make room on the "
        "machine, then add it again."
    )


def disk_is_away() -> str:
    return _(
        "The folder for pictures and videos is not there, so the file was not kept: its disk may "
        "not be mounted on the machine. Have it mounted, then add the file again."
    )


def _too_much_at_once() -> str:
    return _(
        "More than %(sum)s arrived at once, so a file was not kept. One picture may have "
        "%(limit)s and one video %(video_limit)s: add a smaller one, or fewer at a time."
    ) % {
        "sum": filesizeformat(BODY_BYTES_LIMIT),
        "limit": filesizeformat(UPLOAD_BYTES_LIMIT),
        "video_limit": filesizeformat(VIDEO_BYTES_LIMIT),
    }
