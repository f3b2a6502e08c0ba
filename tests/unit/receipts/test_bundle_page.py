# SPDX-License-Identifier: Apache-2.0
"""The page on the proof bundle says what the format is, and its code runs as printed."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nadzor.cli.app import app
from nadzor_sdk import verify_bundle as script
from tests.bundle_samples import VKEY, sealed

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "proof-bundle.md"
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_every_field_of_the_file_is_on_the_page():
    """And the page names no field that is not there."""
    told = json.loads(sealed())
    rows = re.findall(r"^\| `([a-z_.]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert {row for row in rows if "." not in row} == set(told)
    words = set(re.findall(r"`([a-z_]+)`", PAGE.read_text("utf-8")))
    inner = {
        *told["batches"][0],
        *told["directory"],
        *told["directory"]["said"]["keys"][0],
        *told["events"][0],
    }
    assert inner <= words


def test_the_steps_by_hand_hold(tmp_path, monkeypatch):
    """The Python of the page runs through on a good bundle, and stops at one with another count or body."""
    monkeypatch.chdir(tmp_path)
    (code,) = [text for kind, text in BLOCKS if kind == "python"]
    steps = compile(code, str(PAGE), "exec")
    Path("bundle.json").write_bytes(sealed())
    seen = {}
    exec(steps, seen)
    assert seen["digest"] in seen["told"]["seal"] and any(one["body"] for one in seen["told"]["batches"])
    for altered in ({"counts": {"study": 1}}, {"batches": []}):
        Path("bundle.json").write_text(json.dumps(seen["told"] | altered))
        with pytest.raises(AssertionError):
            exec(steps, {})


def test_the_commands_of_the_page_are_those_of_the_house(tmp_path, monkeypatch):
    """What checks a bundle is run as printed; what makes one has every option that the page uses."""
    monkeypatch.chdir(tmp_path)
    Path("bundle.json").write_bytes(sealed())
    lines = [line for kind, text in BLOCKS if kind == "sh" for line in text.replace("\\\n", "").splitlines()]
    make, check, alone, share = (shlex.split(line.replace('"$(cat log.vkey)"', VKEY)) for line in lines)
    done = CliRunner().invoke(app, check[1:])
    assert (done.exit_code, json.loads(done.stdout)["valid"]) == (0, True)
    assert script.main(*alone[2:]).startswith("valid")
    answer = CliRunner().invoke(app, share[4:], input=share[1])
    shown = json.loads(answer.stdout)["wilson"]
    assert f"{shown[0]:.6f}" == json.loads(sealed())["calculation"]["result"]["low"]
    offered = CliRunner().invoke(app, ["bundle", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).stdout
    assert [word for word in make if word.startswith("--") and word not in offered] == []
