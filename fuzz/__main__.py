# SPDX-License-Identifier: Apache-2.0
"""`python -m fuzz [--seconds N] [TARGET ...]`: every parser in turn; the findings are named at the end."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

from fuzz.targets import TARGETS

KEPT: Final = Path(__file__).resolve().parents[1] / "build" / "fuzz"
LENGTH_MAX: Final = 65_536


def command(name: str, *, seconds: int, kept: Path, seed: int = 0) -> list[str]:
    """The command line of one run; seed 0 draws a new one each time."""
    (kept / "found").mkdir(parents=True, exist_ok=True)
    return [
        sys.executable, "-m", "fuzz.one", name, f"-max_total_time={seconds}", f"-seed={seed}", "-timeout=60",
        f"-max_len={LENGTH_MAX}", f"-artifact_prefix={kept / 'found' / name}-", "-print_final_stats=1",
        str(kept / name),
    ]  # fmt: skip


def main() -> int:
    """0 when nothing was found."""
    asked = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    asked.add_argument("--seconds", type=int, default=300)
    asked.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    given = asked.parse_args()
    names = given.targets or list(TARGETS)
    found = [name for name in names if subprocess.call(command(name, seconds=given.seconds, kept=KEPT))]
    sys.stdout.write(f"fuzz: {len(names)} targets, found something in: {', '.join(found) or 'none'}\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
