# SPDX-License-Identifier: Apache-2.0
"""An amendment of the registration dossier without expertise.

Law: Decree 1684, point 111 (R-116, R-117): facts about the manufacturer or its representative, a renamed
address, periods of validity and the like; decided within the limit of T-24 (10 working days in the draft
regulation, 18 days in a secondary overview: reported, not read).
"""

from __future__ import annotations

from typing import Final

from nadzor.procedures.fragments import (
    APPLICANT,
    CONSIDERING,
    DESK,
    DRAFT,
    ENTERED,
    HEAD,
    REFUSED,
    REGISTRAR,
    REROUTED,
    RETURNED,
    TERMINATED,
    WITHDRAWN,
    reality,
    refilings,
)
from nadzor.procedures.moves import Move, Procedure

LIMIT: Final = "amendment.without_expertise"

AMENDMENT_PLAIN = Procedure(
    name="amendment_plain",
    first=DRAFT,
    moves=(
        Move(DRAFT, "submit", CONSIDERING, APPLICANT, grounds=False, starts=(LIMIT,)),
        Move(CONSIDERING, "enter_amendment", ENTERED, HEAD, stops=(LIMIT,), effect="enter_amendment"),
        Move(CONSIDERING, "refuse", REFUSED, HEAD, stops=(LIMIT,), asks=("norm_cite",)),
        Move(CONSIDERING, "return_filing", RETURNED, REGISTRAR, stops=(LIMIT,), asks=("norm_cite",)),
        Move(CONSIDERING, "reroute", REROUTED, DESK, stops=(LIMIT,), asks=("norm_cite",)),
        *reality((CONSIDERING,), (LIMIT,)),
        Move(REFUSED, "court_reversal", CONSIDERING, HEAD, asks=("court_act",), starts=(LIMIT,)),
        Move(RETURNED, "court_reversal", CONSIDERING, HEAD, asks=("court_act",), starts=(LIMIT,)),
        *refilings((REFUSED, RETURNED, REROUTED, WITHDRAWN)),
    ),
    closed=frozenset({ENTERED, REFUSED, RETURNED, REROUTED, WITHDRAWN, TERMINATED}),
    final=frozenset({ENTERED, TERMINATED}),
)
