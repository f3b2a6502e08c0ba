# SPDX-License-Identifier: Apache-2.0
"""Cancelling a registration, by request, by a case, or after a discrepancy that was not put right.

Law: Decree 1684, point 137 (R-130): (a) the applicant's request; (b) a court's ruling on rights; (c) control
found a threat to life and health; (d) unreliable documents that bore on the expertise; (e) the item cannot
serve medical purposes or is no device, since 01.09.2025.  R-131: before cancelling for a discrepancy the
regulator notifies, demands an amendment of the dossier and suspends.  No limit was found: no clock runs.
"""

from __future__ import annotations

from typing import Final

from nadzor.procedures.fragments import (
    APPLICANT,
    DRAFT,
    HEAD,
    MAKER,
    OVERSEERS,
    REGISTRAR,
    STANDING_STILL,
    WITHDRAWN,
    standing_still,
)
from nadzor.procedures.moves import Move, Procedure

REQUESTED: Final = "requested"
OPENED: Final = "opened"
MAKER_ASKED: Final = "maker_asked"
PROPOSED: Final = "proposed"
DISCREPANCY: Final = "discrepancy"
NOTIFIED: Final = "notified"
SUSPENDED: Final = "suspended"
AMENDED: Final = "amended"
CANCELLED: Final = "cancelled"
KEPT: Final = "kept"
REINSTATED: Final = "reinstated"

BUSY: Final = (REQUESTED, OPENED, MAKER_ASKED, PROPOSED, DISCREPANCY, NOTIFIED)
LAW: Final = ("norm_cite",)

CANCELLATION = Procedure(
    name="cancellation",
    first=DRAFT,
    moves=(
        Move(DRAFT, "request_cancellation", REQUESTED, APPLICANT),
        Move(DRAFT, "open_case", OPENED, OVERSEERS, asks=("cancellation_ground", "evidence")),
        Move(DRAFT, "open_discrepancy", DISCREPANCY, OVERSEERS, asks=("defects", "evidence")),
        Move(REQUESTED, "cancel", CANCELLED, HEAD, asks=LAW, effect="cancel_device"),
        Move(REQUESTED, "keep", KEPT, HEAD, asks=LAW),
        Move(REQUESTED, "withdraw", WITHDRAWN, APPLICANT, grounds=False),
        Move(OPENED, "ask_maker", MAKER_ASKED, OVERSEERS),
        Move(OPENED, "propose", PROPOSED, OVERSEERS),
        Move(MAKER_ASKED, "answer", PROPOSED, MAKER, asks=("answer",), grounds=False),
        Move(MAKER_ASKED, "go_on_without_answer", PROPOSED, OVERSEERS),
        Move(PROPOSED, "cancel", CANCELLED, HEAD, asks=("cancellation_ground", *LAW), effect="cancel_device"),
        Move(PROPOSED, "keep", KEPT, HEAD),
        Move(DISCREPANCY, "notify_discrepancy", NOTIFIED, REGISTRAR, asks=("defects",)),
        Move(NOTIFIED, "suspend", SUSPENDED, HEAD, asks=LAW, effect="suspend_device"),
        Move(NOTIFIED, "keep", KEPT, HEAD),
        Move(SUSPENDED, "note_amendment", AMENDED, REGISTRAR, asks=("amendment",)),
        Move(SUSPENDED, "cancel", CANCELLED, HEAD, asks=("cancellation_ground", *LAW),
             effect="cancel_device"),
        Move(SUSPENDED, "court_reversal", KEPT, HEAD, asks=("court_act",), effect="resume_device"),
        Move(AMENDED, "resume_use", KEPT, HEAD, effect="resume_device"),
        Move(AMENDED, "find_amendment_wanting", SUSPENDED, HEAD, asks=("defects",)),
        *standing_still(BUSY, ()),
        Move(STANDING_STILL, "keep", KEPT, HEAD),
        Move(CANCELLED, "court_reversal", REINSTATED, HEAD, asks=("court_act",), effect="reinstate_device"),
    ),
    closed=frozenset({CANCELLED, KEPT, WITHDRAWN, REINSTATED}),
    final=frozenset({KEPT, WITHDRAWN, REINSTATED}),
)  # fmt: skip
