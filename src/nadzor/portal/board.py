# SPDX-License-Identifier: Apache-2.0
"""The registrar's board: every open filing by stage, what is overdue on top, whose clock it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.portal.choices import Choice, choices
from nadzor.portal.desks import asker
from nadzor.portal.filing_labels import stage_labels
from nadzor.portal.sheets import Count
from nadzor.portal.words import number
from nadzor.portal.work_sheets import (
    WorkCard,
    fits_words,
    is_soon,
    is_undated,
    makers_of,
    procedures_of,
    urgent_first,
    work_card,
)
from nadzor.register.filing_words import CLOSED
from nadzor.register.worklist import Work, worklist

COLUMN_MAX: Final = 60  # cards in one column; the list of filings has the rest
RARE: Final = frozenset({"preparing"})  # shown only when it holds something
STANDING: Final = "standing"


class Asked(Struct, frozen=True):
    """What the board is narrowed to, as the address holds it."""

    q: str = ""
    procedure: str = ""
    maker: str = ""
    press: str = ""

    def fits(self, work: Work) -> bool:
        """Whether a filing is asked for, its lateness left aside."""
        row = work.row
        wanted = self.procedure in ("", row.procedure) and self.maker in ("", row.maker.code)
        return wanted and fits_words(work, self.q)

    def presses(self, work: Work) -> bool:
        """Whether it presses in the way asked for."""
        ways = {
            "late": bool(work.over), "soon": is_soon(work), "standing": work.row.stage == STANDING,
            "undated": is_undated(work),
        }  # fmt: skip
        return ways.get(self.press, True)

    def address(self, **more: str) -> str:
        """The board with something changed."""
        pairs = {"q": self.q, "procedure": self.procedure, "maker": self.maker, "press": self.press} | more
        return reverse("board") + "?" + urlencode({name: value for name, value in pairs.items() if value})


class Column(Struct, frozen=True, kw_only=True):
    """One stage and its filings."""

    key: str
    title: str
    count: str
    late: int
    cards: Sequence[WorkCard]
    more: str
    href: str


def page(request: HttpRequest) -> HttpResponse:
    """The board, whole or narrowed."""
    asked = _asked(request)
    known = worklist(asker(request), today=clock.today())
    found = [work for work in known if asked.fits(work)]
    shown = {
        "counts": _tally(found, asked),
        "asked": asked,
        "filters": _filters(known, asked),
        "columns": _columns([work for work in found if asked.presses(work)]),
        "is_empty": not known,
    }
    template = "portal/_board_columns.html" if request.htmx else "portal/board.html"  # type: ignore[attr-defined]
    return render(request, template, shown)


def _asked(request: HttpRequest) -> Asked:
    given = request.GET
    return Asked(**{name: given.get(name, "").strip()[:80] for name in ("q", "procedure", "maker", "press")})


def _tally(found: Sequence[Work], asked: Asked) -> list[Count]:
    late = sum(bool(work.over) for work in found)
    undated = sum(map(is_undated, found))
    standing = sum(work.row.stage == STANDING for work in found)
    counts = [
        Count(_("Open"), number(len(found)), href=asked.address(press="")),
        Count(_("Overdue"), number(late), href=asked.address(press="late"), is_alarm=late > 0),
        Count(_("Due within 2 days"), number(sum(map(is_soon, found))),
              href=asked.address(press="soon")),
        Count(_("Standing still"), number(standing), href=asked.address(press="standing")),
    ]  # fmt: skip
    unknown = Count(_("No date can be given"), number(undated), href=asked.address(press="undated"))
    return [*counts, unknown] if undated else counts


def _filters(known: Sequence[Work], asked: Asked) -> list[Choice]:
    everything = {"": _("all")}
    press = {
        "": _("any"), "late": _("overdue"), "soon": _("due within 2 days"),
        "standing": _("standing still"), "undated": _("no date can be given"),
    }  # fmt: skip
    return [
        choices("procedure", _("Procedure"), asked.procedure, everything | procedures_of(known)),
        choices("maker", _("Maker"), asked.maker, everything | makers_of(known)),
        choices("press", _("Last day"), asked.press, press),
    ]


def _columns(found: Sequence[Work]) -> list[Column]:
    by_stage: dict[str, list[Work]] = {stage: [] for stage in stage_labels() if stage != CLOSED}
    for work in urgent_first(found):
        by_stage.setdefault(work.row.stage, []).append(work)
    return [_column(stage, works) for stage, works in by_stage.items() if works or stage not in RARE]


def _column(stage: str, works: Sequence[Work]) -> Column:
    over = len(works) - COLUMN_MAX
    return Column(
        key=stage,
        title=stage_labels()[stage],
        count=number(len(works)),
        late=sum(bool(work.over) for work in works),
        cards=[work_card(work) for work in works[:COLUMN_MAX]],
        more=number(over) if over > 0 else "",
        href=f"{reverse('filings')}?{urlencode({'stage': stage})}",
    )
