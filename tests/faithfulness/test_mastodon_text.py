"""How the sandbox reads a text, by the rules in Mastodon's own source."""

from __future__ import annotations

import pytest

from parvis.sandbox.mastodon.wording import length, mentions_in, tags_in, to_html

FAMILY = "👩\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 5, 5),
        ("✨" * 3, 3),
        (FAMILY * 2, 2),
        ("e\u0301", 1),
        ("https://example.com/" + "a" * 100, 23),
        ("http://a.org", 23),
        ("http://a.org http://b.org", 47),
        ("example.com", 11),
        ("http://localhost/a", 18),
        ("http://example.invalid/" + "a" * 30, 53),
        ("a@http://example.com", 20),
        ("http://日本語.jp/引き割り.html", 23),
        ("(http://example.com/a_(b))", 25),
        ("http://example.com/a.", 24),
        ("http://example.com.", 24),
        ("@alice@example.com", 6),
        ("@alice@example.com, @bob", 12),
        ("alice@example.com", 17),
        ("http://example.com/@alice@example.com", 23),
    ],
)
def test_length_is_that_of_what_a_reader_sees(text: str, expected: int) -> None:
    assert length(text, "", 23) == expected


def test_a_warning_counts_with_the_text_and_its_links_in_full() -> None:
    assert length("abc", "http://example.com", 23) == 21


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#lecture", ["lecture"]),
        ("#été #été", ["été"]),
        ("#123 #1a", ["1a"]),
        ("a#b", []),
        ("(#b)", ["b"]),
        ("https://example.com/#anchor", []),
        ("＃読書", ["読書"]),
    ],
)
def test_tags_are_found(text: str, tags: list[str]) -> None:
    assert tags_in(text) == tags


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@alice and @bob@example.com", ["alice", "bob@example.com"]),
        ("mail@example.com", []),
        ("@alice@", []),
        ("(@alice)", ["alice"]),
        ("https://example.com/@alice", []),
        ("@alice.", ["alice"]),
    ],
)
def test_mentions_are_found(text: str, names: list[str]) -> None:
    assert mentions_in(text) == names


def stranger(_handle: str) -> None:
    return None


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("one\ntwo\n\nthree", "<p>one<br />two</p><p>three</p>"),
        ("<b> & 'c'", "<p>&lt;b&gt; &amp; &#x27;c&#x27;</p>"),
        ("@alice", "<p>@alice</p>"),
        (
            "#été",
            '<p><a href="http://here/tags/été" class="mention hashtag" rel="tag">#<span>été</span>'
            "</a></p>",
        ),
        (
            "https://www.example.com/a/b/c/d/e/f/g/h/i/j/k",
            '<p><a href="https://www.example.com/a/b/c/d/e/f/g/h/i/j/k" target="_blank" '
            'rel="nofollow noopener noreferrer"><span class="invisible">https://www.</span>'
            '<span class="ellipsis">example.com/a/b/c/d/e/f/g/h/i/</span>'
            '<span class="invisible">j/k</span></a></p>',
        ),
    ],
)
def test_a_text_becomes_the_html_of_a_mastodon_server(text: str, html: str) -> None:
    assert to_html(text, "http://here", stranger) == html


def test_a_known_person_is_linked_without_the_host() -> None:
    html = to_html("@alice@example.org", "http://here", lambda handle: f"http://here/@{handle}")

    assert html == (
        '<p><span class="h-card" translate="no"><a href="http://here/@alice@example.org" '
        'class="u-url mention">@<span>alice</span></a></span></p>'
    )
