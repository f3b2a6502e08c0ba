# SPDX-License-Identifier: Apache-2.0
"""The frame of every page: who asks, where they may go, how they want to read, what figures rest on."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.people.permissions import may_hear_clinics, may_read_every_device
from nadzor.people.queries import Person, person
from nadzor.people.roles import MAKERS, Role
from nadzor.portal.desk_rights import may_open_decisions
from nadzor.portal.freshness import Freshness, freshness
from nadzor.portal.words import language

PRACTICE = "Учебный режим · Practice"
THEMES = ("auto", "light", "dark")
THEME_COOKIE = f"{settings.COOKIE_PREFIX}nadzor_theme"
KEYS_COOKIE = f"{settings.COOKIE_PREFIX}nadzor_keys"
Links = Sequence[tuple[str, str]]


class Way(Struct, frozen=True):
    """One link of the rail."""

    label: str
    href: str
    is_current: bool


class Ways(Struct, frozen=True):
    """A named group of links."""

    label: str
    links: Sequence[Way]


class Frame(Struct, frozen=True):
    """All that the frame prints."""

    groups: Sequence[Ways]
    person: Person | None
    role: str
    theme: str
    language: str
    has_keys: bool
    here: str
    seal: Freshness | None
    origin: str
    practice: str = ""  # the mark of a house to learn in


def house() -> Home:
    """The data directory this process serves."""
    home: Home = settings.HOME
    return home


def person_of(request: HttpRequest) -> Person | None:
    """Who asks; read once a request."""
    if not hasattr(request, "nadzor_person"):
        request.nadzor_person = person(getattr(request, "user", None))  # type: ignore[attr-defined]
    found: Person | None = request.nadzor_person  # type: ignore[attr-defined]
    return found


def reads_operation(who: Person | None) -> bool:
    """Whether this person's rail has the pages of operation at all."""
    return may_read_every_device(who) or (who is not None and who.role in {*MAKERS, Role.REPRESENTATIVE})


def theme_of(request: HttpRequest) -> str:
    """The theme chosen, or `auto`."""
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def frame_of(request: HttpRequest) -> Frame:
    """The frame for one request."""
    who = person_of(request)
    return Frame(
        groups=_groups(request.path, who),
        person=who,
        role=who.role_name(language()) if who else "",
        theme=theme_of(request),
        language=language(),
        has_keys=request.COOKIES.get(KEYS_COOKIE, "on") == "on",
        here=request.get_full_path() if request.method == "GET" else request.path,
        seal=freshness(house()) if reads_operation(who) else None,
        origin=house().log_origin,
        practice=PRACTICE if house().settings.practice else "",
    )


def _groups(path: str, who: Person | None) -> list[Ways]:
    groups = [(_("Yours"), _own(who)), (_("Oversight"), _oversight(who))]
    groups.append((_("Registration"), _registration(who)))
    groups.append((_("Open to everyone"), _open_to_everyone()))
    return [_ways(label, path, links) for label, links in groups if links]


def _oversight(who: Person | None) -> Links:
    if not reads_operation(who):
        return []
    words = [(_("What clinics say"), "clinic-words"), (_("Letters to sites"), "letters")]
    heard = words if may_hear_clinics(who) else []
    return [
        (_("Overview"), "overview"),
        (_("Signals"), "signals"),
        (_("Adverse events"), "events"),
        (_("Warnings"), "warnings"),
        (_("Devices"), "devices"),
        (_("Monthly reports"), "months"),
        (_("Clinical monitoring"), "monitoring"),
        (_("Statutory forms"), "forms"),
        *heard,
        (_("Known on a day"), "known"),
        (_("Journal"), "journal"),
    ]


def _own(who: Person | None) -> Links:
    """The pages a role begins its day with, and those of its own organisation alone."""
    reads, audit = (_("Who read our data"), "reads"), (_("Audit"), "audit")
    vault, destruction = (_("Vault"), "vault"), (_("Destruction"), "destruction")
    kept = (_("Retention"), "retention")
    public = released, embargoes = (_("Releases"), "releases"), (_("Embargoes"), "embargoes")
    factors = (_("Second factors"), "factor-resets")
    own = {
        Role.CLINIC: [
            (_("My AI systems"), "clinic"),
            (_("Report a problem"), "clinic-report"),
            (_("What we reported"), "clinic-events"),
            (_("Warnings"), "clinic-warnings"),
            (_("Regulator's letters"), "clinic-letters"),
            (_("Printed codes"), "printed-codes"),
            reads,
        ],
        Role.MANUFACTURER_ADMIN: [reads],
        Role.MANUFACTURER_REPORTER: [reads],
        Role.REPRESENTATIVE: [reads],
        Role.OPERATOR: [(_("How the platform runs"), "operation"), kept],
        Role.INSPECTOR: [(_("Morning"), "morning"), vault, embargoes],
        Role.REGISTRAR: [(_("Morning"), "morning"), destruction, kept, released, embargoes],
        Role.HEAD: [
            (_("Morning"), "morning"),
            (_("Head's overview"), "head"),
            vault,
            destruction,
            kept,
            audit,
            factors,
            *public,
        ],
        Role.AUDITOR: [audit, vault, destruction, kept, factors, *public],
    }
    return own[who.role] if who is not None and who.role in own else []


def _registration(who: Person | None) -> Links:
    """The desks of a role, in the order its day takes."""
    if who is None:
        return []
    decisions = [(_("Decisions"), "decisions")] if may_open_decisions(who, on=clock.today()) else []
    filings, calendar = (_("Filings"), "filings"), (_("Calendar"), "calendar")
    authority = (_("Authority"), "authority")
    board = (_("Board"), "board")
    match who.role:
        case Role.HEAD:
            return [*decisions, board, filings, calendar, authority]
        case Role.REGISTRAR | Role.INSPECTOR | Role.AUDITOR:
            return [board, *decisions, filings, calendar, authority]
        case Role.EXPERT | Role.MOSCOW_CENTRE:
            return [(_("Desk"), "desk"), filings, calendar, authority]
        case Role.MANUFACTURER_ADMIN | Role.MANUFACTURER_REPORTER | Role.REPRESENTATIVE:
            return [(_("Account"), "account"), filings, (_("Opinions"), "opinions"), calendar]
        case _:
            return []


def _open_to_everyone() -> Links:
    return [
        (_("Register"), "register"),
        (_("Safety notices"), "safety-notices"),
        (_("Statistics"), "statistics"),
        (_("Open data"), "open-sets"),
        (_("Is it a device?"), "qualify"),
        (_("Procedures"), "procedures"),
        (_("Norms"), "norms"),
        (_("Codes"), "codes"),
        (_("Receipt check"), "receipt"),
        (_("Problems"), "problems"),
        (_("Help"), "help"),
    ]


def _ways(label: str, path: str, links: Links) -> Ways:
    """A group; of a page and the one above it, only the nearer is where one is."""
    found = [(text, reverse(name)) for text, name in links]
    here = max((href for _text, href in found if _leads_to(href, path)), key=len, default="")
    return Ways(label, [Way(text, href, is_current=href == here) for text, href in found])


def _leads_to(href: str, path: str) -> bool:
    return path == href or (href != "/" and path.startswith(href))
