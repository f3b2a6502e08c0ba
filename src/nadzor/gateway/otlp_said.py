# SPDX-License-Identifier: Apache-2.0
"""What both encodings of OpenTelemetry logs are read into, and the limits of reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from nadzor_wire.limits import EVENTS_MAX

RECORDS_MAX: Final = 4 * EVENTS_MAX  # of one request: a Collector's default batch is 8,192 records
VALUES_MAX: Final = 750_000  # fields, or JSON objects, of one request: bounds what they weigh in memory
DEPTH_MAX: Final = 8  # of a value inside an attribute; our deepest needs 3
UNSAYABLE: Final[list[Any]] = [[]]  # stands for a value that no event can hold (bytes, a number that is none)


class Unreadable(ValueError):
    """The request as a whole cannot be read; `code` is a problem code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Said(Struct, frozen=True):
    """One log record: its event name, its moment, and the attributes of its resource and of itself.

    Units: `nanos` since 1970, 0 when the record has no time.
    """

    name: str
    nanos: int
    schema: str
    resource: Mapping[str, Any]
    attributes: Mapping[str, Any]
