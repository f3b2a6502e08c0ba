# SPDX-License-Identifier: Apache-2.0
"""replay, performance, report, verify, calc, simulate: from a directory of reads to figures and proofs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from nadzor.actions.create_home import create_home
from nadzor.cli.app import app
from nadzor.detect.calc.registry import statistics
from nadzor.receipts.cases import PROOFS
from tests.unit.actions.gate import write, write_small_reads
from tests.unit.cli.console import Frame, answer, ask, refused
from tests.wire_samples import flip

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(home):
    """A home with an empty journal."""
    return create_home(home.root)


@pytest.fixture
def replayed(house, tmp_path):
    """A home into which a small directory was replayed."""
    answer(house, "replay", "--reads", write_small_reads(tmp_path / "reads"))
    return house


def test_a_replay_is_loaded_and_measured(replayed):
    """After one command the status has every event, and the figures are there."""
    status = answer(replayed, "status")
    assert status["events"] == {"review": 12, "study": 6, "truth": 6}
    assert status["lag"] == {"batches": 0, "events": 0}
    rows = answer(replayed, "performance")
    assert {row["finding"] for row in rows} == {"Edema", "Fracture"}
    assert all("tiny" in row["device"] for row in rows)


def test_tables_are_made_for_people(replayed):
    """The same without `--json`: a table that fits, a dash where nothing is known."""
    assert "Edema" in ask(replayed, "performance").stdout
    assert "received" in ask(replayed, "status").stdout
    assert "equal" in ask(replayed, "rebuild").stdout


def test_reads_that_are_none_are_refused(house, tmp_path):
    """No model in the directory, and a cell that cannot be: each is named before anything is sent."""
    (tmp_path / "empty").mkdir()
    assert refused(ask(house, "replay", "--reads", tmp_path / "empty")) == "reads.missing"
    write(tmp_path / "model_m_scores.csv", "Study,Edema", "s1,1.5")
    done = ask(house, "replay", "--reads", tmp_path)
    assert (refused(done), done.exception.at) == ("reads.malformed", "model_m_scores.csv:2")
    assert answer(house, "status")["received"] == 0


def test_what_waits_for_a_receipt_exits_1(house, tmp_path, monkeypatch):
    """A summary with events pending is not success; the advice is to run it again."""
    from nadzor.actions import replay_reads as action

    told = action.ReplaySummary(1, 6, 24, 7, {"event.too-large": 1}, 0.1)
    monkeypatch.setattr(action, "replay_reads", lambda *_, **__: told)
    done = ask(house, "replay", "--reads", write_small_reads(tmp_path / "reads"), "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["pending"] == 7
    assert "7 events wait" in done.stderr
    assert "not_taken" in done.stderr


def test_a_month_is_written_and_has_the_same_hash(replayed, tmp_path):
    """Twice computed, once written: the hashes agree, and each device has three files."""
    first = answer(replayed, "report", "--out", tmp_path / "months")
    second = answer(replayed, "report")
    assert [one["hash"] for one in first["devices"]] == [one["hash"] for one in second["devices"]]
    assert len(first["devices"]) == 1
    suffixes = {path.suffix for path in (tmp_path / "months").rglob("*") if path.is_file()}
    assert suffixes >= {".json", ".csv", ".xlsx"}


def test_a_lake_that_was_changed_exits_1(replayed):
    """A rebuild that differs is a failed check, and says where."""
    (part,) = (replayed.lake / "study").glob("*.parquet")
    pq.write_table(pq.read_table(part).slice(1), part)
    done = ask(replayed, "rebuild", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["equal"] is False


def test_the_journal_verifies_until_it_is_touched(replayed):
    """Exit 0 on the journal as it is, exit 1 with the place when one byte of a leaf is another."""
    assert answer(replayed, "verify", "journal") == []
    with closing(sqlite3.connect(replayed.journal)) as database:
        (leaf,) = database.execute("SELECT leaf FROM batch LIMIT 1").fetchone()
        touched = leaf.replace("reads-tiny", "reads-tidy")
        assert touched != leaf
        database.execute("UPDATE batch SET leaf = ?", (touched,))
        database.commit()
    done = ask(replayed, "verify", "journal", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)


def test_a_journal_that_was_lost_fails_the_check(replayed):
    """An empty place where batches were loaded from is exit 1, not "no journal yet"."""
    for file in replayed.journal.parent.iterdir():
        file.unlink()
    done = ask(replayed, "verify", "journal", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["code"] == "journal.shorter"


def test_a_whole_answer_is_a_receipt_as_well(replayed, tmp_path):
    """What the SDK keeps verifies with `--data`, with a key as text or file, or with the key beside it."""
    kept = (replayed.spool / "reads-tiny" / "spool" / "last-answer.json").read_bytes()
    (tmp_path / "receipt.json").write_bytes(kept)
    (tmp_path / "key.txt").write_text(replayed.log_vkey + "\n")
    file = str(tmp_path / "receipt.json")
    for words in (
        ["--data", str(replayed.root)],
        ["--key", replayed.log_vkey],
        ["--key", str(tmp_path / "key.txt")],
    ):
        assert verify(file, *words)[0] == 0
    (tmp_path / "log.vkey").write_text(replayed.log_vkey)
    code, page = verify(file)
    assert (code, page["valid"], page["leaf"]["device"]) == (0, True, "reads-tiny")


def test_another_logs_key_and_a_touched_leaf_fail(replayed, tmp_path):
    """Exit 1 with the reason: a key that did not sign, a leaf that was not logged."""
    kept = json.loads((replayed.spool / "reads-tiny" / "spool" / "last-answer.json").read_bytes())
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(kept))
    other = create_home(tmp_path / "other", origin=replayed.settings.origin)
    code, page = verify(str(file), "--key", other.log_vkey)
    assert (code, page["valid"]) == (1, False)
    kept["receipt"]["leaf"]["body"] = flip(kept["receipt"]["leaf"]["body"])
    file.write_text(json.dumps(kept))
    code, page = verify(str(file), "--key", replayed.log_vkey)
    assert (code, page["valid"]) == (1, False)
    assert page["reason"]


def test_a_key_that_is_none_is_wrong_use(replayed):
    """A slip in the key is not the receipt's fault."""
    file = replayed.spool / "reads-tiny" / "spool" / "last-answer.json"
    done = CliRunner().invoke(app, ["verify", "receipt", str(file), "--key", "log+key"])
    assert refused(done) == "receipt.key-malformed"


