"""The columns of a table of posts, and the names under which English and French files have them."""

import unicodedata
from dataclasses import dataclass
from functools import cache

MOST_PARTS = 25
_KEPT_TOGETHER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`english` and `french` begin with the name that the file to start from has."""

    name: str
    english: tuple[str, ...]
    french: tuple[str, ...]


COLUMNS: tuple[Column, ...] = (
    Column(
        name="text",
        english=("text", "post", "message", "content", "body"),
        french=("texte", "publication", "contenu"),
    ),
    Column(
        name="accounts",
        english=("accounts", "account", "to", "profile", "profiles"),
        french=("comptes", "compte", "profil", "profils"),
    ),
    Column(name="date", english=("date", "day", "date and time"), french=("date", "jour")),
    Column(name="time", english=("time", "hour"), french=("heure", "horaire")),
    Column(
        name="zone",
        english=("time zone", "zone", "tz", "timezone", "offset"),
        french=("fuseau horaire", "fuseau", "décalage"),
    ),
    Column(
        name="media",
        english=("media", "images", "image", "pictures", "picture", "files", "video"),
        french=("médias", "média", "photo", "photos", "fichiers", "vidéo"),
    ),
    Column(
        name="alt",
        english=("alt text", "alt", "description", "descriptions", "image description"),
        french=("texte alternatif", "alternative textuelle", "description d’image"),
    ),
    Column(name="tags", english=("tags", "tag", "labels"), french=("étiquettes", "étiquette")),
    Column(name="campaign", english=("campaign",), french=("campagne",)),
    Column(name="language", english=("language", "lang"), french=("langue",)),
    Column(
        name="content_warning",
        english=("content warning", "warning", "cw"),
        french=("avertissement", "avertissement de contenu"),
    ),
    Column(
        name="first_comment",
        english=("first comment", "comment"),
        french=("premier commentaire", "commentaire"),
    ),
    Column(name="visibility", english=("visibility",), french=("visibilité",)),
    *(
        Column(name=f"part_{n}", english=(f"part {n}", f"thread {n}"), french=(f"partie {n}",))
        for n in range(2, MOST_PARTS + 1)
    ),
)
# What the file to start from shows of a thread.
_PARTS_SHOWN = ("part_2", "part_3")


def column_named(heading: str) -> str | None:
    """Whatever the case, the accents and what stands between the words."""
    return _names().get(_bare(heading))


def headings(language: str) -> dict[str, str]:
    """What each column is called in a file to start from, by its name."""
    is_french = language.startswith("fr")
    return {
        column.name: (column.french if is_french else column.english)[0]
        for column in COLUMNS
        if not column.name.startswith("part_") or column.name in _PARTS_SHOWN
    }


def heading_of(name: str, language: str) -> str:
    column = next(column for column in COLUMNS if column.name == name)
    return (column.french if language.startswith("fr") else column.english)[0]


@cache
def _names() -> dict[str, str]:
    return {
        _bare(name): column.name
        for column in COLUMNS
        for name in (column.name, *column.english, *column.french)
    }


def _bare(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(sign for sign in plain if sign in _KEPT_TOGETHER)
