# SPDX-License-Identifier: Apache-2.0
"""The journal of a data directory."""

from __future__ import annotations

from nadzor.base.home import Home

from .bodies import BodyKeys
from .log import Journal
from .reader import Reader


def open_journal(home: Home) -> Journal:
    """The writing side, made if there is none yet."""
    return Journal.open(
        home.journal,
        log_key=home.key("log"),
        origin=home.settings.origin,
        body_keys=BodyKeys(home.body_keys),
    )


def open_reader(home: Home) -> Reader:
    """The reading side, with the keys of the bodies.

    Raises: Refusal journal.missing before the first writer.
    """
    return Reader(home.journal, body_keys=BodyKeys(home.body_keys), log_key=home.key("log"))
