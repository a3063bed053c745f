"""What a visitor sees."""

from __future__ import annotations

import pytest

from parvis.sandbox.marking import marked
from tests.servers.asking import ask
from tests.servers.sandbox import RunningSandbox


def publish(squeaks: RunningSandbox, text: str) -> str:
    url = f"{squeaks.origin('squeak')}/v1/squeaks"
    token = squeaks.token("squeak")["access_token"]
    return str(ask("POST", url, token=token, json={"text": text}).confirmed().json["id"])


def page(url: str) -> str:
    return ask("GET", url).confirmed().body.decode()


def test_every_page_says_that_it_is_the_sandbox(squeaks: RunningSandbox) -> None:
    post = publish(squeaks, "Bonjour")
    origin = squeaks.origin("squeak")

    for url in (origin, f"{origin}/ponts/squeaks/{post}", squeaks.control):
        shown = page(url)
        assert "<title>Sandbox: " in shown
        assert "nothing here is on the real network" in shown


def test_a_post_can_be_read_on_the_timeline_and_by_itself(squeaks: RunningSandbox) -> None:
    post = publish(squeaks, "Lecture à 19 h")
    (told,) = squeaks.posts("squeak")

    assert told["url"] == f"{squeaks.origin('squeak')}/ponts/squeaks/{post}"
    for url in (squeaks.origin("squeak"), told["url"]):
        assert "Lecture à 19 h" in page(url)
        assert "Librairie Ponts" in page(url)


def test_a_post_that_is_not_there_is_not_shown(squeaks: RunningSandbox) -> None:
    gone = ask("GET", f"{squeaks.origin('squeak')}/ponts/squeaks/42")

    assert gone.status == 404
    assert "no such post" in gone.body.decode()


def test_answers_are_shown_below(squeaks: RunningSandbox) -> None:
    post = publish(squeaks, "Bonjour")
    squeaks.advance(10 * 86_400)
    answers = ask("GET", f"{squeaks.control}/posts/squeak").json[1:]

    shown = page(f"{squeaks.origin('squeak')}/ponts/squeaks/{post}")

    assert answers
    for answer in answers:
        assert f'data-post="{answer["remote_id"]}"' in shown


def test_what_is_posted_stays_text(squeaks: RunningSandbox) -> None:
    publish(squeaks, "<script>1</script> & co")

    shown = page(squeaks.origin("squeak"))

    assert "<script" not in shown
    assert "&lt;script&gt;1&lt;/script&gt; &amp; co" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#Été", '<span class="hashtag">#Été</span>'),
        ("@bob :", '<span class="mention">@bob</span> :'),
        ("a#b c@d.example", "a#b c@d.example"),
        (
            "(https://example.org/a?b=1&c=2).",
            '(<a href="https://example.org/a?b=1&amp;c=2" rel="noreferrer nofollow">'
            "https://example.org/a?b=1&amp;c=2</a>).",
        ),
        ("« L’Été » & <b>", "« L’Été » &amp; &lt;b&gt;"),
    ],
)
def test_links_mentions_and_hashtags_are_marked(text: str, shown: str) -> None:
    assert marked(text) == shown


def test_a_page_runs_no_script_and_asks_nobody_else(squeaks: RunningSandbox) -> None:
    policy = ask("GET", squeaks.origin("squeak")).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_a_path_that_the_network_does_not_know_is_its_own_404(squeaks: RunningSandbox) -> None:
    asked = ask("GET", f"{squeaks.origin('squeak')}/v9/unheard/of")

    assert (asked.status, asked.json) == (404, {"error": "Not Found"})
    assert squeaks.calls("squeak")[0]["purpose"] == "other"
