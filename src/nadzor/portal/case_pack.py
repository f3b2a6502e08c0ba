# SPDX-License-Identifier: Apache-2.0
"""The pack of an inquiry: read on the page, taken as JSON whose digest it names, printed as a tagged PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.hand_out_signal import Asked, hand_out_signal
from nadzor.actions.make_case_bundle import make_case_bundle
from nadzor.base import clock
from nadzor.detect.finding import Finding
from nadzor.portal.case_words import figure, ground_says, kind_label
from nadzor.portal.filing_card import crumbs
from nadzor.portal.frame import house, person_of
from nadzor.portal.printing import pdf_answer, print_pdf
from nadzor.portal.sheets import Fact
from nadzor.portal.signal_words import detector_name, effect_words, guarantee_words
from nadzor.portal.words import NOTHING, day, language, moment, number
from nadzor.register import filings
from nadzor.vigilance.case_cards import GroundCard, PackCard
from nadzor.vigilance.packs import SAME, inputs_name, pack


class Again(Struct, frozen=True, kw_only=True):
    """A command, what it gives and what it was held against."""

    command: str
    gives: str
    verdict: str


class Held(Struct, frozen=True, kw_only=True):
    """One ground as the pack has it."""

    title: str
    facts: Sequence[Fact]
    again: Sequence[Again]
    note: str
    not_excluded: Sequence[str]
    inputs_href: str = ""
    statistic: str = ""
    leans: bool = False


def page(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """The pack, for whoever may see the case."""
    found = _pack(request, number, id)
    shown = _shown(found) | {"crumbs": crumbs(number, _("Pack of the inquiry"))}
    return render(request, "portal/case_pack.html", shown)


def json(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """The same as sorted JSON: the very bytes that the digest is of."""
    found = _pack(request, number, id)
    answer = HttpResponse(msgspec.json.encode(found.body, order="sorted"), content_type="application/json")
    name = f"pack-{number}-{id}.json"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer


def pdf(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """The same on paper."""
    found = _pack(request, number, id)
    shown = _shown(found) | {
        "above_left": _("Filing %(number)s") % {"number": number},
        "above_right": moment(found.at),
        "below_left": _("A paper of this system; not a qualified signature."),
        "made": found.at.isoformat(timespec="seconds"),
    }
    title = _("Pack of the inquiry in case %(number)s") % {"number": number}
    return pdf_answer(
        print_pdf("portal/case_pack_paper.html", shown, title=title, lang=language()), f"pack-{number}-{id}"
    )


def inputs(request: HttpRequest, number: str, id: int, ref: int) -> HttpResponse:
    """What the statistic of a signal in the pack is computed from; the deed is written down."""
    person = person_of(request)
    body = hand_out_signal(house(), Asked(number, id, str(ref)), by=person, now=clock.now())
    answer = HttpResponse(body, content_type="application/json")
    name = inputs_name(str(ref))
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer


def bundle(request: HttpRequest, number: str) -> HttpResponse:
    """The whole case as one file that is checked without this house; the deed is written down."""
    body = make_case_bundle(house(), number, by=person_of(request), because="asked for", now=clock.now())
    answer = HttpResponse(body, content_type="application/json")
    name = f"case-{number}.json"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer


def _pack(request: HttpRequest, number: str, id: int) -> PackCard:
    """One pack of a case that this person may see.

    Raises: Refusal filing.unknown, case.pack-unknown.
    """
    filings.filing(person_of(request), number, today=clock.today())
    return pack(number, id)


def _shown(found: PackCard) -> dict[str, Any]:
    number = found.filing
    return {
        "number": number,
        "title": _("Pack of the inquiry in case %(number)s") % {"number": number},
        "question": found.body["question"],
        "at": moment(found.at),
        "digest": found.digest,
        "held": [_held(each, number, found.id) for each in found.body["grounds"]],
        "said_of_all": found.body["said_of_all"][language()],
        "json_href": reverse("case-pack-json", args=[number, found.id]),
        "pdf_href": reverse("case-pack-pdf", args=[number, found.id]),
    }


def _held(told: dict[str, Any], *of: Any) -> Held:
    title = f"{kind_label(told['kind'])} {told['ref']}"
    if told["kind"] != "signal":
        return Held(title=title, facts=_says(told), again=[], note="", not_excluded=[])
    figures = {name: told["figures"].get(name) for name in SAME if told["figures"].get(name) is not None}
    finding = msgspec.convert(figures, Finding)
    again = [_again(each) for each in told["reproduced_by"]]
    by_data = told.get("statistic_by")
    none = _("No published calculator gives a figure of this finding.") if not again else ""
    return Held(
        title=title, facts=_figures(finding, told), again=again, note="" if by_data else none,
        not_excluded=told["not_excluded"][language()],
        inputs_href=reverse("case-pack-inputs", args=[*of, told["ref"]]) if by_data else "",
        statistic=by_data["command"] if by_data else "",
        leans=bool(by_data and by_data["leans_on_other_devices"]),
    )  # fmt: skip


def _says(told: dict[str, Any]) -> list[Fact]:
    """A ground that is no signal, in one line, with the digest of all it said."""
    card = GroundCard(
        kind=told["kind"], ref=told["ref"], at=clock.now(), by="", role="", because="", facts=told["says"],
        digest=told["digest"],
    )  # fmt: skip
    found = [Fact(_("Says"), ground_says(card)), Fact(_("Digest"), told["digest"], mono=True)]
    command = told["says"].get("reproduced_by")
    return [*found, Fact(_("Recompute it"), command, mono=True)] if command else found


def _figures(finding: Finding, told: dict[str, Any]) -> list[Fact]:
    sites = figure(told["sites"]) if told["sites"] is not None else NOTHING
    watched = figure(told["sites_watched"]) if told["sites_watched"] is not None else NOTHING
    of = _("%(n)s of %(all)s; not named to anybody") % {"n": sites, "all": watched}
    size = number(finding.journal_size) if finding.journal_size is not None else NOTHING
    return [
        Fact(_("Detector"), detector_name(finding.detector)),
        Fact(_("Version"), finding.version or NOTHING),
        Fact(_("First day over the threshold"), day(finding.first_day)),
        Fact(_("Statistic"), number(finding.statistic, 3),
             note=_("threshold %(t)s") % {"t": number(finding.threshold, 3)}),
        Fact(_("Size"), effect_words(finding)),
        Fact(_("Guarantee"), guarantee_words(finding.guarantee)),
        Fact(_("Sites"), of),
        Fact(_("Rows of the rollup read"), number(finding.rows_read)),
        Fact(_("Digest of those rows"), finding.rows_hash, mono=True),
        Fact(_("Size of the journal"), size),
        Fact(_("Code of the detector"), finding.code, mono=True),
        Fact(_("Digest of this evidence"), told["evidence"], mono=True),
    ]  # fmt: skip


def _again(each: dict[str, Any]) -> Again:
    names = {"effect": _("the size"), "observed": _("the share that was seen")}
    facts = {
        "figure": each["figure"], "found": figure(each["found"]), "what": names[each["of"]],
        "said": figure(each["said"]),
    }  # fmt: skip
    gives = _("%(figure)s = %(found)s; the finding says of %(what)s: %(said)s") % facts
    same, near = _("the same to within rounding"), _("the nearest figure: the finding is adjusted")
    return Again(command=each["command"], gives=gives, verdict=same if each["same"] else near)
