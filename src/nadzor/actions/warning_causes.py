# SPDX-License-Identifier: Apache-2.0
"""What calls for a warning and has none yet: steps of filings, and serious events by a reporter we know."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db.models import Q, QuerySet
from msgspec import Struct

from nadzor.actions.warning_figures import figures_of
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Text
from nadzor.law.citation import in_russian
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing, NormUnknown
from nadzor.register.filing_words import called
from nadzor.register.models import Device, FilingStep
from nadzor.vigilance.models import AdverseEvent, CaseGround, SafetyWarning
from nadzor.vigilance.warning_letters import (
    blinded,
    figures_text,
    kind_of,
    page,
    telling,
    versions_text,
)
from nadzor.workdays.spoken import plain

SERIOUS: Final = ("threat", "death")
#: The sender is known and the report stands; a public word counts once its clinic has confirmed it.
STANDING: Final = ("received", "awaiting_report", "reported", "questioned")
HISTORICAL: Final = "import"  # rows of a file tell of the past: a caution about them would come years late
#: Kinds that an ending takes back.
GRAVE: Final = ("deviation", "suspension")
NO_NORM: Final = Text(ru="не названа", en="not named")


class Cause(Struct, frozen=True, kw_only=True):
    """One warning to be sent: its kind and device, the step or the event, and what its letter says."""

    kind: str
    device: str
    versions: tuple[str, ...] = ()
    filing: str = ""
    step: int | None = None
    event: str = ""
    on: date
    facts: dict[str, Any]
    cites: tuple[str, ...] = ()


class Waiting(Struct, frozen=True):
    """What has no warning yet: a step of a filing, or an event."""

    step: int | None = None
    event: str = ""


def waiting() -> list[Waiting]:
    """Everything without its warning, the oldest first; steps before events."""
    steps = [Waiting(step=id) for id in _steps().values_list("pk", flat=True)]
    return [*steps, *(Waiting(event=number) for number in _events().values_list("number", flat=True))]


def cause_of(found: Waiting) -> Cause | None:
    """The warning to be sent; None for a step that says nothing to clinics after all."""
    return cause_of_step(found.step) if found.step is not None else cause_of_event(found.event)


def cause_of_step(id: int) -> Cause | None:
    """What a step says to clinics; None for a case that ends before anybody was warned."""
    step = FilingStep.objects.select_related("filing__device__maker").get(pk=id)
    row = step.filing
    kind = kind_of(row.procedure, step.start, step.verb)
    if kind is None or (kind == "ended" and not _was_warned(row.number)):
        return None
    versions = _versions_of(row.number) if kind == "deviation" else ()
    key = str(step.facts.get("norm_cite") or "")
    facts = {
        **_about(row.device, versions), "filing": row.number, "on": plain(step.on),
        "because": blinded(step.because), "norm": norm_text(key, step.on),
        "figures": figures_text(figures_of(row.number)),
        "outcome": called(row.procedure, state=step.to), "event": "", "seriousness": "",
    }  # fmt: skip
    return Cause(
        kind=kind, device=row.device.code, versions=versions, filing=row.number, step=step.pk, on=step.on,
        facts=facts, cites=(key,) if key else (),
    )  # fmt: skip


def cause_of_event(number: str) -> Cause:
    """The caution that a serious event calls for."""
    row = AdverseEvent.objects.get(number=number)
    device = Device.objects.select_related("maker").get(code=row.device)
    versions = (row.version,) if row.version else ()
    on = row.received_on or moscow_date(row.received_at)
    facts = {
        **_about(device, versions), "filing": "", "on": plain(on), "because": "", "norm": "", "outcome": "",
        "figures": "", "event": row.number, "seriousness": page().seriousness[row.seriousness],
    }  # fmt: skip
    return Cause(kind="threat", device=row.device, versions=versions, event=row.number, on=on, facts=facts)


def norm_text(key: str, on: date) -> Text:
    """A norm as its act is cited; that none was named, or none is in force, is said."""
    try:
        cite = norm(key, on).cite if key else ""
    except (NormMissing, NormUnknown):
        cite = ""
    return Text(ru=in_russian(cite), en=cite) if cite else NO_NORM


def _steps() -> QuerySet[FilingStep]:
    pairs = Q(pk__in=[])
    for procedure, verb in sorted(telling()):
        pairs |= Q(filing__procedure=procedure, verb=verb)
    sent = SafetyWarning.objects.filter(step__isnull=False).values("step")
    return FilingStep.objects.filter(pairs, filing__device__isnull=False).exclude(pk__in=sent).order_by("pk")


def _events() -> QuerySet[AdverseEvent]:
    known = Device.objects.exclude(status="draft").values("code")
    warned = SafetyWarning.objects.exclude(event="").values("event")
    return (
        AdverseEvent.objects.filter(
            seriousness__in=SERIOUS, state__in=STANDING, device__in=known, leading=None
        )
        .exclude(way=HISTORICAL)
        .exclude(number__in=warned)
        .order_by("pk")
    )


def _was_warned(filing: str) -> bool:
    return SafetyWarning.objects.filter(filing=filing, kind__in=GRAVE).exists()


def _versions_of(filing: str) -> tuple[str, ...]:
    """The versions a case's grounds name; none when some ground names no version: then all are meant."""
    told = [ground.facts.get("version") or "" for ground in CaseGround.objects.filter(filing=filing)]
    return tuple(sorted(set(told))) if told and all(told) else ()


def _about(device: Device, versions: tuple[str, ...]) -> dict[str, Any]:
    return {
        "device": Text(device.name_ru, device.name_en),
        "register_number": device.number,
        "maker": Text(device.maker.name_ru, device.maker.name_en),
        "versions": versions_text(versions),
    }
