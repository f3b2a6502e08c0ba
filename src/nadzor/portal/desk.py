# SPDX-License-Identifier: Apache-2.0
"""The desk of an expert institution and of the Moscow centre: what waits, until when, what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.actions.add_evidence import MOSCOW
from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.portal.desks import asker
from nadzor.portal.sheets import Count, Fact
from nadzor.portal.words import day, number, said
from nadzor.portal.work_sheets import WorkCard, is_soon, urgent_first, work_card
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import moves_from
from nadzor.register.filing_words import filing_words
from nadzor.register.worklist import Work, worklist

PAPER: Final = "awaiting_paper"
REVISED: Final = "uphold_objections"
SENDING: Final = ("send_task", "register_paper", "submit", "resubmit", "uphold_objections", "pass_question")
TRIAL: Final = "clinical_trial"


class Item(Struct, frozen=True, kw_only=True):
    """One filing on the desk: its card, what was sent with it, and where the work is done."""

    card: WorkCard
    facts: Sequence[Fact]
    deed: str
    href: str


class Pile(Struct, frozen=True, kw_only=True):
    """Filings that wait for the same kind of work."""

    key: str
    title: str
    items: Sequence[Item]


def page(request: HttpRequest) -> HttpResponse:
    """Everything on the desk, pile by pile, the most urgent first."""
    who, today = asker(request), clock.today()
    works = urgent_first(worklist(who, today=today, whole=True))
    piles = _centre_piles(works) if who.role is Role.MOSCOW_CENTRE else _expert_piles(works)
    shown = {
        "title": _("Desk of the Moscow centre") if who.role is Role.MOSCOW_CENTRE else _("Expert's desk"),
        "lede": _lede(who),
        "counts": _tally(piles, works, is_expert=who.role is Role.EXPERT),
        "piles": piles,
        "has_organisation": who.organisation is not None,
    }
    return render(request, "portal/desk.html", shown)


def _lede(who: Person) -> str:
    if who.role is Role.MOSCOW_CENTRE:
        return _(
            "Accelerated registrations whose clinical trial the centre runs. It records; it decides nothing."
        )
    return _("Tasks assigned to your institution. A conclusion leaves in hard copy within the same limit.")


def _tally(piles: Sequence[Pile], works: Sequence[Work], *, is_expert: bool) -> list[Count]:
    counts = [Count(pile.title, number(len(pile.items)), href=f"#{pile.key}") for pile in piles]
    if not is_expert:
        return counts
    late = sum(any(run.responsible == Role.EXPERT for run in work.over) for work in works)
    soon = sum(is_soon(work) and work.row.whose == Role.EXPERT for work in works)
    return [
        *counts,
        Count(_("Your overdue"), number(late), is_alarm=late > 0),
        Count(_("Due within 2 days"), number(soon)),
    ]


def _expert_piles(works: Sequence[Work]) -> list[Pile]:
    paper = [work for work in works if work.row.state == PAPER]
    mine = [work for work in works if _is_mine(work) and work not in paper]
    revised = [work for work in mine if _last(work) == REVISED]
    plain = [work for work in mine if work not in revised]
    others = [work for work in works if work not in mine and work not in paper]
    return [
        _pile("conclude", _("To conclude"), plain, _("Open the form of the conclusion")),
        _pile("paper", _("Paper sets to register"), paper, _("Register the paper set")),
        _pile("revise", _("Objections sent for revision"), revised, _("Open the form of the conclusion")),
        _pile("others", _("With others now"), others, _("Open the filing")),
    ]


def _centre_piles(works: Sequence[Work]) -> list[Pile]:
    recorded = [work for work in works if _has_trial(work)]
    waiting = [work for work in works if work not in recorded]
    return [
        _pile("record", _("No trial recorded yet"), waiting, _("Record the clinical trial"), at="evidence"),
        _pile("recorded", _("Trial recorded"), recorded, _("Open the record"), at="evidence"),
    ]


def _pile(key: str, title: str, works: Sequence[Work], deed: str, at: str = "moves") -> Pile:
    return Pile(key=key, title=title, items=[_item(work, deed, at) for work in works])


def _item(work: Work, deed: str, at: str) -> Item:
    href = reverse("filing", args=[work.row.number])
    return Item(card=work_card(work), facts=_facts(work), deed=deed, href=f"{href}#{at}")


def _facts(work: Work) -> list[Fact]:
    """What was sent, by the newest step that sent something, and what lies with it."""
    sent = next((step for step in reversed(work.steps) if step.verb in SENDING), None)
    current = [paper for paper in work.papers if paper.current]
    n = len(current)
    papers = ngettext("%(n)s paper", "%(n)s papers", n) % {"n": number(n)} if n else _("none")
    found = [
        Fact(_("Sent on"), day(sent.on) if sent else _("not sent yet")),
        Fact(_("Papers"), papers, href=f"{reverse('filing', args=[work.row.number])}#papers"),
    ]
    return [*found, *_trials(work), *_objections(work)]


def _trials(work: Work) -> list[Fact]:
    outcomes = filing_words().outcomes
    return [
        Fact(_("Clinical trial"), said(outcomes[each.outcome]), note=f"{each.number} · {day(each.day)}")
        for each in work.evidence
        if each.kind == TRIAL and each.outcome in outcomes
    ]


def _objections(work: Work) -> list[Fact]:
    """What the applicant objected, beside the task of revising."""
    if _last(work) != REVISED:
        return []
    told = next((step for step in reversed(work.steps) if step.verb == "object"), None)
    text = str(told.facts.get("objections_text", "")) if told else ""
    return [Fact(_("Objections"), text)] if text else []


def _is_mine(work: Work) -> bool:
    """Whether the conclusion itself is waited for; a question to the applicant is with the applicant."""
    found = moves_from(PROCEDURES[work.row.procedure], work.row.state)
    return any(move.verb.startswith("conclude_") and Role.EXPERT.value in move.by for move in found)


def _last(work: Work) -> str:
    return work.steps[-1].verb if work.steps else ""


def _has_trial(work: Work) -> bool:
    return any(each.kind == TRIAL and each.body == MOSCOW for each in work.evidence)
