# SPDX-License-Identifier: Apache-2.0
"""The fate of every event of one batch. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, TypeAlias

from msgspec import Struct

from nadzor.journal.entry import Declared
from nadzor_wire.batch import Malformed, decode_lines, split_lines
from nadzor_wire.event import AdverseEvent, Event, Lost, Review, Study, Truth
from nadzor_wire.limits import EVENT_MAX, FUTURE_FLAG_S
from nadzor_wire.personal import find_personal
from nadzor_wire.receipt import Verdict

from .shape import personal_place, shape_of

Line: TypeAlias = Event | Malformed

NARRATIVE_HELD: Final = "narrative.held"  # accepted and counted; the text waits until a person has read it
FUTURE_TIME: Final = (
    "event.future-time"  # accepted and counted; the clock is a finding, not a fault of the event
)
UNKNOWN_FINDING: Final = "event.unknown-finding"  # no registry code, so it could be anything
PERSONAL: Final = "event.personal-data"  # of an event whose lines the gateway wrote: it goes alone
CODES: Final = frozenset(
    (
        "event.inconsistent",
        "event.malformed",
        PERSONAL,
        "event.time-zone",
        "event.too-deep",
        "event.too-large",
        "event.unknown-field",
        "event.unknown-kind",
        UNKNOWN_FINDING,
    )
)
LOOKED_MAX: Final = 4 * 1024 * 1024  # bytes of bad lines of a batch: 5,000 real events misspelt by an SDK
HUGE_MAX: Final = 256 * 1024  # bytes of lines beyond the limit of one event; no SDK seals such a line
_WITH_FINDINGS: Final = (Study, Review, Truth)
_moment = attrgetter("at")


class Fates(Struct, frozen=True):
    """What becomes of the events: rejected with their shapes, flagged, and numbers declared lost."""

    rejected: tuple[Verdict, ...] = ()
    shapes: tuple[str, ...] = ()
    flagged: tuple[Verdict, ...] = ()
    lost: tuple[Declared, ...] = ()


class Personal(Struct, frozen=True):
    """A malformed event holds a personal detail: which event, which field, of what kind."""

    seq: int
    at: str
    kind: str


class Unreadable(Struct, frozen=True):
    """More is no event than anybody can look at for personal details.  Units: limit in bytes."""

    limit: int


def judge_events(
    body: bytes, *, first: int, last: int, findings: Sequence[str], now: datetime, alone: bool = False
) -> Fates | Personal | Unreadable | int:
    """The fate of every line; the number of lines alone when it is not last - first + 1.

    With `alone` a personal detail rejects its own event only: the gateway, not the sender, keeps the lines.
    """
    count = body.count(b"\n") + (not body.endswith(b"\n"))
    if count != last - first + 1:  # (1) every number has its line
        return count
    lines = decode_lines(body)  # (2) one typed decode for all, line by line only if something fails
    kinds = set(map(type, lines))
    bad: dict[int, Malformed] = {}
    if Malformed in kinds:  # (3) what is no event is rejected alone
        bad = {place: line for place, line in enumerate(lines) if isinstance(line, Malformed)}
    if findings and not kinds.isdisjoint(_WITH_FINDINGS):  # (4) findings are registry codes
        bad |= _unregistered(lines, frozenset(findings))
    rejected, shapes = [], []
    raw = split_lines(body) if bad else []
    if not alone and (unreadable := _too_much([raw[place] for place in bad])) is not None:
        return unreadable
    for place, fault in sorted(bad.items()):
        found = personal_place(raw[place])
        if found is not None and not alone:  # (5) a personal detail refuses the whole batch
            return Personal(first + place, *found)
        rejected.append(_verdict(first + place, fault, found))
        shapes.append(shape_of(raw[place]))
    good = kinds - {Malformed}
    return Fates(
        tuple(rejected),
        tuple(shapes),
        tuple(_flags(lines, bad, good, first=first, now=now)) if good else (),
        tuple(_lost(lines)) if Lost in good else (),
    )


def _verdict(seq: int, fault: Malformed, found: tuple[str, str] | None) -> Verdict:
    """Why an event is rejected; a maker can look up every code."""
    if found is not None:
        return Verdict(seq, PERSONAL, *found)
    code = fault.code if fault.code in CODES else "event.malformed"
    return Verdict(seq, code, fault.at, fault.detail)


def _too_much(bad: Sequence[bytes]) -> Unreadable | None:
    """Whether so much is no event that looking at it would hold the others up."""
    if sum(map(len, bad)) > LOOKED_MAX:
        return Unreadable(LOOKED_MAX)
    huge = sum(len(line) for line in bad if len(line) > EVENT_MAX)
    return Unreadable(HUGE_MAX) if huge > HUGE_MAX else None


def _unregistered(lines: Sequence[Line], registered: frozenset[str]) -> dict[int, Malformed]:
    """Events with a finding that their device is not registered for."""
    used = {said.code for line in lines if isinstance(line, _WITH_FINDINGS) for said in line.findings}
    if used <= registered:
        return {}
    bad = {}
    for place, line in enumerate(lines):
        if not isinstance(line, Study | Review | Truth):
            continue
        codes = [said.code for said in line.findings]
        foreign = next((at for at, code in enumerate(codes) if code not in registered), None)
        if foreign is not None:
            bad[place] = Malformed(
                UNKNOWN_FINDING, f"$.findings[{foreign}].code", "Expected a registered finding"
            )
    return bad


def _flags(
    lines: Sequence[Line], bad: dict[int, Malformed], kinds: set[type], *, first: int, now: datetime
) -> Iterator[Verdict]:
    """What is accepted but must be known about."""
    limit = now + timedelta(seconds=FUTURE_FLAG_S)
    events = lines if not bad else [line for line in lines if not isinstance(line, Malformed)]
    if max(map(_moment, events)) > limit:  # (6) future time is accepted and flagged
        for place, line in enumerate(lines):
            if place not in bad and line.at > limit:  # type: ignore[operator]
                yield Verdict(first + place, FUTURE_TIME, "$.at")
    if AdverseEvent in kinds:  # (7) a narrative with a personal detail is held, its event counts
        for place, line in enumerate(lines):
            if isinstance(line, AdverseEvent) and line.narrative and (kind := find_personal(line.narrative)):
                yield Verdict(first + place, NARRATIVE_HELD, "$.narrative", kind)


def _lost(lines: Sequence[Line]) -> Iterator[Declared]:
    for line in lines:
        if isinstance(line, Lost):
            yield Declared(line.first, line.last, line.code)
