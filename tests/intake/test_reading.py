"""Bytes of a file in, rows out, whichever program wrote it."""

import pytest

from parvis.intake.reading import ROWS_LIMIT, Unreadable, read_file


def cells(content: bytes) -> list[dict[str, str]]:
    return [dict(line.cells) for line in read_file(content).lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_spreadsheets_encodings_are_recognised(encoding: str) -> None:
    assert cells("texte;compte\nÉté à l’œuvre;ponts\n".encode(encoding)) == [
        {"text": "Été à l’œuvre", "accounts": "ponts"}
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_stand_between_cells(delimiter: str) -> None:
    assert cells(f"text{delimiter}date\nHello{delimiter}2027-01-30\n".encode()) == [
        {"text": "Hello", "date": "2027-01-30"}
    ]


def test_a_single_column_may_hold_every_sign_that_stands_between_cells() -> None:
    assert cells(b"text\nOne, two; three\tfour\n") == [{"text": "One, two; three\tfour"}]


def test_the_line_that_tells_excel_what_stands_between_cells_is_no_row() -> None:
    (line,) = read_file("sep=;\r\ntexte;compte\r\nUn, deux;ponts\r\n".encode("cp1252")).lines
    assert (line.number, dict(line.cells)) == (2, {"text": "Un, deux", "accounts": "ponts"})


def test_what_a_french_excel_writes_is_read() -> None:
    written = (
        "\ufefftexte;date;heure\r\n"
        '"Il dit\xa0: ""oui""\nà 3,50\xa0€\t; et après";30/01/2027;18:05:00\r\n'
    )
    assert cells(written.encode()) == [
        {
            "text": 'Il dit\xa0: "oui"\nà 3,50\xa0€\t; et après',
            "date": "30/01/2027",
            "time": "18:05:00",
        }
    ]


@pytest.mark.parametrize("heading", ["Text", "TEXTE", " message ", "Contenu"])
def test_columns_are_known_by_english_and_french_names(heading: str) -> None:
    assert cells(f"{heading},Étiquettes\nHello,une\n".encode()) == [
        {"text": "Hello", "tags": "une"}
    ]


def test_a_cell_may_hold_lines_and_the_rows_still_count_as_in_a_spreadsheet() -> None:
    file = read_file(b'text,date\n"One\r\ntwo",2027-01-30\n\nThree,\n')
    assert [(line.number, line.cells["text"]) for line in file.lines] == [
        (2, "One\ntwo"),
        (4, "Three"),
    ]


def test_columns_that_are_not_known_are_named() -> None:
    assert read_file(b"text,likes\nHello,7\n").left_out == ("likes",)


def test_the_same_cells_have_the_same_print_in_another_order_of_columns() -> None:
    one, other = read_file(b"text,date\nA,2027-01-30\n"), read_file(b"date,text\n2027-01-30,A\n")
    assert one.lines[0].fingerprint == other.lines[0].fingerprint


def test_equal_rows_of_one_file_are_told_apart() -> None:
    first, second = read_file(b"text\nA\nA\n").lines
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"text\n", "no-rows"),
        (b"", "no-columns"),
        (b"likes,date\n7,2027-01-30\n", "no-columns"),
        (b"text,message\na,b\n", "twice"),
        (b'text\n"never closed\n', "broken"),
        (b"text\n\x00\x01\n", "not-text"),
        (b"date,text\n2027-01-30,Hello, world\n", "nameless"),
        (b"date,text,\n2027-01-30,Hello, world\n", "nameless"),
        (b"text\n" + b"a\n" * (ROWS_LIMIT + 1), "too-many-rows"),
        (b"text\n" + b"a" * (4 * 1024 * 1024), "too-large"),
    ],
)
def test_what_cannot_be_read_is_told_by_a_code(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(content)
    assert refused.value.code == code
