# SPDX-License-Identifier: Apache-2.0
"""`nadzor calc`: a list, a schema, figures from standard input or a file, and what is refused."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from nadzor.cli import calc
from nadzor.cli.app import app
from nadzor.detect.calc.registry import statistics
from nadzor.receipts.cases import PROOFS
from tests.unit.cli.console import nadzor, refused


def run(*words, stdin=""):
    """The command in this process."""
    return CliRunner().invoke(app, ["calc", *words], input=stdin)


@pytest.mark.parametrize("words", [["--list", "--json"], ["--json"], ["auc", "--list", "--json"]])
def test_the_list_names_everything_with_its_method(words):
    """With --list or without a name: what can be computed, and how."""
    told = json.loads(run(*words).stdout)
    assert {one["name"] for one in told} == {*statistics(), *PROOFS}
    assert all(one["what"] and one["method"] for one in told)


def test_a_schema_describes_what_is_asked_and_answered():
    """Of statistics and of proofs alike, without reading any figures."""
    asked = json.loads(run("funnel", "--schema").stdout)
    assert "denominators" in asked["$defs"]["Funnel"]["properties"]
    assert "tau2" in asked["answer"]["$defs"]["FunnelAnswer"]["properties"]
    assert (
        "ok"
        in json.loads(run("merkle-inclusion", "--schema").stdout)["answer"]["$defs"]["Held"]["properties"]
    )


def test_a_file_is_read_as_standard_input_is(tmp_path):
    """The same figures, the same answer; the field's former names are still read."""
    figures = tmp_path / "figures.json"
    figures.write_text('{"x": 2, "n": 7}', "utf-8")
    told = json.loads(run("proportion-ci", "--file", str(figures)).stdout)
    assert told == json.loads(run("proportion-ci", stdin='{"events": 2, "trials": 7}').stdout)
    assert told["wilson"] == pytest.approx([0.0822, 0.6411], abs=1e-4)


def test_a_missing_file_and_no_figures_end_with_two(tmp_path):
    """As a person types it: what is wrong on standard error, nothing on standard output, exit code 2."""
    missing = nadzor("calc", "auc", "--file", tmp_path / "nowhere.json")
    empty = nadzor("calc", "auc", stdin="")
    assert (missing.code, missing.out, empty.code, empty.out) == (2, "", 2, "")
    assert "nowhere.json" in missing.err
    assert "nothing was given" in empty.err


def test_more_than_the_largest_input_is_refused(monkeypatch):
    """A runaway pipe is not decoded."""
    monkeypatch.setattr(calc, "LARGEST_BYTES", 10)
    assert refused(run("adjust", stdin='{"p": [0.1, 0.2]}')) == "calc.too-large"