def verify(file, *words):
    """Exit code and JSON of `nadzor verify receipt`."""
    done = CliRunner().invoke(app, ["verify", "receipt", file, *words, "--json"])
    assert not isinstance(done.exception, Exception), done.exception
    return done.exit_code, json.loads(done.stdout)


def run(*words, stdin=None):
    """A command that needs no data directory."""
    return CliRunner().invoke(app, list(words), obj=Frame(), input=stdin)


def test_every_statistic_is_listed_and_has_a_schema():
    """The list names them all, and each explains its input."""
    assert {one["name"] for one in json.loads(run("calc", "--json").stdout)} == {*statistics(), *PROOFS}
    assert "poisson-ci" in run("calc").stdout
    for name in statistics():
        assert json.loads(run("calc", name, "--schema").stdout)["$defs"]


@pytest.mark.parametrize("figures", ["", "[]", '{"events": 5, "trials": 0}', '{"events": -1, "trials": 3}'])
def test_figures_that_do_not_fit_are_refused(figures):
    """Bad input names the statistic and never computes half of something."""
    done = run("calc", "proportion-ci", stdin=figures)
    assert (refused(done), done.exception.at) == ("calc.malformed", "proportion-ci")


def test_simulated_reads_are_written_once_for_all(tmp_path):
    """The same seed writes the same files, and says how many."""
    for name in ("a", "b"):
        done = run("simulate", "reads", "--out", str(tmp_path / name), "--seed", "5", "--json")
        assert json.loads(done.stdout)["files"] == 9
    first, second = ((tmp_path / name / "reference_standard.csv").read_bytes() for name in ("a", "b"))
    assert first == second
