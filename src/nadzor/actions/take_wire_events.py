# SPDX-License-Identifier: Apache-2.0
"""Take in adverse events that installations sent: from the journal, each once, from where we left off.

Method: bodies are looked through for the two kinds that matter before a line is decoded; the mark moves on in
the transaction that files what was found, and the number of a wire event is unique besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.event_steps import THE_HOUSE, step
from nadzor.actions.event_told import Place, Told, codes_as_sent, known_device
from nadzor.actions.file_event import Filing, tell_held, tell_staff, write_event
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import Shredded
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import Reader
from nadzor.journal.record import BatchRecord
from nadzor.procedures.adverse_event import LIVING
from nadzor.records import notices
from nadzor.register import queries as register
from nadzor.vigilance.event_rows import subject_of
from nadzor.vigilance.event_words import event_notice
from nadzor.vigilance.lateness import Days, contradictions
from nadzor.vigilance.models import AdverseEvent, EarlyCorrection, WireMark
from nadzor_wire.batch import Malformed, decode_line, split_lines
from nadzor_wire.event import AdverseEvent as Sent
from nadzor_wire.event import Correct

KINDS: Final = (b'"adverse_event"', b'"correct"')
STRIDE: Final = 256  # batches without any event after which the mark is written all the same
HELD: Final = "narrative.held"
WAY: Final = "sdk"
CODE_UNKNOWN: Final = "code_unknown"


class Taken(Struct, kw_only=True):
    """What a run took in: events, corrections of events, batches whose bodies are destroyed or unreadable.

    `waiting`: corrections that came before what they correct, or correct something else than an event.
    """

    events: int = 0
    voided: int = 0
    waiting: int = 0
    shredded: int = 0
    unreadable: int = 0
    batches: int = 0


def take_wire_events(home: Home, *, now: datetime) -> Taken:
    """File every adverse event the journal holds beyond the mark; killed at any point, nothing is twice.

    Concurrency: one at a time, by the row of the mark; readers and the gateway never wait for it.
    """
    taken = Taken()
    try:
        reader = open_reader(home)
    except Refusal as missing:
        if missing.code != "journal.missing":
            raise
        return taken
    with closing(reader):
        _take(home, reader, taken, now=now)
    return taken


def _take(home: Home, reader: Reader, taken: Taken, *, now: datetime) -> None:
    start, size = _mark(), reader.size()
    for record in reader.batches(start, size):
        taken.batches += 1
        found = list(_said(record, taken))
        if found or record.index % STRIDE == 0 or record.index + 1 == size:
            _file(home, record, found, taken, now=now)


@transaction.atomic
def _file(
    home: Home, record: BatchRecord, found: list[tuple[int, Sent | Correct]], taken: Taken, *, now: datetime
) -> None:
    mark, _ = WireMark.objects.select_for_update().get_or_create(pk=1, defaults={"at": now})
    if record.index < mark.index:
        return
    for seq, line in found:
        if isinstance(line, Sent):
            taken.events += _filed(home, record, seq, line, now=now)
            taken.voided += _waited_for(record, line, now=now)
        else:
            taken.voided += _taken_back(record, line, now=now)
            taken.waiting += _kept(record, line, now=now)
    mark.index, mark.at = record.index + 1, now
    mark.save()


def _mark() -> int:
    row = WireMark.objects.first()
    return int(row.index) if row else 0


def _said(record: BatchRecord, taken: Taken) -> Iterator[tuple[int, Sent | Correct]]:
    """The accepted clinical lines of the two kinds, with their numbers in the stream."""
    try:
        body = record.body()
    except Shredded:
        taken.shredded += 1
        return
    except Refusal:
        taken.unreadable += 1
        return
    if not any(kind in body for kind in KINDS):
        return
    refused = {verdict.seq for verdict in record.verdicts.rejected}
    for place, raw in enumerate(split_lines(body)):
        line = None if record.first + place in refused else decode_line(raw)
        if line is None or isinstance(line, Malformed) or line.purpose != "clinical":
            continue
        if isinstance(line, Sent | Correct):
            yield record.first + place, line


def _filed(home: Home, record: BatchRecord, seq: int, sent: Sent, *, now: datetime) -> bool:
    """File one; False when it is filed already or comes from a bench."""
    source = f"{record.installation}/{sent.id}"
    if _is_bench(record) or AdverseEvent.objects.filter(way=WAY, source_id=source).exists():
        return False
    codes, all_known = codes_as_sent(sent.problem_codes)
    received = moscow_date(record.received_at)
    doubts = (*contradictions(Days(sent.event_date, sent.aware_date, received)), *_unknown(all_known))
    device = _device(record)
    told = Told(
        device_told="" if device else record.device, version=sent.version,
        event_on=sent.event_date, aware_on=sent.aware_date, event_type=sent.event_type,
        narrative=sent.narrative or "", study=sent.study or "",
    )  # fmt: skip
    filing = Filing(
        way=WAY, hand=THE_HOUSE, place=Place(device, record.installation, record.site),
        received_on=received, received_at=record.received_at, source_id=source,
        held_kind=_held_kind(record, seq), doubts=doubts,
    )  # fmt: skip
    row, held = write_event(home, told, codes, filing, now=now)
    tell_staff(row, now=now)
    if held:
        tell_held(row, now=now)
    return True


def _kept(record: BatchRecord, line: Correct, *, now: datetime) -> bool:
    """Keep a correction of what is not here; the first word about an event stands, as it does in a rollup."""
    source = f"{record.installation}/{line.corrects}"
    if _is_bench(record) or AdverseEvent.objects.filter(way=WAY, source_id=source).exists():
        return False
    told = {"reason": line.reason, "at": record.received_at}
    return EarlyCorrection.objects.get_or_create(source_id=source, defaults=told)[1]


def _waited_for(record: BatchRecord, sent: Sent, *, now: datetime) -> bool:
    """Apply the correction that came before this event, once."""
    source = f"{record.installation}/{sent.id}"
    early = EarlyCorrection.objects.filter(source_id=source, applied_at=None).first()
    if early is None or not AdverseEvent.objects.filter(way=WAY, source_id=source).exists():
        return False
    early.applied_at = now
    early.save()
    return _corrected(source, early.reason, now=now)


def _taken_back(record: BatchRecord, line: Correct, *, now: datetime) -> bool:
    """A correction of an adverse event that is here."""
    return _corrected(f"{record.installation}/{line.corrects}", line.reason, now=now)


def _corrected(source: str, reason: str, *, now: datetime) -> bool:
    """The house declines what was corrected, with grounds, unless somebody died.

    Why: the installation runs the maker's software; a death or a threat is taken back by a person alone.
    """
    row = AdverseEvent.objects.select_for_update().filter(way=WAY, source_id=source).first()
    because = f"the installation corrected it: {reason}"
    if row is None or row.steps.filter(because=because).exists():
        return False
    falls = row.state in LIVING and row.seriousness == "other"
    step(row, "void" if falls else "follow_up", THE_HOUSE, now=now, because=because,
         added={"corrected": reason})  # fmt: skip
    key = "voided_staff" if falls else "void_staff"
    text = event_notice(key, number=row.number, device=row.device or row.device_told, reason=reason)
    notices.to_role("inspector", subject=subject_of(row.number), text=text, now=now)
    return falls


def _is_bench(record: BatchRecord) -> bool:
    card = register.installation(record.installation)
    return card is not None and card.sandbox


def _device(record: BatchRecord) -> str:
    try:
        return known_device(record.device)
    except Refusal:
        return ""


def _held_kind(record: BatchRecord, seq: int) -> str:
    """The kind of detail the gateway found in this event's narrative, if it found one."""
    found: list[Any] = [each for each in record.verdicts.flagged if each.seq == seq and each.code == HELD]
    return str(found[0].detail or "other") if found else ""


def _unknown(all_known: bool) -> tuple[str, ...]:
    return () if all_known else (CODE_UNKNOWN,)
