# SPDX-License-Identifier: Apache-2.0
"""docs/reference/transparency.md runs: every block, in its order, against a real gateway."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

from nadzor.actions.ask_witnesses import ask_witnesses
from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base import clock
from nadzor.site.processes import fetch, free_address
from tests.unit.actions.open_doors import public_log
from tests.unit.actions.test_publish_tiles import grow
from tests.unit.cli.console import COMMAND, plain_environment

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/reference/transparency.md"
CURL = """\
import sys, urllib.request
sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[-1]).read())
"""


def blocks(log, witness):
    """The code blocks of the page with their languages, at the addresses of this test."""
    text = PAGE.read_text("utf-8").replace("https://intake.example/log", log)
    text = text.replace("127.0.0.1:8410", witness.removeprefix("http://"))
    return re.findall(r"```(\w+)\n(.*?)```", text, re.S)


def path_with(folder):
    """A PATH on which the commands of the page are those of this checkout; curl need not be installed."""
    tools = folder / "tools"
    tools.mkdir()
    (tools / "fetch.py").write_text(CURL)
    shims = {"nadzor": " ".join(COMMAND), "curl": f"{sys.executable} {tools / 'fetch.py'}"}
    for name, command in shims.items():
        (tools / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (tools / name).chmod(0o755)
    return f"{tools}{os.pathsep}{os.environ['PATH']}"


class Reader:
    """Somebody who types what the page says, in a folder of its own."""

    def __init__(self, folder, witness):
        self._folder, self._witness = folder, witness
        self._environment = plain_environment(PATH=path_with(folder))
        self._serving = None

    def type_in(self, language, code):
        """What a block prints; a witness that serves goes on while the page does."""
        if "witness serve" in code:
            return self._serve(code)
        command = ["sh", "-ec", code] if language == "sh" else [sys.executable, "-c", code]
        done = subprocess.run(
            command, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, textwrap.indent(code + done.stdout + done.stderr, "  ")
        return done.stdout

    def close(self):
        """End the witness."""
        if self._serving is not None:
            self._serving.terminate()
            self._serving.wait(30)

    def _serve(self, code):
        self._serving = subprocess.Popen(
            ["sh", "-ec", f"exec {code}"], cwd=self._folder, env=self._environment
        )
        while fetch(self._witness, "/health/live") is None:
            assert self._serving.poll() is None
        return ""


def test_every_block_runs_as_printed(home, tmp_path):
    """From the first curl to a monitor that insists on the clinic's witness."""
    grow(home.log, 300)
    publish_tiles(home)
    (tmp_path / "nadzor-home").symlink_to(home.root)
    witness, said = free_address(), []
    with public_log(home) as log, closing(Reader(tmp_path, witness)) as reader:
        for language, code in blocks(log, witness):
            said.append(reader.type_in(language, code))
            if "witness add" in code:
                assert ask_witnesses(home, now=clock.now()) == "1 of 1 witnesses signed 300"
    assert "300 leaves: the tiles add up" in said[1]
    assert "signed by clinic.example/w1" in said[-1]
    assert len(said) == 9


def test_the_page_names_every_alarm():
    """Nobody meets an alarm that is not explained."""
    raised = set()
    for source in ("src/nadzor/receipts/following.py", "src/nadzor/actions/follow_log.py"):
        raised |= set(re.findall(r'Alarm\(\s*"([a-z-]+)"', (ROOT / source).read_text("utf-8")))
    for source in ("sdk/nadzor_wire/oversight.py", "sdk/nadzor_sdk/oversee.py"):
        raised |= set(re.findall(r'"(log\.[a-z-]+)"', (ROOT / source).read_text("utf-8")))
    page = PAGE.read_text("utf-8")
    assert len(raised) > 12
    assert {code for code in raised if f"`{code}`" not in page} == set()
