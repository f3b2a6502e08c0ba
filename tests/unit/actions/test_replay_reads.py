# SPDX-License-Identifier: Apache-2.0
"""A directory of reads through SDK, gateway, journal and rollup: everything once, whatever happens."""

from __future__ import annotations

import pytest

from nadzor.actions.measure_performance import measure_performance
from nadzor.actions.replay_reads import replay_reads
from nadzor.actions.report_status import report_status
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base import clock
from nadzor.detect.stats.auc import auc_of_cases
from nadzor.register import queries as register
from nadzor.simulate.read_directory import read_directory
from nadzor.site.processes import free_address
from tests.unit.actions.gate import STUDIES, gate, write, write_small_reads

pytestmark = pytest.mark.django_db


def replay(home, directory, address, **options):
    """One replay of a directory."""
    return replay_reads(home, read_directory(directory), gateway=address, now=clock.now(), **options)


def rolled(home):
    """The state of the home after a rollup."""
    roll_up_day(home, now=clock.now())
    return report_status(home)


def figures(home):
    """Performance by finding of the one device there is."""
    return {row.finding: row for row in measure_performance(home)}


def test_a_second_replay_adds_none(home, tmp_path):
    """Each study, read and label arrives once; a repeat is received, counted as repeated and not added."""
    reads = write_small_reads(tmp_path / "reads")
    with gate(home) as address:
        summary = replay(home, reads, address)
        first = rolled(home)
        again = replay(home, reads, address)
        second = rolled(home)
    assert (summary.models, summary.studies, summary.events) == (1, 6, 24)
    assert (summary.pending, summary.not_taken) == (0, {})
    assert first.events == second.events == {"study": 6, "review": 12, "truth": 6}
    assert again.events == second.duplicate == 24
    assert (second.received, second.accepted, second.rejected) == (48, 24, 0)


def test_a_larger_directory_adds_what_is_new(home, tmp_path):
    """Rows in another order, more studies, one more radiologist: only these are added."""
    small = write_small_reads(tmp_path / "small", readers=("a",))
    large = write_small_reads(tmp_path / "large", studies=(*STUDIES, "s7", "s8"), readers=("a", "c"))
    table = (large / "model_tiny_scores.csv").read_text().splitlines()
    write(large / "model_tiny_scores.csv", table[0], *reversed(table[1:]))
    with gate(home) as address:
        replay(home, small, address)
        replay(home, large, address)
    assert rolled(home).events == {"study": 8, "review": 16, "truth": 8}
    assert figures(home)["Edema"].n == 8


def test_figures_are_those_of_the_tables(home, tmp_path):
    """AUC, sensitivity, specificity and agreement, computed by hand from the same six studies."""
    with gate(home) as address:
        replay(home, write_small_reads(tmp_path / "reads"), address)
    rolled(home)
    edema = figures(home)["Edema"]
    present = [number % 3 == 0 for number in range(6)]
    assert edema.auc == pytest.approx(auc_of_cases([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], present).auc)
    assert (edema.n, edema.positives) == (6, 2)
    assert (edema.sensitivity, edema.specificity) == (1 / 2, 2 / 4)
    assert edema.agreement == 3 / 6
    assert "tiny" in edema.device


def test_without_decisions_nothing_is_said_of_them(home, tmp_path):
    """Scores alone give an AUC; sensitivity, specificity and agreement stay unsaid."""
    with gate(home) as address:
        replay(home, write_small_reads(tmp_path / "reads", decisions=False), address)
    rolled(home)
    edema = figures(home)["Edema"]
    assert edema.auc is not None
    said = (edema.sensitivity, edema.sensitivity_ci, edema.specificity, edema.specificity_ci, edema.agreement)
    assert said == (None,) * 5


def test_scores_alone_make_studies(home, tmp_path):
    """Neither radiologist nor standard: the studies are there, and no figure pretends to be one."""
    write(tmp_path / "model_lone_scores.csv", "Study,Edema", "s1,0.5", "s2,0.25")
    with gate(home) as address:
        assert replay(home, tmp_path, address).events == 2
    assert rolled(home).events == {"study": 2}
    assert [row for row in measure_performance(home) if row.auc is not None] == []


def test_an_empty_table_is_a_device_without_studies(home, tmp_path):
    """A model that scored nothing is registered and sends nothing."""
    write(tmp_path / "model_idle_scores.csv", "Study,Edema")
    with gate(home) as address:
        summary = replay(home, tmp_path, address)
    assert (summary.models, summary.events, summary.pending) == (1, 0, 0)


def test_a_later_directory_may_bring_another_finding(home, tmp_path):
    """The same model with one more finding: registered with it, and what was declared before stays."""
    write_small_reads(tmp_path / "first")
    later = write_small_reads(tmp_path / "later", studies=("s7", "s8"))
    for table in later.iterdir():
        table.write_text(table.read_text().replace("Fracture", "Pneumonia"))
    with gate(home) as address:
        replay(home, tmp_path / "first", address)
        before = {claim.finding for claim in register.claims("reads-tiny")}
        summary = replay(home, later, address)
    assert summary.not_taken == {}
    assert rolled(home).events == {"study": 8, "review": 16, "truth": 8}
    assert {claim.finding for claim in register.claims("reads-tiny")} == before | {"pneumonia"}
    assert [version.version for version in register.versions("reads-tiny")] == ["1.0"]


def test_what_the_gateway_did_not_hear_waits(home, tmp_path, monkeypatch):
    """With nobody at the door everything stays spooled and is counted; the next replay delivers it once."""
    monkeypatch.setattr("nadzor_sdk.delivery.FIRST_WAIT_S", 0.01)
    reads = write_small_reads(tmp_path / "reads")
    address = free_address()
    deaf = replay(home, reads, address, timeout_s=0.2)
    assert (deaf.events, deaf.pending) == (24, 24)
    with gate(home, address):
        assert replay(home, reads, address).pending == 0
    status = rolled(home)
    assert status.events == {"study": 6, "review": 12, "truth": 6}
    assert status.accepted + status.duplicate + status.rejected == status.received == 48


def test_what_the_sdk_cannot_keep_is_counted(home, tmp_path, monkeypatch):
    """A full disk is in the summary by reason, and nothing of it is taken for sent."""
    monkeypatch.setattr("nadzor_sdk.client.Client._append", full)
    summary = replay(home, write_small_reads(tmp_path / "reads"), free_address(), timeout_s=0.1)
    assert summary.not_taken == {"disk_full": 24}


def full(*_):
    """No room."""
    raise OSError(28, "No space left on device")
