# SPDX-License-Identifier: Apache-2.0
"""What a clinic may say and see: its own site alone, once, without names; who is told, and what is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nadzor.actions.clinic_systems import clinic_systems
from nadzor.actions.furnish_clinic import furnish_clinic
from nadzor.actions.import_register import import_register
from nadzor.actions.issue_token import issue_token
from nadzor.actions.remind_clinics import remind_clinics
from nadzor.actions.report_missing import OPEN_MAX, answer_missing, report_missing
from nadzor.actions.state_volume import Word, state_volume
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation, User
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, vault
from nadzor.records.models import Notice
from nadzor.register import clinic_words
from nadzor.register.models import Device, Installation, MissingInstallation, VolumeStatement
from tests.register_samples import CLINIC_OID, NOW, OTHER_OID, device, register

pytestmark = pytest.mark.django_db
CLINIC = Person("anna", "Anna", Role.CLINIC, organisation="ward")
INSPECTOR = Person("ivan", "Ivan", Role.INSPECTOR)
QUARTER = "2026-Q3"


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device()), by=CONSOLE, now=NOW)
    Organisation.objects.create(code="ward", name_ru="Палата", name_en="Ward", kind="clinic", oid=CLINIC_OID)
    Organisation.objects.create(code="room", name_ru="Кабинет", name_en="Room", kind="clinic", oid=OTHER_OID)
    Organisation.objects.create(code="nameless", name_ru="Без", name_en="None", kind="clinic")


def installed(home, oid=CLINIC_OID, name="i-000000000001"):
    """An installation of the sample device in a clinic."""
    site = vault.pseudonym(oid, home=home)
    return Installation.objects.create(id=name, device=Device.objects.get(), site=site, created=NOW)


def refused(deed, *given, **how):
    """The code of a refusal."""
    with pytest.raises(Refusal) as refusal:
        deed(*given, **how)
    return refusal.value.code


def test_a_site_is_its_clinics_alone(home):
    """Two clinics, two sites; without figures the installation stands there as one that was never heard."""
    mine, other = installed(home), installed(home, OTHER_OID, "i-000000000002")
    found = clinic_systems(home, by=CLINIC, today=NOW.date())
    assert [one.installation for one in found.systems] == [mine.pk] != [other.pk]
    assert found.systems[0].warnings == ("nothing",) and str(found.quarter) == QUARTER


@pytest.mark.parametrize(
    "by, code",
    [
        (None, "people.clinic-only"),
        (INSPECTOR, "people.clinic-only"),
        (CONSOLE, "people.clinic-only"),
        (Person("x", "x", Role.CLINIC), "people.clinic-only"),
        (Person("x", "x", Role.CLINIC, organisation="nameless"), "clinic.no-oid"),
    ],
)
def test_nobody_else_speaks_for_a_clinic(home, by, code):
    """Not the inspector, not the console, not a clinic without its OID."""
    assert refused(clinic_systems, home, by=by, today=NOW.date()) == code
    assert refused(report_missing, home, "MRI", by=by, now=NOW) == code
    assert refused(state_volume, home, Word("i-1", QUARTER, "more"), by=by, now=NOW) == code


def test_a_suspended_device_is_warned_of(home):
    """The register's state stands on the clinic's page."""
    installed(home)
    Device.objects.update(status="suspended")
    (one,) = clinic_systems(home, by=CLINIC, today=NOW.date()).systems
    assert "suspended" in one.warnings


def test_a_claim_is_sealed_and_told_blind(home):
    """The site is sealed in the vault; neither the deed nor the row joins the account to it by name."""
    card = report_missing(home, "MRI, room 5", device="ai-901", by=CLINIC, now=NOW)
    assert vault.unseal(card.site, home=home).oid == CLINIC_OID
    row = MissingInstallation.objects.get()
    (entry,) = audit.entries(verb="register.missing.report")
    assert "anna" not in f"{row.by} {entry}" and "ward" not in f"{entry}"
    maker = Notice.objects.get(organisation_code="luchik")
    assert card.site not in maker.text_ru + maker.text_en and str(card.id) in maker.text_en
    assert Notice.objects.get(role="inspector").text_en.count(card.site) == 1
    assert audit.verify() == []


def test_a_claim_is_checked(home):
    """Empty, long, personal, unknown device, too many at once: each refused by name."""
    assert refused(report_missing, home, "  ", by=CLINIC, now=NOW) == "clinic.told"
    assert refused(report_missing, home, "a@example.org", by=CLINIC, now=NOW) == "clinic.told-personal"
    unknown = {"device": "ai-000", "by": CLINIC, "now": NOW}
    assert refused(report_missing, home, "MRI", **unknown) == "register.device-unknown"
    for _ in range(OPEN_MAX):
        report_missing(home, "MRI", by=CLINIC, now=NOW)
    assert refused(report_missing, home, "MRI", by=CLINIC, now=NOW) == "clinic.too-many"


def test_an_answer_comes_once_and_reaches_the_clinic_blind(home):
    """The relay finds the clinic without opening a seal; the notice names no claim."""
    card = report_missing(home, "MRI", by=CLINIC, now=NOW)
    assert refused(answer_missing, home, card.id, "Yes.", by=CLINIC, now=NOW) == "people.inspector-only"
    done = answer_missing(home, card.id, "Connected next week.", by=INSPECTOR, now=NOW)
    assert (done.answer, clinic_words.missing(site=card.site)) == ("Connected next week.", [done])
    notice = Notice.objects.get(organisation_code="ward")
    assert (notice.subject, str(card.id) in notice.text_en) == ("clinic", False)
    assert refused(answer_missing, home, card.id, "Again.", by=INSPECTOR, now=NOW) == "clinic.answered"
    assert refused(answer_missing, home, 999, "Whom?", by=INSPECTOR, now=NOW) == "clinic.claim-unknown"


def test_claims_that_wait_stand_first(home):
    """Then the answered ones, the newest first; a device's own can be asked for."""
    first, second, third = (report_missing(home, f"MRI {n}", by=CLINIC, now=NOW) for n in range(3))
    report_missing(home, "CT", device="ai-901", by=CLINIC, now=NOW)
    answer_missing(home, third.id, "Seen.", by=INSPECTOR, now=NOW)
    assert [one.told for one in clinic_words.missing()] == ["CT", second.told, first.told, third.told]
    assert [one.told for one in clinic_words.missing(device="ai-901")] == ["CT"]


