# SPDX-License-Identifier: Apache-2.0
"""The simplified amendment of the version number of AI software.

Law: Decree 1684, section VII, points 134-136 (R-110..R-115): only version numbering changes, neither purpose
nor principle of operation does, and the software transmits its operation data by itself; considered and
decided within 5 working days of receipt (T-15; two secondary sources say 10, conflict X1).  The state of the
transmission gate is evidence: it never bars filing, and a refusal is a person's and cites a norm.  What does
not meet the conditions goes by the general procedure (point 134, item a): it is sent by another way.
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
    REROUTED,
    TERMINATED,
    WITHDRAWN,
    reality,
    refilings,
)
from nadzor.procedures.moves import Move, Procedure

VERSION: Final = "registration.version_amendment"

AMENDMENT_VERSION = Procedure(
    name="amendment_version",
    first=DRAFT,
    moves=(
        Move(DRAFT, "submit", CONSIDERING, APPLICANT, grounds=False, starts=(VERSION,)),
        Move(CONSIDERING, "enter_version", ENTERED, DESK, stops=(VERSION,), effect="enter_version"),
        Move(CONSIDERING, "refuse", REFUSED, DESK, stops=(VERSION,), asks=("norm_cite",)),
        Move(CONSIDERING, "reroute", REROUTED, DESK, stops=(VERSION,), asks=("norm_cite",)),
        *reality((CONSIDERING,), (VERSION,)),
        Move(REFUSED, "court_reversal", CONSIDERING, HEAD, asks=("court_act",), starts=(VERSION,)),
        *refilings((REFUSED, REROUTED, WITHDRAWN)),
    ),
    closed=frozenset({ENTERED, REFUSED, REROUTED, WITHDRAWN, TERMINATED}),
    final=frozenset({ENTERED, TERMINATED}),
)
