# SPDX-License-Identifier: Apache-2.0
"""`nadzor serve` as a process to be killed, door by door or whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from nadzor.journal.opening import open_reader
from nadzor.site.processes import fetch
from tests.unit.cli.console import COMMAND, ROOT, plain_environment

IMPATIENT = "import nadzor_sdk.delivery as way; way.LONGEST_WAIT_S = 0.3; "
IMPATIENT += "from nadzor.site.launch import main; main()"


class Serving:
    """`nadzor serve --only gateway` of a home."""

    def __init__(self, home, log):
        self._home, self._log = home, log
        self._process = None

    def start(self):
        """Start it and wait until the gateway judges."""
        command = [*COMMAND, "serve", "--only", "gateway", "--data", str(self._home.root)]
        self._process = start(command, stderr=self._log)
        self.wait_until_ready()

    def wait_until_ready(self):
        """Wait until the gateway answers and has a fresh key directory."""
        wait_until(lambda: fetch(self._home.settings.public_url, "/health/ready") is not None)

    def kill_gateway(self):
        """SIGKILL to the gateway's process alone; the house starts another."""
        os.kill(self.gateway(), signal.SIGKILL)

    def kill_house(self):
        """SIGKILL to `nadzor serve`; its doors end with it."""
        gateway = self.gateway()
        self._process.kill()
        self._process.wait(10)
        wait_until(lambda: not Path(f"/proc/{gateway}").exists())

    def stop(self):
        """Ask it to end; its exit code."""
        if self._process is None or self._process.poll() is not None:
            return None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)

    def gateway(self):
        """The process id of the gateway."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in children}
        (pid,) = (pid for pid, words in lines.items() if b"gateway" in words)
        return int(pid)


def start(command, *, stderr, stdout=subprocess.DEVNULL):
    """A process that knows nothing of this one's data directory."""
    return subprocess.Popen(command, cwd=ROOT, env=plain_environment(), stdout=stdout, stderr=stderr)


def replay(home, reads, log):
    """`nadzor replay` whose client tries again soon."""
    words = ["replay", "--reads", str(reads), "--data", str(home.root), "--timeout", "60", "--json"]
    command = [sys.executable, "-W", "error", "-c", IMPATIENT, *words]
    return start(command, stderr=log, stdout=subprocess.PIPE)


def tree(home):
    """Size and root of the log."""
    with closing(open_reader(home)) as reader:
        counts = reader.counts()
    return counts.tree_size, counts.root


def wait_until(holds, *, limit_s=60.0):
    """Wait for something that must come."""
    until = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)
