# SPDX-License-Identifier: Apache-2.0
"""Which findings are one matter: the same stream, whatever the day on which a run says it began."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256

from msgspec import Struct

from nadzor.detect.finding import Finding

STREAM = ("detector", "kind", "device", "version", "site", "dimension", "stratum", "finding")


class Filed(Struct, frozen=True):
    """A signal of a stream as filed; `closed_on` is None while it may still take evidence of any day."""

    id: int
    closed_on: date | None


def stream_of(finding: Finding) -> str:
    """The digest of what a finding is about: detector, kind and stream, without any day.

    Why: late data move the first day over the threshold, and a later run says it anew; both are one matter.
    """
    return _digest(getattr(finding, name) for name in STREAM)


def family_of(finding: Finding) -> str:
    """The same for all versions: what shows again after a version cured it is of one family."""
    return _digest(getattr(finding, name) for name in STREAM if name != "version")


def began(finding: Finding) -> date:
    """The day since which it has been so, as far as the detector says."""
    return finding.located.day if finding.located else finding.first_day


def home_of(finding: Finding, filed: Sequence[Filed]) -> int | None:
    """The signal that a finding belongs to, among those of its stream in order of filing; None for a new one.

    Why: a person closed what had been seen until that day; a change placed after it is another matter, and
    one placed before it, however late it is found, is not.
    """
    return next((one.id for one in filed if one.closed_on is None or began(finding) <= one.closed_on), None)


def together(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings by stream, each stream's in the order of their first days."""
    found: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda each: (each.first_day, began(each))):
        found.setdefault(stream_of(finding), []).append(finding)
    return found


def _digest(parts: Iterable[str]) -> str:
    return sha256("\t".join(parts).encode()).hexdigest()
