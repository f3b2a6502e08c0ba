# SPDX-License-Identifier: Apache-2.0
"""Events from their tables to their structs: what each kind of reader sees of a row, a document, a step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, cast

from msgspec import Struct
from msgspec.structs import replace

from nadzor.base.problems import Text
from nadzor.procedures.adverse_event import ADVERSE_EVENT, MESSAGE
from nadzor.procedures.clocks import Run, next_due, runs
from nadzor.procedures.moves import ROLES, Role
from nadzor.procedures.rules.seriousness import seriousness
from nadzor.procedures.steps import Step
from nadzor.vigilance.event_cards import (
    AlertCard,
    CodeOf,
    DocumentCard,
    EventRow,
    FollowStep,
    MissedCard,
    StepCard,
)
from nadzor.vigilance.event_words import event_words
from nadzor.vigilance.models import AdverseEvent, Alert, EventDocument, EventStep, MissedLimit

#: Documents of other hands that a clinic reads: what was done about the device.
OF_MAKERS: Final = frozenset({"corrective_action", "safety_notice"})


class Eyes(Struct, frozen=True):
    """Whose eyes read: all of it, one's own site, or one's own device without the site."""

    all: bool = False
    clinic: bool = False


def steps_of(row: AdverseEvent) -> tuple[Step, ...]:
    """The steps of an event in the order they were made."""
    return tuple(
        Step(each.verb, each.start, each.to, each.on, cast("Role", each.role), each.because)
        for each in sorted(row.steps.all(), key=lambda step: step.pk)
    )


def runs_of_event(row: AdverseEvent, today: date) -> tuple[Run, ...]:
    """Every clock of an event as it stands, the message's answered for by whoever told of it."""
    teller = row.reporter_role if row.reporter_role in ROLES else "clinic"
    return tuple(
        replace(run, responsible=cast("Role", teller)) if run.key == MESSAGE else run
        for run in runs(ADVERSE_EVENT, steps_of(row), today=today)
    )


def subject_of(number: str) -> str:
    """What notices, audit and missed limits call an event."""
    return f"event {number}"


def event_row(row: AdverseEvent, eyes: Eyes, *, today: date) -> EventRow:
    """The core of an event as these eyes may see it."""
    near = eyes.all or eyes.clinic
    return EventRow(
        number=row.number, way=row.way, device=row.device, device_told=row.device_told, version=row.version,
        installation=row.installation if near else "", site=row.site if eyes.all else "",
        study=row.study if near else "", event_on=row.event_on, aware_on=row.aware_on,
        received_on=row.received_on, received_at=row.received_at, event_type=row.event_type,
        seriousness=row.seriousness, decided_by=decided_by(row), problems=_codes(row.problems),
        effects=_codes(row.effects), causes=_codes(row.causes), state=row.state,
        reporter_role=row.reporter_role if near or row.reporter_role != "clinic" else "",
        reporter_organisation=row.reporter_organisation, quality=row.quality, doubts=tuple(row.doubts),
        leading=row.leading.number if row.leading else "", held=_held(row),
        due=next_due(runs_of_event(row, today)), changed_at=row.changed_at,
    )  # fmt: skip


def decided_by(row: AdverseEvent) -> str:
    """The code or kind of event that its seriousness rests on; empty for other cases."""
    return seriousness(row.event_type, [each["code"] for each in row.effects]).decided_by


def document_cards(row: AdverseEvent, eyes: Eyes) -> tuple[DocumentCard, ...]:
    """The documents these eyes may see: a clinic its own and what the maker did about the device."""
    found = [each for each in row.documents.all() if not eyes.clinic or _is_clinics(each)]
    return tuple(_document(each) for each in found)


def step_cards(row: AdverseEvent, eyes: Eyes) -> tuple[StepCard, ...]:
    """The steps; who made them is named to the regulator alone, a clinic's grounds never to the maker."""
    return tuple(_step(each, eyes) for each in row.steps.all())


def follow_steps(row: AdverseEvent) -> tuple[FollowStep, ...]:
    """What happened, as whoever reported it may know."""
    said = event_words().follow_steps
    found = ((each.on, _told(each.verb, said)) for each in row.steps.all())
    return tuple(FollowStep(on, text) for on, text in found if text is not None)


def alert_card(row: Alert) -> AlertCard:
    """An alert as the desk sees it."""
    return AlertCard(
        id=row.pk, event=row.event.number, device=row.event.device, kind=row.kind, raised_at=row.raised_at,
        duty=row.duty, acknowledged_at=row.acknowledged_at, acknowledged_by=row.acknowledged_by,
        escalated_at=row.escalated_at,
    )  # fmt: skip


def missed_card(row: MissedLimit) -> MissedCard:
    """A missed limit as pages show it."""
    return MissedCard(row.subject, row.device, row.clock, row.started, row.due, row.responsible, row.seen_at)


def _told(verb: str, said: dict[str, Text]) -> Text | None:
    """Why by root: the graver and the lesser kind of one verb are one and the same to a reporter."""
    return said.get(verb) or said.get(verb.rpartition("_")[0])


def _document(row: EventDocument) -> DocumentCard:
    told = getattr(row, "narrative", None)
    return DocumentCard(
        id=row.pk, kind=row.kind, form=row.form, at=row.at, on=row.on, role=row.role,
        organisation=row.organisation, fields=row.fields, digest=row.digest,
        narrative=told.text if told and not told.held else "", held=bool(told and told.held),
        held_kind=told.kind if told else "", released_at=told.released_at if told else None,
    )  # fmt: skip


def _step(row: EventStep, eyes: Eyes) -> StepCard:
    hidden = not eyes.all and not eyes.clinic and row.role == "clinic"
    return StepCard(
        at=row.at, on=row.on, verb=row.verb, start=row.start, to=row.to, by=row.by if eyes.all else "",
        role=row.role, because="" if hidden else row.because, added=row.added,
    )  # fmt: skip


def _is_clinics(row: EventDocument) -> bool:
    return row.role in ("clinic", "house", "") or row.kind in OF_MAKERS


def _held(row: AdverseEvent) -> bool:
    told: Iterable[Any] = (getattr(each, "narrative", None) for each in row.documents.all())
    return any(each is not None and each.held for each in told)


def _codes(kept: Iterable[dict[str, str]]) -> tuple[CodeOf, ...]:
    return tuple(CodeOf(each["code"], each.get("edition", "")) for each in kept)
