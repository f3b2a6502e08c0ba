# SPDX-License-Identifier: Apache-2.0
"""The lock as data: every package with its version, marker and hashes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from msgspec import Struct

ROOT: Final = Path(__file__).resolve().parents[1]
LOCK: Final = ROOT / "requirements.lock"
_PIN: Final = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\]+?))?")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Pin(Struct, frozen=True):
    """One line of the lock; one package may have two, for two Pythons."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package address."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pins(text: str | None = None) -> list[Pin]:
    """Every pin, in the order of the lock.

    Raises: ValueError for a line that is no pin of one exact version.
    """
    joined = (LOCK.read_text("utf-8") if text is None else text).replace("\\\n", " ")
    return [_pin(line) for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def _pin(line: str) -> Pin:
    head, *_rest = line.split("--hash=", 1)
    found = _PIN.fullmatch(head.strip())
    if found is None:
        raise ValueError(f"no exact version: {head.strip()}")
    return Pin(found["name"], found["version"], (found["marker"] or "").strip(), tuple(_HASH.findall(line)))
