# SPDX-License-Identifier: Apache-2.0
"""What all pages of one device share: its name, its state, the tabs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.portal.identity import device_state
from nadzor.portal.sheets import Crumb, State, Tab
from nadzor.portal.words import day, language
from nadzor.register.cards import DeviceCard


def device_top(card: DeviceCard) -> dict[str, Any]:
    """Title, state and the way here."""
    facts = {"number": card.number, "on": day(card.registered_on), "maker": card.maker.name(language())}
    marks = [device_state(card.status), State(_("class %(class)s") % {"class": card.risk_class})]
    if not card.transmits:
        marks.append(State(_("does not send data by itself"), "warn"))
    return {
        "title": card.name(language()),
        "lede": _("%(number)s of %(on)s, %(maker)s") % facts,
        "marks": marks,
        "device": card,
        "crumbs": [Crumb(_("Devices"), reverse("devices")), Crumb(card.code)],
        "tabs_label": _("Pages of the device"),
    }


def device_tabs(code: str, current: str) -> list[Tab]:
    """The sister pages of a device."""
    pages = (
        ("device", _("Operation")),
        ("device-charts", _("Charts")),
        ("claims", _("Claims")),
        ("versions", _("Versions")),
        ("device-months", _("Months")),
        ("transmission", _("Transmission")),
        ("connect", _("Connect")),
        ("delivery", _("Delivery")),
        ("trace", _("Rows")),
        ("ethics", _("Code of Ethics")),
        ("register-card", _("Register")),
    )
    return [Tab(label, reverse(name, args=[code]), is_current=name == current) for name, label in pages]
