# SPDX-License-Identifier: Apache-2.0
"""The life of a signal: from a detector's finding to a person's decision.

No legal act rests on a signal alone: the strongest thing it can become is confirmed for a case, where the
maker is heard again.  Dismissing and confirming take a head; every move but taking it up needs grounds, and
whatever closes a signal needs a reason of the catalogue.  The house itself only brings an archived signal
back and notes that what a version had cured is there again.
"""

from __future__ import annotations

from nadzor.procedures.moves import Move, Procedure, Role

RAISED = "raised"
UNDER_REVIEW = "under_review"
MAKER_ASKED = "maker_asked"
EXPLAINED = "explained"
DISMISSED = "dismissed"
CONFIRMED = "confirmed_for_case"
RESOLVED = "resolved_in_version"
REGRESSED = "regressed"
ARCHIVED = "archived"
MERGED = "merged"

DESK: tuple[Role, ...] = ("inspector", "head")
HEAD: tuple[Role, ...] = ("head",)
HOUSE: tuple[Role, ...] = ("house",)
MAKER: tuple[Role, ...] = ("manufacturer_admin", "manufacturer_reporter", "representative")

SIGNAL = Procedure(
    name="signal",
    first=RAISED,
    moves=(
        Move(RAISED, "take", UNDER_REVIEW, DESK, grounds=False),
        Move(RAISED, "merge", MERGED, DESK, asks=("leading_signal",)),
        Move(UNDER_REVIEW, "ask_maker", MAKER_ASKED, DESK),
        Move(MAKER_ASKED, "answer", UNDER_REVIEW, MAKER),
        Move(MAKER_ASKED, "go_on_without_answer", UNDER_REVIEW, DESK),
        Move(UNDER_REVIEW, "explain", EXPLAINED, DESK, asks=("reason_code",)),
        Move(UNDER_REVIEW, "resolve", RESOLVED, DESK, asks=("reason_code", "fixed_version")),
        Move(UNDER_REVIEW, "archive", ARCHIVED, DESK, asks=("archived_until",)),
        Move(UNDER_REVIEW, "merge", MERGED, DESK, asks=("leading_signal",)),
        Move(UNDER_REVIEW, "dismiss", DISMISSED, HEAD, asks=("reason_code",)),
        Move(UNDER_REVIEW, "confirm", CONFIRMED, HEAD, asks=("reason_code",)),
        Move(MERGED, "split", UNDER_REVIEW, DESK),
        Move(ARCHIVED, "bring_back", UNDER_REVIEW, DESK),
        Move(ARCHIVED, "come_back", RAISED, HOUSE),
        Move(RESOLVED, "regress", REGRESSED, HOUSE),
        Move(RESOLVED, "reopen", UNDER_REVIEW, HEAD),
        Move(EXPLAINED, "reopen", UNDER_REVIEW, HEAD),
        Move(DISMISSED, "reopen", UNDER_REVIEW, HEAD),
    ),
    closed=frozenset({EXPLAINED, DISMISSED, CONFIRMED, RESOLVED, REGRESSED, ARCHIVED, MERGED}),
    final=frozenset({CONFIRMED, REGRESSED}),
)

DECIDED = frozenset({EXPLAINED, DISMISSED, CONFIRMED, RESOLVED, REGRESSED})
"""States in which a person has said what the signal was; archived and merged ones only wait elsewhere."""
