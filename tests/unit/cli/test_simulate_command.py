# SPDX-License-Identifier: Apache-2.0
"""`nadzor simulate`: a nation with faults in it, written to a directory; mistakes are named."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from nadzor.cli.app import app
from nadzor.simulate.chronicle import read_chronicle


def run(*words: object):
    """One call of the command."""
    return CliRunner().invoke(app, ["simulate", *map(str, words)])


def test_a_nation_is_written_with_its_faults(tmp_path):
    """Events by installation, the truth and the register, as the issue's own command line asks for them."""
    done = run(
        "--seed", 3, "--devices", 2, "--days", 12, "--faults", "slow,outage", "--out", tmp_path, "--json"
    )
    assert done.exit_code == 0, done.output
    told, truth = json.loads(done.stdout), read_chronicle(tmp_path)
    assert [one.kind for one in truth.faults] == ["slow", "outage"]
    assert told["events"] == sum(
        len((tmp_path / one.file).read_bytes().splitlines()) for one in truth.installations
    )
    assert (tmp_path / "register.json").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--faults", "slow,sloth"), "simulate.unknown-fault"),
        (("--faults", "version_regression", "--devices", 1), "simulate.no-room"),
    ],
    ids=["unknown", "no-room"],
)
def test_faults_that_cannot_be_are_refused(tmp_path, words, code):
    """A kind that nobody knows, and one that fits no device of so small a nation."""
    done = run("--days", 12, *words, "--out", tmp_path / "nation")
    assert done.exception.code == code
    assert not (tmp_path / "nation").exists()


@pytest.mark.parametrize("words", [("--days", 0), ("--devices", 0), ()], ids=["days", "devices", "nowhere"])
def test_sizes_that_cannot_be_are_wrong_use(tmp_path, words):
    """No days, no devices or no directory: exit 2 with the option named."""
    done = run(*words, *(("--out", tmp_path / "nation") if words else ()))
    assert done.exit_code == 2
    assert (words or ("--out",))[0] in done.output
