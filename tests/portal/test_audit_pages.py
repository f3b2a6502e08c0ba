# SPDX-License-Identifier: Apache-2.0
"""The auditor's search and files, the head's deferrals, the owner's view, the public log."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from nadzor.actions.seal_audit import audit_log, seal_audit
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.procedures.signal import DISMISSED, SIGNAL
from nadzor.receipts.audit_bundle import verify_audit_bundle
from nadzor.receipts.bundle import BundleError
from nadzor.records.models import AccessDeferral, AuditEntry, ReadEntry
from nadzor_wire.base64text import unb64
from nadzor_wire.merkle import verify_consistency
from nadzor_wire.note import Checkpoint, open_note

CLIENTS = Callable[..., Client]


@pytest.fixture(autouse=True)
def _nothing_sealed(house: Home) -> None:
    """The town's directory outlives a test, whose rows are undone."""
    shutil.rmtree(house.audit_tiles, ignore_errors=True)


def device_of(username: str) -> str:
    """A device of an account's organisation."""
    from nadzor.people.models import User
    from nadzor.register.models import Device

    owner = User.objects.get(username=username).organisation
    return str(Device.objects.filter(maker=owner).values_list("code", flat=True).first())


def number_of(username: str) -> int:
    """The number by which owners know an account."""
    from nadzor.people.models import User

    return int(User.objects.get(username=username).pk)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("what", ["deeds", "reads"])
def test_the_auditor_finds_deeds_and_readings(client_of: CLIENTS, language: str, what: str) -> None:
    """Both lists are shown in both languages, and the search itself is a reading."""
    client_of("inspector").get(reverse("device", args=["ai-001"]))
    answer = client_of("auditor", language).get(reverse("audit"), {"what": what})
    assert answer.status_code == 200
    assert ("inspector" in answer.content.decode()) or what == "deeds"
    assert ReadEntry.objects.filter(by="auditor", route="audit", subject="log of audit").count() == 1


def test_a_search_narrows_by_every_field(client_of: CLIENTS, house: Home) -> None:
    """Account, role, device, way and address each leave only what fits."""
    client_of("inspector").get(reverse("device", args=["ai-001"]))
    client_of("head").get(reverse("device", args=["ai-002"]))
    auditor = client_of("auditor")
    for asked, found in (
        ({"person": "head"}, {"ai-002"}),
        ({"role": "inspector"}, {"ai-001"}),
        ({"device": "ai-001"}, {"ai-001"}),
        ({"verb": "device", "way": "portal", "object": "device ai-002"}, {"ai-002"}),
        ({"until": "2020-01-01"}, set()),
    ):
        rows = auditor.get("/api/v1/audit/reads", asked).json()["rows"]
        assert {row["device"] for row in rows if row["device"]} == found, asked
    deeds = auditor.get("/api/v1/audit/deeds", {"verb": "register.", "limit": 2}).json()
    assert len(deeds["rows"]) == 2
    later = auditor.get("/api/v1/audit/deeds", {"verb": "register.", "before": deeds["next"]}).json()
    assert later["rows"][0]["seq"] < deeds["rows"][-1]["seq"]


def test_the_head_does_not_see_what_auditors_look_at(client_of: CLIENTS) -> None:
    """An auditor's readings and deeds are in the log, and not in what the head is shown of it."""
    auditor = client_of("auditor")
    auditor.get(reverse("audit"), {"person": "head"})
    auditor.get(reverse("audit-file", args=["csv"]), {"person": "head"})
    seen = client_of("head").get("/api/v1/audit/reads").json()["rows"]
    assert "auditor" not in {row["role"] for row in seen}
    deeds = client_of("head").get("/api/v1/audit/deeds", {"verb": "records.audit"}).json()["rows"]
    assert deeds == []
    assert AuditEntry.objects.filter(verb="records.audit.export", by="auditor").count() == 1


def test_a_bundle_is_checked_without_the_house(client_of: CLIENTS, house: Home) -> None:
    """Every row of a bundle is proved under the public key alone; one changed letter is found."""
    client_of("inspector").get(reverse("device", args=["ai-001"]))
    seal_audit(house, now=clock.now())
    client_of("head").get(reverse("device", args=["ai-001"]))
    raw = client_of("auditor").get(reverse("audit-file", args=["bundle"]), {"what": "reads"}).content
    key = client_of().get(reverse("audit-key")).content.decode().strip()
    found = verify_audit_bundle(raw, key)
    assert (found.reads, found.waiting) == (1, 1)
    told = msgspec.json.decode(raw)
    assert b'"inspector"' in raw.replace(b'\\"', b'"')
    with pytest.raises(BundleError):
        verify_audit_bundle(raw.replace(b"ai-001", b"ai-002"), key)
    assert told["asked"] == {"what": "reads"}


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_files_hold_no_formula(client_of: CLIENTS, kind: str) -> None:
    """A subject that begins like a formula is text in every file."""
    from nadzor.records.reads import Reading, record_read

    record_read(
        Reading(by="=cmd|' /C calc'!A0", role="inspector", way="portal", route="device", subject="+1"),
        now=clock.now(),
    )
    answer = client_of("auditor").get(reverse("audit-file", args=[kind]), {"what": "reads"})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    if kind == "csv":
        assert "'=cmd" in answer.content.decode()
        assert not re.search(r"(^|,)[=+]", answer.content.decode(), re.MULTILINE)


