# SPDX-License-Identifier: Apache-2.0
"""The advisory Code of Ethics as a checklist: its lines, what the platform holds about each, the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final, Literal, get_args

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.people.roles import MAKERS, Role
from nadzor.register import gate, queries
from nadzor.register.baselines import baselines
from nadzor.vigilance.models import (
    AdverseEvent,
    EthicsAnswer,
    MonitoringPlan,
    MonitoringReport,
    PublicNotice,
    SafetyWarning,
    Signal,
    SignalMove,
)

Answer = Literal["yes", "partly", "no"]
Kind = Literal[
    "claims", "versions", "installations", "certificate", "plan", "monitoring_reports", "signals", "answers",
    "events", "warnings", "notices", "baselines",
]  # fmt: skip
ANSWERS: Final = get_args(Answer)
_SPEAKERS: Final = tuple(role.value for role in (*MAKERS, Role.REPRESENTATIVE))


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the checklist: what is asked, under which principle, and what may bear it out."""

    key: str
    principle: str
    evidence: tuple[Kind, ...]
    says: Text


class Stage(Struct, frozen=True, forbid_unknown_fields=True):
    """One stage of a system's life."""

    key: str
    says: Text
    lines: tuple[Line, ...]


class Checklist(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of ethics.yaml; `act` is the norm that says what the Code is."""

    act: str
    principles: dict[str, Text]
    stages: tuple[Stage, ...]

    @property
    def lines(self) -> dict[str, Line]:
        """All lines by key."""
        return {line.key: line for stage in self.stages for line in stage.lines}


class Held(Struct, frozen=True):
    """How much of one kind the platform holds about a device; nothing held proves nothing against a maker."""

    kind: Kind
    count: int


class AnswerCard(Struct, frozen=True):
    """The answer that stands on a line."""

    line: str
    answer: Answer
    note: str
    by: str
    at: datetime


@cache
def checklist() -> Checklist:
    """The checklist as written."""
    page = files("nadzor.vigilance").joinpath("ethics.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Checklist)


def evidence_of(line: Line, held: Mapping[str, int]) -> tuple[Held, ...]:
    """What the platform holds about one line, the absent ones as zero."""
    return tuple(Held(kind, held.get(kind, 0)) for kind in line.evidence)


def held_about(device: str) -> dict[str, int]:
    """How much of every kind of evidence the platform holds about a device."""
    return {kind: count(device) for kind, count in _COUNTS.items()}


def standing(device: str) -> dict[str, AnswerCard]:
    """The newest answer on each line that still exists."""
    known, rows = checklist().lines, EthicsAnswer.objects.filter(device=device)
    return {
        row.line: AnswerCard(row.line, row.answer, row.note, row.by, row.at)
        for row in rows
        if row.line in known
    }


_COUNTS: Final[dict[Kind, Callable[[str], int]]] = {
    "claims": lambda device: len(queries.claims(device)),
    "versions": lambda device: sum(1 for one in queries.versions(device) if one.registered_on),
    "installations": lambda device: len(queries.installations(device)),
    "certificate": lambda device: int(gate.certificate_of(device) is not None),
    "plan": lambda device: MonitoringPlan.objects.filter(device=device).count(),
    "monitoring_reports": lambda device: MonitoringReport.objects.filter(
        device=device, filed_on__isnull=False
    ).count(),
    "signals": lambda device: Signal.objects.filter(device=device).count(),
    "answers": lambda device: SignalMove.objects.filter(signal__device=device, role__in=_SPEAKERS).count(),
    "events": lambda device: AdverseEvent.objects.filter(device=device, leading__isnull=True).count(),
    "warnings": lambda device: SafetyWarning.objects.filter(device=device).count(),
    "notices": lambda device: PublicNotice.objects.filter(device=device).count(),
    "baselines": lambda device: len(baselines(device)),
}
