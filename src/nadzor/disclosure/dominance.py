# SPDX-License-Identifier: Apache-2.0
"""How close the best-informed insiders come to a site or a hidden figure, when only a sum is known to them.

Method: the p % rule (Cox, JASA 75 (1980) 377-385; Hundepool et al., Statistical Disclosure Control, Wiley
2012, section 4.2.2).  An insider who knows T and takes away what he knows puts contributor i at T - known,
and is off by R = T - known - x_i; he stays further off than p % exactly when R >= p x_i / 100.  With a
coalition the worst case is the largest x_1 with the next c contributors taken away.  Hence p = the half width
that must be left: 15.
Why whole studies: a change of whole studies is shown to be possible; no integer argument narrows it further.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from msgspec import Struct

from nadzor.disclosure.ledger import Counts, Flags


class Rules(Struct, frozen=True, kw_only=True):
    """What may leave.

    Units: organisations and studies are counts; `interval` is percent of the true value on either side;
    `coalition` is how many insiders put their knowledge together.  The three switches exist for tests that
    show what each protection is worth.
    """

    organisations: int
    studies: int
    interval: int
    coalition: int = 2
    dominance: bool = True
    neighbours: bool = True
    history: bool = True


class Block(Struct, frozen=True, kw_only=True):
    """Atoms that no published figure tells apart: `n` and `may` are atoms × sites, `makers` by atom.

    `up` and `down`: by how much the sum itself may be more or less than it is (0 for an exact figure).
    """

    n: Counts
    may: Flags
    makers: Counts
    up: int = 0
    down: int = 0


def step(value: int, interval: int) -> int:
    """By how much a value must be able to move for nobody to come closer than the interval; at least one."""
    return max(1, -(-value * interval // 100))


def keeps_sites(block: Block, rules: Rules) -> bool:
    """Whether every site's part of a block can be more and less by the interval, whoever joins forces."""
    return _has_plenty(block, rules) or all(
        _free(n, may, clinics=rules.coalition - taken, block=block, interval=rules.interval)
        for n, may, taken in _left(block, rules.coalition)
    )


def _has_plenty(block: Block, rules: Rules) -> bool:
    """Whether even the largest makers and the largest sites, all taken away at once, leave enough.

    Why: a block of hundreds of devices has tens of thousands of coalitions, and none of them is near.
    """
    taken = np.sort(np.bincount(block.makers, weights=block.n.sum(axis=1)))[::-1][: rules.coalition].sum()
    largest = np.sort(block.n.sum(axis=0))[::-1][: rules.coalition + 1]
    if not largest.size or largest[0] == 0:
        return False
    return int(block.n.sum() - taken - largest.sum()) >= step(int(largest[0]), rules.interval)


def keeps_sum(block: Block, hidden: Flags, rules: Rules) -> bool:
    """Whether the sum over the hidden atoms of a block stays open to outsiders and to every other maker."""
    inside = int(block.n[hidden].sum())
    if not block.may[hidden].any():
        return True
    own, others = {*block.makers[hidden].tolist()}, block.n[~hidden].sum(axis=1)
    by_maker = np.bincount(block.makers[~hidden], weights=others) if others.size else np.zeros(0)
    foreign = [int(held) for maker, held in enumerate(by_maker) if maker not in own]
    return int(others.sum()) - max(foreign, default=0) + block.up >= step(inside, rules.interval)


def _left(block: Block, coalition: int) -> Iterator[tuple[Counts, Flags, int]]:
    """What remains unknown by site after each set of makers has taken its own away, and how many they are."""
    makers = np.unique(block.makers)
    held = np.stack([block.n[block.makers == maker].sum(axis=0) for maker in makers])
    can = np.stack([block.may[block.makers == maker].any(axis=0) for maker in makers])
    whole, able = held.sum(axis=0), can.sum(axis=0)
    for taken in range(min(coalition, len(makers) - 1) + 1):
        for some in combinations(range(len(makers)), taken):
            known = list(some)
            yield whole - held[known].sum(axis=0), able - can[known].sum(axis=0) > 0, taken


def _free(n: Counts, may: Flags, *, clinics: int, block: Block, interval: int) -> bool:
    """The worst case: the largest site is looked for by the next largest ones."""
    if not may.any():
        return True
    largest = np.sort(n[may])[::-1][: clinics + 1]
    need = step(int(largest[0]), interval)
    others = int(n.sum() - largest.sum())
    places = int(may.sum()) - clinics - 1
    falls = places > 0 or block.down >= need or not largest[0]
    return others + block.up >= need and falls
