# SPDX-License-Identifier: Apache-2.0
"""The plan of a device: every edition, the sample so far month by month, and a form for its maker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.adopt_plan import adopt_plan
from nadzor.actions.count_refusal import count_refusal
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, problem
from nadzor.portal.chips import norm_chip
from nadzor.portal.fields import Wrong
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import person_of
from nadzor.portal.inputs import summary
from nadzor.portal.monitoring_deeds import SHUT
from nadzor.portal.monitoring_forms import plan_inputs
from nadzor.portal.monitoring_labels import bar_of
from nadzor.portal.monitoring_list import sample_of
from nadzor.portal.sheets import Cell, Crumb, Fact, Table, columns, line
from nadzor.portal.words import NOTHING, day, language, month, number
from nadzor.procedures.rules.dossier import Plan
from nadzor.register.cards import DeviceCard
from nadzor.statutory.monitoring_progress import MEASURE, Progress
from nadzor.vigilance.monitoring import plans, seen_device
from nadzor.vigilance.monitoring_cards import PlanCard
from nadzor.vigilance.monitoring_permissions import may_write_monitoring

TEXTS = ("goals", "tasks", "methods", "statistics", "population", "inclusion", "exclusion")
TEXT_MAX = 20_000
COUNT_DIGITS = 9


class Edition(Struct, frozen=True):
    """One edition of a plan as facts."""

    title: str
    facts: Sequence[Fact]


def page(request: HttpRequest, code: str) -> HttpResponse:
    """The plan, or a new edition of it as its maker enters it."""
    card = seen_device(person_of(request), code)
    if request.method == "POST":
        return _adopted(request, card)
    return _page(request, card, {}, {})


def _adopted(request: HttpRequest, card: DeviceCard) -> HttpResponse:
    who, given = person_of(request), request.POST.dict()
    wrong = _wrong(given)
    try:
        if wrong:
            raise Refusal("monitoring.plan-empty", "$.plan")
        adopt_plan(card.code, _plan(given), by=who, now=clock.now())
    except Refusal as refusal:
        count_refusal(
            "adopt_plan", role=who.role.value if who else "public", code=refusal.code, on=clock.today()
        )
        if refusal.code in SHUT:
            raise
        errors = wrong or {"goals": told(refusal)}
        return _page(request, card, given, errors, status=problem(refusal.code).status)
    messages.success(request, _("The plan was adopted; inspectors were told."))
    return redirect("monitoring-plan", code=card.code)


def _page(
    request: HttpRequest, card: DeviceCard, given: Mapping[str, str], errors: Mapping[str, str],
    *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    found, progress = plans(card.code), sample_of(card.code)
    may_write = may_write_monitoring(person_of(request), maker=card.maker.code)
    inputs = plan_inputs(given or _of(found), errors) if may_write else []
    context = {
        "title": _("Clinical monitoring plan"),
        "lede": card.name(language()),
        "crumbs": [Crumb(_("Clinical monitoring"), reverse("monitoring")), Crumb(card.code)],
        "norm": norm_chip("monitoring.plan", clock.today()),
        "editions": [_edition(each) for each in found],
        "bar": bar_of(progress) if progress else None,
        "months": _months(card, progress) if progress and progress.months else None,
        "inputs": inputs,
        "errors": summary(inputs) or [Wrong(text, "#goals") for text in errors.values()],
        "is_open": bool(errors) or not found,
    }
    return render(request, "portal/monitoring_plan.html", context, status=status)


def _edition(found: PlanCard) -> Edition:
    told_plan = found.plan
    source = _("filing %(number)s") % {"number": found.filing} if found.filing else _("entered by the maker")
    facts = [
        Fact(_("Source"), source, href=reverse("filing", args=[found.filing]) if found.filing else ""),
        Fact(_("In force from"), day(found.since)),
        Fact(_("Goals"), told_plan.goals or NOTHING),
        Fact(_("Tasks"), told_plan.tasks or NOTHING),
        Fact(_("Methods of obtaining data"), told_plan.methods or NOTHING),
        Fact(_("Statistics"), told_plan.statistics or NOTHING),
        Fact(_("Population"), told_plan.population or NOTHING),
        Fact(_("Inclusion criteria"), told_plan.inclusion or NOTHING),
        Fact(_("Exclusion criteria"), told_plan.exclusion or NOTHING),
        Fact(_("Minimum number of subjects"), number(told_plan.sample_size)),
        Fact(_("Last day of the plan"), day(told_plan.ends)),
    ]
    return Edition(_("Edition %(n)s") % {"n": found.edition}, facts)


def _months(card: DeviceCard, progress: Progress) -> Table:
    """The labels of each month, of the finding that has most of them; each leads to its rows."""
    head = columns(_("Month"), _("Labelled studies"), numbers=(1,))
    lines = []
    for each in reversed(progress.months):
        found = Month.parse(each.month)
        query = f"?measure={MEASURE}&finding={progress.finding}&first={found.first}&after={found.after}"
        href = reverse("trace", args=[card.code]) + query
        lines.append(line(month(found.year, found.month), Cell(number(each.n), href=href)))
    note = _("A study may carry labels of several findings; the finding with most labels is counted.")
    return Table(_("Labelled studies by month"), head, lines, note=note)


def _of(found: Sequence[PlanCard]) -> dict[str, str]:
    """The standing edition as the form holds it: a new one begins from it."""
    if not found:
        return {}
    told_plan = found[0].plan
    texts = {name: str(getattr(told_plan, name)) for name in TEXTS}
    days = {name: str(getattr(told_plan, name) or "") for name in ("starts", "ends")}
    return texts | days | {"sample_size": str(told_plan.sample_size or "")}


def _wrong(given: Mapping[str, str]) -> dict[str, str]:
    """What cannot be read in a plan's form."""
    found = {}
    size = given.get("sample_size", "").strip()
    if not (size.isdecimal() and 0 < len(size) <= COUNT_DIGITS and int(size)):
        found["sample_size"] = _("A whole number above zero, as the dossier has it.")
    if not given.get("goals", "").strip():
        found["goals"] = _("The goals are needed, as the dossier has them.")
    for name in ("starts", "ends"):
        if given.get(name) and _day(given[name]) is None:
            found[name] = _("A day as 2027-01-31.")
    for name in TEXTS:
        if len(given.get(name, "")) > TEXT_MAX:
            found[name] = _("Too long.")
    return found


def _plan(given: Mapping[str, str]) -> Plan:
    texts = {name: given.get(name, "").replace("\r\n", "\n").strip() for name in TEXTS}
    return Plan(
        **texts, sample_size=int(given["sample_size"]), starts=_day(given.get("starts", "")),
        ends=_day(given.get("ends", "")),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
