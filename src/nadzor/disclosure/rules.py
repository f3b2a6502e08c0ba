# SPDX-License-Identifier: Apache-2.0
"""The rules of the guard on a day, from the norms of the house."""

from __future__ import annotations

from datetime import date

from nadzor.disclosure.dominance import Rules
from nadzor.law.load import norm


def rules_on(day: date) -> Rules:
    """What the guard must keep on the day of publication.

    Raises: NormMissing when a rule is not in force: then nothing is published.
    """
    keys = ("disclosure.organisations", "disclosure.studies", "disclosure.interval")
    organisations, studies, interval = (norm(key, day).number for key in keys)
    return Rules(organisations=organisations, studies=studies, interval=interval)
