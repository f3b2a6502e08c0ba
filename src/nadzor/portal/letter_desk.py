# SPDX-License-Identifier: Apache-2.0
"""The desk's routine letters: what was written to which site, whether it arrived, what was answered."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from nadzor.actions.write_letter import Letter, write_letter
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, line, prose, select, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.vault_link import letter_link, vault_link
from nadzor.portal.words import moment, number, said
from nadzor.vigilance.letters import (
    EVENT,
    GAP,
    KINDS,
    LETTER_MAX,
    STATES,
    LetterCard,
    LetterCounts,
    letter,
    letter_counts,
    letters,
)

SITE_MAX: Final = 40
WAITS: Final = frozenset({"unreached", "held"})  # for a person of the desk
FIELDS: Final = {
    "letter.kind": "kind",
    "letter.about": "about",
    "letter.text": "text",
    "letter.names-clinic": "text",
    "vigilance.told-personal": "text",
    "vigilance.text-hides": "text",
    "filing.interest": "about",
    "vault.unknown": "site",
}


@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    """Letters, newest first; of one site if the address names it."""
    who, site = asker(request), request.GET.get("site", "")[:SITE_MAX]
    head = columns(_("Letter"), _("Site (pseudonym)"), _("Kind"), _("State"), _("Answer"))
    shown = {
        "table": Table(_("Letters"), head, [_line(one) for one in letters(who, site=site)]),
        "facts": _counts(letter_counts(who)),
        "site": site,
    }
    return render(request, "portal/letters.html", shown)


@never_cache
def page(request: HttpRequest, number: str) -> HttpResponse:
    """One letter, and its answer beside the site."""
    card = letter(asker(request), number)
    shown: dict[str, Any] = {
        "card": card,
        "title": _("Letter %(number)s") % {"number": number},
        "facts": _facts(card),
        "more": letter_link(card.site),
        "ask": vault_link(card.site),
        "crumbs": [Crumb(_("Letters to sites"), reverse("letters")), Crumb(number)],
    }
    return render(request, "portal/site_letter.html", shown)


@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The form; a link of another page fills in site, kind and affair."""
    if request.method != "POST":
        return _form(request, {})
    given = request.POST
    written = Letter(
        site=given.get("site", ""), kind=given.get("kind", ""), text=given.get("text", ""),
        about=given.get("about", ""),
    )  # fmt: skip
    try:
        found = write_letter(house(), written, by=asker(request), now=clock.now())
    except Refusal as refusal:
        note_refused(request, refusal, verb="letter")
        if refusal.code not in FIELDS:
            raise
        return _form(request, {FIELDS[refusal.code]: told(refusal)}, status=problem(refusal.code).status)
    messages.success(request, _("Written. The relay hands it over tomorrow, together with others."))
    return redirect("letter", number=found)


def _form(request: HttpRequest, wrong: dict[str, str], *, status: int = 200) -> HttpResponse:
    fields = _fields(request, wrong)
    shown: dict[str, Any] = {
        "fields": fields,
        "errors": summary(fields),
        "crumbs": [Crumb(_("Letters to sites"), reverse("letters")), Crumb(_("Write to a site"))],
    }
    return render(request, "portal/letter_new.html", shown, status=status)


def _fields(request: HttpRequest, wrong: dict[str, str]) -> list[Input]:
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "")[: 2 * LETTER_MAX] for name in ("site", "kind", "about", "text")}
    names = {code: said(text) for code, text in KINDS.items()}
    return [
        line(
            "site", _("Site (pseudonym)"), value=typed["site"], error=wrong.get("site", ""), longest=SITE_MAX
        ),
        select("kind", _("Kind"), names, typed["kind"], error=wrong.get("kind", "")),
        line(
            "about", _("What it is about"), value=typed["about"], error=wrong.get("about", ""),
            longest=SITE_MAX,
            hint=_("Number of an event of this site, or code of a device for a gap; else empty."),
        ),
        prose(
            "text", _("Text"), value=typed["text"], error=wrong.get("text", ""), longest=LETTER_MAX,
            hint=_("No clinic, no person, no number of either: the letter lies beside a pseudonym."),
        ),
    ]  # fmt: skip


def _line(one: LetterCard) -> Line:
    waits = one.state in WAITS
    return row(
        Cell(one.number, href=reverse("letter", args=[one.number]), note=moment(one.at)),
        Cell(one.site, mono=True, href=f"{reverse('letters')}?site={one.site}"),
        Cell(said(KINDS[one.kind]), note=one.about, wraps=True),
        Cell(said(STATES[one.state]), state="warn" if waits else "", wraps=True),
        Cell(one.answer or "—", note=moment(one.answered_at) if one.answered_at else "", wraps=True),
    )


def _released(card: LetterCard) -> str:
    if card.released_at is None:
        return ""
    return _("blackened and released on %(day)s") % {"day": moment(card.released_at)}


def _counts(found: LetterCounts) -> list[Fact]:
    return [
        Fact(_("Written"), number(found.written)),
        Fact(_("Handed over"), number(found.reached)),
        Fact(_("Not handed over: no account"), number(found.unreached)),
        Fact(_("Answered"), number(found.answered)),
        Fact(_("Answered, held until redacted"), number(found.held)),
        Fact(_("Without an answer"), number(found.waiting)),
    ]


def _facts(card: LetterCard) -> list[Fact]:
    pages = {EVENT: "event", GAP: "device"}
    found = [
        Fact(_("Site (pseudonym)"), card.site, mono=True),
        Fact(_("Kind"), said(KINDS[card.kind])),
        Fact(_("State"), said(STATES[card.state]), state="warn" if card.state in WAITS else ""),
        Fact(_("Written (Moscow time)"), moment(card.at), note=card.by),
        Fact(_("Handed over"), moment(card.told_at) if card.told_at else "—"),
        Fact(_("Opened"), moment(card.opened_at) if card.opened_at else "—"),
        Fact(_("Answered"), moment(card.answered_at) if card.answered_at else "—", note=_released(card)),
    ]
    if card.about:
        found.insert(
            2, Fact(_("What it is about"), card.about, href=reverse(pages[card.kind], args=[card.about]))
        )
    return found
