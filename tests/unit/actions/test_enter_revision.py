# SPDX-License-Identifier: Apache-2.0
"""Decisions become editions: the entry, its history and its tables say the same."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from nadzor.actions.correct_entry import correct_entry, enter_number
from nadzor.actions.enter_revision import EFFECTS, enter_amendment, enter_registration, enter_version, suspend
from nadzor.actions.import_register import import_register
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.procedures.moves import EFFECTS as EFFECTS_OF_MOVES
from nadzor.records import audit
from nadzor.register import queries, revisions
from nadzor.register.models import Device, Filing, Revision
from tests.register_samples import DEVICE, MAKER, NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
HEAD = Person("head", "Head", Role.HEAD)
TODAY = date(2026, 11, 21)
FORM: dict[str, Any] = {
    **{name: DEVICE[name] for name in ("name", "intended_use", "risk_class", "ai", "transmits")},
    **{name: DEVICE[name] for name in ("field", "solution_type", "modality", "claims", "scales")},
    "version": "1.0",
    "released_on": "2026-10-01",
    "builds": ["b" * 64],
    "duty_paid": "what the register does not keep",
}


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


def filing(number="2026-000001", *, form=None, device=None, procedure="registration_simplified"):
    """A filing as `move_filing` holds it when the decision falls."""
    return Filing.objects.create(
        number=number, procedure=procedure, state="deciding", title_ru="Т", title_en="T",
        device=Device.objects.get(code=device) if device else None,
        maker=Organisation.objects.get(code="luchik"), form=FORM if form is None else form,
        opened_by="m", opened_at=NOW, changed_at=NOW,
    )  # fmt: skip


def in_step(code: str) -> bool:
    """Whether the tables say what the newest edition says."""
    return revisions.current(code) == revisions.as_of(code, valid_on=TODAY + timedelta(days=99))


def test_a_registration_makes_an_entry():
    """All of it from the form; the number is a draft of ours until the official one is known."""
    case = filing()
    code = enter_registration(case.number, by=HEAD, now=NOW)
    case.refresh_from_db()
    entry = revisions.current(code)
    assert (code, case.device.code) == ("ai-2026-000001", code)
    assert (entry.number, entry.status, entry.registered_on) == ("ПРОЕКТ 2026-000001", "registered", TODAY)
    assert [(row.version, row.registered_on) for row in entry.versions] == [("1.0", TODAY)]
    assert [row.metric for row in entry.claims] == ["sensitivity"]
    assert entry.scales[0].edges == (2500, 5000, 7500)
    (card,) = revisions.history(code)
    assert (card.cause, card.filing) == ("registration", case.number)
    assert (card.valid_from, card.known_at) == (TODAY, NOW)
    assert in_step(code)
    (deed,) = audit.entries(verb="register.entry.registration")
    assert (deed.object, deed.by, deed.because) == (f"device {code}", "head", f"filing {case.number}")


def test_a_registration_is_entered_once():
    """A second call is refused, and an official number that another device carries as well."""
    case = filing()
    with pytest.raises(Refusal, match=r"register\.number-taken"):
        enter_registration(case.number, number="P3H 2025/90901", by=HEAD, now=NOW)
    enter_registration(case.number, number="РЗН 2026/90950", by=HEAD, now=NOW)
    with pytest.raises(Refusal, match=r"register\.already-entered"):
        enter_registration(case.number, by=HEAD, now=NOW)
    assert Device.objects.count() == 3


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"risk_class": "4"}, "$.form.risk_class"),
        ({"modality": "??"}, "$.form.modality"),
        ({"released_on": "2030-01-01"}, "$.form"),
        ({"claims": [{**DEVICE["claims"][0], "value": 2}]}, "$.form"),
    ],
)
def test_a_form_that_makes_no_entry_is_refused(changes, at):
    """The place is named and nothing is entered."""
    case = filing(form={**FORM, **changes})
    with pytest.raises(Refusal, match=r"register\.entry-form") as refused:
        enter_registration(case.number, by=HEAD, now=NOW)
    assert refused.value.at == at
    assert Device.objects.count() == 2


def test_a_version_is_entered_as_registered():
    """The simplified amendment adds one version and touches nothing else."""
    case = filing(device="ai-901", form={"version": "1.1", "released_on": "2026-10-01", "builds": ["c" * 64]})
    enter_version(case.number, by=HEAD, now=NOW)
    assert [card.version for card in queries.versions("ai-901")] == ["1.0", "1.1"]
    newest = revisions.history("ai-901")[-1]
    assert (newest.cause, [difference.key for difference in newest.changed]) == ("version", ["versions/1.1"])
    assert in_step("ai-901")


def test_builds_of_a_released_version_remain():
    """A version known before keeps its builds when it is registered with another."""
    case = filing(device="ai-901", form={"version": "1.0", "released_on": "2025-01-10", "builds": ["0" * 64]})
    enter_version(case.number, by=HEAD, now=NOW)
    assert queries.versions("ai-901")[0].builds == ("0" * 64, "a" * 64)
    assert in_step("ai-901")


def test_an_amendment_changes_what_the_form_names():
    """Name, use and claims; what the form does not name stays."""
    form = {
        "name": {"ru": "Лучик «Лёгкие-2»", "en": "Luchik Lung 2"},
        "claims": [],
        "scales": [{"finding": "mass", "bins": 2}],
    }
    enter_amendment(filing(device="ai-901", form=form).number, by=HEAD, now=NOW)
    entry = revisions.current("ai-901")
    assert (entry.name.en, entry.claims, entry.risk_class) == ("Luchik Lung 2", (), "3")
    assert [row.finding for row in entry.scales] == ["lung_nodule", "mass"]
    assert [card.code for card in queries.search("Lung2")] == ["ai-901"]
    assert in_step("ai-901")


def test_an_amendment_of_papers_alone_makes_no_edition():
    """The dossier changed; the entry says what it said."""
    enter_amendment(filing(device="ai-901", form={"paper": "instructions"}).number, by=HEAD, now=NOW)
    assert len(revisions.history("ai-901")) == 1


def test_a_renamed_maker_is_renamed_in_all_its_entries():
    """An entry names its maker, so the maker's other device gets an edition, too."""
    other = device(code="ai-903", number="РЗН 2025/90903")
    import_register(register(other), by=CONSOLE, now=NOW)
    form = {"maker": {"name": {"ru": "ООО «Луч»", "en": "Luch LLC"}}}
    enter_amendment(filing(device="ai-901", form=form).number, by=HEAD, now=NOW)
    for code in ("ai-901", "ai-903"):
        assert revisions.history(code)[-1].entry.maker.name.en == "Luch LLC"
        assert in_step(code)
    assert len(revisions.history("ai-902")) == 1


