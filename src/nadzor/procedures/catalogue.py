# SPDX-License-Identifier: Apache-2.0
"""Every procedure of the house, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nadzor.procedures.moves import Procedure
from nadzor.procedures.registration_simplified import REGISTRATION_SIMPLIFIED
from nadzor.procedures.signal import SIGNAL

PROCEDURES: Final[Mapping[str, Procedure]] = {
    table.name: table
    for table in (
        REGISTRATION_SIMPLIFIED,
        SIGNAL,
    )
}
