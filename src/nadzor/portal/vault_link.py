# SPDX-License-Identifier: Apache-2.0
"""The ways from a page that shows a site: ask who is behind it, or write to it without learning that."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.people.permissions import may_hear_clinics
from nadzor.people.queries import Person
from nadzor.portal.sheets import Fact


def vault_link(site: str, about: str = "") -> str:
    """The form, with site and affair filled in."""
    asked = {"site": site, "about": about}
    return f"{reverse('vault-ask')}?{urlencode({name: text for name, text in asked.items() if text})}"


def letter_link(site: str, kind: str = "", about: str = "") -> str:
    """The form of a letter, with site, kind and affair filled in."""
    asked = {"site": site, "kind": kind, "about": about}
    return f"{reverse('letter-new')}?{urlencode({name: text for name, text in asked.items() if text})}"


def site_ways(site: str, about: str, who: Person | None) -> list[Fact]:
    """Where the desk goes on from a site that stands by itself; nothing for others, or without a site."""
    if not site or not may_hear_clinics(who):
        return []
    kind, _gap, name = about.partition(" ")
    letter = letter_link(site, kind, name) if kind == "event" else letter_link(site)
    return [
        Fact(
            _("Who is behind this site?"), _("ask two people to open the vault"), href=vault_link(site, about)
        ),
        Fact(_("Write to this site"), _("a letter through the relay"), href=letter),
    ]