def test_a_new_representative_must_be_known():
    """A code of another kind of organisation is refused."""
    import_register(
        register(organisations=[{**MAKER, "code": "zastup", "kind": "representative", "inn": "7736050003"}]),
        by=CONSOLE,
        now=NOW,
    )
    case = filing(device="ai-902", form={"representative": "zastup"})
    enter_amendment(case.number, by=HEAD, now=NOW)
    assert revisions.current("ai-902").representative.code == "zastup"
    bad = filing("2026-000002", device="ai-902", form={"representative": "luchik"})
    with pytest.raises(Refusal, match=r"register\.entry-form"):
        enter_amendment(bad.number, by=HEAD, now=NOW)


@pytest.mark.parametrize(
    ("effect", "status"),
    [
        ("suspend_device", "suspended"),
        ("resume_device", "registered"),
        ("cancel_device", "cancelled"),
        ("reinstate_device", "registered"),
    ],
)
def test_a_registration_is_turned(effect, status):
    """Each effect leads to its state, once; repeating it writes no second edition."""
    start = "registered" if status != "registered" else "suspended"
    ruling = {"because": "x", "cause": "court", "status": start}
    correct_entry("ai-901", ruling, valid_from=TODAY, by=HEAD, now=NOW)
    case = filing(device="ai-901")
    EFFECTS[effect](case.number, by=HEAD, now=NOW)
    EFFECTS[effect](case.number, by=HEAD, now=NOW)
    assert queries.device("ai-901").status == status
    assert len(Revision.objects.filter(filing=case)) == 1
    assert in_step("ai-901")


def test_every_effect_of_a_move_has_its_hand():
    """The table of moves and this file name the same effects."""
    assert set(EFFECTS) == set(EFFECTS_OF_MOVES) - {""}


def test_an_edition_without_a_device_is_refused():
    """A filing for registration has nothing to suspend yet."""
    with pytest.raises(Refusal, match=r"register\.device-unknown"):
        suspend(filing().number, by=HEAD, now=NOW)


def test_a_court_reaches_back_without_pretending():
    """What is decided late holds from its day, is known from now, and spares what was set anew since."""
    enter_version(
        filing(device="ai-901", form={"version": "1.1", "released_on": "2026-01-10"}).number,
        by=HEAD, now=NOW, valid_from=date(2026, 2, 1),
    )  # fmt: skip
    later = NOW + timedelta(days=3)
    form = {"because": "A40-1/2026", "cause": "court", "name": {"ru": "Иное", "en": "Other"}}
    took = correct_entry("ai-901", form, valid_from=date(2025, 6, 1), by=HEAD, now=later)
    assert took == 2
    told = {
        (day, known): revisions.as_of("ai-901", valid_on=day, known_at=known)
        for day in (date(2025, 4, 1), date(2025, 7, 1), date(2026, 3, 1))
        for known in (NOW, later)
    }
    assert {place: entry.name.en for place, entry in told.items() if entry.name.en == "Other"} == {
        (date(2025, 7, 1), later): "Other",
        (date(2026, 3, 1), later): "Other",
    }
    assert len(told[date(2026, 3, 1), later].versions) == 2
    assert in_step("ai-901")


