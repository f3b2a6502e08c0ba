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
    """Atoms that no published figure tells apart: `n`, `may`, `spare` are atoms × sites, `makers` by atom.

    `spare`: how much of each count others could take for themselves in thought; of somebody who is known to
    have counted, one always stays.  `capped`: atoms that are told to lie below a floor, which cannot grow.
    `up` and `down`: by how much the sum itself may be more or less than it is (0 for an exact figure).
    """

    n: Counts
    may: Flags
    spare: Counts
    makers: Counts
    capped: Flags
    up: int = 0
    down: int = 0


def step(value: int, interval: int) -> int:
    """By how much a value must be able to move for nobody to come closer than the interval; at least one."""
    return max(1, -(-value * interval // 100))


def keeps_sites(block: Block, rules: Rules) -> bool:
    """Whether every site's part of a block can be more and less by the interval, whoever joins forces."""
    return _has_plenty(block, rules) or all(
        _free(left, clinics=rules.coalition - taken, block=block, interval=rules.interval)
        for left, taken in _left(block, rules.coalition)
    )


def _has_plenty(block: Block, rules: Rules) -> bool:
    """Whether even the largest makers and the largest sites, all taken away at once, leave enough.

    Why: a block of hundreds of devices has tens of thousands of coalitions, and none of them is near.
    """
    free = block.spare[~block.capped]
    taken = np.sort(np.bincount(block.makers, weights=block.spare.sum(axis=1)))[::-1][: rules.coalition].sum()
    some = np.sort(block.spare.sum(axis=0))[::-1][: rules.coalition + 1].sum()
    largest = int(block.n.sum(axis=0).max(initial=0))
    return largest > 0 and int(free.sum() - taken - some) >= step(largest, rules.interval)


def keeps_sum(block: Block, hidden: Flags, rules: Rules) -> bool:
    """Whether the sum over the hidden atoms of a block stays open to outsiders and to every other maker."""
    inside = int(block.n[hidden].sum())
    if not block.may[hidden].any():
        return True
    own, others = {*block.makers[hidden].tolist()}, block.spare[~hidden].sum(axis=1)
    by_maker = np.bincount(block.makers[~hidden], weights=others) if others.size else np.zeros(0)
    foreign = [int(held) for maker, held in enumerate(by_maker) if maker not in own]
    return int(others.sum()) - max(foreign, default=0) + block.up >= step(inside, rules.interval)


class _Left(Struct, frozen=True):
    """What remains unknown, by site: counts, what of them is spare, who can have any, who can have more."""

    n: Counts
    spare: Counts
    may: Flags
    grows: Flags


def _left(block: Block, coalition: int) -> Iterator[tuple[_Left, int]]:
    """What remains after each set of makers has taken its own away, and how many they are."""
    makers = np.unique(block.makers)
    parts = [block.makers == maker for maker in makers]
    grows = block.may & ~block.capped[:, None]
    n, spare = (np.stack([of[part].sum(axis=0) for part in parts]) for of in (block.n, block.spare))
    may, more = (np.stack([of[part].any(axis=0) for part in parts]) for of in (block.may, grows))
    for taken in range(min(coalition, len(makers) - 1) + 1):
        for known in combinations(range(len(makers)), taken):
            rest = np.delete(np.arange(len(makers)), list(known))
            counts = n[rest].sum(axis=0), spare[rest].sum(axis=0)
            yield _Left(*counts, may[rest].sum(axis=0) > 0, more[rest].sum(axis=0) > 0), taken


def _free(left: _Left, *, clinics: int, block: Block, interval: int) -> bool:
    """Every site is looked for by those that could take the most away; nobody may come too close to it."""
    n, spare = left.n[left.may], left.spare[left.may]
    if not n.size:
        return True
    need = np.maximum(1, -(-n * interval // 100))
    order = np.argsort(-spare, kind="stable")
    friends = np.full(n.size, spare[order[:clinics]].sum())
    friends[order[:clinics]] = spare[order[: clinics + 1]].sum() - spare[order[:clinics]]
    others = spare.sum() - spare - friends
    places = int(left.grows.sum()) - clinics - 1
    falls = places > 0 or bool(np.all((block.down >= need) | (spare == 0)))
    return falls and bool(np.all(others + block.up >= need))
