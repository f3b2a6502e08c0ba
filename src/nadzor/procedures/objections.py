# SPDX-License-Identifier: Apache-2.0
"""Objections to a negative conclusion, drawn on their own: a fragment of longer procedures.

Law: Decree 1684 as told by the seed: a negative conclusion is ground for refusal (R-101); the applicant may
object on Gosuslugi within 10 working days (T-06; counted from the notice, the start is not spelled out); the
regulator considers with the expert institution within 30 working days (T-07); founded: the
conclusion goes back for revision under a new T-04; else refusal.
"""

from __future__ import annotations

from nadzor.procedures import fragments
from nadzor.procedures.expertise import POSSIBLE
from nadzor.procedures.fragments import NOTIFYING, REFUSED
from nadzor.procedures.moves import Procedure

OBJECTIONS = Procedure(
    name="objections",
    first=NOTIFYING,
    moves=(*fragments.objections(), *fragments.expertise(POSSIBLE, NOTIFYING)[1:]),
    closed=frozenset({REFUSED, POSSIBLE}),
    final=frozenset({REFUSED, POSSIBLE}),
)
