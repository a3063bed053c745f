"""Bluesky: what is built, without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.bluesky import Bluesky
from parvis.networks.bluesky.identity import is_did, is_handle, read_document, tidy
from parvis.networks.bluesky.keys import KeyClock
from parvis.networks.bluesky.post import (
    build_body,
    build_facets,
    build_record,
    build_reply,
    mentioned_handles,
    page_of,
)
from parvis.networks.contract import (
    Part,
    Published,
)
from parvis.networks.errors import (
    Refused,
)
from parvis.networks.traits import ReplySetting
from tests.networks.bluesky_post import ACCOUNT, DID, KEY, NOON, PREPARED, URI, gated, media


class TestKeys:
    def test_a_key_is_thirteen_signs_of_sortable_base32(self) -> None:
        key = Bluesky().new_key()

        assert len(key) == 13
        assert set(key) <= set("234567abcdefghijklmnopqrstuvwxyz")
        assert key[0] in "234567abcdefghij"

    def test_keys_sort_by_time_and_never_repeat(self) -> None:
        clock = KeyClock()
        keys = [clock.new_key() for _ in range(5000)]

        assert sorted(set(keys)) == keys


class TestIdentity:
    @pytest.mark.parametrize(
        ("typed", "name"),
        [
            ("@Alice.Example.ORG", "alice.example.org"),
            (" \u202aalice.example.org\u202c ", "alice.example.org"),
            ("at://alice.example.org", "alice.example.org"),
            (DID, DID),
        ],
    )
    def test_a_pasted_handle_is_tidied(self, typed: str, name: str) -> None:
        assert tidy(typed) == name

    @pytest.mark.parametrize("name", ["alice.bsky.social", "a-b.example.org", "xn--caf-dma.fr"])
    def test_a_handle_is_a_host_name(self, name: str) -> None:
        assert is_handle(name)

    @pytest.mark.parametrize(
        "name",
        ["alice", "alice.", ".org", "-a.org", "a_b.org", "a.1", "a..b", "a.org/x", "", "é.fr"],
    )
    def test_anything_else_is_no_handle(self, name: str) -> None:
        assert not is_handle(name)

    @pytest.mark.parametrize(
        ("name", "valid"),
        [
            (DID, True),
            ("did:web:example.org", True),
            ("did:web:localhost%3A2583", True),
            ("did:plc:short", False),
            ("did:web:example.org/../x", False),
            ("did:web:me@example.org", False),
            ("did:key:z6Mk", False),
        ],
    )
    def test_only_two_kinds_of_did_are_followed(self, name: str, valid: bool) -> None:
        assert is_did(name) is valid

    def test_a_document_names_handle_and_server(self) -> None:
        identity = read_document(DID, _document())

        assert identity.handle == "ponts.example.org"
        assert identity.server == "https://pds.example.org"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"id": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}, "not-what-it-claims"),
            ({"service": []}, "no-server"),
            (
                {"service": [{"id": "#atproto_labeler", "serviceEndpoint": "https://x.org"}]},
                "no-server",
            ),
            ({"service": [{"id": "#atproto_pds", "serviceEndpoint": "nonsense"}]}, "no-server"),
        ],
    )
    def test_a_document_that_does_not_hold_is_refused(
        self, change: dict[str, object], code: str
    ) -> None:
        with pytest.raises(Refused) as refusal:
            read_document(DID, _document() | change)

        assert refusal.value.code == code


class TestRecords:
    def test_a_record_carries_what_was_written_and_when(self) -> None:
        record = build_record(Part(text="Bonjour", language="fr"), NOON, {}, [])

        assert record == {
            "$type": "app.bsky.feed.post",
            "text": "Bonjour",
            "createdAt": "2026-11-21T12:00:00.123Z",
            "langs": ["fr"],
        }

    def test_a_put_creates_or_finds_and_never_overwrites(self) -> None:
        assert PREPARED.body["swapRecord"] is None
        assert PREPARED.body["rkey"] == KEY
        assert PREPARED.body["repo"] == DID

    def test_images_carry_their_alt_text_and_shape(self) -> None:
        blob = {"$type": "blob", "ref": {"$link": "bafk"}, "mimeType": "image/png", "size": 9}
        record = build_record(Part(text="", media=(media("image/png"),)), NOON, {}, [blob])

        assert record["embed"] == {
            "$type": "app.bsky.embed.images",
            "images": [
                {"image": blob, "alt": "Vitrine", "aspectRatio": {"width": 40, "height": 30}}
            ],
        }

    @pytest.mark.parametrize(
        ("media_type", "is_animated", "presentation"),
        [("video/mp4", False, {}), ("image/gif", True, {"presentation": "gif"})],
    )
    def test_what_moves_is_a_video(
        self, media_type: str, is_animated: bool, presentation: dict[str, str]
    ) -> None:
        file = media(media_type, is_animated=is_animated)
        record = build_record(Part(text="", media=(file,)), NOON, {}, [{"$type": "blob"}])

        assert record["embed"] == {
            "$type": "app.bsky.embed.video",
            "video": {"$type": "blob"},
            "alt": "Vitrine",
            "aspectRatio": {"width": 40, "height": 30},
            **presentation,
        }

    def test_a_part_answers_its_parent_below_the_root(self) -> None:
        first, second = (
            Published(remote_id=f"{URI}{n}", url="", reference={"cid": f"bafy{n}"}) for n in "12"
        )
        record = build_record(Part(text="trois"), NOON, {}, [], build_reply(first, second))

        assert record["reply"] == {
            "root": {"uri": f"{URI}1", "cid": "bafy1"},
            "parent": {"uri": f"{URI}2", "cid": "bafy2"},
        }

    @pytest.mark.parametrize("setting", [None, ReplySetting.EVERYONE])
    def test_a_post_that_all_may_answer_has_no_gate(self, setting: ReplySetting | None) -> None:
        part = Part(text="Bonjour", reply_setting=setting)

        assert build_body(ACCOUNT, KEY, part, build_record(part, NOON, {}, [])) == PREPARED.body

    @pytest.mark.parametrize(
        ("setting", "allowed"),
        [
            (ReplySetting.FOLLOWED, [{"$type": "app.bsky.feed.threadgate#followingRule"}]),
            (ReplySetting.FOLLOWERS, [{"$type": "app.bsky.feed.threadgate#followerRule"}]),
            (ReplySetting.MENTIONED, [{"$type": "app.bsky.feed.threadgate#mentionRule"}]),
            (ReplySetting.NOBODY, []),
        ],
    )
    def test_a_post_and_its_gate_are_one_commit_the_post_first(
        self, setting: ReplySetting, allowed: list[object]
    ) -> None:
        body = gated(setting).body

        assert [write["collection"] for write in body["writes"]] == [
            "app.bsky.feed.post",
            "app.bsky.feed.threadgate",
        ]
        assert {write["rkey"] for write in body["writes"]} == {KEY}
        gate = body["writes"][1]["value"]
        assert (gate["post"], gate["allow"]) == (URI, allowed)

    def test_a_page_is_shown_by_the_network_or_by_a_server_of_ones_own(self) -> None:
        shown = f"/profile/{DID}/post/{KEY}"

        assert page_of("https://pds.example.org", URI) == f"https://bsky.app{shown}"
        assert page_of("http://127.0.0.1:8607", URI) == f"http://127.0.0.1:8607{shown}"

    def test_facets_are_placed_in_bytes(self) -> None:
        text = "🎉 été @alice.example.org : https://example.org/é #rentrée !"
        facets = build_facets(text, {"alice.example.org": DID})

        assert [_covered(text, facet) for facet in facets] == [
            "@alice.example.org",
            "https://example.org/é",
            "#rentrée",
        ]
        assert [facet["features"][0] for facet in facets] == [
            {"$type": "app.bsky.richtext.facet#mention", "did": DID},
            {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/é"},
            {"$type": "app.bsky.richtext.facet#tag", "tag": "rentrée"},
        ]

    def test_a_mention_that_nobody_answers_to_stays_text(self) -> None:
        assert build_facets("@alice.example.org", {}) == []

    def test_only_handles_are_mentions(self) -> None:
        text = "@alice @Bob.example.org @bob.example.org @charlie@example.org me@example.org"

        assert mentioned_handles(text) == ["bob.example.org"]

    def test_a_tag_longer_than_the_schema_allows_is_left_as_text(self) -> None:
        assert len(build_facets("#" + "a" * 64, {})) == 1
        assert build_facets("#" + "a" * 65, {}) == []

    @given(st.text(st.characters(codec="utf-8"), max_size=60))
    def test_facets_cover_whole_characters(self, around: str) -> None:
        text = f"{around} https://example.org #été {around}"
        for facet in build_facets(text, {}):
            feature = facet["features"][0]
            meant = (feature.get("uri"), f"#{feature.get('tag')}", f"＃{feature.get('tag')}")
            assert _covered(text, facet) in meant


def _document() -> dict[str, object]:
    return {
        "id": DID,
        "alsoKnownAs": ["https://example.org", "at://ponts.example.org"],
        "service": [
            {
                "id": "#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": "https://pds.example.org/",
            }
        ],
    }


def _covered(text: str, facet: dict[str, object]) -> str:
    index = facet["index"]
    assert isinstance(index, dict)
    return text.encode()[index["byteStart"] : index["byteEnd"]].decode()
