# SPDX-License-Identifier: Apache-2.0
"""Public safety notices: a list for everybody, one page each, as a tagged PDF; ended ones stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.actions.publish_notice import GROUNDS_MAX
from nadzor.base import clock
from nadzor.base.clock import moscow_date
from nadzor.portal.choices import choices
from nadzor.portal.frame import person_of
from nadzor.portal.inputs import Input, prose
from nadzor.portal.printing import pdf_answer
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Pages, State, Table, columns, line
from nadzor.portal.warning_labels import device_name, kind_state, paper_of, printed, versions_words
from nadzor.portal.words import day, moment, number, said
from nadzor.vigilance.warning_cards import NoticeCard, NoticePage
from nadzor.vigilance.warning_permissions import may_remind
from nadzor.vigilance.warnings import NoticeFilter, public_notice, public_notices

PAGE = 30
STANDS = {"stands": True, "ended": False}
HERE = "safety-notice"


class Download(Struct, frozen=True):
    """One way to follow the notices without looking."""

    label: str
    href: str


class Mark(Struct, frozen=True, kw_only=True):
    """A notice as the register card shows it."""

    label: str
    href: str
    note: str
    states: Sequence[State]


def listing(request: HttpRequest) -> HttpResponse:
    """Notices, newest first."""
    which, device = request.GET.get("which", ""), request.GET.get("device", "")[:40]
    after = request.GET.get("after", "")[:20]
    wanted = NoticeFilter(device=device, stands=STANDS.get(which))
    found = public_notices(wanted, now=clock.now(), after=after, limit=PAGE)
    head = columns(_("Notice"), _("Device"), _("About"), _("What it says"), _("Does it stand?"))
    words = {"": _("all"), "stands": _("those that stand"), "ended": _("those that ended")}
    shown = {
        "table": Table(_("Safety notices"), head, [_line(one) for one in found.rows]),
        "filter": choices("which", _("Which"), which, words),
        "device": device,
        "pages": _pages(found, {"which": which, "device": device}, after),
        "downloads": _downloads(),
    }
    return render(request, "portal/notices.html", shown)


def page(request: HttpRequest, number: str) -> HttpResponse:
    """One notice."""
    return notice_page(request, number)


def notice_page(request: HttpRequest, number: str, *, wrong: str = "", status: int = 200) -> HttpResponse:
    """One notice; an inspector may end it."""
    one = public_notice(number, now=clock.now())
    shown: dict[str, Any] = {
        "one": one,
        "marks": [kind_state(one.kind), stands_state(one)],
        "paper": paper_of(one.title, one.text, one.cites, on=moscow_date(one.published_at)),
        "facts": _facts(one),
        "ended": _ended(one),
        "field": _field(request, wrong) if _may_end(request, one) else None,
        "crumbs": [Crumb(_("Safety notices"), reverse("safety-notices")), Crumb(number)],
    }
    return render(request, "portal/notice.html", shown, status=status)


def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The notice on paper; one that ended says so."""
    one = public_notice(number, now=clock.now())
    paper = paper_of(one.title, one.text, one.cites, on=moscow_date(one.published_at))
    below = _ended(one) or _("It stood when it was printed: see whether it still does.")
    return pdf_answer(printed(paper, _facts(one), number=number, at=one.published_at, below=below), number)


def stands_state(one: NoticeCard) -> State:
    """Whether a notice still holds."""
    return State(_("a notice of the past"), "calm") if one.ended_at else State(_("still stands"), "alarm")


def marks_of(device: str) -> list[Mark]:
    """The notices of a device for its card in the register, those that stand first."""
    found = public_notices(NoticeFilter(device=device), now=clock.now(), limit=PAGE).rows
    return [_mark(one) for one in sorted(found, key=lambda one: one.ended_at is not None)]


def _mark(one: NoticeCard) -> Mark:
    facts = {"number": one.number, "day": day(moscow_date(one.published_at))}
    return Mark(
        label=said(one.title),
        href=reverse(HERE, args=[one.number]),
        note=_("%(number)s of %(day)s") % facts,
        states=[stands_state(one)],
    )


def _line(one: NoticeCard) -> Line:
    kind, stands = kind_state(one.kind), stands_state(one)
    after = _("then %(number)s") % {"number": one.followed_by} if one.followed_by else ""
    return line(
        Cell(one.number, href=reverse(HERE, args=[one.number]), note=moment(one.published_at)),
        Cell(device_name(one.device), href=reverse("register-card", args=[one.device]), wraps=True),
        Cell(kind.label, state=kind.tone if one.ended_at is None else "calm"),
        Cell(said(one.title), wraps=True),
        Cell(stands.label, note=after),
    )


def _facts(one: NoticeCard) -> list[Fact]:
    source = {"regulator": _("the regulator"), "maker": _("the maker, read by an inspector")}
    return [
        Fact(_("Notice"), one.number),
        Fact(_("Sender"), source[one.source]),
        Fact(_("Published (Moscow time)"), moment(one.published_at)),
        Fact(_("Device"), device_name(one.device), href=reverse("register-card", args=[one.device])),
        Fact(_("Versions"), versions_words(one.versions)),
    ]


def _ended(one: NoticeCard) -> str:
    """What became of a notice, in a sentence; nothing while it stands."""
    if one.ended_at is None:
        return ""
    told = _("Ended on %(day)s.") % {"day": day(moscow_date(one.ended_at))}
    if one.followed_by:
        follower = public_notice(one.followed_by, now=clock.now())
        facts = {"number": follower.number, "what": kind_state(follower.kind).label}
        return told + " " + _("Notice %(number)s followed: %(what)s.") % facts
    return f"{told} {one.ended_because}"


def _may_end(request: HttpRequest, one: NoticeCard) -> bool:
    return may_remind(person_of(request)) and one.ended_at is None


def _field(request: HttpRequest, wrong: str) -> Input:
    typed = request.POST.get("because", "")[: 2 * GROUNDS_MAX]
    hint = _("Everybody reads them below the notice. No names, no sites.")
    return prose("because", _("Why it ends"), hint=hint, value=typed, error=wrong, longest=GROUNDS_MAX)


def _downloads() -> list[Download]:
    return [
        Download("Atom", reverse("safety-feed")),
        Download("JSON", reverse("api:export-notices", args=["json"])),
        Download("CSV", reverse("api:export-notices", args=["csv"])),
    ]


def _pages(found: NoticePage, asked: dict[str, str], after: str) -> Pages:
    n = len(found.rows)
    words = ngettext("%(n)s notice on this page", "%(n)s notices on this page", n) % {"n": number(n)}
    kept = {name: text for name, text in asked.items() if text}
    further = "?" + urlencode(kept | {"after": found.next}) if found.next else ""
    return Pages(words, next_href=further, first_href="?" + urlencode(kept) if after else "")
