"""What our counting accepts, no network refuses for its length or alters: asked of the sandbox,
which counts by itself."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from unicodedata import normalize

import pytest
import regex
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from parvis.networks.contract import Account, MediaFile, Published
from parvis.networks.fit import misfits
from parvis.networks.http import Http
from parvis.networks.mastodon.traits import TRAITS as MASTODON
from parvis.networks.text import count, split
from parvis.networks.traits import Traits
from parvis.sandbox.mastodon.wording import length
from tests.networks.author import Author
from tests.networks.grounds import SandboxGround
from tests.networks.media import MediaHost
from tests.servers.sandbox import RunningSandbox

NETWORKS = ("x", "facebook", "instagram", "linkedin", "threads", "mastodon", "bluesky")
THREADED = ("x", "threads", "mastodon", "bluesky")
SCRIPTS = (
    "LATIN",
    *("Ce soir, lecture ", "À Noël, œuvres d’Éluard. ", "e\u0301te\u0301 ", "Łódź – Þór "),
    *(
        "Вечер чтения ",
        "Βραδιά ",
        "ערב קריאה ",
        "أمسية\u200f ",
        "शाम ",
        "ค่ำคืน ",
        "저녁 ",
        "今夜は読書会。",
    ),
    *("𝔓𝔬𝔫𝔱𝔰 ", "ⅷ ½ № ", "(a) [b] {c} ", "\\ | _ * ~ < > & \" ' ", "\n\n", "\u00a0! ", "\u200b"),
)
FAMILIES = (
    *(
        "🙂",
        "👍🏽",
        "👩\u200d👩\u200d👧\u200d👦",
        "👩🏽\u200d🚀",
        "🏳\ufe0f\u200d🌈",
        "🇫🇷",
        "1\ufe0f\u20e3",
        "❤\ufe0f",
    ),
    *("☺", "☺\ufe0e", "✈", "©", "©\ufe0f", "™", "♟", "🫱🏽\u200d🫲🏿", "🐻\u200d❄\ufe0f"),
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
LINKS = (
    *("https://example.org/lecture ", "example.org ", "http://ponts.example.org/a?b=c&d=é#f, "),
    *(
        "books.technology ",
        "これはexample.orgです",
        "(https://example.org/a_(b)) ",
        "1.5 a.b fin.Ce ",
    ),
)
NAMES = ("@alice ", "@alice@example.org ", "@ponts.example.org, ", "#été ", "#La_Place2 ", "$ABC ")
# What one finder of links takes for one and another for half of one, or for none.
SETTLED = (
    *("http://1.2.3.4/", "http://a_b.org/", "http://-a.org ", "https://example.nothing/"),
    *("https://example.orgé/ffff", "https://ex-ample.co.uk/ggg[1]", "http://a.fr", "http://пр.рф/"),
    *("https://example.org/本", "http://example.org:8080?q=é\u00a0!", "(b(c))", "=", ",", "&", "."),
    *("éhttp://a.fr/", "http://a.fr,http://b.fr", "#", "…", "«", "」", "\u3000"),
    *("@alice@example.org", "@alice@éa.fr", "@alice@example.org@", "@", "://", "a" * 30, " "),
)
# Here the sandbox shortens more than the rules that it goes by.
DOUBTFUL = (*SETTLED, "http://" + "本" * 60 + ".org", "http://t.co/Ab1's/x", "\u200d")
ANY = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cn", "Co"], exclude_characters="\ufeff@#＃$"
    ),
    max_size=8,
)
FILLING = (
    st.lists(
        st.one_of(*(st.sampled_from(those) for those in (SCRIPTS, FAMILIES, LINKS)), ANY),
        min_size=1,
        max_size=6,
    )
    .map("".join)
    .filter(str.strip)
)
FEW = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Some networks refuse a text that they have already: each example has a number of its own.
NUMBERS = itertools.count(1)
HEADS = st.lists(st.sampled_from(NAMES), unique=True, max_size=3).map("".join)


@pytest.fixture(params=NETWORKS)
def author(
    request: pytest.FixtureRequest,
    sandbox: RunningSandbox,
    http: Http,
    image: MediaFile,
    media_host: MediaHost,
) -> Author:
    return Author(SandboxGround(sandbox, request.param), http, image, media_host)


async def connected(author: Author) -> Account:
    return author.account if hasattr(author, "account") else await author.connect()


def is_stored(text: str, author: Author) -> bool:
    """As the network keeps the latest post or as a reader sees it: LinkedIn keeps marks that are
    not shown, Threads shows a topic without its #. X composes accents."""
    latest = author.ground.sandbox.posts(author.network.name)[-1]
    return composed(text) in (composed(latest["text"]), composed(latest["visible_text"]))


def composed(text: str) -> str:
    return normalize("NFC", text.strip())


def as_long_as_it_may_be(head: str, filling: str, traits: Traits) -> str:
    """Names once, then the filling over and over, up to the last grapheme cluster that fits."""
    text = head + filling
    while count(text, traits).fits:
        text += filling * max(1, len(text) // len(filling))
    edges = [match.end() for match in regex.finditer(r"\X", text)]
    fitting = bisect_left(edges, True, key=lambda edge: not count(text[:edge], traits).fits)
    return next(
        (text[:edge] for edge in reversed(edges[:fitting]) if count(text[:edge], traits).fits), ""
    )


@settings(FEW, max_examples=20)
@given(head=HEADS, filling=FILLING)
async def test_what_counting_accepts_is_taken_whole(
    author: Author, head: str, filling: str
) -> None:
    account = await connected(author)
    text = as_long_as_it_may_be(f"{next(NUMBERS)} {head}", filling, account.traits)
    assume(not list(misfits(author.part(text), account.traits, "")))

    await author.post(text)

    assert is_stored(text, author)


@given(bits=st.lists(st.one_of(st.sampled_from(DOUBTFUL), ANY), min_size=1, max_size=12))
def test_no_text_is_longer_for_mastodon_than_we_count(bits: list[str]) -> None:
    text = "".join(bits)
    assert length(text, "", 23) <= count(text, MASTODON).units


@given(text=st.lists(st.sampled_from(SETTLED), min_size=1, max_size=12).map("".join))
def test_mastodon_counts_where_a_link_ends_as_we_do(text: str) -> None:
    assert length(text, "", 23) == count(text, MASTODON).units


@pytest.mark.parametrize("author", ["mastodon"], indirect=True)
@settings(FEW, max_examples=15)
@given(doubtful=st.lists(st.sampled_from(DOUBTFUL), min_size=1, max_size=6).map("".join))
async def test_doubtful_links_are_taken_whole(author: Author, doubtful: str) -> None:
    account = await connected(author)
    text = as_long_as_it_may_be(f"{next(NUMBERS)} ", doubtful, account.traits)
    assume(not list(misfits(author.part(text), account.traits, "")))

    await author.post(text)

    assert is_stored(text, author)


@pytest.mark.parametrize("author", THREADED, indirect=True)
@settings(FEW, max_examples=8)
@given(filling=FILLING)
async def test_a_text_that_was_split_is_taken_part_by_part(author: Author, filling: str) -> None:
    account = await connected(author)
    full = as_long_as_it_may_be(f"{next(NUMBERS)} ", filling, account.traits)
    parts = split(f"{full}\n\n2. {full}", account.traits, numbered=True).parts
    assume(not any(list(misfits(author.part(part), account.traits, "")) for part in parts))

    receipts: list[Published] = []
    for part in parts:
        receipts.append(await author.post(part, follows=tuple(receipts)))
        assert is_stored(part, author)

    assert len(parts) >= 2
