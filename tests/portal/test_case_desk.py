# SPDX-License-Identifier: Apache-2.0
"""The desk of a case: opened on a signal, its grounds, its pack on page, as JSON and on paper, its forms."""

from __future__ import annotations

import re
from hashlib import sha256

import msgspec
import pytest

from nadzor.actions.move_filing import move_filing
from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.base import clock
from nadzor.detect.calc.registry import calculate
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records.case_bundle import verify_case
from nadzor.vigilance.case_grounds import grounds, recomputations
from nadzor.vigilance.models import AdverseEvent, Signal
from nadzor.vigilance.packs import packs
from tests.portal.maker_deeds import text
from tests.unit.portal.test_printing import opened

HEAD = Person("head", "head", Role.HEAD)
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)
ASKED = {"question": "How was the threshold chosen?", "evidence": "the signal"}


@pytest.fixture
def signal(client_of):
    """A signal of the town with a count against its expectation, confirmed for a case by the head."""
    found = Signal.objects.filter(detector="failure_cusum").exclude(device="").order_by("id").first()
    found = found or Signal.objects.exclude(device="").order_by("id").first()
    move_signal(found.pk, "take", by=INSPECTOR, grounds=Grounds(), now=clock.now())
    reason = Grounds("The rows show it.", {"reason_code": "deviation_confirmed"})
    move_signal(found.pk, "confirm", by=HEAD, grounds=reason, now=clock.now())
    return found


@pytest.fixture
def case(client_of, signal):
    """A case that the inspector opened from the signal's own card."""
    client = client_of("inspector", "en")
    href = re.findall(r'href="(/cases/new/\?[^"]+)"', text(client.get(f"/signals/{signal.pk}/")))[0]
    page = text(client.get(href.replace("&amp;", "&")))
    assert f"Signal {signal.pk}" in page and "the maker learns of it" in page
    given = {"device": signal.device, "signal": str(signal.pk), "because": "The rows show it."}
    answer = client.post("/cases/new/", given)
    assert answer.status_code == 302
    again = client.post("/cases/new/", given)
    assert again["Location"] == answer["Location"]
    return answer["Location"].strip("/").rpartition("/")[2]


def _asked(case):
    for verb in ("confirm_deviation", "inquire"):
        move_filing(case, verb, by=INSPECTOR, because="because", now=clock.now(), facts=ASKED)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_desk_names_its_grounds_and_where_they_lead(client_of, case, signal, language):
    """Ground with what it said, its page, the rows behind it; a case on signals alone says so."""
    page = text(client_of("inspector", language).get(f"/filings/{case}/"))
    assert f'href="/signals/{signal.pk}/"' in page and f'href="/devices/{signal.device}/charts/"' in page
    assert f'href="/devices/{signal.device}/rows/?' in page
    assert ("Signals alone" in page) or ("Одни сигналы" in page)


def test_a_ground_is_added_or_refused_on_the_card(client_of, case, signal):
    """An event stands beside the signal from then on; what is not there is said on top, and nothing added."""
    client = client_of("inspector", "en")
    told = {"way": "portal", "state": "reported", "reporter_role": "clinic", "received_at": clock.now(),
            "changed_at": clock.now(), "device": signal.device, "number": "AE-2026-000777"}  # fmt: skip
    AdverseEvent.objects.create(**told)
    ground = {"ground.kind": "event", "ground.ref": "AE-2026-000777", "ground.because": "The same version."}
    assert client.post(f"/filings/{case}/grounds/", ground).status_code == 302
    wrong = client.post(f"/filings/{case}/grounds/", ground | {"ground.ref": "AE-2026-000778"})
    assert wrong.status_code == 422 and "This device has no such ground" in text(wrong)
    assert 'id="do-ground" open' in text(wrong) and 'value="AE-2026-000778"' in text(wrong)
    assert "The same version." in text(wrong)
    assert [each.kind for each in grounds(case)] == ["signal", "event"]
    page = text(client.get(f"/filings/{case}/"))
    assert "Signals alone" not in page and "Reports like AE-2026-000777" in page
    assert client_of("manufacturer_admin").post(f"/filings/{case}/grounds/", ground).status_code in (403, 404)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_pack_is_read_taken_and_printed(client_of, case, language):
    """On the page, as JSON whose bytes have the digest shown, as a tagged PDF; a stranger finds nothing."""
    _asked(case)
    found = packs(case)[-1]
    client = client_of("inspector", language)
    address = f"/filings/{case}/packs/{found.id}"
    page = text(client.get(f"{address}/"))
    assert found.digest in page and found.body["grounds"][0]["figures"]["rows_hash"] in page
    taken = client.get(f"{address}.json")
    assert sha256(taken.content).hexdigest() == found.digest
    assert msgspec.json.decode(taken.content)["case"] == case
    paper = client.get(f"{address}.pdf")
    assert b"/StructTreeRoot" in opened(paper.content)
    assert client_of("clinic").get(f"{address}/").status_code == 404
    assert client.get(f"/filings/{case}/packs/999/").status_code == 404


