# SPDX-License-Identifier: Apache-2.0
"""Counts that follow from the events of a proof bundle alone, and the share computed from them.

Counted as everywhere in the house: clinical events only, a repeated id once, a corrected event not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

SHARE: Final = "failed-share"
STATISTIC: Final = "proportion-ci"
"""What `nadzor calc` is asked for; its level is the usual 0.95."""

Told: TypeAlias = dict[str, Any]
Counts: TypeAlias = dict[str, int]
_Place: TypeAlias = tuple[str, str]


class ReadBatch(Struct, frozen=True):
    """The lines of one batch; None when its body is not there."""

    installation: str
    first: int
    last: int
    rejected: frozenset[int]
    lines: tuple[bytes, ...] | None

    def accepted(self) -> dict[int, Told]:
        """Its accepted events by sequence number.

        Raises: ValueError for a line that is no JSON object.
        """
        numbered = enumerate(self.lines or (), self.first)
        return {seq: _decode(line) for seq, line in numbered if seq not in self.rejected}


_decode = msgspec.json.Decoder(Told).decode


def tally(batches: Iterable[ReadBatch]) -> Counts:
    """Events by kind, studies by outcome, failures by stage; what is absent stands for nought.

    Raises: ValueError or LookupError for an accepted line that is no event.
    """
    first: dict[_Place, Told] = {}
    for batch in batches:
        for told in batch.accepted().values():
            first.setdefault((batch.installation, told["id"]), told)
    counts = Counter(name for told in _counted(first) for name in _names(told))
    return dict(sorted(counts.items()))


def figures_of(counts: Mapping[str, int]) -> dict[str, int]:
    """Studies that failed among all studies.

    Raises: ValueError when there are none.
    """
    if not counts.get("study"):
        raise ValueError("there are no studies")
    return {"events": counts.get("study.failed", 0), "trials": counts["study"]}


def share_of(answer: Any) -> dict[str, str]:
    """The score interval in what `nadzor calc proportion-ci` answers, as canonical JSON may hold it."""
    told = msgspec.to_builtins(answer)
    low, high = told["wilson"]
    bounds = {"estimate": told["estimate"], "low": low, "high": high}
    return {name: f"{value:.6f}" for name, value in bounds.items()}


def _counted(first: Mapping[_Place, Told]) -> Iterable[Told]:
    voided = {(owner, told["corrects"]) for (owner, _), told in first.items() if told["kind"] == "correct"}
    for place, told in first.items():
        if place not in voided and told.get("purpose", "clinical") == "clinical":
            yield told


def _names(told: Told) -> Iterable[str]:
    yield told["kind"]
    if told["kind"] == "study":
        yield f"study.{told['outcome']}"
    if told.get("failure"):
        yield f"study.failed.{told['failure']['stage']}"
