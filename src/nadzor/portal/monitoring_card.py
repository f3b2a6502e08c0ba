# SPDX-License-Identifier: Apache-2.0
"""One yearly report: its last day and why, plan and sample, figures, hand-written parts, moves, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.portal.chips import norm_chip
from nadzor.portal.fields import Wrong
from nadzor.portal.frame import person_of
from nadzor.portal.inputs import summary
from nadzor.portal.law_marks import Link
from nadzor.portal.monitoring_figures import figure_tables
from nadzor.portal.monitoring_forms import MoveForm, Typed, keeps_out, move_forms, part_inputs
from nadzor.portal.monitoring_labels import bar_of, report_due, report_marks, report_state
from nadzor.portal.procedure_sheets import role_name
from nadzor.portal.sheets import Chip, Crumb, Fact, State
from nadzor.portal.words import NOTHING, day, language, moment, number, reference, said
from nadzor.procedures.monitoring import DUE, FOURTH, WRITTEN
from nadzor.procedures.words import words
from nadzor.statutory.monitoring_words import said as named
from nadzor.vigilance.cards import MoveCard
from nadzor.vigilance.monitoring import report, seen_device
from nadzor.vigilance.monitoring_cards import WRITTEN as PARTS
from nadzor.vigilance.monitoring_cards import Filed, ReportCard
from nadzor.vigilance.monitoring_permissions import may_write_monitoring

FILES: Final = ("pdf", "xlsx", "csv", "json")


class Reason(Struct, frozen=True):
    """One line of the arithmetic behind the last day, and where it is written."""

    text: str
    cite: str


class Step(Struct, frozen=True, kw_only=True):
    """One move of the past."""

    at: str
    verb: str
    to: State
    by: str
    because: str
    added: str
    order: str


class Edition(Struct, frozen=True, kw_only=True):
    """One filed edition: its receipt as facts, and its files."""

    title: str
    facts: Sequence[Fact]
    files: Sequence[tuple[str, str]]


class Check(Struct, frozen=True):
    """One line of the check list before signing."""

    text: str
    state: State


def page(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The card of one report."""
    return card_page(request, code, year, Typed())