def test_the_data_of_a_signal_give_its_statistic_again(client_of, case, signal):
    """The pack's own command on the file that lies beside it; the maker has its own device alone."""
    _asked(case)
    found = packs(case)[-1]
    held = found.body["grounds"][0]
    address = f"/filings/{case}/packs/{found.id}/{held['statistic_by']['data']}"
    client = client_of("inspector", "en")
    assert held["statistic_by"]["command"] in text(client.get(f"/filings/{case}/packs/{found.id}/"))
    taken = client.get(address)
    assert calculate("signal", taken.content).statistic == held["statistic_by"]["said"]
    client.force_login(_maker_of(signal), backend="django.contrib.auth.backends.ModelBackend")
    mine = msgspec.json.decode(client.get(address).content)
    assert mine["names"]["device"] == [found.body["device"]]
    assert client_of("clinic").get(address).status_code == 404
    assert client_of("inspector").get(address.replace("signal-", "signal-9")).status_code == 404


def test_the_maker_recomputes_on_the_card(client_of, case, signal):
    """The side of the device's maker may send its figures; what is no JSON is said, and nothing is kept."""
    _asked(case)
    held = packs(case)[-1].body["grounds"][0]["reproduced_by"]
    maker = _maker_of(signal)
    client = client_of("inspector", "en")
    client.force_login(maker, backend="django.contrib.auth.backends.ModelBackend")
    page = text(client.get(f"/filings/{case}/"))
    assert ('id="do-figures"' in page) is bool(held)
    figures = msgspec.json.encode(held[0]["given"]).decode() if held else "{}"
    given = {"recompute.calculation": held[0]["calculation"] if held else "poisson-ci",
             "recompute.figures": figures, "recompute.because": "Our own count."}  # fmt: skip
    answer = client.post(f"/filings/{case}/recompute/", given)
    assert answer.status_code == (302 if held else 422)
    wrong = client.post(f"/filings/{case}/recompute/", given | {"recompute.figures": "no figures"})
    assert wrong.status_code == 422
    assert not held or ("no figures" in text(wrong) and "Our own count." in text(wrong))
    assert [each.same for each in recomputations(case)] == [True] * bool(held)


def _maker_of(signal):
    from nadzor.people.models import User
    from nadzor.register import queries as register

    row = User.objects.get(username="manufacturer_admin")
    code = register.device(signal.device).maker.code
    if row.organisation.code != code:
        from nadzor.people.models import Organisation

        row.organisation = Organisation.objects.get(code=code)
        row.save()
    return row


def test_the_case_is_taken_as_one_file_that_holds_without_the_house(client_of, case, house):
    """Batches with their receipts are in it; staff of another role get it, a rival and the public do not."""
    _asked(case)
    address = f"/filings/{case}/bundle.json"
    assert f'href="{address}"' in text(client_of("inspector", "en").get(f"/filings/{case}/"))
    answer = client_of("inspector").get(address)
    assert answer.status_code == 200 and answer["Cache-Control"] == "private, no-store"
    report = verify_case(answer.content, house.log.vkey, calculate=calculate)
    assert (report.number, report.packs) == (case, 1) and report.batches > 0 and report.deeds >= 5
    assert report.left_out in {(), ("proofs of deeds: audit.unsealed",)}
    assert client_of("auditor").get(f"/api/v1/cases/{case}/bundle").status_code == 200
    assert client_of("clinic").get(address).status_code in {403, 404}
    assert client_of().get(address).status_code == 302
