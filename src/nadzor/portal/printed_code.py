# SPDX-License-Identifier: Apache-2.0
"""A clinic's printed codes: one an installation, on a sheet for the wall; whoever scans it can report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.print_code import print_code
from nadzor.actions.revoke_code import revoke_code
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.portal.desks import asker
from nadzor.portal.frame import house
from nadzor.portal.printed_code_square import square
from nadzor.portal.printing import pdf_answer, print_pdf
from nadzor.portal.sheets import Crumb, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.words import day, language
from nadzor.register import queries as register
from nadzor.register.cards import InstallationCard
from nadzor.vigilance.printed_codes import PrintedCard, codes_of_site, in_groups, typed

SIZES: Final = ("a5", "a4")
LANGUAGES: Final = ("ru", "en")


class Place(Struct, frozen=True, kw_only=True):
    """One installation of the clinic and the code that stands for it, if there is one."""

    id: str
    name: str
    code: str = ""
    letters: str = ""
    since: str = ""
    square: str = ""


def page(request: HttpRequest) -> HttpResponse:
    """The installations of the asker's own site, each with its code or a button that makes one."""
    site = site_of(house(), asker(request))
    codes = codes_of_site(site)
    live = {card.installation: card for card in codes if card.is_live}
    installed = [card for card in register.installations() if card.site == site and not card.sandbox]
    shown = {
        "places": [_place(card, live.get(card.id)) for card in installed],
        "former": _former([card for card in codes if not card.is_live]),
        "crumbs": [Crumb(_("My AI systems"), reverse("clinic")), Crumb(_("Printed codes"))],
    }
    answer = render(request, "portal/printed_codes.html", shown)
    answer["Cache-Control"] = "no-store"
    return answer


def make(request: HttpRequest) -> HttpResponse:
    """Make a code for an installation; where there is a live one, that one stays."""
    print_code(house(), request.POST.get("installation", "")[:40], by=asker(request), now=clock.now())
    messages.success(request, _("The code is made. Print the sheet and hang it where the system is used."))
    return redirect("printed-codes")


def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """Take a code back."""
    revoke_code(house(), code, by=asker(request), now=clock.now())
    messages.success(request, _("The code no longer works. What was reported by it stays."))
    return redirect("printed-codes")


def sheet(request: HttpRequest, code: str, size: str) -> HttpResponse:
    """The sheet of one live code for the wall, in both languages."""
    card = _own(request, code)
    address = f"{house().settings.portal_url}{reverse('say', args=[card.code])}"
    shown = {
        "size": size if size in SIZES else SIZES[0],
        "square": square(address),
        "address": _spoken(card),
        "said": [_words(card, lang) for lang in LANGUAGES],
        "made": card.issued_at.isoformat(timespec="seconds"),
    }
    title = _("Report a problem: %(device)s") % {"device": _device(card.device)}
    paper = print_pdf("portal/printed_code_paper.html", shown, title=title, lang=language())
    return pdf_answer(paper, f"report-{in_groups(card.code)}-{shown['size']}")


def _own(request: HttpRequest, code: str) -> PrintedCard:
    """A live code of the asker's own site.

    Raises: Refusal printed.code-unknown.
    """
    wanted = typed(code)
    for card in codes_of_site(site_of(house(), asker(request))):
        if card.code == wanted and card.is_live:
            return card
    raise Refusal("printed.code-unknown")


def _place(card: InstallationCard, code: PrintedCard | None) -> Place:
    if code is None:
        return Place(id=card.id, name=_device(card.device))
    address = f"{house().settings.portal_url}{reverse('say', args=[code.code])}"
    return Place(
        id=card.id,
        name=_device(card.device),
        code=code.code,
        letters=_spoken(code),
        since=day(code.issued_at.date()),
        square=square(address),
    )


def _spoken(card: PrintedCard) -> str:
    """The address as a person types it: no scheme, the code in groups."""
    host = house().settings.portal_url.partition("://")[2]
    return f"{host}/say/{in_groups(card.code)}"


def _former(codes: Sequence[PrintedCard]) -> Table | None:
    if not codes:
        return None
    lines = [
        row(
            in_groups(card.code),
            _device(card.device),
            day(card.revoked_at.date() if card.revoked_at else None),
        )
        for card in codes
    ]
    return Table(_("Codes that no longer work"), columns(_("Code"), _("Device"), _("Revoked")), lines)


def _words(card: PrintedCard, lang: str) -> dict[str, str]:
    with translation.override(lang):
        return {
            "lang": lang,
            "head": _("Did the AI go wrong? Tell us."),
            "device": _device(card.device),
            "how": _("Point a telephone's camera at the square, or type the address. No account is needed."),
            "care": _("No names and no numbers of patients. Whoever reports is not asked who they are."),
            "after": _("The clinic confirms it; then the maker must report on it to the regulator."),
        }


def _device(code: str) -> str:
    return register.device(code).name(language())
