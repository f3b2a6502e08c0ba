# SPDX-License-Identifier: Apache-2.0
"""`python -m fuzz.one TARGET [libFuzzer options] [corpus]`: one parser in a process of its own."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["nadzor", "nadzor_wire"]):
    from fuzz.targets import TARGETS, Target

FOUND: Final = Path(__file__).parent / "found"  # small inputs that once broke a parser, by target
WORK_S: Final = 1.0  # of processor time for one input; a busy machine does not count


class TooSlow(Exception):
    """One input cost more work than any honest one."""


def fed(target: Target, data: bytes) -> None:
    """Feed one input. Raises: TooSlow, and whatever the parser has no right to raise."""
    began = time.process_time()
    try:
        target.feed(data)
    except target.refuses:
        return
    finally:
        if time.process_time() - began > WORK_S:
            raise TooSlow(f"{len(data)} bytes")


def sown(name: str, corpus: Path) -> None:
    """Lay our own good input in the corpus, and what earlier runs found; see `fuzz/found`."""
    corpus.mkdir(parents=True, exist_ok=True)
    for place, seed in enumerate(TARGETS[name].seeds()):
        (corpus / f"seed-{place}").write_bytes(seed)
    for path in FOUND.glob(f"{name}-*"):
        (corpus / path.name).write_bytes(path.read_bytes())


def main(words: list[str]) -> None:
    """Run until libFuzzer's options say stop; it ends the process itself."""
    target = TARGETS[words[1]]
    folders = [word for word in words[2:] if not word.startswith("-")]
    if folders:
        sown(words[1], Path(folders[0]))
    atheris.Setup([words[0], *words[2:]], lambda data: fed(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
