# SPDX-License-Identifier: Apache-2.0
"""A change that is no amendment: the device must be registered anew.

Law: Decree 1684, point 110 (R-118): a changed functional purpose or principle of operation, models outside
point 26, manufacturer and site changed at once.  No limit for saying so was found: no clock runs here, and
the new registration has clocks of its own.
"""

from __future__ import annotations

from typing import Final

from nadzor.procedures.fragments import (
    APPLICANT,
    CONSIDERING,
    DESK,
    DRAFT,
    HEAD,
    REROUTED,
    TERMINATED,
    WITHDRAWN,
    reality,
    refilings,
)
from nadzor.procedures.moves import Move, Procedure

DIRECTED: Final = "directed"
OPENED: Final = "registration_opened"

AMENDMENT_NEW_REGISTRATION = Procedure(
    name="amendment_new_registration",
    first=DRAFT,
    moves=(
        Move(DRAFT, "submit", CONSIDERING, APPLICANT, grounds=False),
        Move(CONSIDERING, "direct_to_registration", DIRECTED, HEAD, asks=("norm_cite",)),
        Move(CONSIDERING, "reroute", REROUTED, DESK, asks=("norm_cite",)),
        Move(DIRECTED, "open_registration", OPENED, APPLICANT, grounds=False),
        Move(DIRECTED, "court_reversal", CONSIDERING, HEAD, asks=("court_act",)),
        *reality((CONSIDERING, DIRECTED), ()),
        *refilings((REROUTED, WITHDRAWN)),
    ),
    closed=frozenset({OPENED, REROUTED, WITHDRAWN, TERMINATED}),
    final=frozenset({OPENED, TERMINATED}),
)
