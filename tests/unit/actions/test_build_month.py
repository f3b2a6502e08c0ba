# SPDX-License-Identifier: Apache-2.0
"""The month of every device: computed, written to files, kept once, and recomputed to the same hash."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from nadzor.actions.build_month import build_month, kept_month, month_of
from nadzor.actions.import_register import import_register
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.law.norm import NormMissing
from nadzor.measures.rollup import Row
from nadzor.people.queries import CONSOLE
from nadzor.records import audit
from nadzor.statutory.body import digest
from tests.register_samples import NOW, device, foreign_device, register
from tests.rollup_samples import row, steady, write_rollups

pytestmark = pytest.mark.django_db

OCTOBER = Month(2026, 10)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _october(home: Home) -> None:
    import_register(register(device(), foreign_device(transmits=False)), by=CONSOLE, now=NOW)
    write_rollups(home, _rows())


def _rows() -> list[Row]:
    processed = [row("processed", 39, date(2026, 10, day), site="s-1") for day in range(1, 32)]
    return [*steady(date(2026, 9, 1), date(2026, 11, 20)), *processed]


def test_every_transmitting_device_has_its_month(home: Home) -> None:
    """One entry a transmitting device, by the edition in force, with its hash and what is doubtful."""
    run = build_month(home, OCTOBER, now=NOW)
    (built,) = run.devices
    assert (run.month, run.edition, run.status) == ("2026-10", "extended-2026", "unverified")
    assert (built.device, built.lines, built.studies, built.doubts) == ("ai-901", 1, 39 * 31, ())
    assert built.hash == digest(month_of(home, OCTOBER, "ai-901"))
    assert (built.kept, built.same) == (None, None)


def test_files_carry_the_hash(home: Home, tmp_path) -> None:
    """The three files of a device are written where asked; the JSON holds the hash of the run."""
    (built,) = build_month(home, OCTOBER, now=NOW, out=tmp_path).devices
    assert sorted(path.name for path in tmp_path.glob("ai-901*")) == [
        "ai-901-2026-10.csv",
        "ai-901-2026-10.json",
        "ai-901-2026-10.xlsx",
    ]
    assert json.loads((tmp_path / "ai-901-2026-10.json").read_bytes())["hash"] == built.hash


def test_a_kept_month_stays_what_it_was(home: Home) -> None:
    """What becomes known later changes the month as known then, not the kept report."""
    (kept,) = build_month(home, OCTOBER, now=NOW, keep=True).devices
    assert kept.same is True
    assert kept.known_by == TODAY - timedelta(days=1)
    late = row("processed", 5, date(2026, 10, 9), site="s-1", known=TODAY)
    write_rollups(home, [*_rows(), late])
    (again,) = build_month(home, OCTOBER, now=NOW + timedelta(days=9), keep=True).devices
    assert (again.hash, again.same, again.kept) == (kept.hash, True, kept.hash)
    assert digest(month_of(home, OCTOBER, "ai-901")) == kept.hash
    assert month_of(home, OCTOBER, "ai-901", known_by=TODAY).total.studies == kept.studies + 5


def test_keeping_is_audited_once(home: Home) -> None:
    """Keeping writes one audit entry with the hash; keeping again writes none."""
    for _ in range(2):
        build_month(home, OCTOBER, now=NOW, keep=True)
    (deed,) = audit.entries(verb="statutory.month.keep")
    kept = kept_month(home, OCTOBER, "ai-901")
    assert kept is not None
    assert (deed.object, deed.facts["hash"]) == ("ai-901 2026-10", kept.hash)


def test_a_changed_past_is_noticed(home: Home) -> None:
    """Were rows of a closed day to change, the kept report would no longer come out the same."""
    build_month(home, OCTOBER, now=NOW, keep=True)
    write_rollups(home, [*_rows(), row("processed", 1, date(2026, 10, 9), site="s-1")])
    (built,) = build_month(home, OCTOBER, now=NOW).devices
    assert built.same is False


def test_a_running_month_is_shown_but_not_kept(home: Home) -> None:
    """This month can be looked at; keeping it is refused, as is keeping on the first day of the next."""
    assert build_month(home, Month(2026, 11), now=NOW).devices[0].lines == 1
    for moment in (NOW, NOW.replace(month=12, day=1)):
        with pytest.raises(Refusal) as refusal:
            build_month(home, Month(2026, 11), now=moment, keep=True)
        assert refusal.value.code == "month.not-over"


def test_no_edition_no_month(home: Home) -> None:
    """Before the order there is no form; a draft can still be dry-run by name."""
    with pytest.raises(NormMissing):
        build_month(home, Month(2025, 9), now=NOW)
    assert month_of(home, Month(2025, 9), "ai-901", edition="draft-2025").edition.draft
