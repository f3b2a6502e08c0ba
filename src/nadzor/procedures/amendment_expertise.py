# SPDX-License-Identifier: Apache-2.0
"""An amendment of the registration dossier with expertise: every change no other way is open to.

Law: Decree 1684, points 119-133 (R-119); decided within the limit of T-25 (36 working days in the draft
regulation: reported, not read).  The expert may put one question to the applicant: the regulator passes it
on within 2 working days (T-16), the applicant answers through the cabinet (T-17, its limit is cut off in the
source), and without an answer the expertise goes on with what there is.  Whether the wait pauses the
limits is an unverified switch.
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
    ENTERED,
    EXPERT,
    EXPERTISE,
    HEAD,
    NOTIFYING,
    OBJECTING,
    OBJECTIONS,
    REFUSAL_HELD,
    REFUSED,
    REGISTRAR,
    REROUTED,
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
ASKING: Final = "asking"
ANSWERING: Final = "answering"

LIMIT: Final = "amendment.with_expertise"
QUESTION: Final = "amendment.expert_question"
ANSWER: Final = "amendment.question_answer"
WAITING: Final = (CONCLUSION, LIMIT)
CLOCKS: Final = (CONCLUSION, QUESTION, ANSWER, OBJECTIONS, CONSIDERATION, LIMIT)

BUSY: Final = (
    CHECKING, TASKING, EXPERTISE, ASKING, ANSWERING, NOTIFYING, REFUSAL_HELD, OBJECTING, DECIDING_REFUSAL,
    DECIDING,
)  # fmt: skip

AMENDMENT_EXPERTISE = Procedure(
    name="amendment_expertise",
    first=DRAFT,
    moves=(
        Move(DRAFT, "submit", CHECKING, APPLICANT, grounds=False, starts=(LIMIT,)),
        Move(CHECKING, "start", TASKING, DESK, grounds=False),
        Move(CHECKING, "return_filing", RETURNED, REGISTRAR, stops=(LIMIT,), asks=("norm_cite",)),
        Move(CHECKING, "reroute", REROUTED, DESK, stops=(LIMIT,), asks=("norm_cite",)),
        *expertise(DECIDING, NOTIFYING),
        Move(EXPERTISE, "ask_applicant", ASKING, EXPERT, starts=(QUESTION,), asks=("question",), once=True),
        Move(ASKING, "pass_question", ANSWERING, REGISTRAR, grounds=False, stops=(QUESTION,),
             starts=(ANSWER,), pauses=WAITING),
        Move(ANSWERING, "answer", EXPERTISE, APPLICANT, grounds=False, within=ANSWER, stops=(ANSWER,),
             resumes=WAITING, asks=("answer",)),
        Move(ANSWERING, "go_on_without_answer", EXPERTISE, EXPERT, after=ANSWER, stops=(ANSWER,),
             resumes=WAITING),
        *objections(cap=LIMIT),
        Move(DECIDING, "enter_amendment", ENTERED, HEAD, stops=(LIMIT,), effect="enter_amendment"),
        Move(DECIDING, "refuse", REFUSED, HEAD, stops=(LIMIT,), asks=("norm_cite",)),
        *reality(BUSY, CLOCKS),
        Move(REFUSED, "court_reversal", DECIDING, HEAD, asks=("court_act",)),
        Move(RETURNED, "court_reversal", CHECKING, HEAD, asks=("court_act",), starts=(LIMIT,)),
        *refilings((REFUSED, RETURNED, REROUTED, WITHDRAWN)),
    ),
    closed=frozenset({ENTERED, REFUSED, RETURNED, REROUTED, WITHDRAWN, TERMINATED}),
    final=frozenset({ENTERED, TERMINATED}),
)  # fmt: skip
