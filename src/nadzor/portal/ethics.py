# SPDX-License-Identifier: Apache-2.0
"""The advisory Code of Ethics for one device: a maker's own answers beside what the platform holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from msgspec import Struct

from nadzor.actions.answer_ethics import NOTE_MAX, Said, answer_ethics
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_answer_signal
from nadzor.portal import inputs
from nadzor.portal.chips import norm_chip
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.fields import Wrong
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import person_of
from nadzor.portal.inputs import Input
from nadzor.portal.printing import pdf_answer, print_pdf
from nadzor.portal.sheets import Fact, State
from nadzor.portal.words import day, language, moment, number, said
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.vigilance import ethics

ANSWERS: Final = {
    "yes": (gettext_noop("yes"), "good"),
    "partly": (gettext_noop("partly"), "warn"),
    "no": (gettext_noop("no"), "alarm"),
}
#: What each kind of evidence is called, and the page that holds it.
EVIDENCE: Final = {
    "claims": (gettext_noop("registered claims"), "claims"),
    "versions": (gettext_noop("registered versions"), "versions"),
    "installations": (gettext_noop("installations that report"), "connect"),
    "certificate": (gettext_noop("certificate of transmission"), "transmission"),
    "plan": (gettext_noop("plan of clinical monitoring"), "monitoring"),
    "monitoring_reports": (gettext_noop("yearly reports filed"), "monitoring"),
    "signals": (gettext_noop("signals"), "signals"),
    "answers": (gettext_noop("answers to signals"), "signals"),
    "events": (gettext_noop("adverse events"), "events"),
    "warnings": (gettext_noop("warnings to clinics"), "warnings"),
    "notices": (gettext_noop("public safety notices"), "safety-notices"),
    "baselines": (gettext_noop("registered baselines"), "device-charts"),
}

#: Pages of all devices, which show one when asked.
LISTS: Final = frozenset({"signals", "events", "warnings", "monitoring", "safety-notices"})


class Row(Struct, frozen=True, kw_only=True):
    """One line: what is asked, the answer that stands, what the platform holds, the fields to answer with."""

    key: str
    says: str
    principle: str
    state: State
    note: str
    by: str
    evidence: Sequence[Fact]
    fields: Sequence[Input]


class Part(Struct, frozen=True):
    """One stage of life with its lines."""

    label: str
    rows: Sequence[Row]


def page(request: HttpRequest, code: str) -> HttpResponse:
    """The checklist; the maker's people may answer it."""
    card = register.readable_device(person_of(request), code)
    return render(request, "portal/ethics.html", _page(request, card))


def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what was answered; a refused answer stands with what is wrong beside it."""
    card = register.readable_device(person_of(request), code)
    try:
        kept = answer_ethics(code, _said(request.POST), by=person_of(request), now=clock.now())
    except Refusal as refusal:
        if not refusal.at:
            raise
        page = _page(request, card, typed=request.POST, wrong={refusal.at: told(refusal)})
        return render(request, "portal/ethics.html", page, status=422)
    messages.success(request, ngettext("%(n)s answer kept", "%(n)s answers kept", kept) % {"n": number(kept)})
    return redirect("ethics", code)


def pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The answers on paper, with what the platform held on the day."""
    card, lang = register.readable_device(person_of(request), code), language()
    with translation.override(lang):
        title = _("Self-assessment by the Code of Ethics: %(device)s") % {"device": _name(card)}
        shown = {
            "parts": _parts(code, {}, {}, answers=False),
            "above_left": card.number,
            "below_left": _("Advisory: the Code is no law, and an answer here has no legal effect."),
            "tally": _tally(code),
            "day": day(clock.today()),
        }
    return pdf_answer(print_pdf("portal/ethics_paper.html", shown, title=title, lang=lang), f"ethics-{code}")


def _page(
    request: HttpRequest, card: DeviceCard, *, typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    may = may_answer_signal(person_of(request), maker=card.maker.code)
    parts = _parts(card.code, typed or {}, wrong or {}, answers=may)
    fields = [field for part in parts for row in part.rows for field in row.fields]
    errors: list[Wrong] = inputs.summary(fields)
    return device_top(card) | {
        "tabs": device_tabs(card.code, "ethics"),
        "parts": parts,
        "may_answer": may,
        "errors": errors,
        "tally": _tally(card.code),
        "norm": norm_chip(ethics.checklist().act, clock.today()),
    }


def _parts(code: str, typed: Mapping[str, str], wrong: Mapping[str, str], *, answers: bool) -> list[Part]:
    held, stands = ethics.held_about(code), ethics.standing(code)
    return [
        Part(
            said(stage.says),
            [_row(code, line, held, stands.get(line.key), _fields(line, stands.get(line.key), typed, wrong)
                  if answers else []) for line in stage.lines],
        )
        for stage in ethics.checklist().stages
    ]  # fmt: skip


def _row(
    code: str, line: ethics.Line, held: Mapping[str, int], stands: ethics.AnswerCard | None,
    fields: Sequence[Input],
) -> Row:  # fmt: skip
    label, tone = ANSWERS[stands.answer] if stands else (gettext_noop("not answered"), "")
    return Row(
        key=line.key,
        says=said(line.says),
        principle=said(ethics.checklist().principles[line.principle]),
        state=State(_(label), tone),
        note=stands.note if stands else "",
        by=f"{stands.by}, {moment(stands.at)}" if stands else "",
        evidence=[_evidence(code, one) for one in ethics.evidence_of(line, held)],
        fields=fields,
    )


def _evidence(code: str, held: ethics.Held) -> Fact:
    label, place = EVIDENCE[held.kind]
    href = f"{reverse(place)}?device={code}" if place in LISTS else reverse(place, args=[code])
    return Fact(_(label), number(held.count) if held.count else _("nothing yet"), href=href)


def _fields(
    line: ethics.Line, stands: ethics.AnswerCard | None, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> list[Input]:
    answer, note = f"answer-{line.key}", f"note-{line.key}"
    values = {"": _("not answered")} | {key: _(label) for key, (label, _tone) in ANSWERS.items()}
    chosen = typed.get(answer, stands.answer if stands else "")
    text = typed.get(note, stands.note if stands else "")
    return [
        inputs.select(answer, _("Answer"), values, chosen, error=wrong.get(line.key, "")),
        inputs.line(note, _("Note"), value=text, longest=NOTE_MAX),
    ]


def _said(sent: QueryDict) -> dict[str, Said]:
    """Every line that was answered; a note without an answer is none."""
    found = {name.removeprefix("answer-"): sent[name] for name in sent if name.startswith("answer-")}
    return {key: Said(text, sent.get(f"note-{key}", "")) for key, text in found.items() if text}


def _tally(code: str) -> str:
    stands = ethics.standing(code).values()
    counts = {key: sum(1 for one in stands if one.answer == key) for key in ANSWERS}
    lines = len(ethics.checklist().lines)
    numbers = {key: number(n) for key, n in counts.items()} | {"open": number(lines - sum(counts.values()))}
    return _("Answered yes: %(yes)s, partly: %(partly)s, no: %(no)s; not answered: %(open)s.") % numbers


def _name(card: DeviceCard) -> str:
    return card.name_en if language() == "en" else card.name_ru
