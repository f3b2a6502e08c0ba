# SPDX-License-Identifier: Apache-2.0
"""Registering software by the simplified route, from the application to the entry in the register.

Law: Decree 1684 of 30.11.2024 as told by the seed (S3): application on Gosuslugi (R-060); completeness and
reliability 5 working days (T-01); 30 days to cure (T-03), else returned; decision to start 3 working days,
read as after T-01 (T-02); task to the expert institution, no limit of its own; expertise 10 working days
(T-04), conclusion in hard copy inside them (T-05); grounds a-e (R-100); a negative conclusion is ground for
refusal (R-101) after objections: 10 working days to file (T-06), 30 to consider (T-07); everything within
31 working days of receipt (T-08, R-042); entry in the register (R-047, R-102).  Our own readings: what is
found missing before the start is cured, too, because the text ties the cure to no day; a court's reversal of
a return leads to the start, with its limits anew, and not to a decision: nobody decides on what no expert
has read.
"""

from __future__ import annotations

from typing import Final

from nadzor.procedures.fragments import (
    APPLICANT,
    CONCLUSION,
    CONSIDERATION,
    DECIDING,
    DECIDING_REFUSAL,
    DESK,
    DRAFT,
    EXPERTISE,
    HEAD,
    NOTIFYING,
    OBJECTING,
    OBJECTIONS,
    REFUSAL_HELD,
    REFUSED,
    REGISTRAR,
    RETURNED,
    TASKING,
    TERMINATED,
    WITHDRAWN,
    expertise,
    objections,
    reality,
    refilings,
)
from nadzor.procedures.moves import Move, Procedure

CHECKING: Final = "checking"
CURING: Final = "curing"
STARTING: Final = "starting"
REGISTERED: Final = "registered"
ANNULLED: Final = "annulled"

CHECK: Final = "registration.completeness_check"
START: Final = "registration.start_decision"
CURE: Final = "registration.cure"
LIMIT: Final = "registration.simplified_limit"
CLOCKS: Final = (CHECK, CURE, START, CONCLUSION, OBJECTIONS, CONSIDERATION, LIMIT)

BUSY: Final = (
    CHECKING, CURING, STARTING, TASKING, EXPERTISE, NOTIFYING, REFUSAL_HELD, OBJECTING, DECIDING_REFUSAL,
    DECIDING,
)  # fmt: skip

REGISTRATION_SIMPLIFIED = Procedure(
    name="registration_simplified",
    first=DRAFT,
    moves=(
        Move(DRAFT, "submit", CHECKING, APPLICANT, grounds=False, starts=(CHECK, LIMIT)),
        Move(CHECKING, "find_incomplete", CURING, REGISTRAR, stops=(CHECK,), starts=(CURE,),
             pauses=(LIMIT,), asks=("defects",)),
        Move(CHECKING, "find_complete", STARTING, REGISTRAR, grounds=False, stops=(CHECK,), starts=(START,)),
        Move(CURING, "cure", CHECKING, APPLICANT, grounds=False, within=CURE, stops=(CURE,),
             resumes=(LIMIT,), starts=(CHECK,)),
        Move(CURING, "return_uncured", RETURNED, REGISTRAR, after=CURE, stops=(CURE, LIMIT)),
        Move(STARTING, "find_incomplete", CURING, REGISTRAR, stops=(START,), starts=(CURE,),
             pauses=(LIMIT,), asks=("defects",)),
        Move(STARTING, "start", TASKING, DESK, grounds=False, stops=(START,)),
        *expertise(DECIDING, NOTIFYING),
        *objections(cap=LIMIT),
        Move(DECIDING, "register", REGISTERED, HEAD, stops=(LIMIT,), effect="enter_device"),
        Move(DECIDING, "refuse", REFUSED, HEAD, stops=(LIMIT,), asks=("norm_cite",)),
        *reality(BUSY, CLOCKS),
        Move(REFUSED, "court_reversal", DECIDING, HEAD, asks=("court_act",)),
        Move(RETURNED, "court_reversal", STARTING, HEAD, asks=("court_act",), starts=(START, LIMIT)),
        Move(REGISTERED, "court_reversal", ANNULLED, HEAD, asks=("court_act",), effect="cancel_device"),
        *refilings((RETURNED, REFUSED, WITHDRAWN)),
    ),
    closed=frozenset({REGISTERED, REFUSED, RETURNED, WITHDRAWN, TERMINATED, ANNULLED}),
    final=frozenset({TERMINATED, ANNULLED}),
)  # fmt: skip
