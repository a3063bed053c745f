"""The desk in French, and a catalogue without gaps."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client
from django.utils.translation import override, trans_real

import hatch_build
import parvis
from parvis.connections.models import Account, AccountState
from parvis.connections.verbs import ask_to_reconnect
from parvis.people.models import User
from parvis.report.sentences import price_in_words, sentence_for_reason
from parvis.watch.models import KeptTrouble
from tests.cast import scheduled

PACKAGE = Path(parvis.__file__).parent
CATALOGUE = PACKAGE / "locale" / "fr" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[0-9]*[a-z]|<[^>]+>|`[^`]+`")


@pytest.fixture(scope="module", autouse=True)
def _compiled_catalogue() -> None:
    """An editable install compiles it once; here it is the one that lies in the source now."""
    hatch_build.compile_catalogue(CATALOGUE)
    trans_real._translations.clear()


@pytest.fixture(scope="module")
def french() -> Catalog:
    with CATALOGUE.open("rb") as text:
        return read_po(text, locale="fr")


def strings(said: str | tuple[str, ...] | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


def test_nothing_is_untranslated_and_nothing_is_uncertain(french: Catalog) -> None:
    empty = [message.id for message in french if message.id and not all(strings(message.string))]
    uncertain = [message.id for message in french if message.id and message.fuzzy]
    assert (empty, uncertain) == ([], [])


def test_every_sentence_of_the_source_stands_in_the_catalogue(
    french: Catalog, tmp_path: Path, monkeypatch
) -> None:
    if not shutil.which("xgettext"):
        pytest.skip("xgettext (Debian package gettext) finds the sentences in the source")
    copy = tmp_path / "parvis"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "locale"))
    (copy / "locale").mkdir()
    monkeypatch.chdir(copy)
    call_command("makemessages", locale=["fr"], no_location=True, verbosity=0)
    with (copy / "locale" / "fr" / "LC_MESSAGES" / "django.po").open("rb") as text:
        found = read_po(text, locale="fr")
    asked_for = {(message.context, message.id) for message in found if message.id}
    kept = {(message.context, message.id) for message in french if message.id}
    assert len(asked_for) > 300
    assert asked_for - kept == set()


def test_placeholders_and_marks_are_those_of_the_source(french: Catalog) -> None:
    """A plural may leave a number out; nothing may be misspelt or added."""
    for message in french:
        if not message.id or message.context:
            continue
        allowed = {found for text in strings(message.id) for found in PLACEHOLDER.findall(text)}
        for text in strings(message.string):
            assert set(PLACEHOLDER.findall(text)) <= allowed, message.id
        assert set(PLACEHOLDER.findall(strings(message.string)[-1])) == allowed, message.id


def test_french_is_set_as_french_is(french: Catalog) -> None:
    """No-break spaces before tall punctuation and inside of « », and curly apostrophes."""
    for message in french:
        for text in strings(message.string) if message.id else []:
            bare = PLACEHOLDER.sub("x", re.sub(r"https?://|<kbd>.</kbd>", "", text))
            assert not re.search(r"[ \w][;!?»]|« |[ \w]:(?!\w)", bare), text
            assert "'" not in bare, text


@pytest.mark.django_db
def test_a_person_who_chose_french_reads_french(desk: Client, alice: User, ponts: Account) -> None:
    User.objects.update(language="fr")
    KeptTrouble.objects.create(code="no-worker", severity="error", since=Now())
    page = desk.get("/").content.decode()
    assert "Aujourd’hui" in page
    assert "Rien n’est envoyé\xa0: aucun processus de travail ne tourne." in page


@pytest.mark.django_db
def test_times_are_written_the_french_way(desk: Client, ponts: Account) -> None:
    User.objects.update(language="fr")
    delivery = scheduled(ponts)
    here = delivery.due_at.astimezone(ponts.workspace.zone)
    page = desk.get(f"/posts/{delivery.post_id}/").content.decode()
    assert f"{here.hour}\xa0h\xa0{here:%M}" in page


@pytest.mark.django_db
def test_why_an_account_must_reconnect_is_told_in_the_readers_language(
    desk: Client, ponts: Account
) -> None:
    User.objects.update(language="fr")
    ask_to_reconnect(ponts, "In English.", code="token-dead", facts={})
    page = desk.get("/accounts/").content.decode()
    assert Account.objects.get().state == AccountState.NEEDS_RECONNECT
    assert "Le réseau n’accepte plus la permission qu’il avait donnée." in page
    assert "In English." not in page


def test_a_reason_is_told_in_the_readers_language() -> None:
    with override("fr"):
        said = sentence_for_reason("unreachable", {"host": "pds.example.org"})
    assert said == "pds.example.org est injoignable."


def test_prices_are_written_the_french_way() -> None:
    with override("fr"):
        assert price_in_words("0.015", "USD") == "0,015\xa0$"


def test_the_catalogue_is_well_formed() -> None:
    if not shutil.which("msgfmt"):
        pytest.skip("msgfmt (Debian package gettext) checks the catalogue")
    checked = subprocess.run(
        ["msgfmt", "--check-format", "-o", "/dev/null", CATALOGUE], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
