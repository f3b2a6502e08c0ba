# SPDX-License-Identifier: Apache-2.0
"""`nadzor budget`: what the detectors may cost a device and the nation, and what they have cost."""

from __future__ import annotations

import pytest

from nadzor.actions.create_home import create_home
from nadzor.actions.error_budget import kept_budget
from nadzor.detect.dossier import DETECTORS, dossier
from tests.unit.actions.gate import write_small_reads
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(home, tmp_path):
    """A home into which a small directory of reads was replayed."""
    made = create_home(home.root)
    answer(made, "replay", "--reads", write_small_reads(tmp_path / "reads"))
    return made


def test_every_detector_has_a_line_and_the_total_adds_up(house):
    """Budgets are those of the dossiers; what was expected is their sum over the days watched."""
    told = answer(house, "budget")
    stated = {line["detector"]: line["budget"] for line in told["lines"]}
    assert stated == {name: dossier(name).guarantee.budget for name in DETECTORS}
    assert told["total"]["expected"] == pytest.approx(sum(line["expected"] for line in told["lines"]))
    assert told["streams"] >= len(told["evidence"])


def test_the_budget_is_kept_while_the_rollup_is_the_same(house):
    """The second answer is the first; it comes from the kept file, which a damaged one does not break."""
    first = answer(house, "budget")
    assert answer(house, "budget") == first
    house.budget.write_text("{")
    assert answer(house, "budget")["total"] == first["total"]


def test_one_device_alone(house):
    """A device has an account of its own; one that nobody watched is refused."""
    answer(house, "budget")
    watched = kept_budget(house)
    (device,) = watched.devices
    lines = answer(house, "budget", "--device", device)["lines"]
    assert {line["device"] for line in lines} == {device}
    assert refused(ask(house, "budget", "--device", "nobody", "--json")) == "register.device-unknown"