def card_page(request: HttpRequest, code: str, year: int, typed: Typed, *, status: int = 200) -> HttpResponse:
    """The card, with a form that came back refused as it was typed."""
    who, today = person_of(request), clock.today()
    card = report(who, code, year, today=today)
    maker = seen_device(who, code).maker.code
    forms = move_forms(who, card, typed, maker=maker)
    parts = _parts(who, card, typed, maker=maker)
    context = _top(card) | {
        "code": code,
        "year": year,
        "due": report_due(card.row, today),
        "reasons": _reasons(card),
        "open_question": _open_question(card),
        "moves": forms,
        "keeps_out": keeps_out(who, code),
        "parts": parts,
        "errors": _errors(forms, parts, typed),
        "checks": _checks(card),
        "plan_facts": _plan(card),
        "bar": bar_of(card.report.progress) if card.report and card.report.progress else None,
        "facts": _facts(card),
        "tables": figure_tables(card.report) if card.report else [],
        "written": [
            (named(f"word.{key}", language()), card.words[key]) for key in PARTS if card.words.get(key)
        ],
        "files": _files(code, year) if card.report else [],
        "editions": [_edition(code, year, filed) for filed in reversed(card.filed)],
        "steps": [_step(step) for step in card.steps],
        "beside": _beside(code, year),
    }
    answer = render(request, "portal/monitoring_report.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _top(card: ReportCard) -> dict[str, Any]:
    row = card.row
    title = _("Monitoring report for %(year)s") % {"year": row.day.year}
    return {
        "title": title,
        "lede": row.name(language()),
        "state": report_state(row),
        "marks": report_marks(row),
        "crumbs": [
            Crumb(_("Clinical monitoring"), reverse("monitoring")),
            Crumb(row.device),
            Crumb(str(row.day.year)),
        ],
    }


def _reasons(card: ReportCard) -> list[Reason]:
    """The arithmetic of the last day, or why there is none."""
    limit, why = card.row.day.limit, card.row.day.why
    if limit is None:
        return [Reason(said(why), "")] if why else []
    return [Reason(said(step.text), reference(step.cite)) for step in limit.steps]


def _open_question(card: ReportCard) -> Chip | None:
    """The switch behind a report of which nobody knows whether it is owed."""
    return norm_chip(FOURTH, clock.today()) if card.row.day.open else None


def _parts(who: Person | None, card: ReportCard, typed: Typed, *, maker: str) -> list[Any]:
    """The form of the hand-written parts, while they may change and by whom they may be written."""
    if card.row.state not in WRITTEN or card.row.state == DUE or not may_write_monitoring(who, maker=maker):
        return []
    came_back = typed.form == "words"
    given = typed.given if came_back else card.words
    return part_inputs(given, typed.errors if came_back else {})


def _errors(forms: Sequence[MoveForm], parts: Sequence[Any], typed: Typed) -> list[Wrong]:
    fields = [*(field for form in forms for field in form.inputs), *parts]
    found = summary(fields)
    return found or ([Wrong(typed.wrong, "#main")] if typed.wrong else [])


def _checks(card: ReportCard) -> list[Check]:
    """What must be there before the report can be fixed; nothing is asked of a filed one."""
    if card.row.state not in ("drafting", "correcting"):
        return []
    found = [(_("Figures drawn from the data"), card.report is not None)]
    found += [(named(f"word.{key}", language()), key not in card.gaps) for key in PARTS]
    found.append((_("The year is over"), clock.today().year > card.row.day.year))
    states = {True: State(_("there"), "good"), False: State(_("still missing"), "warn")}
    checks = [Check(text, states[is_there]) for text, is_there in found]
    if card.plan is None:
        checks.append(Check(_("Plan of the dossier"), State(_("not known here; it bars nothing"), "calm")))
    return checks


def _plan(card: ReportCard) -> list[Fact]:
    standing = card.plan
    if standing is None:
        return []
    return [
        Fact(
            _("Edition"),
            number(standing.edition),
            note=_("in force from %(day)s") % {"day": day(standing.since)},
        ),
        Fact(_("Goals"), standing.plan.goals or NOTHING),
        Fact(_("Population"), standing.plan.population or NOTHING),
        Fact(_("Minimum number of subjects"), number(standing.plan.sample_size)),
        Fact(_("Last day of the plan"), day(standing.plan.ends)),
    ]


def _facts(card: ReportCard) -> list[Fact]:
    found = card.report
    if found is None:
        return []
    form = (
        State(_("in force"), "good")
        if found.in_force
        else State(_("none in force: the last known layout"), "warn")
    )
    return [
        Fact(
            _("Period"), f"{day(found.first)} – {day(found.after.replace(year=found.year, month=12, day=31))}"
        ),
        Fact(_("Counts what was known up to"), day(found.known_by)),
        Fact(
            _("Form"),
            _("Order 1113n, annex 5 (recommended sample)"),
            note=_("beyond its heading unread; the layout is ours"),
        ),
        Fact(_("The form on the day of registration"), form.label, state=form.tone),
        Fact(_("Hash of report and texts"), card.digest or _("not fixed yet"), mono=bool(card.digest)),
        Fact(_("Signature"), _signature(card)),
    ]


def _signature(card: ReportCard) -> str:
    return _("%(signer)s; not a qualified one") % {"signer": card.signed} if card.signed else _("none yet")


def _files(code: str, year: int, edition: int = 0) -> list[tuple[str, str]]:
    query = f"?edition={edition}" if edition else ""
    return [(kind.upper(), reverse("monitoring-file", args=[code, year, kind]) + query) for kind in FILES]


def _edition(code: str, year: int, filed: Filed) -> Edition:
    receipt = filed.receipt
    worth = _("qualified") if receipt.qualified else _("not a qualified signature")
    facts = [
        Fact(_("Number"), receipt.number, mono=True),
        Fact(
            _("Filed (Moscow time)"), moment(receipt.at), note=_("after the last day") if receipt.late else ""
        ),
        Fact(_("Hash of report and texts"), receipt.digest, mono=True),
        Fact(_("Sealed by"), receipt.signer, note=f"{receipt.suite}; {worth}"),
        Fact(_("Entry of the audit"), receipt.audit, mono=True),
        Fact(_("Replaces"), receipt.previous or NOTHING, mono=bool(receipt.previous)),
    ]
    title = _("Receipt of edition %(n)s") % {"n": receipt.edition}
    return Edition(title=title, facts=facts, files=_files(code, year, receipt.edition))


def _step(step: MoveCard) -> Step:
    told = step.added.get("defects", "")
    texts = words()["monitoring"]
    name = _("the platform") if step.role == "house" else role_name(step.role)
    return Step(
        at=moment(step.at), verb=said(texts.verbs[step.verb]), to=State(said(texts.states[step.to])), by=name,
        because=step.because, added=str(told), order=str(step.added.get("order", "")),
    )  # fmt: skip


def _beside(code: str, year: int) -> list[Link]:
    """The telemetry that the report was drawn from."""
    return [
        Link(_("The device"), reverse("device", args=[code])),
        Link(_("Charts"), reverse("device-charts", args=[code])),
        Link(_("Monthly reports"), reverse("device-months", args=[code])),
        Link(_("Signals"), f"{reverse('signals')}?device={code}&state=all"),
        Link(_("Adverse events"), f"{reverse('events')}?device={code}&state=all"),
        Link(_("Plan of the dossier"), reverse("monitoring-plan", args=[code])),
    ]