def test_a_quarter_is_said_once_with_the_number_shown(home):
    """Kept under a pseudonym of the account; a contradiction is told to inspectors, agreement is not."""
    one, two = installed(home), installed(home, name="i-000000000003")
    state_volume(home, Word(one.pk, QUARTER, "about_right"), by=CLINIC, now=NOW)
    assert not Notice.objects.filter(role="inspector").exists()
    card = state_volume(home, Word(two.pk, QUARTER, "not_used"), by=CLINIC, now=NOW)
    assert card.contradicts and Notice.objects.get(role="inspector").text_en.count(two.pk) == 1
    assert clinic_words.quarters() == [QUARTER]
    assert "anna" not in f"{VolumeStatement.objects.values_list('by')} {list(audit.walk())}"
    again = Word(one.pk, QUARTER, "fewer")
    assert refused(state_volume, home, again, by=CLINIC, now=NOW) == "clinic.volume-stated"


@pytest.mark.parametrize(
    "word, code",
    [
        (Word("i-000000000002", QUARTER, "more"), "clinic.installation-unknown"),
        (Word("i-000000000009", QUARTER, "more"), "clinic.installation-unknown"),
        (Word("i-000000000001", QUARTER, "twice"), "clinic.answer"),
        (Word("i-000000000001", "2026-Q4", "more"), "clinic.quarter"),
        (Word("i-000000000001", "2026-Q2", "more"), "clinic.quarter"),
    ],
)
def test_a_word_is_checked(home, word, code):
    """Another clinic's installation does not exist; only the last whole quarter is asked about."""
    installed(home), installed(home, OTHER_OID, "i-000000000002")
    assert refused(state_volume, home, word, by=CLINIC, now=NOW) == code
    assert not VolumeStatement.objects.exists()


def test_a_test_bench_is_no_system(home):
    """What reports to the sandbox is neither shown nor confirmed."""
    bench = installed(home)
    Installation.objects.update(sandbox=True)
    assert clinic_systems(home, by=CLINIC, today=NOW.date()).systems == ()
    word = Word(bench.pk, QUARTER, "more")
    assert refused(state_volume, home, word, by=CLINIC, now=NOW) == "clinic.installation-unknown"


def test_every_clinic_is_reminded_once_a_quarter(home):
    """From the tenth, each clinic with an OID, whatever works there; a second run tells nobody."""
    issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=NOW)
    early, due = datetime(2027, 1, 9, 12, tzinfo=UTC), datetime(2027, 1, 10, 12, tzinfo=UTC)
    assert [remind_clinics(now=moment) for moment in (early, due, due)] == [0, 2, 0]
    told = Notice.objects.filter(subject="clinic")
    assert sorted(told.values_list("organisation_code", flat=True)) == ["room", "ward"]
    assert all("2026-Q4" in one.text_ru for one in told)
    (entry,) = audit.entries(verb="register.volume.remind")
    assert "ward" not in f"{entry}"


def test_the_demonstration_lets_the_clinic_speak_once(home):
    """A claim and a quarter that does not agree; a second run adds nothing, and no clinic is no failure."""
    assert furnish_clinic(home, now=NOW) == 0
    user = User.objects.create(username="clinic", role="clinic")
    user.organisation = Organisation.objects.get(code="ward")
    user.save()
    assert furnish_clinic(home, now=NOW) == 0
    installed(home)
    assert [furnish_clinic(home, now=NOW) for _ in range(2)] == [2, 0]
    assert [one.answer for one in clinic_words.volumes()] == ["more"] and len(clinic_words.missing()) == 1