def test_the_log_is_public_and_proves_its_growth(client_of: CLIENTS, house: Home) -> None:
    """Checkpoint, tile, key and growth are given to anybody; rows are not."""
    client_of("inspector").get(reverse("device", args=["ai-001"]))
    seal_audit(house, now=clock.now())
    public = client_of()
    first = _checkpoint(public)
    client_of("head").get(reverse("device", args=["ai-001"]))
    seal_audit(house, now=clock.now())
    second = _checkpoint(public)
    asked = {"from": first.size, "to": second.size}
    proof = public.get(reverse("audit-consistency"), asked).content.decode().split()
    steps = [unb64(step) for step in proof]
    assert verify_consistency(first.size, second.size, steps, first.root, second.root)
    width = second.size % 256
    tile = public.get(f"/audit/tile/0/{second.size // 256:03}.p/{width}")
    assert (tile.status_code, len(tile.content)) == (200, 32 * width)
    assert public.get("/audit/tile/0/999").status_code == 404
    assert public.get(reverse("audit-consistency"), {"from": 0, "to": 1}).status_code == 422
    assert public.get(reverse("audit")).status_code == 302


def _checkpoint(client: Client) -> Checkpoint:
    key = client.get(reverse("audit-key")).content.decode().strip()
    return Checkpoint.parse(open_note(client.get(reverse("audit-checkpoint")).content.decode(), key))


def test_a_house_that_sealed_nothing_says_so(client_of: CLIENTS) -> None:
    """Before the first seal there is no checkpoint to show."""
    answer = client_of().get(reverse("audit-checkpoint"))
    assert answer.status_code == 409
    assert "audit.unsealed" in answer.content.decode()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_maker_sees_who_read_and_no_name(client_of: CLIENTS, house: Home, language: str) -> None:
    """Counts and details name role and number; no account is anywhere on the page or in the API."""
    from nadzor.people.models import User

    code = device_of("manufacturer_admin")
    client_of("inspector").get(reverse("device", args=[code]))
    client_of("manufacturer_admin").get(reverse("device", args=[code]))
    maker = client_of("manufacturer_admin", language)
    page = maker.get(reverse("reads")).content.decode()
    word = {"ru": "Инспектор", "en": "Inspector"}[language]
    assert f"{word} {number_of('inspector')}" in page
    told = maker.get("/api/v1/reads")
    assert [row["times"] for row in told.json()["counts"]] == [1]
    assert told.json()["counts"][0]["reader"] == {"role": "inspector", "number": number_of("inspector")}
    main = page[page.index("<main") :]
    people = set(User.objects.exclude(username="manufacturer_admin").values_list("username", "last_name"))
    for username, last in people:
        assert f">{username}<" not in main
        assert f'"{username}"' not in told.content.decode().replace('"role":"inspector"', "")
        assert not last or last not in main


def test_an_owner_sees_nothing_of_other_devices(client_of: CLIENTS, house: Home) -> None:
    """Readings of a foreign device are not counted; a list over all devices is."""
    from nadzor.register.models import Device

    own = device_of("manufacturer_admin")
    maker = Device.objects.get(code=own).maker
    foreign = Device.objects.exclude(maker=maker).values_list("code", flat=True).first()
    inspector = client_of("inspector")
    inspector.get(reverse("device", args=[foreign]))
    assert client_of("manufacturer_admin").get("/api/v1/reads").json()["counts"] == []
    inspector.get(reverse("devices"))
    assert [
        row["times"] for row in client_of("manufacturer_admin").get("/api/v1/reads").json()["counts"]
    ] == [1]


