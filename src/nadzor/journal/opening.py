# SPDX-License-Identifier: Apache-2.0
"""The journal of a data directory, and the one of its sandbox."""

from __future__ import annotations

from nadzor.base.home import Home
from nadzor.base.home import Log as LogPlace

from .bodies import BodyKeys
from .log import Journal
from .reader import Reader


def open_journal(home: Home) -> Journal:
    """The writing side, made if there is none yet."""
    return open_log(home.log)


def open_reader(home: Home) -> Reader:
    """The reading side, with the keys of the bodies.

    Raises: Refusal journal.missing before the first writer.
    """
    return read_log(home.log)


def open_log(log: LogPlace) -> Journal:
    """The writing side of one log of the house, made if there is none yet."""
    keys = BodyKeys(log.body_keys)
    return Journal.open(log, log_key=log.key, origin=log.origin, body_keys=keys)


def read_log(log: LogPlace) -> Reader:
    """The reading side of one log of the house.

    Raises: Refusal journal.missing before its first writer.
    """
    return Reader(log, body_keys=BodyKeys(log.body_keys), log_key=log.key)
