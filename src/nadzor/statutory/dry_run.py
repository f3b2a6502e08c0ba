# SPDX-License-Identifier: Apache-2.0
"""Who would fail under an edition of the monthly form, and why: fields without a value, doubts that block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec import Struct

from nadzor.law.form import FormEdition
from nadzor.statutory.body import OF_LINE, body
from nadzor.statutory.checks import Doubt, doubts
from nadzor.statutory.month import MonthReport

Outcome = Literal["passes", "fails", "nothing"]


class Missing(Struct, frozen=True):
    """A field of the edition without a value: on so many lines of the report; 0 for a fact of the whole."""

    field: str
    lines: int


class DryRun(Struct, frozen=True, kw_only=True):
    """One device's month under one edition.

    `nothing`: no event arrived, so that there is nothing to send; that is neither a pass nor a failure.
    """

    device: str
    outcome: Outcome
    lines: int
    missing: tuple[Missing, ...]
    blocking: tuple[str, ...]
    doubtful: tuple[str, ...]

    @property
    def why(self) -> frozenset[str]:
        """What stops it, as fields and codes that two runs can be compared by."""
        return frozenset(each.field for each in self.missing) | frozenset(self.blocking)


class FieldChange(Struct, frozen=True):
    """What one edition asks for and another does not, each in the form's order."""

    added: tuple[str, ...]
    dropped: tuple[str, ...]


def dry_run(report: MonthReport) -> DryRun:
    """What stops a report from going out under its own edition.

    Law: Order 4472; a draft edition binds nobody, and answers "who would fail?" all the same.
    """
    found, lacking = doubts(report), tuple(missing(report))
    blocking = _codes(each for each in found if each.blocks)
    stopped = bool(lacking or blocking)
    return DryRun(
        device=report.device.code,
        outcome="nothing" if not report.lines else "fails" if stopped else "passes",
        lines=len(report.lines),
        missing=lacking,
        blocking=blocking,
        doubtful=_codes(each for each in found if not each.blocks),
    )


def missing(report: MonthReport) -> Iterator[Missing]:
    """The fields of the edition that have no value: for facts once, for lines by how many lack it.

    Why: a count of zero is a value; no name, no site, no version and no result are none.
    """
    told = body(report)
    lacking: Counter[str] = Counter()
    for line in told["lines"]:
        lacking.update(key for key in report.edition.fields if key in OF_LINE and not _says(key, line))
    for key in report.edition.fields:
        if key in OF_LINE:
            if lacking[key]:
                yield Missing(key, lacking[key])
        elif _is_blank(told["facts"].get(key)):
            yield Missing(key, 0)


def field_change(edition: FormEdition, present: FormEdition) -> FieldChange:
    """How the fields of an edition differ from those of the one in force.

    Law: Order 4472, its editions as far as known.
    """
    return FieldChange(
        tuple(key for key in edition.fields if key not in present.fields),
        tuple(key for key in present.fields if key not in edition.fields),
    )


def _says(key: str, line: dict[str, Any]) -> bool:
    if key == "results":
        return bool(line["results"]["findings"]) or line["studies"] == 0
    return not _is_blank(line.get(key))


def _is_blank(value: object) -> bool:
    if isinstance(value, dict):
        return not value or all(isinstance(part, str) and not part.strip() for part in value.values())
    return value is None or (isinstance(value, str) and not value.strip())


def _codes(found: Iterable[Doubt]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.code for each in found))
