# SPDX-License-Identifier: Apache-2.0
"""Lines of one kind, piled up until there are enough to make columns of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
from msgspec import Struct

from nadzor.base.clock import moscow_date

L = TypeVar("L")
_DAY_ZERO = date(1970, 1, 1).toordinal()


class Arrival(Struct, frozen=True):
    """What a batch lends to its lines.  `first_event` is the place of its first line in the journal."""

    first_event: int
    installation: int
    received_at: datetime

    @property
    def known(self) -> date:
        """The legal date of receipt."""
        return moscow_date(self.received_at)


class Pile(Generic[L]):
    """Lines with their places and origins, batch after batch."""

    def __init__(self) -> None:
        self.lines: list[L] = []
        self._places: list[int] = []
        self._origins: list[int] = []
        self._arrivals: list[tuple[Arrival, int]] = []

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, arrival: Arrival, lines: list[L], offsets: list[int], origins: Sequence[int] = ()) -> None:
        """Lines of one batch: at which offset each stood and, where a table asks, what it is about."""
        self.lines += lines
        self._places += [arrival.first_event + offset for offset in offsets]
        self._origins += origins
        self._arrivals.append((arrival, len(lines)))

    @property
    def places(self) -> pa.Array:
        """The place of each line in the journal."""
        return pa.array(self._places, pa.int64())

    @property
    def origins(self) -> pa.Array:
        """The origin of each line."""
        return pa.array(self._origins, pa.int32())

    @property
    def installations(self) -> pa.Array:
        """The installation of each line."""
        return self._spread([arrival.installation for arrival, _ in self._arrivals])

    @property
    def known(self) -> pa.Array:
        """The legal date on which each line was received."""
        return self._spread([a.known.toordinal() - _DAY_ZERO for a, _ in self._arrivals]).cast(pa.date32())

    @property
    def received(self) -> list[datetime]:
        """The moment at which each line was received."""
        return [arrival.received_at for arrival, count in self._arrivals for _ in range(count)]

    def _spread(self, values: list[int]) -> pa.Array:
        return pa.array(
            np.repeat(np.array(values, np.int32), [count for _, count in self._arrivals]), pa.int32()
        )
