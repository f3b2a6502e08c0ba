# SPDX-License-Identifier: Apache-2.0
"""Tables of counts by stratum and day: counted once by more keys, they are the same."""

from __future__ import annotations

import numpy as np

from nadzor.detect.learned import Table, of_devices, tabulate
from nadzor.detect.series import Days
from nadzor.measures.columns import Block, Columns, Pair

PAIRS: tuple[Pair, Pair] = (("agree", "all"), ("disagree", "all"))
NAMES = {"device": ["a", "b", "c", "d"], "site": ["x", "y"], "version": ["1", "2"]}


def _days(*, least: int = 0) -> Days:
    rng = np.random.default_rng(4)
    blocks = {}
    for pair in PAIRS:
        some = {name: rng.integers(0, len(NAMES.get(name, [""])), 400) for name in Block.__struct_fields__}
        some |= {"day": 730000 + rng.integers(0, 30, 400), "n": rng.integers(least, 5, 400)}
        blocks[pair] = Block(**some)
    return Days(Columns(NAMES, blocks), PAIRS)


def _same(one: Table | None, other: Table | None) -> bool:
    assert one is not None
    assert other is not None
    codes = all(np.array_equal(one.code[name], other.code[name]) for name in other.code)
    return codes and all(np.array_equal(one.counts[pair], other.counts[pair]) for pair in PAIRS)


def test_rows_counted_by_more_keys_add_up() -> None:
    """Split by version and added up, negative corrections included, a table is what it is without."""
    told = tabulate(_days(least=-3), PAIRS, by=("device", "site"), split=("version",))
    assert _same(told, tabulate(_days(least=-3), PAIRS, by=("device", "site")))


def test_some_devices_alone_are_the_rows_of_theirs() -> None:
    """A table of some devices is the one made of their rows alone; of none there is no table."""
    days, chosen = _days(least=1), np.array([1, 3])
    whole = tabulate(days, PAIRS, by=("device", "site", "version"))
    assert whole is not None
    alone = days.where(np.isin(days.code["device"], chosen))
    assert _same(of_devices(whole, chosen), tabulate(alone, PAIRS, by=("device", "site", "version")))
    assert of_devices(whole, np.array([], np.int64)) is None
