# SPDX-License-Identifier: Apache-2.0
"""The quiet device of the week: what is shown of it, and the note of whoever looked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from msgspec import Struct

from nadzor.actions.look_at_quiet import look_at_quiet
from nadzor.base import clock
from nadzor.portal.door import public
from nadzor.portal.frame import person_of
from nadzor.portal.scope import Scope
from nadzor.portal.words import language, moment, number
from nadzor.vigilance.quiet_queries import newest_quiet, quiet_record


class QuietSheet(Struct, frozen=True, kw_only=True):
    """The quiet device of a week as the queue shows it."""

    week: str
    device: str
    href: str
    among: str
    seen: str
    note: str
    record: str


def quiet_sheet(scope: Scope) -> QuietSheet | None:
    """The newest choice; None before the first one."""
    card = newest_quiet()
    if card is None:
        return None
    told, outcomes = quiet_record(), {"nothing": _("nothing was seen"), "something": _("something was seen")}
    seen = f"{outcomes[card.outcome]}, {moment(card.seen_at)}" if card.outcome else ""
    facts = {"looked": number(told.looked), "something": number(told.something)}
    return QuietSheet(
        week=card.week,
        device=scope.name(card.device, language()),
        href=reverse("device-charts", args=[card.device]),
        among=number(card.among),
        seen=seen,
        note=card.note,
        record=_("Looked at so far: %(looked)s; something was seen at %(something)s of them.") % facts,
    )


@require_POST
@public
def look(request: HttpRequest, week: str) -> HttpResponse:
    """Note what was seen at the quiet device of a week."""
    given = request.POST
    look_at_quiet(
        week, given.get("outcome", ""), note=given.get("note", ""), by=person_of(request), now=clock.now()
    )
    return redirect("signals")
