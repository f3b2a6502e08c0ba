# SPDX-License-Identifier: Apache-2.0
"""Rows found by device or by day through an order that is made once."""

from __future__ import annotations

import numpy as np
import pytest

from nadzor.detect.shelf import Shelf
from nadzor.measures.columns import Block

PAIR = ("studies", "all")


def block_of(*, device: list[int], day: list[int]) -> Block:
    """A block in which only device and day matter."""
    nothing = np.zeros(len(day), np.int32)
    told = dict.fromkeys(Block.__struct_fields__, nothing)
    return Block(**{**told, "device": np.array(device, np.int32), "day": np.array(day, np.int32)})


@pytest.mark.parametrize("days", [[3, 1, 2, 1, 9], [1, 1, 2, 3, 9], [1, 200_000, 2, 3, 9]])
@pytest.mark.parametrize("span", [(2, 4), (None, 3), (2, None), (None, None), (10, 12), (0, 1)])
def test_a_span_of_days_is_found_in_any_order_of_rows(
    days: list[int], span: tuple[int | None, int | None]
) -> None:
    """Sorted rows, mixed ones, and days of centuries apart give the same as asking every row."""
    block = block_of(device=[0] * len(days), day=days)
    low, high = span
    wanted = [day for day in days if (low is None or day >= low) and (high is None or day < high)]
    found = Shelf().rows(PAIR, block, "day", span=span)
    assert sorted(found.day.tolist()) == sorted(wanted)


def test_an_order_is_made_once_for_all_who_ask():
    """The second question is answered from the order that the first one made."""
    shelf, block = Shelf(), block_of(device=[1, 0, 1], day=[5, 6, 7])
    assert shelf.rows(PAIR, block, "device", span=(1, 2)).day.tolist() == [5, 7]
    other = block_of(device=[0, 0, 0], day=[5, 6, 7])
    assert shelf.rows(PAIR, other, "device", span=(1, 2)).day.tolist() == [5, 7]


def test_nobody_has_no_rows():
    """A device that is not there, or a block without rows, gives nothing."""
    block, empty = block_of(device=[0, 1], day=[5, 6]), block_of(device=[], day=[])
    assert len(Shelf().rows(PAIR, block, "device", span=(-1, 0))) == 0
    assert len(Shelf().rows(PAIR, empty, "day", span=(1, 2))) == 0
