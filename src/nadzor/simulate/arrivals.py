# SPDX-License-Identifier: Apache-2.0
"""What intake receives of a device's posts, whatever it says: every event once, and which come twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nadzor.simulate.adverse import reports
from nadzor.simulate.ledger import Facts, Ledger
from nadzor.simulate.levels import Flags, silences
from nadzor.simulate.life import Dated, bursts, changes, heartbeats
from nadzor.simulate.telling import next_alive


def placed(told: Sequence[Dated]) -> Facts:
    """What each post tells, end to end."""
    return Facts(
        place=np.repeat(np.arange(len(told)), [len(each.day) for each in told]),
        day=np.concatenate([each.day for each in told]),
        since=np.concatenate([each.since for each in told]),
    )


def corrections(ledger: Ledger) -> Facts:
    """Reports taken back, as the events that say so."""
    told, world = ledger.told, ledger.world
    at = np.flatnonzero(told.back >= 0)
    place, day = ledger.place[at], told.back[at]
    heard = [next_alive(~silences(world, post)) for post in ledger.posts]
    since = np.array([heard[p][min(d, world.length)] for p, d in zip(place, day, strict=True)], np.int64)
    return Facts(place=place, day=day, since=since)


def arrivals(ledger: Ledger) -> Iterator[tuple[Facts, Flags]]:
    """Events by kind, and which of them are sent twice."""
    told, share = ledger.told, ledger.world.habits.duplicated
    once = ~told.again
    for name, chosen, since in (
        ("study", np.ones(len(once), bool), told.since),
        ("review", once & told.reviewed, told.review_since),
        ("label", once & told.labelled, told.label_since),
    ):
        facts = Facts(place=ledger.place, day=told.day, since=since)
        at = np.flatnonzero(chosen)
        yield facts.where(at), told.repeated(name, share)[at]
    yield from _besides(ledger)


def _besides(ledger: Ledger) -> Iterator[tuple[Facts, Flags]]:
    world, posts = ledger.world, ledger.posts
    beats = [heartbeats(world, post) for post in posts]
    yield placed(beats), np.concatenate([each.twice for each in beats])
    burst = placed([bursts(world, post) for post in posts])
    for facts in (placed([changes(world, post) for post in posts]), corrections(ledger), burst):
        yield facts, np.zeros(len(facts.day), bool)
    if posts[0].device.reports_a_year:
        told = reports(world, posts)
        yield Facts(place=told.place, day=told.day, since=told.since), told.twice
