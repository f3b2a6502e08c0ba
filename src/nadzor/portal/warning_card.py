# SPDX-License-Identifier: Apache-2.0
"""One warning: the letter, how it fares, its sites for those who may read sites, what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.actions.publish_notice import GROUNDS_MAX, publish_notice, withhold_notice
from nadzor.actions.remind_warnings import remind_now
from nadzor.base import clock
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, problem
from nadzor.people.queries import Person
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house, person_of
from nadzor.portal.inputs import Input, prose, summary
from nadzor.portal.printing import pdf_answer
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Table, columns, line
from nadzor.portal.vault_link import vault_link
from nadzor.portal.warning_labels import (
    answer_names,
    bars,
    device_name,
    kind_state,
    open_for,
    paper_of,
    printed,
    target_fact,
    versions_words,
)
from nadzor.portal.words import day, moment, number
from nadzor.records.opening_rules import may_ask
from nadzor.register.authority import acts_for_head
from nadzor.vigilance.warning_cards import CopyCard, WarningCard
from nadzor.vigilance.warning_permissions import may_remind
from nadzor.vigilance.warnings import warning

ON_THE_PAGE = frozenset({"notice.grounds", "notice.names", "notice.text"})


def page(request: HttpRequest, number: str) -> HttpResponse:
    """The card of a warning."""
    return _page(request, number)


def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The letter on paper."""
    card = warning(person_of(request), number, today=clock.today())
    paper = paper_of(card.row.title, card.text, card.cites, on=moscow_date(card.row.at))
    below = _("A letter of this system; not a qualified signature.")
    return pdf_answer(printed(paper, _letter_facts(card), number=number, at=card.row.at, below=below), number)


def remind(request: HttpRequest, number: str) -> HttpResponse:
    """Remind every reached site that has not answered."""
    n = remind_now(house(), number, by=person_of(request), now=clock.now())
    words = ngettext("%(n)s site was reminded.", "%(n)s sites were reminded.", n) % {"n": n}
    messages.success(request, words)
    return redirect("warning", number=number)


def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Publish or withhold the public letter."""
    deed = publish_notice if request.POST.get("decision") == "publish" else withhold_notice
    try:
        deed(number, because=request.POST.get("because", ""), by=person_of(request), now=clock.now())
    except Refusal as refusal:
        if refusal.code not in ON_THE_PAGE:
            raise
        return _page(request, number, wrong=told(refusal), status=problem(refusal.code).status)
    messages.success(request, _("The decision was kept."))
    return redirect("warning", number=number)


def _page(request: HttpRequest, number: str, *, wrong: str = "", status: int = 200) -> HttpResponse:
    who = person_of(request)
    card = warning(who, number, today=clock.today())
    field = _grounds(request, wrong)
    shown: dict[str, Any] = {
        "card": card.row,
        "paper": paper_of(card.row.title, card.text, card.cites, on=moscow_date(card.row.at)),
        "marks": [kind_state(card.row.kind)],
        "facts": _facts(card),
        "bars": bars(card.row.progress),
        "answers": _answers(card),
        "days": _days(card),
        "sites": _sites(card.copies, may_ask(who)),
        "decisions": _decisions(card),
        "field": field if _may_publish(who, card) else None,
        "errors": summary([field]) if wrong else [],
        "may_remind": may_remind(who) and card.row.stands and _silent(card) > 0,
        "crumbs": [Crumb(_("Warnings"), reverse("warnings")), Crumb(number)],
    }
    return render(request, "portal/warning.html", shown, status=status)


def _silent(card: WarningCard) -> int:
    return sum(1 for one in card.copies if one.reached and one.confirmed_at is None)


def _may_publish(who: Person | None, card: WarningCard) -> bool:
    return acts_for_head(who, "notice", on=clock.today()) and not card.row.public


def _grounds(request: HttpRequest, wrong: str) -> Input:
    hint = _("Whoever checks this decision reads them. No names, no sites.")
    typed = request.POST.get("because", "")[: 2 * GROUNDS_MAX]
    return prose("because", _("Grounds"), hint=hint, value=typed, error=wrong, longest=GROUNDS_MAX)


def _letter_facts(card: WarningCard) -> list[Fact]:
    row = card.row
    return [
        Fact(_("Letter"), row.number),
        Fact(_("To"), _("every organisation where the device works")),
        Fact(_("Sent (Moscow time)"), moment(row.at)),
        Fact(_("Device"), device_name(row.device)),
        Fact(_("Versions"), versions_words(row.versions)),
    ]


def _facts(card: WarningCard) -> list[Fact]:
    row = card.row
    found = [
        Fact(_("Device"), device_name(row.device), href=reverse("device", args=[row.device])),
        Fact(_("Versions"), versions_words(row.versions)),
        Fact(_("Sent (Moscow time)"), moment(row.at)),
        Fact(_("Working days out"), open_for(row.at, clock.today())),
        target_fact(row.confirm_by),
        Fact(_("Does it stand?"), _("yes") if row.stands else _("no: a later letter followed it")),
    ]
    if row.filing:
        found.append(Fact(_("Filing"), row.filing, href=reverse("filing", args=[row.filing])))
    if row.event:
        found.append(Fact(_("Event"), row.event))
    return [*found, _public_fact(card)]


def _public_fact(card: WarningCard) -> Fact:
    if card.row.public:
        href = reverse("safety-notice", args=[card.row.public])
        return Fact(_("Public letter"), card.row.public, href=href)
    words = {"withhold": _("withheld by the head"), "": _("none")}
    return Fact(_("Public letter"), words.get(card.row.decision, _("none")))


def _answers(card: WarningCard) -> list[Fact]:
    return [Fact(answer_names()[name], number(n)) for name, n in sorted(card.answers.items())]


def _days(card: WarningCard) -> Table | None:
    if not card.days:
        return None
    lines, so_far = [], 0
    for on, n in card.days:
        so_far += n
        lines.append(line(day(on), number(n), number(so_far)))
    head = columns(_("Day"), _("Confirmed that day"), _("So far"), numbers=(1, 2))
    return Table(_("Confirmations by day"), head, lines)


def _sites(copies: Sequence[CopyCard], asks: bool) -> Table | None:
    if not copies:
        return None
    head = columns(_("Site (pseudonym)"), _("Versions there"), _("Reached"), _("Opened"), _("Answer"))
    waits_first = sorted(copies, key=lambda one: (one.confirmed_at is not None, one.reached, one.site))
    return Table(_("Sites"), head, [_site(one, asks) for one in waits_first])


def _site(one: CopyCard, asks: bool) -> Line:
    reached = Cell(_("yes")) if one.reached else Cell(_("no account"), state="warn")
    reminded = _("reminded %(moment)s") % {"moment": moment(one.reminded_at)} if one.reminded_at else ""
    answer = Cell(_("none yet"), state="warn", note=reminded)
    if one.confirmed_at:
        answer = Cell(answer_names()[one.answer], note=moment(one.confirmed_at), wraps=True)
    return line(
        Cell(one.site, mono=True, href=vault_link(one.site) if asks else ""),
        ", ".join(one.versions) or _("not reported yet"), reached,
        moment(one.opened_at), answer,
    )  # fmt: skip


def _decisions(card: WarningCard) -> Table | None:
    if not card.decisions:
        return None
    names = {"publish": _("publish"), "withhold": _("withhold")}
    lines = [
        line(moment(one.at), names[one.decision], Cell(one.because, wraps=True), one.by)
        for one in card.decisions
    ]
    return Table(_("Decisions"), columns(_("When"), _("Decision"), _("Grounds"), _("By")), lines)
