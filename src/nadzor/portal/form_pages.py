# SPDX-License-Identifier: Apache-2.0
"""The statutory forms: their editions, their fields with sources, and who would fail under an edition."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.dry_run_edition import DeviceDryRun, EditionRun, dry_run_edition, edition_of
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.law.form import Edition, Form, FormEdition, FormField, forms
from nadzor.portal.choices import choices
from nadzor.portal.counts import Counts
from nadzor.portal.form_words import code_label, outcome_state
from nadzor.portal.frame import house, person_of
from nadzor.portal.months import month_or_404
from nadzor.portal.norm_words import status_state
from nadzor.portal.sheets import Cell, Count, Crumb, Fact, Line, Table, columns, line
from nadzor.portal.words import day, month, number, reference, said
from nadzor.statutory.month import FORM
from nadzor.workdays.calendar import ONE_DAY

MONTHS = 12  # offered for a dry run


def listing(request: HttpRequest) -> HttpResponse:
    """Every form of the house with its editions."""
    head = columns(_("Form"), _("Edition"), _("In force"), _("How well known"), _("Fields"), numbers=(4,))
    lines = [
        _edition_line(form, name, edition)
        for form in forms().values()
        for name, edition in form.editions.items()
    ]
    shown = {"title": _("Statutory forms"), "table": Table(_("Forms and editions"), head, lines)}
    return render(request, "portal/forms.html", shown)


def page(request: HttpRequest, form: str, edition: str) -> HttpResponse:
    """One edition: its fields, and for the monthly data set a dry run over the devices one may see."""
    chosen = edition_of(form, edition)
    shown = {
        "title": said(chosen.title),
        "crumbs": [Crumb(_("Statutory forms"), reverse("forms")), Crumb(edition)],
        "facts": _facts(chosen, forms()[form]),
        "note": said(note) if (note := forms()[form].note) else "",
        "fields": _fields(chosen),
    }
    return render(request, "portal/form.html", shown | _dry(request, chosen))


def _edition_line(form: Form, name: str, edition: Edition) -> Line:
    at = reverse("form", args=[form.form, name])
    state = status_state(edition.in_force[-1].status if edition.in_force else "unverified")
    return line(
        Cell(said(form.title), href=at),
        Cell(name, note=said(edition.what)),
        _force(edition),
        Cell(state.label, state=state.tone or "calm"),
        number(len(edition.fields)),
    )


def _force(edition: Edition) -> Cell:
    """The days of force; a draft has none, and a lapsed edition says so."""
    if edition.is_draft:
        return Cell(_("draft: binds nobody"), state="calm")
    force, today = edition.in_force[-1], clock.today()
    until = day(force.until - ONE_DAY) if force.until else "…"
    words = f"{day(force.start)} – {until}"
    is_over = force.until is not None and force.until <= today
    return Cell(_("lapsed"), state="warn", note=words) if is_over else Cell(words)


def _facts(chosen: FormEdition, form: Form) -> list[Fact]:
    edition = form.editions[chosen.edition]
    state, force = status_state(chosen.status), _force(edition)
    return [
        Fact(_("Edition"), said(edition.what), note=chosen.edition),
        Fact(_("In force"), force.text, state=force.state, note=force.note),
        Fact(_("How well known"), state.label, state=state.tone or "calm", note=reference(chosen.cite)),
        Fact(_("Checked"), day(form.checked.day), note=reference(form.checked.by)),
        Fact(_("Layout"), _("of this platform, not the regulator's official one")),
    ]


def _fields(chosen: FormEdition) -> Table:
    head = columns(
        _("No."), _("Field"), _("How well known"), _("Source of the field"), _("Filled from"), numbers=(0,)
    )
    return Table(_("Fields"), head, [_field_line(key, each) for key, each in chosen.fields.items()])


def _field_line(key: str, field: FormField) -> Line:
    state = status_state(field.status)
    return line(
        number(field.number),
        Cell(said(field.label), note=said(field.note) if field.note else ""),
        Cell(state.label, state=state.tone or "calm"),
        reference(field.cite),
        Cell(field.fact or key, mono=True) if field.fact or chosen_by_us(key) else _("by a person"),
    )


def chosen_by_us(key: str) -> bool:
    """Whether a field of the monthly data set, which names no facts, is filled by the platform."""
    return key in forms()[FORM].fields and key not in ("register_entry", "safety_information")


def _dry(request: HttpRequest, chosen: FormEdition) -> dict[str, Any]:
    """The dry run, for the monthly data set alone and once anything was counted."""
    if chosen.form != FORM or not Counts(house()).digest:
        return {}
    last = Month.of(clock.today()).previous()
    asked = month_or_404(request.GET["month"]) if request.GET.get("month") else last
    run = dry_run_edition(house(), FORM, chosen.edition, asked, by=person_of(request))
    values = {str(each): month(each.year, each.month) for each in _months(last, asked)}
    return {
        "run": run,
        "filters": [choices("month", _("Month"), str(asked), values)],
        "counts": _counts(run),
        "change": _change(run, chosen),
        "dry": _dry_table(run, chosen),
        "command": f"nadzor form dry-run {FORM} --edition {run.edition} --month {run.month} --data DIR",
    }


def _months(last: Month, asked: Month) -> list[Month]:
    found = [last]
    while len(found) < MONTHS:
        found.append(found[-1].previous())
    return found if asked in found else [asked, *found]


def _counts(run: EditionRun) -> list[Count]:
    return [
        Count(outcome_state(name).label, number(n), is_alarm=name == "fails" and n > 0)
        for name, n in run.outcomes.items()
    ]


def _change(run: EditionRun, chosen: FormEdition) -> list[Fact]:
    """What this edition asks for beyond the one of the month, and what it leaves out."""
    added, dropped = (
        ", ".join(code_label(key) for key in keys) or "—" for keys in (run.change.added, run.change.dropped)
    )
    return [
        Fact(_("Compared with"), run.present),
        Fact(_("Asks for more"), added),
        Fact(_("Does not ask for"), dropped),
    ]


def _dry_table(run: EditionRun, chosen: FormEdition) -> Table:
    head = columns(
        _("Device"), _("Outcome"), _("What stops it"), _("Only under this edition"), _("To be explained")
    )
    lines = [_dry_line(each, run.month) for each in sorted(run.devices, key=_failing_first)]
    return Table(_("Who would fail"), head, lines)


def _failing_first(each: DeviceDryRun) -> tuple[bool, str]:
    return each.here.outcome != "fails", each.device


def _dry_line(each: DeviceDryRun, text: str) -> Line:
    state = outcome_state(each.here.outcome)
    stops = [_missing(one.field, one.lines) for one in each.here.missing]
    return line(
        Cell(each.device, href=reverse("month", args=[text, each.device])),
        Cell(state.label, state=state.tone),
        "; ".join([*stops, *map(code_label, each.here.blocking)]) or "—",
        ", ".join(map(code_label, each.only_here)) or "—",
        "; ".join(map(code_label, each.here.doubtful)) or "—",
    )


def _missing(field: str, lines: int) -> str:
    if not lines:
        return _("no value: %(field)s") % {"field": code_label(field)}
    return _("no value: %(field)s, lines: %(n)s") % {"field": code_label(field), "n": number(lines)}
