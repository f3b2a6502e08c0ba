# SPDX-License-Identifier: Apache-2.0
"""The expertise of quality, efficacy and safety, drawn on its own: a fragment of longer procedures.

Law: Decree 1684, stage of expertise: 10 working days from the receipt of the task (T-04), with the scope and
completeness of the trials, the conclusion in hard copy inside them (T-05); Order 206n and the
recommendations of 07.05.2024 (R-098); one stage for software (R-099, seed).  Grounds of a negative
conclusion a-e: `expertise.grounds` (R-100).
"""

from __future__ import annotations

from typing import Final

from nadzor.procedures import fragments
from nadzor.procedures.fragments import TASKING
from nadzor.procedures.moves import Procedure

POSSIBLE: Final = "possible"
IMPOSSIBLE: Final = "impossible"

EXPERTISE = Procedure(
    name="expertise",
    first=TASKING,
    moves=fragments.expertise(POSSIBLE, IMPOSSIBLE),
    closed=frozenset({POSSIBLE, IMPOSSIBLE}),
    final=frozenset({POSSIBLE, IMPOSSIBLE}),
)
