# SPDX-License-Identifier: Apache-2.0
"""`nadzor demo --no-serve --json`, as a stranger runs it: every figure can be found again by another way."""

from __future__ import annotations

import json

import pytest

from nadzor.simulate.reads import MODELS, READERS, STUDIES
from tests.unit.cli.console import nadzor
from tests.walk.tables import figures, some_reads, table, write_other_reads


@pytest.fixture(autouse=True)
def room(tmp_path):
    """A directory with nothing in it or near it."""
    (tmp_path / "room" / "desk").mkdir(parents=True)
    return tmp_path / "room" / "desk"


def demo(room, *words):
    """One run of the demo, and its summary."""
    done = nadzor("demo", "--no-serve", "--json", "--data", "house", *words, cwd=room, timeout=300)
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    return done, done.json()


def ask(room, *words):
    """What a command says of the house."""
    done = nadzor(*words, "--data", "house", "--json", cwd=room)
    assert done.code == 0, done.err
    return done.json()


def test_without_reads_it_runs_on_simulated_ones_and_says_so(room):
    """Simulated reads, a short history: the summary is what other commands say; again, nothing is added."""
    done, told = demo(room, "--days", "4")
    assert "simulated reads" in done.err
    assert (told["reads"], told["reads_are_real"]) == ("simulated", False)
    assert told["replay"]["events"] == len(MODELS) * STUDIES * (2 + len(READERS))
    assert (told["replay"]["pending"], told["status"]["gaps"]) == (0, 3), "the gaps are the bad day's"
    check_status(told, ask(room, "status"))
    assert told["performance"] == ask(room, "performance")
    assert sum(told["filings"].values()) > 15 and told["filings"]["expertise"]
    assert hashes(told["month"]) == hashes(ask(room, "report"))
    check_receipt(room)

    _, again = demo(room, "--days", "4")
    assert again["nation"]["sent"] == 0
    assert again["status"]["events"] == told["status"]["events"]
    assert again["status"]["duplicate"] == told["replay"]["events"]
    assert hashes(again["month"]) == hashes(told["month"])
    assert again["performance"] == told["performance"]
    assert again["filings"] == told["filings"]
    assert again["adverse_events"] == told["adverse_events"] and len(told["adverse_events"]) == 8


def test_other_reads_of_the_same_shape_work_as_well(room):
    """Shuffled columns, missing decisions, another radiologist, a bad model: figures and a signal."""
    reads = write_other_reads(room / "reads", some_reads(room / "made"))
    _, told = demo(room, "--reads", "reads", "--days", "0")
    assert (told["replay"]["models"], told["replay"]["not_taken"]) == (3, {})
    check_status(told, ask(room, "status"))
    assert sum(told["signals"].values()) > 0
    assert ask(room, "detect")["standing"] == sum(told["signals"].values())
    for model in ("shuffled", "undecided", "poor"):
        check_figures(reads, model, told["performance"])


def check_status(told, status):
    """The summary's status is the status, its sums close, and nothing lags behind."""
    assert told["status"] == status
    assert status["received"] == status["accepted"] + status["duplicate"] + status["rejected"]
    assert status["accepted"] == sum(status["events"].values())
    sent = told["replay"]["events"] + told["nation"]["sent"] + told["bad_day"]["sent"] + told["event_sent"]
    assert status["received"] == sent
    assert (status["tree_size"], status["lag"]["batches"]) == (status["batches"], 0)


def hashes(month):
    """The hash of each device's month; there is at least one."""
    found = {one["device"]: one["hash"] for one in month["devices"]}
    assert found
    return found


def check_receipt(room):
    """A receipt carried away verifies with the public key alone, and fails when it is touched."""
    pocket = room / "pocket"
    pocket.mkdir()
    kept = json.loads(next(room.glob("house/spool/reads-*/spool/last-answer.json")).read_bytes())
    (pocket / "log.vkey").write_bytes((room / "house/keys/log.vkey").read_bytes())
    (pocket / "answer.json").write_text(json.dumps(kept))
    good = nadzor("verify", "receipt", "answer.json", "--json", cwd=pocket)
    assert (good.code, good.json()["valid"]) == (0, True)
    kept["receipt"]["leaf"]["device"] = "reads-other"
    (pocket / "answer.json").write_text(json.dumps(kept))
    bad = nadzor("verify", "receipt", "answer.json", "--json", cwd=pocket)
    assert (bad.code, bad.json()["valid"]) == (1, False)


def check_figures(reads, model, performance):
    """Each finding of a model: AUC within 0.002, everything that is counted exactly as counted."""
    rows = {row["finding"]: row for row in performance if model in row["device"]}
    findings = next(iter(table(reads / f"model_{model}_scores.csv").values()))
    assert set(rows) == set(findings)
    for finding, row in rows.items():
        counted = figures(reads, model, finding)
        assert row["auc"] == pytest.approx(counted.pop("auc"), abs=0.002), finding
        assert {name: row[name] for name in counted} == counted, finding
        assert all((row[f"{name}_ci"] is None) == (row[name] is None) for name in ("sensitivity", "auc"))
