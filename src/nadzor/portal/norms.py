# SPDX-License-Identifier: Apache-2.0
"""The norms the platform computes with: every act, what lapses, what is disputed, what nobody could read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.law.conflict import Hole, conflicts, holes
from nadzor.law.lapse import Lapse, lapses
from nadzor.law.load import Act, acts, in_force, norms, resolve
from nadzor.law.norm import Entry
from nadzor.portal.norm_words import status_state, value_short
from nadzor.portal.sheets import Cell, Chip, Column, Line, Table, columns, line
from nadzor.portal.words import NOTHING, day, reference, said


class Section(Struct, frozen=True):
    """The norms of one act, with the address of the section."""

    anchor: str
    table: Table


class Doubt(Struct, frozen=True):
    """A disagreement of the sources, or a hole, and the norms it touches."""

    key: str
    topic: str
    seed: str
    outside: str
    norms: list[Chip]


def index(request: HttpRequest) -> HttpResponse:
    """Every act and what is taken from it, as in force today; what ends soon stands on top."""
    today = clock.today()
    page = {
        "sections": [_section(name, list(parts), today) for name, parts in _by_act()],
        "today": day(today),
        "lapses": [_lapse_words(lapse) for lapse in lapses(today)],
        "conflicts": [doubt(key) for key in conflicts()],
        "holes": [_hole(each) for each in holes()],
    }
    return render(request, "portal/norms.html", page)


def several(request: HttpRequest, text: str, keys: Iterable[str]) -> HttpResponse:
    """The norms that share a number, to choose from."""
    today = clock.today()
    lines = [_line(key, norms()[key][1], today) for key in keys]
    table = Table(_("Norms that share this number"), _head(), lines)
    return render(request, "portal/norms_found.html", {"text": text, "table": table})


def _by_act() -> Iterable[tuple[str, Iterable[Act]]]:
    return groupby(sorted(acts(), key=lambda act: act.act), key=lambda act: act.act)


def _section(name: str, parts: list[Act], today: date) -> Section:
    entries: Mapping[str, Entry] = {key: entry for act in parts for key, entry in act.norms.items()}
    lines = [_line(key, entry, today) for key, entry in entries.items()]
    return Section(name, Table(said(parts[0].title), _head(), lines, caption_hidden=False))


def _head() -> list[Column]:
    return columns(_("Norm"), _("Value today"), _("Citation"), _("How well known"))


def _line(key: str, entry: Entry, today: date) -> Line:
    value = in_force(entry.values, today)
    name = Cell(said(entry.what), href=reverse("norm", args=[key]), note=entry.fact)
    if value is None:
        return line(name, NOTHING, "", Cell(_("no norm in force"), state="alarm"))
    known = status_state(value.status)
    short = value_short(value.value, entry.unit)
    return line(name, short, reference(value.cite), Cell(known.label, state=known.tone))


def _lapse_words(lapse: Lapse) -> dict[str, object]:
    facts = {"day": day(lapse.until), "n": len(lapse.norms)}
    over, ahead = _("lapsed on %(day)s, norms: %(n)s"), _("lapses on %(day)s, norms: %(n)s")
    return {
        "title": said(lapse.title),
        "anchor": lapse.act,
        "when": (over if lapse.state == "lapsed" else ahead) % facts,
        "left": lapse.days_left if lapse.state == "ahead" else None,
        "successor": said(lapse.successor) if lapse.successor else _("no successor is known"),
    }


def doubt(key: str) -> Doubt:
    """A disagreement of the sources in this request's language."""
    each = conflicts()[key]
    return Doubt(key, said(each.topic), said(each.seed), said(each.outside), _chips(each.facts))


def _hole(each: Hole) -> Doubt:
    return Doubt("", said(each.text), "", "", _chips(each.facts))


def _chips(facts: Iterable[str]) -> list[Chip]:
    keys = {key: fact for fact in facts for key in resolve(fact)}
    return [Chip(norms()[key][1].fact or key, reverse("norm", args=[key])) for key in keys]
