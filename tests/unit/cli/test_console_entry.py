# SPDX-License-Identifier: Apache-2.0
"""The console entry itself, in processes of its own: exit codes, clean output, a quick start."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.unit.cli.console import COMMAND, ROOT, nadzor, plain_environment

HEAVY = "numpy scipy django duckdb pyarrow altair uvicorn starlette"
LOOK = f"""
import sys
from nadzor.site import launch
sys.argv = ["nadzor", "--help"]
try:
    launch.main()
except SystemExit:
    print([name for name in "{HEAVY}".split() if name in sys.modules], file=sys.stderr)
"""


def test_help_needs_none_of_the_heavy_libraries():
    """Whoever only asks what there is does not wait for numpy, Django or a database engine."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    assert "demo" in done.stdout
    assert done.stderr.strip() == "[]"


def test_a_new_house_says_where_it_lives_and_how_it_stands(tmp_path):
    """Exit 0 and one JSON document each, nothing beside it; NADZOR_HOME stands for --data."""
    root = tmp_path / "house"
    made = nadzor("init", "--data", root, "--port", 9500, "--json")
    assert (made.code, made.err) == (0, "")
    page = made.json()
    assert (page["data"], page["portal"], page["gateway"]) == (
        str(root),
        "http://127.0.0.1:9500",
        "http://127.0.0.1:9501",
    )
    assert len({one["password"] for one in page["staff"]}) == len(page["staff"]) >= 10
    fresh = nadzor("status", "--json", NADZOR_HOME=str(root))
    assert (fresh.code, fresh.err) == (0, "")
    assert (fresh.json()["batches"], fresh.json()["lag"]) == (0, {"batches": 0, "events": 0})


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("status", "--data", "nowhere"), "home.missing"),
        (("init", "--data", "README.md"), "path.unusable"),
        (("init", "--data", "/proc/nowhere"), "path.unusable"),
        (("calc", "luck"), "calc.unknown"),
    ],
    ids=["no house", "a file", "not writable", "unknown statistic"],
)
def test_wrong_use_exits_2_and_says_what_to_do(words, code):
    """On a terminal: what is wrong, its code, and a second line with what to do; no traceback."""
    done = nadzor(*words)
    assert (done.code, done.out) == (2, "")
    first, second = done.err.splitlines()[:2]
    assert code in first
    assert len(second) > 20
    assert "Traceback" not in done.err


def test_a_refusal_is_json_when_json_was_asked_for():
    """A machine reads the problem document on standard output."""
    done = nadzor("status", "--data", "nowhere", "--json")
    page = done.json()
    assert (done.code, page["code"], page["status"]) == (2, "home.missing", 404)
    assert "nadzor init" in page["do"]


@pytest.mark.parametrize(
    "words",
    [
        ("sing",),
        ("status", "--loudly"),
        ("replay", "--reads", "nowhere"),
        ("demo", "--days", "9999"),
        ("demo", "--port", "65535"),
        ("serve", "--workers", "0"),
        ("register", "import", "nowhere.json"),
        ("verify", "journal"),
    ],
    ids=" ".join,
)
def test_a_slip_of_the_keyboard_exits_2(words):
    """Usage is explained on standard error; standard output stays empty."""
    done = nadzor(*words)
    assert (done.code, done.out) == (2, "")
    assert "Usage: nadzor" in done.err


def test_a_reader_who_leaves_early_is_no_fault():
    """`nadzor … | head -1` ends without a traceback."""
    command = [*COMMAND, "calc", "auc", "--schema"]
    with subprocess.Popen(
        command, cwd=ROOT, env=plain_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        said = process.stderr.read().decode()
        process.wait(60)
    assert "Traceback" not in said


def test_a_name_that_looks_like_markup_is_printed_as_it_is(tmp_path):
    """Brackets in a path are shown, not obeyed."""
    done = nadzor("status", "--data", tmp_path / "[/red]")
    assert (done.code, "[/red]" in done.err) == (2, True)


def test_statistics_are_recomputed_from_standard_input():
    """Figures in, result out: no data directory is needed."""
    figures = {"scores": [0.1, 0.4, 0.35, 0.8], "present": [False, False, True, True]}
    done = nadzor("calc", "auc", stdin=json.dumps(figures))
    assert done.code == 0
    assert done.json()["auc"] == 0.75


def test_the_version_is_told():
    """`nadzor --version` names the release and needs no data directory."""
    done = nadzor("--version")
    assert (done.code, done.out.split()[0]) == (0, "nadzor")
