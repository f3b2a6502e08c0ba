# SPDX-License-Identifier: Apache-2.0
"""The loss protocol: how many of the events reported through an outage the server never got.

`python bench/loss/run.py [--json] [--library nadzor ...] [--peers PYTHON] [--repeat 3]`; see README.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from stub import FAULTS, Stub  # noqa: E402

LIBRARIES: Final = ("nadzor", "opentelemetry", "sentry", "posthog")
IMPORTS: Final = {"nadzor": "nadzor_sdk", "sentry": "sentry_sdk"}
LEAVE_S: Final = 120.0  # how long a client may take to leave


class Trial:
    """One client, one server, one fault."""

    def __init__(self, library: str, fault: str, chosen: argparse.Namespace, folder: Path) -> None:
        self.library, self.fault, self._chosen, self._folder = library, fault, chosen, folder
        self.stub = Stub(fault, away_s=chosen.outage)
        (folder / "installation.json").write_bytes(self.stub.credential.encode())
        self._began = time.monotonic()
        self._process = self._start(chosen.outage + chosen.after)

    def result(self) -> dict[str, Any]:
        """Counts once the client has left, and once a new process had its turn."""
        reported = {int(line) for line in (self._folder / "notes").read_text().split()}
        at_exit = len(reported - self.stub.numbers)
        self._process = self._start(0.0)
        self._process.wait(LEAVE_S)
        lost = len(reported - self.stub.numbers)
        self.stub.close()
        return {
            "library": self.library,
            "fault": self.fault,
            "reported": len(reported),
            "missing_at_exit": at_exit,
            "lost": lost,
            "repeats": self.stub.repeats,
            "requests": self.stub.requests,
        }

    def _start(self, seconds: float) -> subprocess.Popen[bytes]:
        python = sys.executable if self.library == "nadzor" else self._chosen.peers
        rest = [str(self._folder / "notes"), str(self._folder / "installation.json")]
        words = [self.library, self.stub.url, str(seconds), str(self._chosen.rate), *rest]
        return subprocess.Popen([python, str(HERE / "report.py"), *words], stderr=subprocess.DEVNULL)

    def end(self) -> None:
        """Waits until the client has left, or kills it in its time."""
        if self.fault != "kill":
            self._process.wait(self._chosen.outage + self._chosen.after + LEAVE_S)
            return
        try:
            self._process.wait(max(0.0, self._began + self._chosen.kill - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def available(chosen: argparse.Namespace) -> list[str]:
    """The libraries that can be imported where they would run."""
    found = []
    for library in chosen.library or LIBRARIES:
        python = sys.executable if library == "nadzor" else chosen.peers
        line = f"import {IMPORTS.get(library, library)}"
        if subprocess.run([python, "-c", line], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            found.append(library)
    return found


def measure(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """All libraries side by side, one fault after another."""
    results = []
    libraries = available(chosen)
    for repetition in range(chosen.repeat):
        for fault in chosen.fault or FAULTS:
            with tempfile.TemporaryDirectory() as folder:
                places = {library: Path(folder, library) for library in libraries}
                for place in places.values():
                    place.mkdir()
                trials = [Trial(library, fault, chosen, place) for library, place in places.items()]
                for trial in trials:
                    trial.end()
                results += [trial.result() | {"repetition": repetition} for trial in trials]
    return results


def table(results: list[dict[str, Any]]) -> str:
    """Lost of reported, a line a library, all repetitions in each cell."""
    lines = []
    for library in dict.fromkeys(result["library"] for result in results):
        cells = []
        for fault in dict.fromkeys(result["fault"] for result in results):
            mine = [found for found in results if (found["library"], found["fault"]) == (library, fault)]
            cells.append(fault + " " + ", ".join(f"{found['lost']}/{found['reported']}" for found in mine))
        lines.append(f"{library}: " + "; ".join(cells))
    return "\n".join(lines)


def main() -> int:
    """0 unless nadzor_sdk lost or doubled an event."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--library", action="append", choices=LIBRARIES)
    parser.add_argument("--fault", action="append", choices=FAULTS)
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has the other libraries")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--rate", type=float, default=50.0, help="events a second")
    parser.add_argument("--outage", type=float, default=20.0, help="seconds")
    parser.add_argument("--after", type=float, default=5.0, help="seconds of reporting after the outage")
    parser.add_argument("--kill", type=float, default=5.0, help="seconds until the killed one is killed")
    chosen = parser.parse_args()
    results = measure(chosen)
    sys.stdout.write((json.dumps(results, indent=1) if chosen.json else table(results)) + "\n")
    ours = [result for result in results if result["library"] == "nadzor"]
    return int(any(result["lost"] or result["repeats"] for result in ours))


if __name__ == "__main__":
    sys.exit(main())