def test_a_correction_says_why_and_since_when():
    """Grounds, a known cause, a known state, a day inside the entry's life."""
    good = {"because": "typing error", "cause": "correction", "risk_class": "2b"}
    for form, at in [
        ({**good, "because": " "}, "$.form.because"),
        ({**good, "cause": "whim"}, "$.form.cause"),
        ({**good, "status": "gone"}, "$.form.status"),
    ]:
        with pytest.raises(Refusal, match=r"register\.entry-form") as refused:
            correct_entry("ai-901", form, valid_from=TODAY, by=HEAD, now=NOW)
        assert refused.value.at == at
    for day in (date(2025, 3, 2), TODAY + timedelta(days=1)):
        with pytest.raises(Refusal, match=r"register\.valid-from"):
            correct_entry("ai-901", good, valid_from=day, by=HEAD, now=NOW)
    with pytest.raises(Refusal, match=r"people\.registrar-only"):
        correct_entry("ai-901", good, valid_from=TODAY, by=Person("i", "I", Role.INSPECTOR), now=NOW)
    assert len(revisions.history("ai-901")) == 1


def test_the_official_number_takes_the_place_of_the_draft():
    """In one spelling; a number of another device is refused."""
    code = enter_registration(filing().number, by=HEAD, now=NOW)
    assert enter_number(code, "№ P3H 2026/90950", by=HEAD, now=NOW) == "РЗН 2026/90950"
    assert [card.cause for card in revisions.history(code)] == ["registration", "number"]
    assert queries.search("90950")[0].code == code
    with pytest.raises(Refusal, match=r"register\.number-taken"):
        enter_number(code, "РЗН 2025/90901", by=HEAD, now=NOW)


def test_an_import_remembers_and_a_second_one_adds_nothing():
    """The first edition is the file's; each version holds from its own date."""
    newer = {"version": "1.1", "released_on": "2025-08-01", "registered_on": "2025-09-01"}
    versions = [*DEVICE["versions"], newer]
    rows = register(device(code="ai-904", number="РЗН 2025/90904", versions=versions, status="suspended"))
    import_register(rows, by=CONSOLE, now=NOW)
    import_register(rows, by=CONSOLE, now=NOW + timedelta(days=1))
    told = [(card.valid_from, [one.key for one in card.changed]) for card in revisions.history("ai-904")]
    assert [day for day, _ in told] == [date(2025, 3, 3), date(2025, 9, 1), TODAY]
    assert told[1:] == [(date(2025, 9, 1), ["versions/1.1"]), (TODAY, ["status"])]
    assert revisions.as_of("ai-904", valid_on=date(2025, 3, 2)) is None


def test_an_import_that_changes_an_entry_adds_an_edition():
    """From the day of the import, since a file does not say since when."""
    import_register(register(device(transmits=False)), by=CONSOLE, now=NOW + timedelta(days=1))
    newest = revisions.history("ai-901")[-1]
    assert (newest.number, newest.cause, newest.valid_from) == (2, "import", TODAY + timedelta(days=1))
    assert [(one.before.en, one.after.ru) for one in newest.changed] == [("yes", "нет")]


def test_a_deed_undone_leaves_no_edition():
    """Edition, tables and audit fall together."""
    case = filing(device="ai-901")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        suspend(case.number, by=HEAD, now=NOW)
        raise ZeroDivisionError
    assert (len(revisions.history("ai-901")), queries.device("ai-901").status) == (1, "registered")


def test_a_suspended_device_goes_on_reporting_and_a_cancelled_one_does_not(home):
    """Suspension forbids use, not reporting: what still runs must be seen."""
    from nadzor.actions.enrol_installation import enrol_installation
    from nadzor.actions.issue_token import issue_token
    from tests.register_samples import CLINIC_OID

    token = issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=NOW)
    made = enrol_installation(home, token=token, public_key="A" * 43 + "=", now=NOW)
    case = filing(device="ai-901")
    suspend(case.number, by=HEAD, now=NOW)
    assert set(queries.directory_entries()) == {made.installation}
    EFFECTS["cancel_device"](case.number, by=HEAD, now=NOW)
    assert queries.directory_entries() == {}


def test_editions_are_only_added():
    """Neither changed nor deleted, not even by a mistake of ours."""
    row = Revision.objects.first()
    with pytest.raises(TypeError, match="only added"):
        row.save()
    with pytest.raises(TypeError, match="never deleted"):
        row.delete()
