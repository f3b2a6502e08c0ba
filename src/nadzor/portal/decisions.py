# SPDX-License-Identifier: Apache-2.0
"""The head's desk: what is ready to be decided, which limits were broken, by whose power one decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.people.staff import staff
from nadzor.portal.desk_rights import may_open_decisions
from nadzor.portal.desks import asker
from nadzor.portal.dues import Due, days
from nadzor.portal.filing_labels import APPLICATIONS, power_label, verb_label
from nadzor.portal.law_marks import sentence
from nadzor.portal.sheets import Count
from nadzor.portal.words import day, number, said
from nadzor.portal.work_sheets import WorkCard, urgent_first, work_card, work_due
from nadzor.procedures.clocks import Run, late
from nadzor.register import authority
from nadzor.register.filing_cards import DelegationCard
from nadzor.register.worklist import Work, worklist
from nadzor.workdays.calendar import ONE_DAY

SHOWN_MAX: Final = 60  # of one pile, the most urgent first; the list of filings has the rest


class Way(Struct, frozen=True):
    """One decision that may be taken today, and its form."""

    label: str
    href: str


class Ready(Struct, frozen=True, kw_only=True):
    """A filing that awaits its decision; locked for whoever declared an interest, with who else may."""

    card: WorkCard
    ways: Sequence[Way]
    others: str


class Broken(Struct, frozen=True, kw_only=True):
    """A limit that passed unmet: whose it is, how late, and where it is explained."""

    filing: str
    href: str
    title: str
    due: Due
    late: str


class Power(Struct, frozen=True, kw_only=True):
    """A delegation in force, as a sentence's parts."""

    to: str
    order: str
    since: str
    through: str
    procedures: str
    given_by: str


def page(request: HttpRequest) -> HttpResponse:
    """Everything the head, or who decides for the head, should see first."""
    who, today = asker(request), clock.today()
    if not may_open_decisions(who, on=today):
        raise Refusal("people.desk-of-others")
    powers = authority.delegations(who, on=today)
    works = urgent_first(work for work in worklist(who, today=today) if _is_within(who, powers, work))
    ready = [work for work in works if work.head_moves]
    applications = [work for work in ready if work.row.procedure in APPLICATIONS]
    cases = [work for work in ready if work.row.procedure not in APPLICATIONS]
    over = [(work, run) for work in works for run in work.over]
    shown = {
        "counts": _tally(applications, cases, over),
        "acts_for_head": who.role is not Role.HEAD,
        "powers": [power_line(each) for each in powers],
        "applications": [_ready(work, who, powers) for work in applications[:SHOWN_MAX]],
        "cases": [_ready(work, who, powers) for work in cases[:SHOWN_MAX]],
        "broken": [_broken(work, run, today) for work, run in over[:SHOWN_MAX]],
        "more": {"applications": _beyond(applications), "cases": _beyond(cases), "broken": _beyond(over)},
    }
    return render(request, "portal/decisions.html", shown)


def power_line(each: DelegationCard) -> Power:
    """A delegation in words; its last day is shown as included."""
    procedures = "; ".join(power_label(name) for name in each.procedures)
    return Power(
        to=each.to, order=each.order, since=day(each.valid_from), through=day(each.valid_until - ONE_DAY),
        procedures=procedures or _("every procedure"), given_by=each.given_by,
    )  # fmt: skip


def _is_within(who: Person, powers: Sequence[DelegationCard], work: Work) -> bool:
    """Whether this person may decide in the filing's procedure at all."""
    if who.role is Role.HEAD:
        return True
    return any(not each.procedures or work.row.procedure in each.procedures for each in powers)


def _beyond(found: Sequence[object]) -> str:
    """How many of a pile are not shown; nothing when all are."""
    return number(len(found) - SHOWN_MAX) if len(found) > SHOWN_MAX else ""


def _tally(applications: Sequence[Work], cases: Sequence[Work], over: Sequence[object]) -> list[Count]:
    barred = sum(work.barred for work in (*applications, *cases))
    counts = [
        Count(_("Ready for a decision"), number(len(applications)), href="#applications"),
        Count(_("Cases proposed"), number(len(cases)), href="#cases"),
        Count(_("Limits passed unmet"), number(len(over)), href="#breaches", is_alarm=bool(over)),
    ]
    return [*counts, Count(_("Closed to you by an interest"), number(barred))] if barred else counts


def _ready(work: Work, who: Person, powers: Sequence[DelegationCard]) -> Ready:
    href = reverse("filing", args=[work.row.number])
    names = dict.fromkeys(move.verb for move in work.head_moves)
    ways = [Way(sentence(verb_label(work.row.procedure, verb)), f"{href}#do-{verb}") for verb in names]
    others = _others(work, who, powers) if work.barred else ""
    return Ready(card=work_card(work), ways=[] if work.barred else ways, others=others)


def _others(work: Work, who: Person, powers: Sequence[DelegationCard]) -> str:
    """Who else may decide: another head, or a delegate for this procedure, free of an interest."""
    row = work.row
    parties = {row.maker.code, *([row.applicant.code] if row.applicant else [])}
    heads = [person.username for person in staff(Role.HEAD)]
    delegates = [each.to for each in powers if not each.procedures or row.procedure in each.procedures]
    names = [name for name in dict.fromkeys((*heads, *delegates)) if name != who.username]
    free = [name for name in names if not authority.interested(name, parties)]
    return ", ".join(free) or _("nobody yet: give a delegation on the page “Authority”")


def _broken(work: Work, run: Run, today: date) -> Broken:
    over = late(run, today)
    return Broken(
        filing=work.row.number,
        href=reverse("filing", args=[work.row.number]),
        title=said(work.row.title),
        due=work_due(work, run),
        late=days(over, run) if over is not None else _("beyond the loaded calendar"),
    )
