# SPDX-License-Identifier: Apache-2.0
"""The gate of automatic transmission: from the statement in the dossier to standing evidence.

Law: Decree 1684, points 87, 134 (R-063, R-064, R-115); Order 4472 (R-151); the steps are derived (R-157).
The house notes what it itself received and decides nothing: the gate is evidence for the registrar on a
simplified version amendment and never bars filing.  A period spoilt by our own outage is not counted.
"""

from __future__ import annotations

from typing import Final

from nadzor.procedures.fragments import REGISTRAR
from nadzor.procedures.moves import Move, Procedure, Role

DECLARED: Final = "declared"
ACCESS_GRANTED: Final = "access_granted"
CONNECTED: Final = "connected"
TEST_PASSED: Final = "test_passed"
TRANSMITTING: Final = "transmitting"
ELIGIBLE: Final = "eligible"
ENDED: Final = "ended"

HOUSE: Final[tuple[Role, ...]] = ("house",)
GRANTED: Final = (ACCESS_GRANTED, CONNECTED, TEST_PASSED, TRANSMITTING, ELIGIBLE)

TRANSMISSION = Procedure(
    name="transmission",
    first=DECLARED,
    moves=(
        Move(DECLARED, "grant_access", ACCESS_GRANTED, REGISTRAR, grounds=False),
        Move(ACCESS_GRANTED, "connect", CONNECTED, HOUSE, grounds=False),
        Move(CONNECTED, "fail_test", CONNECTED, HOUSE),
        Move(CONNECTED, "pass_test", TEST_PASSED, HOUSE, grounds=False),
        Move(TEST_PASSED, "begin_transmitting", TRANSMITTING, HOUSE, grounds=False),
        Move(TRANSMITTING, "note_period", ELIGIBLE, HOUSE, grounds=False),
        Move(TRANSMITTING, "miss_period", TRANSMITTING, HOUSE),
        Move(TRANSMITTING, "excuse_period", TRANSMITTING, (*HOUSE, *REGISTRAR)),
        Move(ELIGIBLE, "note_period", ELIGIBLE, HOUSE, grounds=False),
        Move(ELIGIBLE, "miss_period", TRANSMITTING, HOUSE),
        Move(ELIGIBLE, "excuse_period", ELIGIBLE, (*HOUSE, *REGISTRAR)),
        *(Move(state, "revoke_access", DECLARED, REGISTRAR) for state in GRANTED),
        *(Move(state, "end", ENDED, REGISTRAR) for state in (DECLARED, *GRANTED)),
    ),
    closed=frozenset({ENDED}),
    final=frozenset({ENDED}),
)
