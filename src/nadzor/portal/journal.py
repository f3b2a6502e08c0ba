# SPDX-License-Identifier: Apache-2.0
"""The journal for people: its head, its latest batches, and the ledgers of what was refused or is missing."""

from __future__ import annotations

from contextlib import closing

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.journal.opening import open_reader
from nadzor.journal.reader import JournalCounts, Reader
from nadzor.journal.record import BatchRecord
from nadzor.portal.frame import house
from nadzor.portal.readings import listed
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Cell, Count, Fact, Line, Pages, Table, columns, line
from nadzor.portal.words import moment, number, short

PAGE = 50
REACH = 5_000  # headings looked through for one page; an owner of few batches pages further


def page(request: HttpRequest) -> HttpResponse:
    """The head of the log and its latest batches."""
    scope = scope_of(request)
    with closing(open_reader(house())) as reader:
        size = reader.size()
        before = _before(request.GET.get("before", ""), size)
        batches, low = _latest(reader, scope, before)
        listed(request, [batch.device for batch in batches])
        shown = {
            "counts": _counts(reader.counts()) if scope.codes is None else [],
            "head": _head(reader.counts()),
            "table": _table(batches),
            "pages": _pages(len(batches), low, before < size),
            "refused": _refused(reader) if scope.codes is None else None,
        }
    return render(request, "portal/journal.html", shown)


def _before(text: str, size: int) -> int:
    return min(int(text), size) if text.isdecimal() else size


def _latest(reader: Reader, scope: Scope, before: int) -> tuple[list[BatchRecord], int]:
    """The newest batches the asker may read below an index, and the lowest index looked at."""
    found: list[BatchRecord] = []
    low = before
    while low > 0 and len(found) < PAGE and before - low < REACH:
        high, low = low, max(0, low - PAGE)
        step = list(reader.batches(low, high))
        found += [batch for batch in reversed(step) if scope.codes is None or batch.device in scope.codes]
    return found, low


def _counts(counts: JournalCounts) -> list[Count]:
    return [
        Count(_("Batches"), number(counts.batches)),
        Count(_("Events accepted"), number(counts.accepted)),
        Count(_("Events rejected"), number(counts.rejected), is_alarm=counts.rejected > 0),
        Count(_("Batches refused whole"), number(counts.refused), is_alarm=counts.refused > 0),
        Count(_("Open gaps"), number(counts.gaps), is_alarm=counts.gaps > 0),
        Count(_("Last received"), moment(counts.last_received), is_words=True),
    ]


def _head(counts: JournalCounts) -> list[Fact]:
    home = house()
    return [
        Fact(_("Origin of the log"), home.log_origin, mono=True),
        Fact(_("Size of the tree"), number(counts.tree_size)),
        Fact(_("Root of the tree"), counts.root.hex(), mono=True),
        Fact(_("Public key of the log"), home.log_vkey, mono=True),
    ]


def _table(batches: list[BatchRecord]) -> Table:
    head = columns(
        _("Batch"),
        _("Received"),
        _("Device"),
        _("Installation"),
        _("Events"),
        _("Accepted"),
        _("Rejected"),
        numbers=(4, 5, 6),
    )
    return Table(_("Latest batches"), head, [_batch_line(batch) for batch in batches])


def _batch_line(batch: BatchRecord) -> Line:
    return line(
        Cell(number(batch.index), href=reverse("batch", args=[batch.index])),
        moment(batch.received_at),
        Cell(batch.device, href=reverse("device", args=[batch.device])),
        Cell(batch.installation, mono=True),
        f"{number(batch.first)}–{number(batch.last)}",
        number(batch.accepted),
        Cell(number(batch.rejected), state="alarm") if batch.rejected else "0",
    )


def _pages(shown: int, low: int, is_further: bool) -> Pages:
    words = ngettext("%(n)s batch on this page", "%(n)s batches on this page", shown) % {"n": number(shown)}
    here = reverse("journal")
    return Pages(
        words, next_href=f"{here}?before={low}" if low else "", first_href=here if is_further else ""
    )


def _refused(reader: Reader) -> Table:
    lines = [
        line(
            moment(each.at),
            Cell(each.code, href=reverse("problem", args=[each.code]), mono=True),
            Cell(short(each.digest), mono=True),
            each.place or "",
        )
        for each in reader.refusals()[-PAGE:]
    ]
    return Table(_("Batches refused whole"), columns(_("When"), _("Problem"), _("Digest"), _("Place")), lines)
