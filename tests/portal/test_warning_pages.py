# SPDX-License-Identifier: Apache-2.0
"""Warnings on pages: a clinic's letter and answer, a desk's counts, a maker's guarded ones, notices."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from nadzor.actions.send_warnings import send_warnings
from nadzor.base import clock
from nadzor.people.models import Organisation, User
from nadzor.records import audit, vault
from nadzor.register.models import Filing, FilingStep, Installation
from nadzor.vigilance.models import AdverseEvent, EventDocument, PublicNotice, SafetyWarning, WarningCopy
from tests.town import CLINIC_OID

SITE = re.compile(r"\bs-[a-z2-7]{12}\b")


@pytest.fixture
def device(house):
    """A device that works at the clinic whose account there is."""
    site = vault.pseudonym(CLINIC_OID, home=house)
    return Installation.objects.filter(site=site).first().device


def moved(device, verb, start, to):
    """A step of a case as the machine of filings writes it."""
    now = clock.now()
    filing, _ = Filing.objects.get_or_create(
        number="2026-990001", procedure="case", device=device, maker=device.maker,
        defaults={"state": to, "title_ru": "Дело", "title_en": "Case", "opened_by": "inspector",
                  "opened_at": now, "changed_at": now, "filed_on": clock.today()},
    )  # fmt: skip
    FilingStep.objects.create(
        filing=filing, at=now, on=clock.today(), verb=verb, start=start, to=to, by="head", role="head",
        because="Пропуски подтверждены.", facts={"norm_cite": "cancellation.grounds"},
    )  # fmt: skip


def sent(house, device, verb="suspend", start="weighing", to="suspended"):
    """The warning that a step calls for."""
    moved(device, verb, start, to)
    send_warnings(house, now=clock.now())
    return SafetyWarning.objects.filter(device=device.code).order_by("-pk").first()


@pytest.mark.parametrize("language, words", [("ru", "Применение приостановлено"), ("en", "Use suspended")])
def test_a_clinic_reads_answers_and_is_asked_no_more(client_of, house, device, language, words):
    """Banner, letter, one answer; the same again is no fault, another one is; no pseudonym on any page."""
    found = sent(house, device)
    client = client_of("clinic", language)
    assert words in client.get("/clinic/").content.decode()
    letter = client.get(f"/clinic/warnings/{found.number}/").content.decode()
    assert words in letter and not SITE.search(letter)
    copy = WarningCopy.objects.get(warning=found, site=vault.pseudonym(CLINIC_OID, home=house))
    assert copy.opened_at is not None and copy.confirmed_at is None
    address = f"/clinic/warnings/{found.number}/confirm/"
    assert client.post(address, {"answer": "watching"}).status_code == 422
    assert [client.post(address, {"answer": "stopped"}).status_code for _ in range(2)] == [302, 302]
    assert client.post(address, {"answer": "not_used"}).status_code == 409
    copy.refresh_from_db()
    assert copy.answer == "stopped" and copy.confirmed_by == vault.speaker("clinic", home=house)
    assert 'id="warnings"' not in client.get("/clinic/").content.decode()
    (deed,) = audit.entries(verb="vigilance.warning.confirm")
    assert "clinic-01" not in f"{deed}" and deed.by == copy.confirmed_by


def test_another_clinics_warning_does_not_exist(client_of, house, device):
    """A clinic where the device does not work finds nothing, whatever it asks for."""
    found = sent(house, device)
    lone = Organisation.objects.create(
        code="lone", name_ru="Одна", name_en="Lone", kind="clinic", oid="1.2.643.5.1.13.13.12.2.77.990099"
    )
    User.objects.filter(username="clinic").update(organisation=lone)
    client = client_of("clinic", "en")
    assert found.number not in client.get("/clinic/warnings/").content.decode()
    for path in ("", "confirm/"):
        ask = client.post if path else client.get
        assert ask(f"/clinic/warnings/{found.number}/{path}", {"answer": "stopped"}).status_code == 404


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("role", ["inspector", "head", "auditor"])
def test_the_desk_sees_counts_and_pseudonyms(client_of, house, device, role, language):
    """Each site by pseudonym, the clinic nowhere; the list leads to the card."""
    found = sent(house, device)
    client = client_of(role, language)
    assert found.number in client.get("/warnings/").content.decode()
    card = client.get(f"/warnings/{found.number}/").content.decode()
    assert SITE.search(card) and "<progress" in card
    names = Organisation.objects.get(code="clinic-01")
    assert names.name_ru not in card and names.oid not in card


def test_a_maker_sees_counts_that_may_be_shown(client_of, house, device):
    """Fewer sites than the minimum are hidden, said so; no pseudonym; another maker finds nothing."""
    User.objects.filter(username="manufacturer_admin").update(organisation=device.maker)
    found = sent(house, device)
    card = client_of("manufacturer_admin", "en").get(f"/warnings/{found.number}/").content.decode()
    assert not SITE.search(card) and ("hidden" in card or found.copies.count() >= 5)
    other = Organisation.objects.filter(kind="manufacturer").exclude(pk=device.maker.pk).first()
    User.objects.filter(username="manufacturer_admin").update(organisation=other)
    assert client_of("manufacturer_admin").get(f"/warnings/{found.number}/").status_code == 404


def test_the_inspector_reminds_once_a_day(client_of, house, device):
    """The button; the second press is refused."""
    found = sent(house, device)
    client = client_of("inspector", "en")
    address = f"/warnings/{found.number}/remind/"
    assert [client.post(address).status_code for _ in range(2)] == [302, 409]
    assert found.copies.filter(reached=True, reminded_at=None).count() == 0


def test_the_head_decides_on_a_deviation(client_of, house, device):
    """Withheld with grounds, later published; grounds that name a site are refused; others may not."""
    found = sent(house, device, "confirm_deviation", "analysing", "deviation_confirmed")
    address = f"/warnings/{found.number}/decide/"
    assert client_of("inspector").post(address, {"decision": "publish", "because": "x"}).status_code == 403
    head = client_of("head", "en")
    assert head.post(address, {"decision": "publish", "because": " "}).status_code == 422
    named = head.post(address, {"decision": "publish", "because": "как в s-abcdefghijkl"})
    assert named.status_code == 422 and "как в" in named.content.decode()
    for decision in ("withhold", "publish"):
        assert head.post(address, {"decision": decision, "because": "Взвешено."}).status_code == 302
    assert PublicNotice.objects.get(warning=found).published_by == "head"
    assert head.post(address, {"decision": "withhold", "because": "Поздно."}).status_code == 409
    assert "Взвешено." in head.get(f"/warnings/{found.number}/").content.decode()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_everybody_reads_notices_and_what_became_of_them(client_of, house, device, language):
    """Suspended and used again: both stand in list, card, register, feed and files; no site in any."""
    sent(house, device)
    later = sent(house, device, "resume_use", "suspended", "resumed")
    old, new = PublicNotice.objects.filter(device=device.code).order_by("pk")
    assert (old.followed_by, new.warning) == (new, later)
    client = client_of(None, language)
    pages = ["/notices/", f"/notices/{old.number}/", f"/register/{device.code}/",
             "/api/v1/notices.json", "/api/v1/notices.csv"]  # fmt: skip
    for page in pages:
        answer = client.get(page)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200 and old.number in text.decode() and not SITE.search(text.decode())
    assert new.number in client.get(f"/notices/{old.number}/").content.decode()
    feed = ET.fromstring(client.get("/notices/feed.atom").content)
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == PublicNotice.objects.count()


def test_notices_over_the_api(client_of, house, device):
    """Keyset, changes since a moment, one notice, an unknown one."""
    sent(house, device)
    sent(house, device, "resume_use", "suspended", "resumed")
    client, since = client_of(None), (clock.now() + timedelta(hours=1)).isoformat()
    first = client.get("/api/v1/notices?limit=1").json()
    second = client.get("/api/v1/notices", {"limit": 1, "after": first["next"]}).json()
    assert first["items"][0]["number"] > second["items"][0]["number"] and second["items"][0]["followed_by"]
    assert client.get("/api/v1/notices", {"changed_since": since}).json()["items"] == []
    number = first["items"][0]["number"]
    assert client.get(f"/api/v1/notices/{number}").json()["title"]["ru"]
    assert client.get("/api/v1/notices/SN-1").json()["code"] == "notice.unknown"
    assert client.get("/api/v1/notices?limit=many").status_code == 422


@pytest.mark.parametrize("language", ["ru", "en"])
def test_letters_are_printed(client_of, house, device, language):
    """Tagged PDFs of the warning for staff and clinic, and of the public notice."""
    found = sent(house, device)
    notice = PublicNotice.objects.get(warning=found)
    for role, path in (
        ("inspector", f"/warnings/{found.number}.pdf"),
        ("clinic", f"/clinic/warnings/{found.number}.pdf"),
        (None, f"/notices/{notice.number}.pdf"),
    ):
        paper = client_of(role, language).get(path).content
        assert paper.startswith(b"%PDF") and (b"StructTreeRoot" in paper or b"/ObjStm" in paper)


@pytest.fixture
def makers(device):
    """A maker's safety notice that nobody has looked at."""
    now = clock.now()
    event = AdverseEvent.objects.create(
        number="AE-2026-990001", way="portal", device=device.code, seriousness="other", state="reported",
        reporter_role="manufacturer_admin", received_at=now, changed_at=now,
    )  # fmt: skip
    return EventDocument.objects.create(
        event=event, kind="safety_notice", at=now, on=clock.today(), by="m", role="manufacturer_admin",
        organisation=device.maker.code, fields={"text_ru": "Не применяйте режим."}, digest="0" * 64,
    )  # fmt: skip


