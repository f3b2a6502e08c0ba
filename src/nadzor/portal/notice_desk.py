# SPDX-License-Identifier: Apache-2.0
"""Makers' safety notices before the public sees them: an inspector reads each, then publishes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.end_notice import end_notice
from nadzor.actions.publish_notice import TEXT_MAX, TITLE_MAX, publish_makers_notice
from nadzor.base import clock
from nadzor.base.problems import Refusal, Text, problem
from nadzor.people.permissions import must_review_signals
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.inputs import Input, prose
from nadzor.portal.inputs import line as field_line
from nadzor.portal.notice_list import notice_page
from nadzor.portal.sheets import Fact
from nadzor.portal.warning_labels import device_name
from nadzor.portal.words import language, moment
from nadzor.register import queries as register
from nadzor.vigilance.warning_cards import MakersNotice
from nadzor.vigilance.warnings import makers_notices

ON_THE_PAGE = frozenset({"notice.text", "notice.names", "notice.held"})
ON_THE_NOTICE = frozenset({"notice.grounds", "notice.names", "notice.text", "notice.ended"})


class Waiting(Struct, frozen=True, kw_only=True):
    """One notice that waits: what the maker filed, and the fields of what is published."""

    document: int
    event: str
    facts: Sequence[Fact]
    told: Sequence[Fact]
    held: bool
    fields: Sequence[Input]
    wrong: str


def page(request: HttpRequest) -> HttpResponse:
    """Notices that nobody has published."""
    return _page(request)


def publish(request: HttpRequest, document: int) -> HttpResponse:
    """Publish one as the inspector leaves it."""
    given = request.POST
    title, text = (
        Text(given.get(f"{name}_ru", ""), given.get(f"{name}_en", "")) for name in ("title", "text")
    )
    try:
        number = publish_makers_notice(document, title=title, text=text, by=asker(request), now=clock.now())
    except Refusal as refusal:
        if refusal.code not in ON_THE_PAGE:
            raise
        return _page(request, wrong={document: told(refusal)}, status=problem(refusal.code).status)
    messages.success(request, _("Published as %(number)s.") % {"number": number})
    return redirect("safety-notice", number=number)


def end(request: HttpRequest, number: str) -> HttpResponse:
    """End a public notice, with grounds."""
    try:
        end_notice(number, because=request.POST.get("because", ""), by=asker(request), now=clock.now())
    except Refusal as refusal:
        if refusal.code not in ON_THE_NOTICE:
            raise
        return notice_page(request, number, wrong=told(refusal), status=problem(refusal.code).status)
    messages.success(request, _("The notice has ended; it stays in the list."))
    return redirect("safety-notice", number=number)


def _page(request: HttpRequest, *, wrong: Mapping[int, str] | None = None, status: int = 200) -> HttpResponse:
    must_review_signals(asker(request))
    faults = wrong or {}
    waiting = [_waiting(one, request.POST, faults.get(one.document, "")) for one in makers_notices()]
    shown: dict[str, Any] = {"waiting": waiting}
    return render(request, "portal/notice_review.html", shown, status=status)


def _waiting(one: MakersNotice, given: Mapping[str, str], wrong: str) -> Waiting:
    device = register.device(one.device)
    return Waiting(
        document=one.document,
        event=one.event,
        facts=[
            Fact(_("Device"), device_name(one.device)),
            Fact(_("Event"), one.event),
            Fact(_("Filed (Moscow time)"), moment(one.at)),
            Fact(_("Maker"), device.maker.name(language())),
        ],
        told=[Fact(name, text) for name, text in one.fields.items() if text],
        held=one.held,
        fields=_fields(one, given if wrong else {}),
        wrong=wrong,
    )


def _fields(one: MakersNotice, given: Mapping[str, str]) -> list[Input]:
    device = register.device(one.device)
    drafts = {
        "title_ru": one.fields.get("title_ru") or one.fields.get("title") or device.name_ru,
        "title_en": one.fields.get("title_en") or device.name_en,
        "text_ru": one.fields.get("text_ru") or one.text,
        "text_en": one.fields.get("text_en") or one.text,
    }
    labels = {
        "title_ru": _("Title in Russian"), "title_en": _("Title in English"),
        "text_ru": _("Text in Russian"), "text_en": _("Text in English"),
    }  # fmt: skip
    return [_field(name, label, given.get(name, drafts[name])) for name, label in labels.items()]


def _field(name: str, label: str, value: str) -> Input:
    if name.startswith("title"):
        return field_line(name, label, value=value[:TITLE_MAX], longest=TITLE_MAX)
    return prose(name, label, value=value[: 2 * TEXT_MAX], longest=TEXT_MAX)
