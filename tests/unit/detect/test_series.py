# SPDX-License-Identifier: Apache-2.0
"""Rows as columns, and the shape of a finding."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import numpy as np

from nadzor.detect.context import Context
from nadzor.detect.finding import Finding, code_digest
from nadzor.detect.series import Days, Panel, Stream, grouped, unsplit
from nadzor.detect.silence.detector import detect
from nadzor.detect.suite import run_suite
from nadzor.measures.rollup import Row, rows_digest

DAY = date(2031, 3, 3)
ROWS = [
    Row(DAY, DAY, "d-2", "1.0", site="s-1", measure="studies", n=5),
    Row(DAY + timedelta(days=2), DAY, "d-1", "1.0", site="s-1", measure="studies", n=3),
    Row(DAY, DAY, "d-1", "2.0", site="s-1", measure="studies", n=2),
    Row(DAY, DAY, "d-1", "2.0", site="s-1", measure="failed", n=1),
    Row(DAY, DAY, "d-1", "2.0", site="s-1", measure="failed", dimension="stage", stratum="network", n=1),
]


def test_a_panel_adds_what_is_not_split():
    """Streams come in order, days without rows are zero, strata of another dimension are left out."""
    panel = Panel(Days(ROWS, unsplit("studies", "failed")), by=("device",), measures=("studies", "failed"))
    assert panel.streams == [Stream("d-1"), Stream("d-2")]
    assert panel.counts["studies"].tolist() == [[2, 0, 3], [5, 0, 0]]
    assert panel.counts["failed"].tolist() == [[1, 0, 0], [0, 0, 0]]
    assert panel.date(2) == DAY + timedelta(days=2)
    assert panel.weekdays().tolist() == [0, 1, 2]


def test_a_panel_ends_where_it_is_told():
    """Days may be added after the last row, or cut off before it."""
    days = Days(ROWS, unsplit("studies"))
    long, short = (
        Panel(days, by=("site",), measures=("studies",), after=DAY + timedelta(days=n)) for n in (5, 1)
    )
    assert long.counts["studies"].tolist() == [[7, 0, 3, 0, 0]]
    assert short.counts["studies"].tolist() == [[7]]


def test_a_digest_covers_what_is_read_and_nothing_else():
    """Parsed together or alone, the digest is that of the wanted rows."""
    together = Days(ROWS, {*unsplit("studies", "failed"), ("failed", "stage")}).only(unsplit("studies"))
    wanted = [row for row in ROWS if row.measure == "studies"]
    assert together.seal() == Days(ROWS, unsplit("studies")).seal() == (rows_digest(wanted), 3)
    assert together.digest(device="d-1", first=DAY, after=DAY + timedelta(days=1)) == (
        rows_digest([ROWS[2]]), 1,
    )  # fmt: skip


def test_nothing_has_a_panel_too():
    """No rows: no streams and no days."""
    panel = Panel(Days([], unsplit("studies")), by=("device", "site"), measures=("studies",))
    assert (panel.streams, panel.length, panel.counts["studies"].shape) == ([], 0, (0, 0))


def test_groups_are_added_by_number():
    """Rows of one group are added, whatever their order."""
    assert grouped(np.array([[1.0], [2.0], [4.0]]), np.array([1, 0, 1])).tolist() == [[2.0], [5.0]]


def test_a_finding_survives_its_way_to_json():
    """What a signal keeps is the whole finding, and it comes back equal."""
    first = date(2031, 1, 6)
    rows = [
        Row(first + timedelta(days=i), first, "d-1", "1.0", site="s-1", measure="studies", n=20)
        for i in range(70)
    ]
    (found,) = detect(
        [*rows, Row(first + timedelta(days=75), first, "d-1", site="s-1", measure="heartbeats", n=1)]
    )
    raw = msgspec.json.encode(found)
    assert msgspec.json.decode(raw, type=Finding) == found
    assert msgspec.json.decode(raw, type=Finding).fingerprint() == found.fingerprint()


def test_the_code_of_detectors_has_a_digest_each():
    """Two detectors have different code; a digest is stable within a run."""
    digests = {name: code_digest(name) for name in ("silence", "failure_cusum", "claim_check")}
    assert len(set(digests.values())) == 3
    assert code_digest("silence") == digests["silence"]


def test_the_suite_sets_every_finding_beside_the_releases():
    """A fall that began with a release carries the version's name, though its detector did not give it."""
    first = date(2031, 1, 6)
    rows = []
    for i in range(200):
        day, version = first + timedelta(days=i), "1.0" if i < 120 else "2.0"
        agree = 92 if i < 120 else 70
        for measure, n in (("studies", 100), ("agree", agree), ("disagree", 100 - agree)):
            finding = "" if measure == "studies" else "nodule"
            rows.append(Row(day, day, "d-1", version, site="s-1", measure=measure, finding=finding, n=n))
    found = run_suite(rows, Context(), only=("agreement_decay",))
    assert [(one.kind, one.facts["since_version"]) for one in found] == [("agreement.decay", "2.0")]
    assert found[0].facts["design"] == "baseline"
