# SPDX-License-Identifier: Apache-2.0
"""The life of a signal: from a detector's finding to a person's decision.

No legal act rests on a signal alone: the strongest thing it can become is confirmed for a case, where the
maker is heard again.  Dismissing and confirming take a head; every move but taking it up needs grounds.
"""

from __future__ import annotations

from nadzor.procedures.moves import Move, Procedure, Role

RAISED = "raised"
UNDER_REVIEW = "under_review"
MAKER_ASKED = "maker_asked"
EXPLAINED = "explained"
DISMISSED = "dismissed"
CONFIRMED = "confirmed_for_case"

DESK: tuple[Role, ...] = ("inspector", "head")
HEAD: tuple[Role, ...] = ("head",)
MAKER: tuple[Role, ...] = ("manufacturer_admin", "manufacturer_reporter", "representative")

SIGNAL = Procedure(
    name="signal",
    first=RAISED,
    moves=(
        Move(RAISED, "take", UNDER_REVIEW, DESK, grounds=False),
        Move(UNDER_REVIEW, "ask_maker", MAKER_ASKED, DESK),
        Move(MAKER_ASKED, "answer", UNDER_REVIEW, MAKER),
        Move(MAKER_ASKED, "go_on_without_answer", UNDER_REVIEW, DESK),
        Move(UNDER_REVIEW, "explain", EXPLAINED, DESK),
        Move(UNDER_REVIEW, "dismiss", DISMISSED, HEAD),
        Move(UNDER_REVIEW, "confirm", CONFIRMED, HEAD),
        Move(EXPLAINED, "reopen", UNDER_REVIEW, HEAD),
        Move(DISMISSED, "reopen", UNDER_REVIEW, HEAD),
    ),
    closed=frozenset({EXPLAINED, DISMISSED, CONFIRMED}),
    final=frozenset({CONFIRMED}),
)