def test_a_deferral_holds_details_and_says_so(client_of: CLIENTS, house: Home) -> None:
    """The head defers: counts stay, details are held, the owner reads until when; ended, they are told."""
    code = device_of("manufacturer_admin")
    client_of("inspector").get(reverse("device", args=[code]))
    head, maker = client_of("head"), client_of("manufacturer_admin")
    asked = {"device": code, "days": "30", "because": "an inspection is under way"}
    assert head.post(reverse("deferral-place"), asked).status_code == 302
    told = maker.get("/api/v1/reads").json()
    assert ([row["times"] for row in told["counts"]], told["details"], told["held"]) == ([1], [], 1)
    assert [each["device"] for each in told["deferrals"]] == [code]
    assert "an inspection" not in maker.get(reverse("reads")).content.decode()
    row = AccessDeferral.objects.get()
    assert head.post(reverse("deferral-end", args=[row.pk])).status_code == 302
    assert len(maker.get("/api/v1/reads").json()["details"]) == 1
    assert AuditEntry.objects.filter(verb__startswith="records.deferral.").count() == 2


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"device": "ai-001", "days": 91, "because": "b"}, "deferral.days"),
        ({"device": "ai-001", "days": 1, "because": " "}, "deferral.because"),
        ({"days": 1, "because": "b"}, "deferral.owner"),
        ({"site": "Clinic 1", "days": 1, "because": "b"}, "deferral.owner"),
        ({"device": "ai-999", "days": 1, "because": "b"}, "register.device-unknown"),
    ],
)
def test_a_deferral_out_of_bounds_is_refused(client_of: CLIENTS, asked: dict[str, Any], code: str) -> None:
    """Longer than the norm, without a ground, of nobody: refused on the page and in the API alike."""
    head = client_of("head")
    told = head.post("/api/v1/access-deferrals", asked, content_type="application/json")
    assert told.json()["code"] == code
    page = head.post(reverse("deferral-place"), {name: str(value) for name, value in asked.items()})
    assert page.status_code in (404, 409, 422)
    assert AccessDeferral.objects.count() == 0


def test_only_the_head_defers_and_only_once(client_of: CLIENTS) -> None:
    """An auditor sees deferrals and places none; a second one over the same owner is refused."""
    asked = {"device": "ai-001", "days": 5, "because": "b"}
    head = client_of("head")
    made = head.post("/api/v1/access-deferrals", asked, content_type="application/json")
    assert made.status_code == 201
    again = head.post("/api/v1/access-deferrals", asked, content_type="application/json")
    assert again.json()["code"] == "deferral.standing"
    auditor = client_of("auditor")
    refused = auditor.post("/api/v1/access-deferrals", asked, content_type="application/json")
    assert refused.status_code in (403, 404)
    assert len(auditor.get("/api/v1/access-deferrals").json()["items"]) == 1
    assert auditor.get(reverse("deferrals")).status_code == 200
    id = made.json()["id"]
    assert head.post(f"/api/v1/access-deferrals/{id}/end", content_type="application/json").status_code == 200
    over = head.post(f"/api/v1/access-deferrals/{id}/end", content_type="application/json")
    assert over.json()["code"] == "deferral.over"
    unknown = head.post("/api/v1/access-deferrals/999999/end", content_type="application/json")
    assert unknown.json()["code"] == "deferral.unknown"


def test_a_reading_for_an_open_affair_is_held_until_it_ends(client_of: CLIENTS, house: Home) -> None:
    """A signal that is open holds the details of its readings; once it is closed they are told."""
    from nadzor.vigilance.models import Signal

    code = device_of("manufacturer_admin")
    signal = Signal.objects.filter(device=code).first() or Signal.objects.exclude(device="").first()
    assert signal is not None
    Signal.objects.filter(pk=signal.pk).update(device=code, state=SIGNAL.first, closed_on=None)
    assert client_of("inspector").get(reverse("signal", args=[signal.pk])).status_code == 200
    maker = client_of("manufacturer_admin")
    assert (maker.get("/api/v1/reads").json()["held"], maker.get("/api/v1/reads").json()["details"]) == (
        1,
        [],
    )
    Signal.objects.filter(pk=signal.pk).update(state=DISMISSED, closed_on=clock.today())
    told = maker.get("/api/v1/reads").json()
    assert (told["held"], [row["affair"] for row in told["details"]]) == (0, ["signal"])


def test_a_clinic_sees_readings_of_its_site(client_of: CLIENTS, house: Home) -> None:
    """A reading of its site's event is told to the clinic and to nobody's else, its own readings are not."""
    from nadzor.actions.clinic_systems import site_of
    from nadzor.people.models import User
    from nadzor.people.queries import person
    from nadzor.records.reads import Reading, record_read

    site = site_of(house, person(User.objects.get(username="clinic")))
    for place in (site, "s-aaaaaaaaaaaa"):
        record_read(
            Reading(
                by="inspector", role="inspector", way="portal", route="event", subject="event 1", site=place
            ),
            now=clock.now(),
        )
    clinic = client_of("clinic")
    clinic.get(reverse("clinic"))
    told = clinic.get("/api/v1/reads").json()
    assert [row["times"] for row in told["counts"]] == [1]
    assert clinic.get(reverse("reads")).status_code == 200


def test_staff_have_no_owners_view(client_of: CLIENTS) -> None:
    """Whoever owns no data is told so."""
    assert client_of("inspector").get(reverse("reads")).status_code in (403, 404)
    assert client_of("inspector").get("/api/v1/reads").json()["code"] == "reads.owners-only"


def test_the_audits_key_signs_the_checkpoint(client_of: CLIENTS, house: Home) -> None:
    """The public key is the log's own and carries its name."""
    key = client_of().get(reverse("audit-key")).content.decode().strip()
    assert key == audit_log(house).vkey
    assert key.partition("+")[0].endswith("/audit")
