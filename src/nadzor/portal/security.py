# SPDX-License-Identifier: Apache-2.0
"""How somebody signs in: password, second factors, sessions, tokens, and what happened to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.actions.tell_account import account_mark
from nadzor.base import clock
from nadzor.people.factors import Factors, KeyCard, factors
from nadzor.people.queries import Person, api_tokens
from nadzor.people.session_cards import SessionCard, links, sessions
from nadzor.people.sign_in import must_prove_more
from nadzor.portal import foreign_door
from nadzor.portal.desks import asker
from nadzor.portal.frame import house
from nadzor.portal.passkeys import can_have_keys
from nadzor.portal.sheets import Cell, Fact, State, Table, columns, line
from nadzor.portal.words import moment, number, said
from nadzor.records import notices

LATEST: Final = 10
AGENT_MAX: Final = 60
# The first mark found counts: most browsers also call themselves by their forebears' names.
BROWSERS: Final = (
    ("YaBrowser", "Yandex Browser"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
FEW: Final = 3  # so few recovery codes left call for new ones


class Row(Struct, frozen=True):
    """One thing of the list: a factor, a session, a link."""

    id: int
    name: str
    notes: Sequence[str]
    mark: State | None = None
    is_fixed: bool = False


def page(request: HttpRequest) -> HttpResponse:
    """Everything about one's own sign-in."""
    who = asker(request)
    found = factors(who.username)
    must = house().settings.second_factor and must_prove_more(who.role)
    page = {
        "first": must and not found.count,
        "has_password": request.user.has_usable_password(),  # type: ignore[union-attr]
        "can_have_keys": can_have_keys(),
        "app": _app(found, must=must),
        "keys": _keys(found, must=must),
        "codes": _codes(found),
        "sessions": _sessions(request, who),
        "tokens": _tokens(who),
        "links": [Row(one.id, one.issuer, [moment(one.since)]) for one in links(who.username)],
        "foreign": foreign_door.label(),
        "told": _told(who),
    }
    return render(request, "portal/security.html", page)


def _app(found: Factors, *, must: bool) -> Row | None:
    if found.app is None:
        return None
    return Row(found.app.id, _("Authenticator app"), _when(found.app), is_fixed=must and found.count == 1)


def _keys(found: Factors, *, must: bool) -> list[Row]:
    return [Row(key.id, key.name, _when(key), is_fixed=must and found.count == 1) for key in found.keys]


def _when(card: KeyCard) -> list[str]:
    added, used = card.added_at, card.used_at
    last = _("last used %(at)s") % {"at": moment(used)} if used else _("never used yet")
    return [_("added %(at)s") % {"at": moment(added)}, last]


def _codes(found: Factors) -> Fact:
    n = found.codes_left
    words = ngettext("%(n)s code left", "%(n)s codes left", n) % {"n": number(n)}
    note = _("made %(at)s") % {"at": moment(found.codes_at)} if found.codes_at else ""
    return Fact(_("Recovery codes"), words, note=note, state="warn" if found.count and n <= FEW else "")


def _sessions(request: HttpRequest, who: Person) -> list[Row]:
    found = sessions(who.username, current=request.session.session_key or "", now=clock.now())
    return [_session(one) for one in found]


def _session(one: SessionCard) -> Row:
    notes = [
        one.address,
        _("since %(at)s") % {"at": moment(one.since)},
        _("last used %(at)s") % {"at": moment(one.seen)},
    ]
    mark = State(_("this session"), "good") if one.is_current else None
    return Row(one.id, device_words(one.agent), notes, mark, is_fixed=one.is_current)


def device_words(agent: str) -> str:
    """A browser and its system in two words; what names neither is shown as it names itself."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (browser, system))) or agent[:AGENT_MAX] or _("a program without a name")


def _tokens(who: Person) -> str:
    alive = [
        one for one in api_tokens(who.username) if one.revoked_at is None and one.expires_at > clock.now()
    ]
    return ngettext("%(n)s token works", "%(n)s tokens work", len(alive)) % {"n": number(len(alive))}


def _told(who: Person) -> Table | None:
    mark = account_mark(who.username, who.role.value, home=house())
    found = notices.of_account(mark, limit=LATEST)
    if not found:
        return None
    head = columns(_("When (Moscow time)"), _("What"))
    lines = [line(Cell(moment(one.created)), Cell(said(one.text), wraps=True)) for one in found]
    return Table(_("What happened to this account"), head, lines)


def back(request: HttpRequest) -> HttpResponse:
    """To the page."""
    return redirect("security")
