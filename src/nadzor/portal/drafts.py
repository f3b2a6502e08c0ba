# SPDX-License-Identifier: Apache-2.0
"""Trying it out: draft devices of a maker, their test benches, and what the sandbox has received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.discard_draft import discard_draft
from nadzor.actions.open_draft import Draft, invite_draft, open_draft
from nadzor.actions.read_drafts import read_test_stream
from nadzor.base import clock
from nadzor.base.problems import Refusal, Text, problem
from nadzor.measures.catalogue import catalogue
from nadzor.people.permissions import may_issue_token
from nadzor.people.queries import Person
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house, person_of
from nadzor.portal.inputs import Input, line, select
from nadzor.portal.sheets import Cell, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.words import NOTHING, language, moment, number
from nadzor.register.cards import InstallationCard
from nadzor.register.drafts import DraftCard, drafts
from nadzor_wire.event import Modality

NAME_MAX: Final = 300


class Shown(Struct, frozen=True, kw_only=True):
    """One draft as its maker sees it."""

    code: str
    name: str
    opened: str
    benches: Table
    rejected: Table | None
    said: str


def page(request: HttpRequest) -> HttpResponse:
    """The drafts; POST opens one, or invites another test bench to one, and shows the token once."""
    who = _maker(request)
    if request.method != "POST":
        return _page(request, who)
    try:
        given = _done(request.POST, who)
    except Refusal as refusal:
        if not refusal.code.startswith("draft."):
            raise
        return _page(request, who, wrong=told(refusal), status=problem(refusal.code).status)
    return _page(request, who, token=given)


def _maker(request: HttpRequest) -> Person:
    who = person_of(request)
    if who is None or not _stands_for(who):
        raise Refusal("people.not-yours")
    return who


def _stands_for(who: Person) -> list[str]:
    """The makers in whose name a person tries out."""
    named = [who.organisation] if who.organisation else []
    return [code for code in (*named, *sorted(who.represents)) if may_issue_token(who, maker=code)]


def _done(given: Mapping[str, str], who: Person) -> str:
    now = clock.now()
    if device := given.get("discard", ""):
        discard_draft(device, by=who, now=now)
        return ""
    if device := given.get("device", ""):
        return invite_draft(house(), device=device, by=who, now=now).token
    name = Text(given.get("name_ru", ""), given.get("name_en", ""))
    maker = given.get("maker", "") or _stands_for(who)[0]
    wanted = Draft(maker=maker, name=name, modality=given.get("modality", ""))
    return open_draft(house(), wanted, by=who, now=now).token


def _page(
    request: HttpRequest, who: Person, *, token: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "drafts": [_shown(found) for found in drafts(who)],
        "fields": _fields(request.POST if wrong else {}, who),
        "token": token,
        "wrong": wrong,
        "portal": house().settings.portal_url,
    }
    answer = render(request, "portal/drafts.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _fields(given: Mapping[str, str], who: Person) -> Sequence[Input]:
    kinds = catalogue().dimensions["modality"].strata
    modalities = {code: f"{code} · {kinds[code].in_language(language())}" for code in get_args(Modality)}
    makers = _stands_for(who)
    found = [
        line("name_ru", _("Name in Russian"), value=given.get("name_ru", ""), longest=NAME_MAX),
        line("name_en", _("Name in English"), value=given.get("name_en", ""), longest=NAME_MAX),
        select("modality", _("Modality"), modalities, given.get("modality", "DX")),
    ]
    if len(makers) > 1:
        found.append(select("maker", _("Maker"), {code: code for code in makers}, makers[0]))
    return found


def _shown(found: DraftCard) -> Shown:
    stream = read_test_stream(house(), found.code)
    head = columns(_("Test bench"), _("Enrolled"), _("Key"))
    benches = [
        row(
            Cell(one.id, mono=True),
            moment(one.created),
            Cell(", ".join(key.keyid for key in one.keys), mono=True),
        )
        for one in found.installations
    ]
    rejected = [
        row(Cell(one.code, mono=True), Cell(one.at, mono=True), number(one.seq), Cell(one.shape, mono=True))
        for one in stream.rejected
    ]
    heads = columns(_("Code"), _("Place"), _("Number in its stream"), _("Shape"), numbers=(2,))
    return Shown(
        code=found.code,
        name=found.name.in_language(language()),
        opened=moment(found.opened_at),
        benches=Table(_("Test benches"), head, benches),
        rejected=Table(_("Rejected, newest first"), heads, rejected) if rejected else None,
        said=_("%(batches)s batches, %(events)s events; the newest %(when)s")
        % {
            "batches": number(stream.batches),
            "events": number(stream.events),
            "when": moment(stream.last_at) if stream.last_at else NOTHING,
        },
    )


def _keys(bench: InstallationCard) -> str:
    return ", ".join(key.keyid for key in bench.keys)
