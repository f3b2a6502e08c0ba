# SPDX-License-Identifier: Apache-2.0
"""The auditor's search: deeds and readings by who, what, whose, how and when; a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.actions.search_audit import AuditAsk, search_deeds, search_reads, sees_auditors
from nadzor.base import clock
from nadzor.base.home import audit_name
from nadzor.people.permissions import may_decide
from nadzor.people.queries import Person
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.portal import readings
from nadzor.portal.choices import Choice, choices, whole
from nadzor.portal.desks import asker
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, day, line
from nadzor.portal.operation import age
from nadzor.portal.sheets import Cell, Fact, Line, Pages, Tab, Table, columns
from nadzor.portal.sheets import line as row_of
from nadzor.portal.words import language, moment, number
from nadzor.records import seals
from nadzor.records.chain import Link
from nadzor.records.reading import kind_of, kinds
from nadzor.records.reads import ReadCard

PAGE: Final = 60
TEXT_MAX: Final = 80
FIELDS: Final = ("person", "role", "object", "verb", "device", "site", "way")
FILES: Final = (("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON"))


def page(request: HttpRequest) -> HttpResponse:
    """What fits, newest first."""
    who, ask = asker(request), ask_of(request.GET)
    before = whole(request.GET.get("before", ""))
    table, further, shown = _found(who, ask, before)
    readings.note(request, rows=shown)
    asked = ask.told()
    context = {
        "table": table,
        "pages": _pages(asked, shown, further, before),
        "tabs": _tabs(asked, ask.what),
        "lines": _lines(ask),
        "filters": _filters(ask),
        "asked": asked,
        "files": [(reverse("audit-file", args=[kind]), label) for kind, label in FILES],
        "bundle": reverse("audit-file", args=["bundle"]),
        "facts": _facts(),
        "sees_auditors": sees_auditors(who),
        "is_head": may_decide(who),
        "query": urlencode(asked),
    }
    return render(request, "portal/audit.html", context)


def ask_of(given: Mapping[str, str]) -> AuditAsk:
    """The question in an address; what is no day asks for nothing."""
    texts = {name: given.get(name, "").strip()[:TEXT_MAX] for name in FIELDS}
    what = "reads" if given.get("what") == "reads" else "deeds"
    return AuditAsk(what=what, since=_day(given, "since"), until=_day(given, "until"), **texts)  # type: ignore[arg-type]


def _found(who: Person, ask: AuditAsk, before: int | None) -> tuple[Table, int | None, int]:
    if ask.what == "deeds":
        deeds = search_deeds(who, ask, before=before, limit=PAGE)
        return _deeds(deeds.rows), deeds.next, len(deeds.rows)
    found = search_reads(who, ask, before=before, limit=PAGE)
    return _reads(found.rows), found.next, len(found.rows)


def _deeds(rows: Sequence[Link]) -> Table:
    head = columns(_("No."), _("When (Moscow time)"), _("Deed"), _("Object"), _("By"), _("Because"))
    return Table(_("Deeds"), head, [_deed(row) for row in rows])


def _deed(row: Link) -> Line:
    return row_of(
        str(row.seq),
        moment(row.at),
        Cell(row.verb, mono=True, wraps=True),
        Cell(row.object, wraps=True, verbatim=True),
        Cell(row.by, wraps=True, verbatim=True),
        Cell(row.because, wraps=True, verbatim=True),
    )


def _reads(rows: Sequence[ReadCard]) -> Table:
    head = columns(
        _("No."),
        _("When (Moscow time)"),
        _("Reader"),
        _("Page"),
        _("What"),
        _("Way"),
        _("Rows"),
        numbers=(6,),
    )
    return Table(_("Readings"), head, [_read(row) for row in rows])


def _read(row: ReadCard) -> Line:
    return row_of(
        str(row.id),
        moment(row.at),
        Cell(row.by, note=role_label(row.role), wraps=True),
        Cell(kinds()[kind_of(row.route)].in_language(language()), note=row.route, wraps=True),
        Cell(
            row.subject,
            note=" · ".join(part for part in (row.device, row.site) if part),
            wraps=True,
            verbatim=True,
        ),
        Cell(way_label(row.way), state="warn" if row.way == "refused" else ""),
        number(row.rows),
    )


def role_label(role: str) -> str:
    """A role in the reader's language."""
    known = {each.value: words for each, words in ROLE_NAMES.items()}
    return known[role][language()] if role in known else role


def way_label(way: str) -> str:
    """By which door something was read."""
    ways = {
        "portal": _("page"),
        "api": _("API"),
        "file": _("file"),
        "console": _("console"),
        "refused": _("turned away"),
    }
    return ways.get(way, way)


def _tabs(asked: dict[str, str], what: str) -> list[Tab]:
    named = {"deeds": _("Deeds"), "reads": _("Readings")}
    return [
        Tab(label, "?" + urlencode(asked | {"what": key}), is_current=key == what)
        for key, label in named.items()
    ]


def _lines(ask: AuditAsk) -> list[Input]:
    of_deeds = ask.what == "deeds"
    verb = _("Deed begins with") if of_deeds else _("Name of the address")
    fields = [
        line("person", _("Whose account"), value=ask.person, longest=TEXT_MAX),
        line("object", _("Object begins with"), value=ask.object, longest=TEXT_MAX),
        line("verb", verb, value=ask.verb, longest=TEXT_MAX),
        line("device", _("Device"), value=ask.device, longest=TEXT_MAX),
    ]
    site = [] if of_deeds else [line("site", _("Site"), value=ask.site, longest=TEXT_MAX)]
    days = [
        day("since", _("From"), value=ask.since.isoformat() if ask.since else ""),
        day("until", _("Through"), value=ask.until.isoformat() if ask.until else ""),
    ]
    return [*fields, *site, *days]


def _filters(ask: AuditAsk) -> list[Choice]:
    roles = {"": _("all")} | {role.value: role_label(role.value) for role in Role}
    found = [choices("role", _("Role"), ask.role, roles)]
    if ask.what == "reads":
        ways = ("portal", "api", "file", "console", "refused")
        found.append(
            choices("way", _("Way"), ask.way, {"": _("all")} | {way: way_label(way) for way in ways})
        )
    return found


def _facts() -> list[Fact]:
    """How far the log is sealed."""
    last = seals.last_seal()
    return [
        Fact(_("Sealed rows"), number(last.size), href=reverse("audit-checkpoint")),
        Fact(_("Last seal (Moscow time)"), moment(last.at if last.size else None)),
        Fact(_("The oldest row that waits"), age(seals.oldest_waiting(clock.now()))),
        Fact(_("Public key"), audit_name(house().settings), href=reverse("audit-key")),
    ]


def _pages(asked: dict[str, str], shown: int, further: int | None, before: int | None) -> Pages:
    words = ngettext("%(n)s row on this page", "%(n)s rows on this page", shown) % {"n": number(shown)}
    on = "?" + urlencode(asked | {"before": str(further)}) if further else ""
    return Pages(words, next_href=on, first_href="?" + urlencode(asked) if before else "")


def _day(given: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(given.get(name, "").strip())
    except ValueError:
        return None
