# SPDX-License-Identifier: Apache-2.0
"""Routine letters: what may be written to a site, what is refused, and when the relay hands it over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.answer_letter import answer_letter, open_letter
from nadzor.actions.declare_interest import declare_interest
from nadzor.actions.import_register import import_register
from nadzor.actions.name_no_clinic import clinic_in
from nadzor.actions.redact_answer import open_answer, redact_answer
from nadzor.actions.write_letter import Letter, hand_over_letters, write_letter
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation, User
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.records.models import Notice
from nadzor.register.models import Device
from nadzor.vigilance.held_answers import answer_opened
from nadzor.vigilance.letters import letter, letter_counts, letter_of_site
from nadzor.vigilance.models import SiteLetter
from tests.openings import AUDITOR, CLINIC, HEAD, INSPECTOR, OTHER, sites
from tests.register_samples import NOW, device, register

pytestmark = pytest.mark.django_db
WARD = Person("ward", "ward", Role.CLINIC, "quiet-ward")
LATER = NOW + timedelta(days=1)
ASKED = "Which monitors do you read on?"
TELEPHONE = "+7 999 123-45-67"
PERSONAL = f"Ask our physicist: {TELEPHONE}."


@pytest.fixture
def pair(home):
    """Two clinics of the register, the first with an account, and their sites."""
    for code, clinic in (("quiet-ward", CLINIC), ("loud-ward", OTHER)):
        Organisation.objects.create(
            code=code, name_ru=clinic.name_ru, name_en=clinic.name_en, oid=clinic.oid, kind="clinic"
        )
    quiet = Organisation.objects.get(code="quiet-ward")
    User.objects.create(username="ward", role=Role.CLINIC.value, organisation=quiet)
    return sites(home)


def refused(deed, *given, **more):
    """The code of a refusal."""
    with pytest.raises(Refusal) as found:
        deed(*given, **more)
    return found.value.code


def wrote(home, site, *, by=INSPECTOR, kind="general", text=ASKED, about=""):
    """One letter."""
    return write_letter(home, Letter(site=site, kind=kind, text=text, about=about), by=by, now=NOW)


def test_letters_of_a_day_go_together_and_say_the_same(home, pair):
    """Nothing on the day itself; then one notice for each clinic, one text; reached where an account is."""
    first, second = (wrote(home, site) for site in pair)
    assert hand_over_letters(home, now=NOW) == 0 and not Notice.objects.filter(subject="letter").exists()
    assert hand_over_letters(home, now=LATER) == 1
    assert hand_over_letters(home, now=LATER) == 0
    told = Notice.objects.filter(subject="letter").order_by("id")
    assert [one.organisation_code for one in told] == ["loud-ward", "quiet-ward"]
    assert len({one.text_ru for one in told}) == 1
    assert [letter(INSPECTOR, number).state for number in (first, second)] == ["reached", "unreached"]
    counts = letter_counts(HEAD)
    assert (counts.written, counts.reached, counts.unreached, counts.waiting) == (2, 1, 1, 2)


def test_the_same_letter_again_is_the_same_letter(home, pair):
    """A double click writes one."""
    assert wrote(home, pair[0]) == wrote(home, pair[0])
    assert SiteLetter.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": "love"}, "letter.kind"),
        ({"kind": "event", "about": "AE-2026-000009"}, "letter.about"),
        ({"kind": "gap", "about": "nothing"}, "letter.about"),
        ({"about": "k-1"}, "letter.about"),
        ({"text": " "}, "letter.text"),
        ({"text": "х" * 2001}, "letter.text"),
        ({"text": "Больница тихая, это вы?"}, "letter.names-clinic"),
        ({"text": "Call me: +7 999 123-45-67"}, "vigilance.told-personal"),
        ({"by": AUDITOR}, "people.inspector-only"),
    ],
)
def test_what_must_not_be_sent_is_refused(home, pair, more, code):
    """Kind, affair, length, a clinic's name, a person's detail, a stranger; nothing is kept."""
    assert refused(wrote, home, pair[0], **more) == code
    assert not SiteLetter.objects.exists()


def test_a_site_nobody_sealed_gets_no_letter(home, pair):
    """Unknown, as for an opening."""
    assert refused(wrote, home, "s-aaaaaaaaaaaa") == "vault.unknown"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ваш ИНН 7707 083 893", "inn"),
        ("OID 1.2. 643.5.1.13.13.12.2.77.8312", "oid"),
        ("ОГРН 1027700132195", "ogrn"),
        ("the quiet  HOSPITAL, no?", "name"),
        ("«Больница\u200b Тихая»", "name"),
        ("a quiet room of a hospital, 3 monitors, 12.10.2026", ""),
        ("в больнице тихо, 2026 год, модель 4472", ""),
    ],
)
def test_a_clinic_is_found_however_it_is_written(pair, text, kind):
    """Numbers with blanks, names in any case, signs nobody sees; plain words are plain."""
    assert clinic_in(text) == kind


def test_an_answer_is_kept_once_under_a_pseudonym(home, pair):
    """Opened, answered, the same again is no fault, another is; the account stands nowhere."""
    number = wrote(home, pair[0])
    assert [open_letter(home, number, by=WARD, now=NOW) for _ in range(2)] == [True, False]
    assert (
        refused(answer_letter, home, number, "Мы Больница Тихая", by=WARD, now=NOW) == "letter.names-clinic"
    )
    for _ in range(2):
        answer_letter(home, number, "Two monitors.", by=WARD, now=NOW)
    assert refused(answer_letter, home, number, "Three.", by=WARD, now=NOW) == "letter.answered"
    card = letter(INSPECTOR, number)
    assert (card.answer, card.state, card.answered_by[:2]) == ("Two monitors.", "answered", "u-")
    assert letter_of_site(pair[0], number).answer == "Two monitors."


def test_an_answer_that_names_a_person_counts_and_is_held(home, pair):
    """Answered on its day, told to the desk, the same again is no fault; its words lie sealed in no table."""
    number = wrote(home, pair[0])
    for _ in range(2):
        answer_letter(home, number, PERSONAL, by=WARD, now=NOW)
    assert refused(answer_letter, home, number, "Three.", by=WARD, now=NOW) == "letter.answered"
    card, own = letter(INSPECTOR, number), letter_of_site(pair[0], number)
    assert (card.state, card.answer, card.answered_at, card.held_kind) == ("held", "", NOW, "phone")
    assert (own.held, own.answer, own.answered_at) == (True, "", NOW)
    counts = letter_counts(HEAD)
    assert (counts.answered, counts.held, counts.waiting) == (1, 1, 0)
    kept = repr([*SiteLetter.objects.values(), *Notice.objects.values(), *audit.entries(limit=99)])
    assert TELEPHONE not in kept and "names a person" in kept


def test_a_held_answer_is_opened_on_record_and_released_clean(home, pair):
    """By the desk alone, never with a person or a clinic still in it, once; the original stays sealed."""
    number = wrote(home, pair[0])
    assert refused(open_answer, home, number, by=HEAD, now=NOW) == "letter.not-held"
    answer_letter(home, number, PERSONAL, by=WARD, now=NOW)
    assert refused(open_answer, home, number, by=AUDITOR, now=NOW) == "people.inspector-only"
    assert refused(open_answer, home, "L-2026-999999", by=HEAD, now=NOW) == "letter.unknown"
    assert open_answer(home, number, by=INSPECTOR, now=NOW) == PERSONAL
    for text, code in ((PERSONAL, "vigilance.told-personal"), ("Quiet Hospital", "letter.names-clinic")):
        assert refused(redact_answer, number, text, by=HEAD, now=NOW) == code
    redact_answer(number, "Call ▮▮▮.", by=HEAD, now=NOW)
    card, own = letter(INSPECTOR, number), letter_of_site(pair[0], number)
    assert (card.state, card.answer, own.answer, own.released_at) == (
        "answered",
        "Call ▮▮▮.",
        "Call ▮▮▮.",
        NOW,
    )
    answer_letter(home, number, PERSONAL, by=WARD, now=NOW)
    assert answer_opened(home, SiteLetter.objects.get()) == PERSONAL
    assert refused(redact_answer, number, "Again.", by=HEAD, now=NOW) == "letter.not-held"
    verbs = [link.verb.rsplit(".", 1)[1] for link in audit.walk()]
    assert verbs[-2:] == ["read", "release"]


def test_an_interest_bars_the_redaction(home, pair):
    """Whoever declared an interest in the maker of the device a letter is about does not open its answer."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    (row,) = Device.objects.all()
    number = wrote(home, pair[0], kind="gap", about=row.code)
    answer_letter(home, number, PERSONAL, by=WARD, now=NOW)
    declare_interest(row.maker.code, why="a relative works there", by=INSPECTOR, now=NOW)
    assert refused(open_answer, home, number, by=INSPECTOR, now=NOW) == "filing.interest"
    assert open_answer(home, number, by=HEAD, now=NOW) == PERSONAL


def test_a_seal_of_an_answer_that_was_touched_does_not_open(home, pair):
    """A changed byte is a refusal, not another text."""
    number = wrote(home, pair[0])
    answer_letter(home, number, PERSONAL, by=WARD, now=NOW)
    SiteLetter.objects.update(sealed=b"x" * 50)
    assert refused(open_answer, home, number, by=HEAD, now=NOW) == "letter.answer-damaged"


def test_others_letters_do_not_exist(home, pair):
    """A clinic of another site, and a desk that asks for no number."""
    number = wrote(home, pair[1])
    for deed in (open_letter, lambda *a, **k: answer_letter(*a, "no", **k)):
        assert refused(deed, home, number, by=WARD, now=NOW) == "letter.unknown"
    assert refused(letter, INSPECTOR, "L-2026-999999") == "letter.unknown"
    assert refused(letter, WARD, number) == "people.inspector-only"
