# SPDX-License-Identifier: Apache-2.0
"""The pages of the vault and of destruction: who comes in, what two people do there, what nobody keeps."""

from __future__ import annotations

import pytest

from nadzor.base import clock
from nadzor.people.models import User
from nadzor.records import audit, vault
from nadzor.records.models import LegalHold, ShredOrder, VaultLook, VaultOpening
from tests.town import CLINIC_OID

ASKED = {"purpose": "court", "because": "court's order 12", "about": "device k-1"}


@pytest.fixture
def site(house):
    """A sealed site of the town's clinic, under a name that is nowhere else."""
    clinic = vault.Clinic(CLINIC_OID, "7707083893", "Больница Ненайденная", "Nowhere Hospital")
    return vault.seal(clinic, home=house, now=clock.now())


@pytest.fixture
def opened(client_of, site):
    """An opening that inspector and head have made."""
    client_of("inspector").post("/vault/ask/", {**ASKED, "sites": site})
    id = VaultOpening.objects.get().pk
    client_of("head").post(f"/vault/{id}/decide/", {"decision": "approve", "because": "read"})
    return id


def text(answer):
    """What a page says."""
    return answer.content.decode()


@pytest.mark.parametrize(
    "language, words", [("ru", "Кто за этой площадкой"), ("en", "Who is behind this site")]
)
def test_two_people_open_and_the_answer_is_kept_nowhere(client_of, site, opened, language, words):
    """Asked, approved, looked at: no-store, marked with who and when, and the card itself names nobody."""
    inspector = client_of("inspector", language)
    assert words in text(inspector.get(f"/vault/{opened}/"))
    answer = inspector.post(f"/vault/{opened}/look/", {"site": site})
    assert ("Больница Ненайденная" if language == "ru" else "Nowhere Hospital") in text(answer)
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    who = User.objects.get(username="inspector")
    assert (who.get_full_name() or who.username) in text(answer)
    card = text(inspector.get(f"/vault/{opened}/"))
    assert "Ненайденная" not in card and "Nowhere" not in card and CLINIC_OID not in card
    assert VaultLook.objects.filter(opening=opened, by="inspector").count() == 1
    assert inspector.get(f"/vault/{opened}/look/").status_code == 405


@pytest.mark.parametrize("role", ["clinic", "manufacturer_admin", "registrar", "operator", None])
def test_others_do_not_come_in(client_of, site, opened, role):
    """A clinic, a maker, the registrar, the operator and the public see neither list nor card nor answer."""
    client = client_of(role)
    for page in ("/vault/", f"/vault/{opened}/", "/vault/ask/"):
        answer = client.get(page)
        assert answer.status_code in {302, 403, 404} and site not in text(answer)
    answer = client.post(f"/vault/{opened}/look/", {"site": site})
    assert answer.status_code in {302, 403, 404} and "Ненайденная" not in text(answer)
    assert VaultLook.objects.count() == 0


def test_the_auditor_reads_and_does_not_look(client_of, site, opened):
    """It sees the request and its people, no button and no answer."""
    auditor = client_of("auditor")
    assert auditor.get("/vault/").status_code == 200
    assert "/look/" not in text(auditor.get(f"/vault/{opened}/"))
    assert auditor.post(f"/vault/{opened}/look/", {"site": site}).status_code == 403


def test_a_refused_form_comes_back_as_typed_and_is_counted(client_of, site):
    """The error stands at its field; nothing was asked."""
    answer = client_of("inspector").post("/vault/ask/", {**ASKED, "because": "", "sites": site})
    assert answer.status_code == 422 and site in text(answer) and 'href="#because"' in text(answer)
    assert not VaultOpening.objects.exists()
    assert client_of("inspector").post("/vault/ask/", {**ASKED, "sites": "s-guess"}).status_code == 404


def test_one_person_approves_nothing_of_their_own(client_of, site):
    """The form is not there, and sent by hand it is refused."""
    head = client_of("head")
    head.post("/vault/ask/", {**ASKED, "sites": site})
    id = VaultOpening.objects.get().pk
    assert f"/vault/{id}/decide/" not in text(head.get(f"/vault/{id}/"))
    given = {"decision": "approve", "because": "mine"}
    assert head.post(f"/vault/{id}/decide/", given).status_code == 403
    assert VaultOpening.objects.get().state == "asked"


