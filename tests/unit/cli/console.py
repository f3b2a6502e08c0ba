# SPDX-License-Identifier: Apache-2.0
"""`nadzor` as a person types it: in a process of its own, or in this one with a frame that needs no doors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from typer.testing import CliRunner

from nadzor.cli.app import app
from tests.unit.actions.gate import gate

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-W", "error", "-m", "nadzor.site.launch")


class Done(Struct):
    """What a command came to."""

    code: int
    out: str
    err: str

    def json(self):
        """Standard output, which is one JSON document and nothing else."""
        return json.loads(self.out)


def plain_environment(**more):
    """The environment without anything that names another data directory, in black and white."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    return kept | {"COLUMNS": "100", "NO_COLOR": "1"} | more


def nadzor(*arguments, stdin="", cwd=ROOT, timeout=120, **environment):
    """Run `nadzor` in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=plain_environment(**environment),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Frame:
    """A frame whose register is ready already and whose gateway is a thread of this process."""

    def __init__(self):
        self.served = []

    def settle(self, home):
        """The test's database stands for the home's register."""

    @contextmanager
    def gateway(self, home):
        """A gateway of this home."""
        with gate(home) as address:
            yield address

    def must_be_free(self, home, *, only):
        """No port is held in this town."""

    def serve(self, home, *, only, workers, read_only=False):
        """Note what was to be opened."""
        self.served.append((home.settings.portal_url, sorted(only), workers))
        return 0


def ask(home, *arguments, stdin=None, frame=None):
    """Run a command on a home in this process; exceptions stay where they can be looked at."""
    words = [*map(str, arguments), "--data", str(home.root)]
    return CliRunner().invoke(app, words, obj=frame or Frame(), input=stdin)


def answer(home, *arguments, stdin=None):
    """What a command with `--json` prints, which must have gone well."""
    done = ask(home, *arguments, "--json", stdin=stdin)
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def refused(done):
    """The code of a refusal in this process; the console entry shows it and exits 2."""
    assert done.exception is not None, done.output
    return done.exception.code
