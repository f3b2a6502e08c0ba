# SPDX-License-Identifier: Apache-2.0
"""One move of a filing while it is being made: what each part of the one hand passes to the next."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from msgspec import Struct

from nadzor.people.queries import Person
from nadzor.procedures.moves import Move
from nadzor.procedures.steps import Step
from nadzor.register.models import Filing

#: Moves by which something is handed in: form and papers are kept as they stood.
HANDING_IN: Final = frozenset({"submit", "cure", "resubmit", "request_cancellation"})


class Deed(Struct, kw_only=True):
    """Who makes which move on which day and grounds; `role` is the one taken, `facts` are checked already."""

    row: Filing
    move: Move
    steps: tuple[Step, ...]
    by: Person
    role: str
    on: date
    now: datetime
    because: str
    facts: dict[str, Any]
