# SPDX-License-Identifier: Apache-2.0
"""The device of an event by name: of the register, or as somebody called it who did not know the register."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nadzor.base.problems import Refusal
from nadzor.portal.words import language
from nadzor.register import queries as register
from nadzor.vigilance.event_cards import EventRow


def device_name(row: EventRow) -> str:
    """The name, or what was told, or that nothing was."""
    return device_called(row.device) if row.device else row.device_told or _("device not named")


def device_called(code: str) -> str:
    """A device's name in this language; a code that left the register stands for itself."""
    try:
        return register.device(code).name(language())
    except Refusal:
        return code
