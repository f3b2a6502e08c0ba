# SPDX-License-Identifier: Apache-2.0
"""Connecting a device: its installations and keys, invitations, what leaves the clinic, the test stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nadzor.actions.issue_forwarder_token import ForwarderRight, issue_forwarder_token
from nadzor.actions.issue_token import issue_token
from nadzor.actions.mark_compromised import BECAUSE_MAX, Loss, mark_compromised
from nadzor.actions.read_newest_event import newest_event
from nadzor.actions.revoke_forwarder_token import revoke_forwarder_token
from nadzor.actions.revoke_key import revoke_key
from nadzor.actions.revoke_token import revoke_token
from nadzor.base import clock
from nadzor.base.clock import MOSCOW
from nadzor.base.problems import Refusal, problem
from nadzor.people.permissions import may_issue_token, may_revoke_key
from nadzor.people.queries import Person
from nadzor.portal.connect_sheets import (
    example,
    forwarder_choices,
    forwarder_table,
    installation_table,
    invitation_table,
    revocable_keys,
    test_stream,
)
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.door import public
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house, person_of
from nadzor.portal.inputs import Input, line, select
from nadzor.portal.leaving import leaving
from nadzor.register import forwarders as forwarding
from nadzor.register import keys
from nadzor.register import queries as register

#: Refusals of what was typed or pressed here, shown on the page; all others have a page of their own.
ON_THE_PAGE: Final = ("enrol.", "key.", "forwarder.", "vault.")
NEW: Final = ""

Given = Mapping[str, str]
Shown = dict[str, Any]


def page(request: HttpRequest, code: str) -> HttpResponse:
    """Installations, keys, invitations, fields, test stream."""
    return _page(request, code)


@require_POST
@public
def move(request: HttpRequest, code: str, deed: str) -> HttpResponse:
    """Do what a button asks; a token is shown at once and only once, a refusal stands on the page."""
    who = person_of(request)
    register.readable_device(who, code)
    if deed not in DEEDS:
        raise Http404(deed)
    try:
        shown = DEEDS[deed](request.POST, code, who)
    except Refusal as refusal:
        if not refusal.code.startswith(ON_THE_PAGE):
            raise
        return _page(request, code, wrong=told(refusal), status=problem(refusal.code).status)
    return _page(request, code, **shown) if shown else redirect("connect", code=code)


def _page(request: HttpRequest, code: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    who, now = person_of(request), clock.now()
    card = register.readable_device(who, code)
    may_invite = may_issue_token(who, maker=card.maker.code)
    rooms, tokens = register.installations(code), forwarding.forwarders(code)
    context = device_top(card) | {
        "tabs": device_tabs(code, "connect"),
        "installations": installation_table(rooms, now),
        "invitations": invitation_table(keys.tokens(who, now=now, device=code)),
        "waiting": [each.name for each in keys.tokens(who, now=now, device=code) if each.state == "waiting"],
        "forwarders": forwarder_table(tokens, now),
        "forwarder_choices": forwarder_choices(tokens, now),
        "may_invite": may_invite,
        "keys": revocable_keys(rooms, now) if may_revoke_key(who, maker=card.maker.code) else (),
        "fields": _fields(tokens),
        "leaving": leaving(),
        "example": example(newest_event(house(), code)),
        "test": test_stream(house(), code),
        "portal": house().settings.portal_url,
    }
    answer = render(request, "portal/connect.html", context | shown, status=status)
    if request.method == "POST":
        answer["Cache-Control"] = "no-store"
    return answer


def _fields(tokens: list[forwarding.ForwarderCard]) -> dict[str, Input]:
    hint = _("For example 1.2.643.5.1.13.13.12.2.77.7973; it goes to the vault, and a pseudonym to the rest.")
    known = {NEW: _("a new one, in the clinic below")}
    known |= {one.installation: one.installation for one in tokens if not one.sandbox}
    return {
        "clinic": line("clinic", _("Clinic's OID in the federal register"), hint=hint, longest=64),
        "forwarder_clinic": line("forwarder-clinic", _("Clinic's OID in the federal register"), longest=64),
        "installation": select("installation", _("Installation"), known, NEW),
    }


def _invite(given: Given, code: str, who: Person | None) -> Shown:
    clinic = given.get("clinic", "").strip()
    return {"token": issue_token(house(), device=code, clinic_oid=clinic, by=who, now=clock.now())}


def _cancel(given: Given, code: str, who: Person | None) -> Shown:
    now, name = clock.now(), given.get("name", "")
    if name not in {each.name for each in keys.tokens(who, now=now, device=code)}:
        raise Refusal("enrol.token-unknown")
    revoke_token(name, by=who, now=now, because=_because(given))
    return {}


def _revoke(given: Given, code: str, who: Person | None) -> Shown:
    keyid, because = _own_key(given, code), _because(given)
    revoke_key(house(), keyid=keyid, by=who, now=clock.now(), because=because)
    return {}


def _lose(given: Given, code: str, who: Person | None) -> Shown:
    loss = Loss(_own_key(given, code), _since(given), _because(given))
    mark_compromised(house(), loss, by=who, now=clock.now())
    return {}


def _forward(given: Given, code: str, who: Person | None) -> Shown:
    clinic, room = given.get("forwarder-clinic", "").strip(), given.get("installation", NEW)
    right: ForwarderRight = issue_forwarder_token(
        house(), device=code, clinic_oid=clinic, installation=room or None, by=who, now=clock.now()
    )
    return {"right": right}


def _stop(given: Given, code: str, who: Person | None) -> Shown:
    name = given.get("name", "")
    if name not in {each.name for each in forwarding.forwarders(code)}:
        raise Refusal("forwarder.token-unknown")
    revoke_forwarder_token(house(), name=name, by=who, now=clock.now(), because=_because(given))
    return {}


def _own_key(given: Given, code: str) -> str:
    """The key named, if it is one of this device: a page of one device touches no other."""
    keyid = given.get("keyid", "")
    if keyid not in {key.keyid for room in register.installations(code) for key in room.keys}:
        raise Refusal("enrol.key-unknown")
    return keyid


def _because(given: Given) -> str:
    text = given.get("because", "").strip()
    if not text or len(text) > BECAUSE_MAX:
        raise Refusal("key.because", "$.because", limit=BECAUSE_MAX)
    return text


def _since(given: Given) -> datetime:
    """A moment as a browser's field writes it, in Moscow time."""
    try:
        found = datetime.fromisoformat(given.get("since", ""))
    except ValueError as error:
        raise Refusal("key.since", "$.since") from error
    return found.replace(tzinfo=MOSCOW) if found.tzinfo is None else found


DEEDS: Final[dict[str, Callable[[Given, str, Person | None], Shown]]] = {
    "invite": _invite,
    "cancel": _cancel,
    "revoke": _revoke,
    "lost": _lose,
    "forward": _forward,
    "stop": _stop,
}
