# SPDX-License-Identifier: Apache-2.0
"""What the page of delivery is made of; every number leads to the batch, rows or problem behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.actions.read_delivery import Delivery, Sender
from nadzor.base.problems import catalogue
from nadzor.journal.reader import GapNote
from nadzor.portal.counts import Counts
from nadzor.portal.problems import bare
from nadzor.portal.rhythm import Heard, Heardings
from nadzor.portal.sheets import Cell, Count, Line, Table, columns, line
from nadzor.portal.words import NOTHING, WIDE, day, language, moment, number, said, share
from nadzor.register.integrity import IntegrityCard

LATE_DAYS: Final = 30
SHOWN: Final = 40
CLOCK_MS: Final = 2_000  # an offset beyond it is worth a look; no norm sets it


def tally(found: Delivery, heard: Heardings, notes: Sequence[IntegrityCard], now: datetime) -> list[Count]:
    """The page in six numbers, each leading to its table."""
    silent = sum(_is_silent(sender, heard, now) for sender in found.senders)
    rejected = sum(kind.count for kind in found.rejected)
    refused = sum(kind.count for kind in found.refused)
    missing = sum(gap.last - gap.first + 1 for gap in found.gaps if _is_missing(gap))
    spooled = sum(sender.beat.spool_events for sender in found.senders if sender.beat)
    return [
        Count(_("Silent installations"), number(silent), href="#senders", is_alarm=silent > 0),
        Count(_("Events rejected"), number(rejected), href="#rejected", is_alarm=rejected > 0),
        Count(_("Batches refused whole"), number(refused), href="#refused", is_alarm=refused > 0),
        Count(_("Numbers missing"), number(missing), href="#gaps", is_alarm=missing > 0),
        Count(_("Waiting in spools"), number(spooled), href="#spools"),
        Count(_("Findings of integrity"), number(len(notes)), href="#integrity", is_alarm=bool(notes)),
    ]


def sender_table(code: str, found: Delivery, heard: Heardings, now: datetime) -> Table:
    """Each installation: its newest batch, when the next is due by its own rhythm, its last day of events."""
    head = columns(
        _("Installation"), _("Site (pseudonym)"), _("Last received"), _("Batch"), _("Expected by"),
        _("Last day of events"), _("State"),
        numbers=(3,),
    )  # fmt: skip
    lines = [_sender(code, sender, heard, now) for sender in found.senders]
    return Table(_("Installations"), head, lines)


def _sender(code: str, sender: Sender, heard: Heardings, now: datetime) -> Line:
    newest, days = sender.newest, heard.rooms.get(sender.installation)
    rows = {"measure": "heartbeats", "site": sender.site}
    return line(
        Cell(sender.installation, mono=True),
        Cell(sender.site, mono=True),
        _when(newest.received_at) if newest else NOTHING,
        _batch(newest.index, newest.last) if newest else Cell(NOTHING),
        _when(sender.expected_at),
        Cell(day(days.last), href=reverse("trace", args=[code]) + "?" + urlencode(rows))
        if days
        else Cell(NOTHING),
        _state(sender, days, heard.until, now),
    )


def _state(sender: Sender, days: Heard | None, until: date, now: datetime) -> Cell:
    if sender.newest is None:
        return Cell(_("never reported"), state="warn")
    if sender.is_late(now):
        quiet = (now - sender.newest.received_at).days
        words = ngettext("nothing for %(n)s day", "nothing for %(n)s days", quiet)
        return Cell(words % {"n": number(quiet)}, state="alarm")
    if days and (quiet := days.quiet(until)):
        words = ngettext("no events for %(n)s day", "no events for %(n)s days", quiet) % {"n": number(quiet)}
        return Cell(words, state="alarm")
    return Cell(_("reports"), state="good")


def _is_silent(sender: Sender, heard: Heardings, now: datetime) -> bool:
    return _state(sender, heard.rooms.get(sender.installation), heard.until, now).state == "alarm"


def spool_table(found: Delivery) -> Table | None:
    """What each installation said of itself in its newest sign of life."""
    head = columns(
        _("Installation"), _("Sign of life"), _("Events waiting"), _("Size, KiB"), _("Newest batch waited"),
        _("Dropped, by reason"), _("Clock offset, ms"), _("SDK"),
        numbers=(2, 3, 6),
    )  # fmt: skip
    lines = [_spool(sender) for sender in found.senders if sender.beat]
    note = _("Drops are those told in the signs of life of the newest batches.")
    return Table(_("Spools"), head, lines, note=note) if lines else None


def _spool(sender: Sender) -> Line:
    beat = sender.beat
    assert beat is not None
    waiting = Cell(number(beat.spool_events), href=_address(beat.index, beat.seq))
    offset = number(beat.clock_offset_ms)
    return line(
        Cell(sender.installation, mono=True),
        _when(beat.at),
        waiting,
        number(beat.spool_bytes / 1024),
        _span(sender.behind),
        _drops(sender),
        Cell(offset, state="warn") if abs(beat.clock_offset_ms) > CLOCK_MS else Cell(offset),
        Cell(beat.sdk, mono=True),
    )


def _drops(sender: Sender) -> Cell:
    if not sender.drops:
        return Cell(_("none"))
    words = ", ".join(f"{reason} {number(n)}" for reason, n in sender.drops.items())
    since = _("since %(when)s") % {"when": moment(sender.drops_since)}
    return Cell(words, state="alarm", note=since)


def rejected_table(found: Delivery) -> Table | None:
    """Rejected events by reason; the shape shows what was there, without a value."""
    head = columns(
        _("Reason"), _("Place"), _("Events"), _("Newest"), _("Shape of what was sent"), _("What to do"),
        numbers=(2,),
    )  # fmt: skip
    lines = [
        line(
            _reason(kind.code),
            Cell(kind.at, mono=True),
            number(kind.count),
            _batch(kind.index, kind.seq),
            Cell(kind.shape, mono=True, wraps=True),
            _cure(kind.code),
        )
        for kind in found.rejected[:SHOWN]
    ]
    return Table(_("Rejected events"), head, lines, note=_more(found.rejected)) if lines else None


def refused_table(found: Delivery) -> Table | None:
    """Whole batches refused under a key of this device."""
    head = columns(
        _("Reason"), _("Place"), _("Key"), _("Batches"), _("Newest"), _("What to do"), numbers=(3,)
    )
    lines = [
        line(
            _reason(kind.code),
            Cell(kind.place or NOTHING, mono=True),
            Cell(kind.keyid, mono=True),
            number(kind.count),
            _when(kind.newest),
            _cure(kind.code),
        )
        for kind in found.refused[:SHOWN]
    ]
    return Table(_("Batches refused whole"), head, lines, note=_more(found.refused)) if lines else None


def gap_table(found: Delivery) -> Table | None:
    """Numbers that did not come in their turn, newest first."""
    head = columns(
        _("Installation"), _("Numbers"), _("How many"), _("Found"), _("By batch"), _("State"), numbers=(2, 4)
    )
    rests = {(gap.stream, gap.found_by) for gap in found.gaps}
    lines = [
        line(
            Cell(gap.installation, mono=True),
            number(gap.first) if gap.first == gap.last else f"{number(gap.first)}–{number(gap.last)}",
            number(gap.last - gap.first + 1),
            _when(gap.found_at),
            _batch(gap.found_by),
            _gap_state(gap, (gap.stream, gap.closed_by) in rests),
        )
        for gap in found.gaps[:SHOWN]
    ]
    return Table(_("Gaps"), head, lines, note=_more(found.gaps)) if lines else None


def _gap_state(gap: GapNote, has_rest: bool) -> Cell:
    """What became of a gap; of one that was filled in part the rest has a line of its own."""
    if gap.closed_at is not None:
        words = _("filled after it was declared lost") if gap.declared else _("filled late")
        after = _("after %(span)s") % {"span": _span(gap.closed_at - gap.found_at)}
        return Cell(
            _("filled in part") if has_rest else words, state="calm" if has_rest else "good", note=after
        )
    if gap.declared:
        return Cell(_("declared lost"), state="warn", note=gap.declared)
    return Cell(_("still missing"), state="alarm")


def _is_missing(gap: GapNote) -> bool:
    return gap.open and gap.declared is None


def integrity_table(notes: Sequence[IntegrityCard]) -> Table | None:
    """What the senders are asked to explain."""
    names = {"conflict": _("conflict"), "fork": _("fork"), "restored": _("restored")}
    head = columns(_("Finding"), _("Installation"), _("Found"), _("What it says"))
    lines = [
        line(
            Cell(names[note.kind], state="warn"),
            Cell(note.installation, mono=True),
            _when(note.found_at),
            said(note.text),
        )
        for note in notes[:SHOWN]
    ]
    return Table(_("Findings of integrity"), head, lines, note=_more(notes)) if lines else None


def lateness_table(code: str, counts: Counts, today: date) -> Table | None:
    """How long after they happened the studies of each sender arrived, in thirty days and in all."""
    last = counts.last_receipt(today)
    month = {"since": last - timedelta(days=LATE_DAYS - 1), "until": last + timedelta(days=1)}
    recent = {each.installation: each for each in counts.lateness(code, **month)}
    head = columns(
        _("Installation"), _("Studies, 30 days"), _("Late, 30 days"), _("Studies"), _("Late"),
        numbers=(1, 2, 3, 4),
    )  # fmt: skip
    rows = reverse("trace", args=[code]) + "?measure=delay"
    lines = [
        line(
            Cell(each.installation, mono=True),
            number(recent[each.installation].events if each.installation in recent else 0),
            share(recent[each.installation].late_share) if each.installation in recent else NOTHING,
            Cell(number(each.events), href=rows),
            share(each.late_share),
        )
        for each in counts.lateness(code)
    ]
    note = _("Late is a day or more between the study and its receipt.")
    return Table(_("Lateness"), head, lines, note=note) if lines else None


def doubted_table(found: Delivery) -> Table | None:
    """Lost keys, and what came under them since then."""
    head = columns(
        _("Key"), _("Installation"), _("Lost since"), _("Batches"), _("Events"), _("First"), _("Last"),
        numbers=(3, 4, 5, 6),
    )  # fmt: skip
    lines = [
        line(
            Cell(each.keyid, mono=True),
            Cell(each.installation, mono=True),
            _when(each.since),
            number(len(each.batches)),
            number(each.events),
            _batch(each.batches[0].index) if each.batches else Cell(NOTHING),
            _batch(each.batches[-1].index) if each.batches else Cell(NOTHING),
        )
        for each in found.doubted
    ]
    return Table(_("Batches under lost keys"), head, lines) if lines else None


def _when(value: datetime | None) -> str:
    """A moment that stays on one line."""
    return moment(value).replace(" ", WIDE)


def _batch(index: int, seq: int | None = None) -> Cell:
    return Cell(number(index), href=_address(index, seq))


def _address(index: int, seq: int | None) -> str:
    here = reverse("batch", args=[index])
    return here if seq is None else f"{here}?seq={seq}#events"


def _reason(code: str) -> Cell:
    return Cell(code, href=reverse("problem", args=[code]), mono=True)


def _cure(code: str) -> str:
    entry = catalogue().get(code)
    return bare(entry.do.in_language(language())) if entry else NOTHING


def _more(found: Sequence[object]) -> str:
    shown = {"shown": SHOWN, "all": number(len(found))}
    return _("The first %(shown)s of %(all)s.") % shown if len(found) > SHOWN else ""


def _span(value: timedelta | None) -> str:
    """A time to wait, in the unit that fits it."""
    if value is None:
        return NOTHING
    seconds = max(0.0, value.total_seconds())
    for size, words in ((86_400, _("%(n)s d")), (3_600, _("%(n)s h")), (60, _("%(n)s min"))):
        if seconds >= size:
            return words % {"n": number(seconds / size)}
    return _("%(n)s s") % {"n": number(seconds)}
