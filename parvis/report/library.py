"""The media library: what is kept of pictures and videos, where it is used, who would take it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Func, OuterRef, Q, QuerySet, Sum, TextField, Value

from parvis.compose.likeness import alike
from parvis.compose.models import Media, PostMedia
from parvis.people.models import Workspace
from parvis.report.library_fits import Fit, fits_of, takers_of
from parvis.report.library_uses import Use, uses_by_post

PAGE = 18
_USES_SHOWN = 3
_USES_SHOWN_OF_ONE = 50


class MediaShelf(StrEnum):
    """Which of them are shown."""

    ALL = ""
    PICTURES = "pictures"
    VIDEOS = "videos"
    UNUSED = "unused"
    UNDESCRIBED = "undescribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`before` is the number of a file: the page begins below it."""

    shelf: MediaShelf = MediaShelf.ALL
    query: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A picture that looks like another."""

    media_id: int
    sha256: str
    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLine:
    """`size` in bytes, `seconds` of a video. `is_used_more`: in more posts than are told.
    `copies`: how many were made for networks, `size_of_copies` together."""

    media_id: int
    sha256: str
    name: str
    media_type: str
    size: int
    width: int
    height: int
    seconds: float | None
    is_video: bool
    is_animated: bool
    alt: str
    uploaded_at: datetime
    uses: tuple[Use, ...]
    is_used_more: bool
    fits: tuple[Fit, ...]
    copies: int
    size_of_copies: int
    twins: tuple[Twin, ...]

    @property
    def can_be_cut(self) -> bool:
        return not self.is_video and not self.is_animated

    @property
    def duration(self) -> str:
        """“1:05” for a video, empty for a picture."""
        if self.seconds is None:
            return ""
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{minutes}:{seconds:02d}"

    @property
    def kind(self) -> str:
        """“JPEG”, “MP4”."""
        return self.media_type.partition("/")[2].upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPage:
    """`older` is where the next page begins; None on the last."""

    wanted: Wanted
    lines: tuple[MediaLine, ...]
    older: int | None


def page_of_library(workspace: Workspace, wanted: Wanted) -> LibraryPage:
    found = list(_found(workspace, wanted, _USES_SHOWN)[: PAGE + 1])
    shown = found[:PAGE]
    return LibraryPage(
        wanted=wanted,
        lines=tuple(_lines(workspace, shown, _USES_SHOWN)),
        older=shown[-1].pk if len(found) > PAGE else None,
    )


def line_of(media: Media) -> MediaLine:
    """One file, with as many uses as a page of its own can tell."""
    found = _with_posts(Media.objects.filter(pk=media.pk), _USES_SHOWN_OF_ONE)
    return next(_lines(media.workspace, list(found), _USES_SHOWN_OF_ONE))


def _found(workspace: Workspace, wanted: Wanted, uses: int) -> QuerySet[Media]:
    media = _on_shelf(Media.objects.filter(workspace=workspace, copy_of=None), wanted.shelf)
    for word in wanted.query.split():
        media = media.alias(said=_plain(_NAME_AND_WORDS))
        media = media.filter(said__contains=_plain(Value(word)))
    if wanted.before is not None:
        media = media.filter(pk__lt=wanted.before)
    return _with_posts(media, uses).order_by("-pk")


def _on_shelf(media: QuerySet[Media], shelf: MediaShelf) -> QuerySet[Media]:
    match shelf:
        case MediaShelf.PICTURES:
            return media.exclude(_IS_VIDEO)
        case MediaShelf.VIDEOS:
            return media.filter(_IS_VIDEO)
        case MediaShelf.UNUSED:
            return media.exclude(Exists(PostMedia.objects.filter(media=OuterRef("pk"))))
        case MediaShelf.UNDESCRIBED:
            return media.filter(alt="")
        case _:
            return media


_NAME_AND_WORDS = Func("name", Value(" "), "alt", function="concat", output_field=TextField())
_IS_VIDEO = Q(media_type__startswith="video/")


def _plain(text: object) -> Func:
    """In small letters and without accents: decomposed, and the marks left out."""
    decomposed = Func(
        text,
        function="normalize",
        template="normalize(lower(%(expressions)s), NFKD)",
        output_field=TextField(),
    )
    marks, nothing, everywhere = Value("[\\u0300-\\u036f]"), Value(""), Value("g")
    return Func(
        decomposed,
        marks,
        nothing,
        everywhere,
        function="regexp_replace",
        output_field=TextField(),
    )


def _with_posts(media: QuerySet[Media], uses: int) -> QuerySet[Media]:
    """The newest posts that use each, and one more where there are more."""
    used = PostMedia.objects.filter(media=OuterRef("pk")).order_by("-post_id")
    return media.annotate(post_ids=ArraySubquery(used.values("post_id").distinct()[: uses + 1]))


def _lines(workspace: Workspace, found: list[Media], uses: int) -> Iterator[MediaLine]:
    posts = uses_by_post({post for media in found for post in _posts_of(media)})
    takers = takers_of(workspace)
    twins = _twins_of(found)
    copies = _copies_of(found)
    for media in found:
        used = [posts[post] for post in _posts_of(media)[:uses] if post in posts]
        yield MediaLine(
            media_id=media.pk,
            sha256=media.sha256,
            name=media.name,
            media_type=media.media_type,
            size=media.size,
            width=media.width,
            height=media.height,
            seconds=media.seconds,
            is_video=media.is_video,
            is_animated=media.is_animated,
            alt=media.alt,
            uploaded_at=media.uploaded_at,
            uses=tuple(used),
            is_used_more=len(_posts_of(media)) > uses,
            fits=fits_of(media, takers),
            copies=copies[media.pk].count,
            size_of_copies=copies[media.pk].size,
            twins=tuple(twins.get(media.pk, ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copies:
    count: int = 0
    size: int = 0


def _copies_of(found: Iterable[Media]) -> Mapping[int | None, _Copies]:
    copies = Media.objects.filter(copy_of__in=found).order_by().values("copy_of")
    counted = copies.annotate(n=Count("pk"), bytes=Sum("size"))
    known = {each["copy_of"]: _Copies(count=each["n"], size=each["bytes"]) for each in counted}
    return defaultdict(_Copies, known)


def _posts_of(media: Media) -> list[int]:
    post_ids: list[int] = getattr(media, "post_ids")  # noqa: B009 - annotated by _with_posts
    return post_ids


def _twins_of(found: Iterable[Media]) -> Mapping[int, list[Twin]]:
    pairs = alike([media.pk for media in found])
    wanted = {other for others in pairs.values() for other in others}
    known = {twin.pk: _twin(twin) for twin in Media.objects.filter(pk__in=wanted)}
    return {mine: [known[other] for other in others] for mine, others in pairs.items()}


def _twin(media: Media) -> Twin:
    return Twin(
        media_id=media.pk,
        sha256=media.sha256,
        name=media.name,
        width=media.width,
        height=media.height,
    )