def test_a_danger_opens_at_once_and_is_reviewed_on_its_page(client_of, site):
    """Broken by the inspector, closed, judged by the auditor; the list says that it waited."""
    inspector, auditor = client_of("inspector"), client_of("auditor")
    inspector.post("/vault/ask/", {**ASKED, "purpose": "danger", "sites": site, "alone": "yes"})
    id = VaultOpening.objects.get().pk
    inspector.post(f"/vault/{id}/close/")
    assert "Ждёт проверки" in text(auditor.get("/vault/"))
    assert auditor.post(f"/vault/{id}/review/", {"because": "seen"}).status_code == 422
    auditor.post(f"/vault/{id}/review/", {"finding": "justified", "because": "seen"})
    assert VaultOpening.objects.get().finding == "justified"


def test_a_page_that_shows_a_site_leads_to_the_form(client_of, site):
    """The link fills in the pseudonym, and nothing is asked by following it."""
    page = text(client_of("inspector").get(f"/vault/ask/?site={site}&about=event+AE-1"))
    assert site in page and "event AE-1" in page and not VaultOpening.objects.exists()


def test_destruction_has_its_page(client_of, house):
    """Registrar, head and auditor see it; what is refused stands at its field."""
    head, registrar = client_of("head"), client_of("registrar")
    roles = ("auditor", "inspector", "clinic")
    assert [client_of(role).get("/destruction/").status_code for role in roles] == [
        200, 403, 403,
    ]  # fmt: skip
    answer = registrar.post(
        "/destruction/order/", {"installation": "i-x", "month": "2020-01", "because": "over"}
    )
    assert answer.status_code == 404 and 'href="#installation"' in text(answer)
    assert not ShredOrder.objects.exists()
    assert head.post("/destruction/hold/", {"hold-because": "court"}).status_code == 422
    head.post("/destruction/hold/", {"hold-because": "court", "hold-device": "k-1"})
    hold = LegalHold.objects.get()
    assert "court" in text(head.get("/destruction/"))
    assert (
        registrar.post(f"/destruction/hold/{hold.pk}/lift/", {f"lift-{hold.pk}": "over"}).status_code == 403
    )
    head.post(f"/destruction/hold/{hold.pk}/lift/", {f"lift-{hold.pk}": "over"})
    assert audit.entries(verb="records.hold.lift")[0].object == f"hold {hold.pk}"


def test_an_order_waits_for_another_and_then_for_a_hand(client_of, house):
    """The page gives each person the deed that is theirs, and a refusal of it is counted."""
    row = ShredOrder.objects.create(
        installation="i-x", month="2020-01", because="over", asked_by="registrar", asked_at=clock.now()
    )
    head, registrar = client_of("head"), client_of("registrar")
    assert f"/destruction/{row.pk}/decide/" not in text(registrar.get("/destruction/"))
    assert f"/destruction/{row.pk}/decide/" in text(head.get("/destruction/"))
    given = {"decision": "refuse", f"because-{row.pk}": "still needed"}
    assert head.post(f"/destruction/{row.pk}/decide/", given).status_code == 302
    assert ShredOrder.objects.get().decided_because == "still needed"
    assert head.post(f"/destruction/{row.pk}/do/").status_code in {404, 409}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_clinic_counts_an_opening_at_once_and_reads_it_when_it_has_ended(
    client_of, site, opened, language
):
    """While it runs the day alone; closed, purpose and grounds; no other owner, no pseudonym."""
    inspector, clinic = client_of("inspector"), client_of("clinic", language)
    purposes = {"ru": "Судебный акт", "en": "A court&#x27;s order"}
    before = text(clinic.get("/reads/"))
    inspector.post(f"/vault/{opened}/look/", {"site": site})
    running = text(clinic.get("/reads/"))
    assert running != before and purposes[language] not in running and "order 12" not in running
    inspector.post(f"/vault/{opened}/close/")
    ended = text(clinic.get("/reads/"))
    assert purposes[language] in ended and "order 12" in ended
    maker = text(client_of("manufacturer_admin", language).get("/reads/"))
    assert purposes[language] not in maker and site not in maker + ended
