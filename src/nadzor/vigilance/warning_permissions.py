# SPDX-License-Identifier: Apache-2.0
"""Who may see warnings, their sites and counts, and who may remind."""

from __future__ import annotations

from nadzor.people.permissions import (
    may_read_every_device,
    may_read_operation,
    may_review_signals,
)
from nadzor.people.queries import Person


def may_see_warning(person: Person | None, *, maker: str) -> bool:
    """See a warning with its counts: oversight, the device's maker, the maker's representative."""
    return may_read_operation(person, maker=maker)


def may_see_sites(person: Person | None) -> bool:
    """See which sites, by pseudonym, answered what: the oversight that reads sites elsewhere, nobody else."""
    return may_read_every_device(person)


def may_remind(person: Person | None) -> bool:
    """Remind clinics, publish a maker's own notice, end a notice: the inspector and the head."""
    return may_review_signals(person)
