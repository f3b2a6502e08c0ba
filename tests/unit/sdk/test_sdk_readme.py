# SPDX-License-Identifier: Apache-2.0
"""The SDK's README runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from nadzor_sdk import Health
from nadzor_sdk.__main__ import main
from nadzor_sdk.settings import Settings

README = Path(__file__).resolve().parents[3] / "sdk" / "README.md"
TEXT = README.read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.S)
PRINTED = re.compile(r"^python -m nadzor_sdk (.*?)\s*(?:#.*)?$", re.M)
COMMANDS = [shlex.split(line) for line in PRINTED.findall(TEXT)]


@pytest.fixture
def installed(gateway, tmp_path, monkeypatch):
    """An empty folder with a credential."""
    (tmp_path / "installation.json").write_bytes(gateway.credential.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("number", "kinds"),
    [(0, []), (1, ["study"]), (2, ["fault"]), (3, [])],
    ids=["debug", "report", "hook", "health"],
)
def test_a_block_runs_as_printed(gateway, installed, number, kinds):
    """Copied from the page, in an empty folder with a credential, each example delivers what it says."""
    exec(compile(BLOCKS[number], str(README), "exec"), {})
    assert [event["kind"] for event in gateway.events()] == kinds
    assert (installed / "installation.spool").is_dir() is (number > 0)


def test_no_block_is_left_out():
    """Every example has its test."""
    assert len(BLOCKS) == 4


def test_the_way_out_runs_as_printed(gateway, installed):
    """The three commands of an isolated network, in their order."""
    exec(compile(BLOCKS[1], str(README), "exec"), {})
    printed = [words for words in COMMANDS if words[0] in ("export", "carry", "settle")]
    assert [main(words) for words in printed] == [0, 0, 0]


def test_the_tables_name_what_there_is():
    """Fields of health and settings on the page exist, and so does every default it states."""
    fields, settings = set(Health.__struct_fields__), set(Settings.__struct_fields__)
    rows = {name for row in re.findall(r"^\| (`.*?) \|", TEXT, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert rows <= fields | settings and {"last_ack_age_s", "spool_max_bytes"} <= rows
    made = Settings(spool=Path())
    stated = (made.spool_max_bytes, made.flush_every_s, made.seal_events, made.heartbeat_every_s)
    assert stated == (1024**3, 1.0, 500, 300.0)
