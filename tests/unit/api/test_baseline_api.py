# SPDX-License-Identifier: Apache-2.0
"""Baselines of a device over HTTP: told to whoever may read the device, set by the inspector and the head."""

from __future__ import annotations

import pytest

from nadzor.detect.learned import BASELINE_DAYS
from tests.filing_samples import AUDITOR, HEAD, INSPECTOR, MAKER_ADMIN, REGISTRAR, RIVAL, town
from tests.unit.api.callers import API, calling, code_of, post

pytestmark = pytest.mark.django_db
DEVICE = "devices/ai-901/baselines"
SPRING = {"first": "2026-03-01", "after": "2026-06-01", "because": "The first full quarter."}


@pytest.fixture(autouse=True)
def _town(home):
    town()


def listed(who):
    """What somebody is told of the device's baselines."""
    return calling(who).get(f"{API}/{DEVICE}")


def test_without_one_the_first_days_stand():
    """The rule is told, so that a program need not know it."""
    assert listed(MAKER_ADMIN).json() == {"items": [], "default_days": BASELINE_DAYS}


@pytest.mark.parametrize("who", [INSPECTOR, HEAD], ids=lambda who: who.role.value)
def test_a_window_is_registered_on_grounds(who):
    """It stands first from then on, with its author and grounds."""
    made = post(calling(who), DEVICE, SPRING)
    assert made.status_code == 201 and made.headers["Location"] == f"{API}/{DEVICE}"
    (card,) = listed(AUDITOR).json()["items"]
    assert card == made.json()
    told = {name: card[name] for name in ("first", "after", "because", "by")}
    assert told == SPRING | {"by": who.username}


@pytest.mark.parametrize("who", [MAKER_ADMIN, REGISTRAR, AUDITOR], ids=lambda who: who.role.value)
def test_nobody_else_sets_one(who):
    """A maker that chose its own baseline would never deviate."""
    assert code_of(post(calling(who), DEVICE, SPRING)) == (403, "people.inspector-only")
    assert listed(INSPECTOR).json()["items"] == []


def test_another_maker_is_told_nothing():
    """Nor of a device that does not exist."""
    assert listed(RIVAL).status_code == 403
    assert code_of(calling(INSPECTOR).get(f"{API}/devices/nobody/baselines"))[0] == 404
    assert code_of(post(calling(INSPECTOR), "devices/nobody/baselines", SPRING))[0] == 404


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"after": "2026-03-20"}, "baseline.short"),
        ({"after": "9999-12-31"}, "baseline.future"),
        ({"because": " "}, "move.no-grounds"),
        ({"first": "spring"}, "api.malformed"),
        ({"by": "me"}, "api.malformed"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(changed, code):
    """Nothing is set, and the refusal says why."""
    assert code_of(post(calling(INSPECTOR), DEVICE, SPRING | changed)) == (422, code)
    assert listed(INSPECTOR).json()["items"] == []
