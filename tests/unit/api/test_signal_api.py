# SPDX-License-Identifier: Apache-2.0
"""Signals over HTTP: courses, reasons, taking up, merging, archiving, closing."""

from __future__ import annotations

import pytest

from nadzor.base import clock
from nadzor.procedures.signal import ARCHIVED, EXPLAINED, MERGED, UNDER_REVIEW
from nadzor.vigilance.models import QuietLook
from tests.filing_samples import HEAD, INSPECTOR, MAKER_ADMIN, town
from tests.unit.api.callers import API, calling, code_of, post
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(home):
    """Two signals of one device."""
    town()
    return file_signal(0, device="ai-901").pk, file_signal(1, device="ai-901", site="s-2").pk


def move(who, id, verb, because="as seen in the rows", **added):
    """One move over HTTP."""
    return post(calling(who), f"signals/{id}/moves", {"verb": verb, "because": because, "added": added})


def test_the_catalogue_of_reasons_is_told(pair):
    """Every reason with the moves that may give it, in both languages."""
    told = calling(MAKER_ADMIN).get(f"{API}/signals/reasons").json()["reasons"]
    assert told["case_mix"]["closes"] == ["explain"]
    assert told["false_alarm"]["says"]["en"].startswith("A false alarm")


def test_lists_narrow_by_course_and_severity(pair):
    """Both are filters and fields of a row; what no signal has is an empty list, rubbish is refused."""
    client = calling(INSPECTOR)
    found = client.get(f"{API}/signals", {"course": "new", "severity": 3}).json()["items"]
    assert [row["id"] for row in found] == sorted(pair, reverse=True)
    assert {row["course"] for row in found} == {"new"}
    assert client.get(f"{API}/signals", {"course": "quiet"}).json()["items"] == []
    assert client.get(f"{API}/signals", {"severity": 9}).status_code == 422


def test_a_signal_is_taken_up_merged_split_archived_and_closed(pair):
    """Each move leaves its answers on the card."""
    first, second = pair
    assert move(INSPECTOR, first, "take", "").json()["state"] == UNDER_REVIEW
    assert move(INSPECTOR, second, "merge", leading_signal=str(first)).json()["state"] == MERGED
    client = calling(INSPECTOR)
    assert client.get(f"{API}/signals/{first}").json()["led"][0]["id"] == second
    assert move(INSPECTOR, second, "split").json()["state"] == UNDER_REVIEW
    assert move(INSPECTOR, second, "archive", archived_until="2099-01-31").json()["state"] == ARCHIVED
    assert client.get(f"{API}/signals/{second}").json()["row"]["archived_until"] == "2099-01-31"
    assert move(INSPECTOR, first, "explain", reason_code="equipment").json()["state"] == EXPLAINED
    card = client.get(f"{API}/signals/{first}").json()
    assert card["row"]["reason"] == card["moves"][-1]["added"]["reason_code"] == "equipment"


def test_a_closing_without_a_fitting_reason_is_refused(pair):
    """No reason, and the reason of another move."""
    first, _ = pair
    move(INSPECTOR, first, "take", "")
    assert code_of(move(HEAD, first, "dismiss")) == (422, "move.unanswered")
    unfit = move(HEAD, first, "dismiss", reason_code="case_mix")
    assert code_of(unfit) == (422, "signal.reason-unknown")


def test_the_order_of_triage_has_pages(pair):
    """What could harm most comes first, whatever came last; the cursor of that order is a place in it."""
    slight = file_signal(2, device="ai-901", kind="silence.system", detector="silence").pk
    client = calling(INSPECTOR)
    first = client.get(f"{API}/signals", {"order": "triage", "limit": 2}).json()
    assert {row["id"] for row in first["items"]} == set(pair)
    second = client.get(f"{API}/signals", {"order": "triage", "limit": 2, "after": first["next"]}).json()
    assert ([row["id"] for row in second["items"]], second["next"]) == ([slight], None)
    assert client.get(f"{API}/signals").json()["items"][0]["id"] == slight
    assert client.get(f"{API}/signals", {"order": "luck"}).status_code == 422


def test_the_quiet_device_is_read_and_noted_once(home):
    """Whoever reviews signals reads the choices and notes what was seen; nobody else learns of them."""
    QuietLook.objects.create(week="2026-W47", device="ai-901", chosen_at=clock.now(), among=40)
    client, seen = calling(INSPECTOR), {"outcome": "something", "note": "scores stand still"}
    assert client.get(f"{API}/signals/quiet").json()["items"][0]["outcome"] == ""
    assert post(client, "signals/quiet/2026-W47", seen).json()["note"] == seen["note"]
    told = client.get(f"{API}/signals/quiet").json()
    assert told["record"] == {"looked": 1, "something": 1}
    assert told["items"][0]["seen_by"] == INSPECTOR.username
    assert code_of(post(client, "signals/quiet/2026-W47", seen)) == (409, "quiet.seen-already")
    assert code_of(post(client, "signals/quiet/2026-W01", seen)) == (404, "quiet.unknown")
    assert calling(MAKER_ADMIN).get(f"{API}/signals/quiet").status_code == 403
    assert code_of(post(calling(MAKER_ADMIN), "signals/quiet/2026-W47", seen))[0] == 403
