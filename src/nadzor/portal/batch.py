# SPDX-License-Identifier: Apache-2.0
"""One batch of the journal: what was signed for, the proof of its place, its events, its receipt."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.make_bundle import bundle_of
from nadzor.actions.say_gone import refuse_buried
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import Shredded
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import Reader
from nadzor.journal.record import BatchRecord
from nadzor.portal.frame import house, person_of
from nadzor.portal.receipts import leaf_facts
from nadzor.portal.scope import scope_of
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Pages, Table, columns, line
from nadzor.portal.words import moment, number
from nadzor_wire.note import Checkpoint, open_note
from nadzor_wire.receipt import Receipt, Verdict

LINES = 20
HELD = ("narrative", "reader", "reading_time")
"""Free text of an adverse event is read in the case; how long a reader took is shown of nobody."""


def page(request: HttpRequest, index: int) -> HttpResponse:
    """The batch at an index of the log."""
    with closing(open_reader(house())) as reader:
        record = _readable(request, reader, index)
        receipt = reader.receipt(index)
        seq = request.GET.get("seq", "")
        shown = _page(record, receipt, asked=int(seq) if seq.isdecimal() else None)
    return render(request, "portal/batch.html", shown)


def receipt(request: HttpRequest, index: int) -> HttpResponse:
    """The batch's receipt as a file that verifies offline."""
    with closing(open_reader(house())) as reader:
        _readable(request, reader, index)
        body = msgspec.json.format(msgspec.json.encode(reader.receipt(index))) + b"\n"
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="receipt-{index}.json"'
    return answer


def bundle(request: HttpRequest, index: int) -> HttpResponse:
    """The batch as a proof bundle: events, signature, proof and key in one file; the deed is written down."""
    body = bundle_of(house(), index, by=person_of(request), now=clock.now())
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="bundle-{index}.json"'
    return answer


def _readable(request: HttpRequest, reader: Reader, index: int) -> BatchRecord:
    """The batch, if its device is one that the asker may read; otherwise it is as if there were none."""
    if index >= reader.size():  # said as it is said of another's
        raise Refusal("journal.no-batch", index=index)
    record = reader.batch(index)
    scope = scope_of(request)
    if scope.codes is not None and record.device not in scope.codes:
        raise Refusal("journal.no-batch", index=index)
    return record


def _page(record: BatchRecord, receipt: Receipt, *, asked: int | None) -> dict[str, Any]:
    home, start = house(), record.first if asked is None else asked
    checkpoint = Checkpoint.parse(open_note(receipt.checkpoint, home.log_vkey))
    file = f"receipt-{record.index}.json"
    return {
        "index": record.index,
        "title": _("Batch %(index)s") % {"index": number(record.index)},
        "received": moment(record.received_at),
        "facts": leaf_facts(receipt.leaf),
        "leaf": json.dumps(receipt.leaf, ensure_ascii=False, indent=2, sort_keys=True),
        "place": _place(receipt, checkpoint),
        "proof": _proof(receipt, checkpoint.size),
        "checkpoint": receipt.checkpoint,
        "command": f"nadzor verify receipt {file} \\\n  --key '{home.log_vkey}'",
        "verdicts": _verdicts(record),
        "events": _events(record, start, is_asked=asked is not None),
        "pages": _pages(record, start),
        "crumbs": [Crumb(_("Journal"), reverse("journal")), Crumb(number(record.index))],
    }


def _place(receipt: Receipt, checkpoint: Checkpoint) -> list[Fact]:
    return [
        Fact(
            _("Leaf"),
            _("%(index)s of %(size)s, counted from 0")
            % {"index": number(receipt.index), "size": number(checkpoint.size)},
        ),
        Fact(_("Root of the tree"), checkpoint.root.hex(), mono=True),
        Fact(_("Origin of the log"), checkpoint.origin, mono=True),
    ]


def _proof(receipt: Receipt, size: int) -> Table:
    """Each step of the path from the leaf to the root: the neighbour's hash and its side.

    Method: RFC 9162 section 2.1.3.2.
    """
    lines, place, last = [], receipt.index, size - 1
    for step, neighbour in enumerate(receipt.proof, start=1):
        is_left = bool(place & 1) or place == last
        lines.append(
            line(str(step), _("on the left") if is_left else _("on the right"), Cell(neighbour, mono=True))
        )
        while is_left and not place & 1 and place:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return Table(_("Proof of inclusion"), columns(_("Step"), _("Neighbour"), _("Hash (base64)")), lines)


def _verdicts(record: BatchRecord) -> Table | None:
    kinds = (
        (record.verdicts.rejected, _("rejected"), "alarm"),
        (record.verdicts.flagged, _("accepted, flagged"), "warn"),
    )
    lines = [_verdict(verdict, label, tone) for verdicts, label, tone in kinds for verdict in verdicts]
    head = columns(_("Event"), _("Fate"), _("Problem"), _("Place"), _("Detail"))
    return Table(_("Events that were not simply accepted"), head, lines) if lines else None


def _verdict(verdict: Verdict, label: str, tone: str) -> Line:
    code = Cell(verdict.code, href=reverse("problem", args=[verdict.code]), mono=True)
    return line(
        number(verdict.seq), Cell(label, state=tone), code, Cell(verdict.at, mono=True), verdict.detail
    )


def _events(record: BatchRecord, start: int, *, is_asked: bool) -> Table | None:
    """The lines around the one asked for; None when the body's key was destroyed.

    Raises: Refusal records.gone for an event of such a batch that is asked for by its number.
    """
    try:
        lines = record.body().splitlines()
    except Shredded:
        if is_asked:
            refuse_buried("bodies", f"{record.installation} {record.month}")
        return None
    low = _low(record, start)
    shown = [
        _event(record.first + place, text, is_current=is_asked and record.first + place == start)
        for place, text in enumerate(lines)
    ]
    head = columns(_("Event"), _("Kind"), _("At"), _("What was sent"))
    return Table(_("Events of the batch"), head, shown[low - record.first : low - record.first + LINES])


def _low(record: BatchRecord, start: int) -> int:
    return record.first + (min(max(start, record.first), record.last) - record.first) // LINES * LINES


def _event(seq: int, text: bytes, *, is_current: bool) -> Line:
    try:
        sent = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return line(number(seq), Cell(_("unreadable"), state="alarm"), "", "", is_current=is_current)
    kind, at = (str(sent.pop(name, "")) for name in ("kind", "at")) if isinstance(sent, dict) else ("", "")
    held = (
        {name: "…" if name in HELD else value for name, value in sent.items()}
        if isinstance(sent, dict)
        else sent
    )
    body = json.dumps(held, ensure_ascii=False, separators=(", ", ": "))
    return line(
        number(seq), Cell(kind, mono=True), at, Cell(body, mono=True, wraps=True), is_current=is_current
    )


def _pages(record: BatchRecord, start: int) -> Pages:
    low = _low(record, start)
    high = min(low + LINES - 1, record.last)
    here = reverse("batch", args=[record.index])
    shown = _("events %(low)s–%(high)s of %(first)s–%(last)s") % {
        "low": number(low),
        "high": number(high),
        "first": number(record.first),
        "last": number(record.last),
    }
    further = f"{here}?seq={high + 1}#events" if high < record.last else ""
    return Pages(shown, next_href=further, first_href=f"{here}#events" if low > record.first else "")
