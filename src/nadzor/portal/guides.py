# SPDX-License-Identifier: Apache-2.0
"""One page a role: what one sees first, three tasks, limits with their norms, what becomes of one's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock, yaml_pages
from nadzor.base.problems import Refusal, Text
from nadzor.law.load import norm, norms
from nadzor.law.norm import NormMissing
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.portal.chips import norm_chip
from nadzor.portal.frame import house, person_of
from nadzor.portal.norm_words import value_words
from nadzor.portal.printing import pdf_answer, print_pdf
from nadzor.portal.sheets import Chip, Crumb
from nadzor.portal.words import language, said

PUBLIC: Final = "public"


class Task(Struct, frozen=True, forbid_unknown_fields=True):
    """One task and the page it begins on."""

    page: str
    says: Text


class Guide(Struct, frozen=True, forbid_unknown_fields=True):
    """One role's page, as guides.yaml keeps it."""

    sees: Text
    tasks: tuple[Task, Task, Task]
    limits: tuple[str, ...]
    sent: Text
    ask: Text


class Step(Struct, frozen=True):
    """A task with its link."""

    says: str
    href: str


class Limit(Struct, frozen=True):
    """One limit: what it is for, how long, by which norm; without a norm in force there is no number."""

    what: str
    worth: str
    norm: Chip | None


@cache
def guides() -> dict[str, Guide]:
    """All guides by role; `public` for everybody."""
    page = files("nadzor.portal").joinpath("guides.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), dict[str, Guide])


def index(request: HttpRequest) -> HttpResponse:
    """The guides, one's own first."""
    own = own_guide(request)
    roles = sorted(guides(), key=lambda role: role != own)
    ways = [Step(name_of(role), reverse("guide", args=[role])) for role in roles]
    return render(request, "portal/guide_list.html", {"ways": ways})


def page(request: HttpRequest, role: str) -> HttpResponse:
    """One guide on the screen."""
    crumbs = [Crumb(_("Guides"), reverse("guides")), Crumb(name_of(_known(role)))]
    return render(request, "portal/guide.html", {**_sheet(role), "role": role, "crumbs": crumbs})


def pdf(request: HttpRequest, role: str) -> HttpResponse:
    """The same guide on one printed sheet."""
    return pdf_answer(printed(_known(role), language()), f"guide-{role}-{language()}")


def printed(role: str, lang: str) -> bytes:
    """A guide as a tagged PDF of one A4 sheet."""
    with translation.override(lang):
        sheet = _sheet(role)
        marks = {
            "above_left": sheet["title"],
            "below_left": _("A guide, not legal advice."),
            "portal": house().settings.portal_url,
        }
    return print_pdf("portal/guide_paper.html", {**sheet, **marks}, title=sheet["title"], lang=lang)


def own_guide(request: HttpRequest) -> str:
    """The guide of whoever asks."""
    who = person_of(request)
    return who.role.value if who else PUBLIC


def name_of(role: str) -> str:
    """A role's name; everybody who has no account is the public."""
    return _("Everybody, without an account") if role == PUBLIC else said(ROLE_NAMES[Role(role)])


def _known(role: str) -> str:
    if role not in guides():
        raise Refusal("guide.unknown")
    return role


def _sheet(role: str) -> dict[str, Any]:
    told, today = guides()[role], clock.today()
    return {
        "title": _("Guide: %(role)s") % {"role": name_of(role)},
        "sees": said(told.sees),
        "tasks": [Step(said(task.says), reverse(task.page)) for task in told.tasks],
        "limits": _limits(told.limits, today),
        "sent": said(told.sent),
        "ask": said(told.ask),
        "day": today,
    }


def _limits(keys: Sequence[str], today: date) -> list[Limit]:
    return [_limit(key, today) for key in keys]


def _limit(key: str, today: date) -> Limit:
    try:
        found = norm(key, today)
    except NormMissing:
        entry = norms()[key][1]
        return Limit(said(entry.what), _("no norm is in force today: no date is named"), None)
    return Limit(said(found.what), value_words(found.value, found.unit), norm_chip(key, today))
