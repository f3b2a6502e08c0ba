# SPDX-License-Identifier: Apache-2.0
"""Registering AI software for radiological images by the accelerated route.

Law: Decree 1684 as told by the seed (S3): scope (R-044); clinical trials at the Moscow centre, which records
its evidence and makes no move here (R-045); application and documents on paper to the expert institution
(R-046), whose registering of the set starts 25 working days (T-09; whether they hold tests and studies, too,
is conflict X12); after a negative conclusion 35 working days to correct the set (T-10), each resubmission
starting a new T-09; a missed T-10 has no stated consequence, so a person closes the matter; after a positive
one 10 working days to verify and decide (T-11), from the receipt the registrar notes.
"""

from __future__ import annotations

from typing import Final

from nadzor.procedures.fragments import (
    APPLICANT,
    DRAFT,
    EXPERT,
    EXPERTISE,
    HEAD,
    REFUSED,
    REGISTRAR,
    TERMINATED,
    WITHDRAWN,
    reality,
    refilings,
)
from nadzor.procedures.moves import Move, Procedure
from nadzor.procedures.registration_simplified import ANNULLED, REGISTERED

AWAITING_PAPER: Final = "awaiting_paper"
FORWARDED: Final = "forwarded"
VERIFYING: Final = "verifying"
CORRECTING: Final = "correcting"
CLOSED_UNCORRECTED: Final = "closed_uncorrected"

STUDY: Final = "accelerated.expertise"
CORRECTION: Final = "accelerated.correction"
DECISION: Final = "accelerated.decision"
CLOCKS: Final = (STUDY, CORRECTION, DECISION)

BUSY: Final = (AWAITING_PAPER, EXPERTISE, FORWARDED, VERIFYING, CORRECTING)

REGISTRATION_ACCELERATED = Procedure(
    name="registration_accelerated",
    first=DRAFT,
    moves=(
        Move(DRAFT, "submit", AWAITING_PAPER, APPLICANT, grounds=False),
        Move(AWAITING_PAPER, "register_paper", EXPERTISE, EXPERT, grounds=False, starts=(STUDY,)),
        Move(EXPERTISE, "conclude_positive", FORWARDED, EXPERT, stops=(STUDY,)),
        Move(EXPERTISE, "conclude_negative", CORRECTING, EXPERT, stops=(STUDY,), starts=(CORRECTION,),
             asks=("expertise_ground",)),
        Move(CORRECTING, "resubmit", AWAITING_PAPER, APPLICANT, grounds=False, within=CORRECTION,
             stops=(CORRECTION,)),
        Move(CORRECTING, "close_uncorrected", CLOSED_UNCORRECTED, HEAD, after=CORRECTION,
             stops=(CORRECTION,)),
        Move(FORWARDED, "receive_positive", VERIFYING, REGISTRAR, grounds=False, starts=(DECISION,)),
        Move(VERIFYING, "register", REGISTERED, HEAD, stops=(DECISION,), effect="enter_device"),
        Move(VERIFYING, "refuse", REFUSED, HEAD, stops=(DECISION,), asks=("norm_cite",)),
        *reality(BUSY, CLOCKS),
        Move(REFUSED, "court_reversal", VERIFYING, HEAD, asks=("court_act",), starts=(DECISION,)),
        Move(CLOSED_UNCORRECTED, "court_reversal", AWAITING_PAPER, HEAD, asks=("court_act",)),
        Move(REGISTERED, "court_reversal", ANNULLED, HEAD, asks=("court_act",), effect="cancel_device"),
        *refilings((REFUSED, WITHDRAWN, CLOSED_UNCORRECTED)),
    ),
    closed=frozenset({REGISTERED, REFUSED, WITHDRAWN, TERMINATED, ANNULLED, CLOSED_UNCORRECTED}),
    final=frozenset({TERMINATED, ANNULLED}),
)  # fmt: skip