def test_a_makers_notice_is_read_before_it_is_public(client_of, house, makers):
    """The inspector sees it, names nobody, publishes once; then ends it with grounds; it stays."""
    client = client_of("inspector", "en")
    assert "Не применяйте режим." in client.get("/notices/review/").content.decode()
    address = f"/notices/review/{makers.pk}/"
    told = {"title_ru": "Режим", "title_en": "Mode", "text_ru": "Не применяйте.", "text_en": "Do not use."}
    assert client.post(address, told | {"text_en": ""}).status_code == 422
    assert client.post(address, told | {"text_en": "Call +7 916 123-45-67"}).status_code == 422
    assert [client.post(address, told).status_code for _ in range(2)] == [302, 409]
    (notice,) = PublicNotice.objects.filter(source="maker")
    assert "Do not use." in client_of(None, "en").get(f"/notices/{notice.number}/").content.decode()
    end = f"/notices/{notice.number}/end/"
    assert client_of("manufacturer_admin").post(end, {"because": "x"}).status_code == 403
    assert client.post(end, {"because": ""}).status_code == 422
    assert client.post(end, {"because": "Исправлено в 2.4."}).status_code == 302
    assert client.post(end, {"because": "Ещё раз."}).status_code == 409
    assert "Исправлено в 2.4." in client_of(None).get(f"/notices/{notice.number}/").content.decode()


@pytest.mark.parametrize(
    "role, path, status",
    [
        (None, "/warnings/", 302),
        ("clinic", "/warnings/", 403),
        ("operator", "/warnings/", 403),
        ("expert", "/warnings/", 403),
        ("inspector", "/clinic/warnings/", 403),
        ("manufacturer_admin", "/notices/review/", 403),
        ("inspector", "/warnings/W-1999-000001/", 404),
        (None, "/notices/SN-1999-000001/", 404),
    ],
)
def test_doors(client_of, house, role, path, status):
    """Who may not enter, and what is not there."""
    assert client_of(role).get(path).status_code == status
