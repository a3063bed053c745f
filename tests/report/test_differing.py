"""Two texts compared word by word."""

import time

from hypothesis import given
from hypothesis import strategies as st

from parvis.report.differing import MOST_WORDS, Mark, difference

OURS = "Open on Saturday from nine to noon."


def marked(ours: str, theirs: str) -> list[tuple[str, str]]:
    return [(each.mark.value, each.text) for each in difference(ours, theirs).stretches]


def said(ours: str, theirs: str, without: Mark) -> str:
    stretches = difference(ours, theirs).stretches
    return "".join(each.text for each in stretches if each.mark is not without)


def test_equal_texts_differ_in_nothing() -> None:
    assert difference(OURS, OURS).is_none
    assert marked(OURS, OURS) == [("", OURS)]


def test_a_changed_word_is_missing_and_another_is_added() -> None:
    assert marked(OURS, OURS.replace("nine", "ten")) == [
        ("", "Open on Saturday from "),
        ("missing", "nine"),
        ("", " "),
        ("added", "ten"),
        ("", " "),
        ("", "to noon."),
    ]


def test_what_is_missing_at_the_end_stands_apart() -> None:
    assert marked("Open late. #ponts", "Open late.") == [
        ("", "Open late."),
        ("", " "),
        ("missing", "#ponts"),
    ]


def test_white_space_and_composed_letters_make_no_difference() -> None:
    assert difference("Un café\n\nà midi", "Un cafe\u0301 a\u0300 midi").is_none


def test_words_are_counted() -> None:
    differs = difference("one two three", "one four five three six")
    assert (differs.missing, differs.added) == (1, 3)


def test_nothing_of_ours_and_all_of_theirs() -> None:
    assert marked("", "Said by hand") == [("added", "Said by hand")]
    assert marked("Never shown", "") == [("missing", "Never shown")]
    assert marked("", "") == []


def test_texts_beyond_measure_are_shown_whole_and_not_compared() -> None:
    ours, theirs = "word " * (MOST_WORDS + 1), "other " * (MOST_WORDS + 1)
    began = time.perf_counter()
    differs = difference(ours, theirs)
    assert time.perf_counter() - began < 1
    assert (differs.added, differs.missing, differs.is_none) == (None, None, False)
    assert "".join(each.text for each in differs.stretches) == theirs


@given(ours=st.text(alphabet="ab \n", max_size=40), theirs=st.text(alphabet="ab \n", max_size=40))
def test_both_texts_can_be_read_out_of_the_comparison(ours: str, theirs: str) -> None:
    assert said(ours, theirs, without=Mark.MISSING).split() == theirs.split()
    assert said(ours, theirs, without=Mark.ADDED).split() == ours.split()
