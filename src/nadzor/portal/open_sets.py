# SPDX-License-Identifier: Apache-2.0
"""Open data: every set with its files, their digests and schema; the files themselves; the catalogue."""

from __future__ import annotations

from typing import Final

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from nadzor.actions.open_shelf.kept import latest, snapshot_file, snapshots
from nadzor.actions.open_shelf.standing import SetStand, set_stands
from nadzor.disclosure.asking.catalog import catalog
from nadzor.disclosure.asking.sets import OpenSet, open_set, shelf
from nadzor.disclosure.asking.snapshot import Manifest
from nadzor.portal.frame import house
from nadzor.portal.sheets import Cell, Crumb, Fact, Table, columns, line
from nadzor.portal.words import moment, number, said

FOR_EVER: Final = "public, max-age=31536000, immutable"
A_MINUTE: Final = "public, max-age=60"
EARLIER_MAX: Final = 50


def index(request: HttpRequest) -> HttpResponse:
    """The open sets."""
    shown = {
        "disclaimer": said(shelf().disclaimer),
        "licence": shelf().licence,
        "licence_url": shelf().licence_url,
        "sets": [(one, said(open_set(one.name).says), _stands(one)) for one in set_stands(house())],
    }
    return render(request, "portal/open_sets.html", shown)


def one(request: HttpRequest, name: str) -> HttpResponse:
    """One set: what it holds, its files, its columns, how to ask for it."""
    told, kept = open_set(name), snapshots(house(), name)
    shown = {
        "name": name,
        "title": said(told.name),
        "lede": said(told.says),
        "caveat": said(told.caveat),
        "crumbs": [Crumb(_("Open data"), reverse("open-sets")), Crumb(said(told.name))],
        "facts": _facts(kept[0]) if kept else [],
        "files": _files(kept[0]) if kept else None,
        "earlier": _earlier(name, kept[1:]),
        "columns": _columns(told),
        "examples": _examples(name, told),
    }
    return render(request, "portal/open_set.html", shown)


def file(request: HttpRequest, name: str, snapshot: str, file: str) -> HttpResponse:
    """A file of a snapshot; it never changes, so any cache may keep it."""
    content, card = snapshot_file(house(), name, snapshot, file)
    tag = f'"{card.sha256}"'
    answer = get_conditional_response(request, tag) or HttpResponse(content, content_type=card.media_type)
    answer["ETag"] = tag
    answer["Cache-Control"] = FOR_EVER
    answer["Content-Disposition"] = f'attachment; filename="{name}-{snapshot}-{file}"'
    return _open(answer)


def newest(request: HttpRequest, name: str, file: str) -> HttpResponse:
    """The way to a file of the newest snapshot."""
    found = latest(house(), name)
    answer = HttpResponseRedirect(reverse("open-file", args=[name, found.snapshot, file]))
    answer["Cache-Control"] = A_MINUTE
    return _open(answer)


def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue for other catalogues."""
    known = {name: kept[0] for name in shelf().sets if (kept := snapshots(house(), name))}
    page = catalog(shelf(), known, base=house().settings.portal_url.rstrip("/"))
    answer = HttpResponse(msgspec.json.encode(page), content_type="application/ld+json")
    answer["Cache-Control"] = A_MINUTE
    return _open(answer)


def _open(answer: HttpResponse) -> HttpResponse:
    """Why: what anybody may read any site's script may read, too."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _stands(one: SetStand) -> str:
    if one.changed_at is None:
        return _("not published yet")
    facts = {"rows": number(one.rows), "at": moment(one.changed_at)}
    return _("%(rows)s rows, changed %(at)s") % facts


def _facts(newest: Manifest) -> list[Fact]:
    return [
        Fact(_("Snapshot"), newest.snapshot, mono=True),
        Fact(_("Stand of (Moscow time)"), moment(newest.at)),
        Fact(_("Rows"), number(newest.rows)),
        Fact(_("Change number"), str(newest.change), note=_("ask the API for what changed since")),
        Fact(_("Licence"), newest.license, href=newest.license_url),
        Fact(_("List of files with digests"), "manifest.json", href=_address(newest, "manifest.json")),
    ]


def _files(newest: Manifest) -> Table:
    head = columns(_("File"), _("For"), _("Bytes"), "SHA-256", numbers=[2])
    uses = {
        "rows.csv": _("any program: RFC 4180, UTF-8"),
        "rows.excel.csv": _("Excel: byte order mark, semicolons"),
        "rows.ndjson": _("programs: one JSON object a line"),
        "rows.xlsx": _("Excel, with what the columns say"),
        "rows.parquet": _("analysis: typed columns"),
        "schema.json": _("schema of the CSV (Frictionless)"),
        "row.schema.json": _("schema of a row (JSON Schema)"),
    }
    lines = [
        line(
            Cell(file.name, href=_address(newest, file.name)),
            Cell(uses[file.name], wraps=True),
            number(file.bytes),
            Cell(file.sha256, mono=True, wraps=True),
        )
        for file in newest.files
    ]
    return Table(_("Files of the newest snapshot"), head, lines)


def _earlier(name: str, kept: list[Manifest]) -> Table:
    head = columns(_("Snapshot"), _("Stand of (Moscow time)"), _("Rows"), numbers=[2])
    lines = [
        line(
            Cell(one.snapshot, href=_address(one, "manifest.json")),
            moment(one.at),
            number(one.rows),
        )
        for one in kept[:EARLIER_MAX]
    ]
    return Table(_("Earlier snapshots"), head, lines)


def _columns(told: OpenSet) -> Table:
    head = columns(_("Column"), _("Kind"), _("What it says"))
    lines = [
        line(Cell(name, mono=True), Cell(column.kind, mono=True), Cell(said(column.says), wraps=True))
        for name, column in told.columns.items()
    ]
    return Table(_("Columns"), head, lines)


def _examples(name: str, told: OpenSet) -> list[Fact]:
    base = f"/api/v1/open/{name}"
    sorted_by = next((key for key, column in told.columns.items() if column.kind == "moment"), told.key)
    codes = (key for key, column in told.columns.items() if column.kind == "code" and key != told.key)
    counted = next(codes, told.key)
    asked = {
        _("The newest ten"): f"{base}?sort={sorted_by}:desc&limit=10",
        _("How often each value stands"): f"{base}?count={counted}",
        _("What changed since change 0"): f"{base}?since=0&limit=100",
    }
    return [Fact(label, address, href=address) for label, address in asked.items()]


def _address(one: Manifest, file: str) -> str:
    return reverse("open-file", args=[one.set, one.snapshot, file])
