# SPDX-License-Identifier: Apache-2.0
"""The maker reckons a figure held against it again: its numbers, our published code, whether they agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import transaction

from nadzor.actions.move_filing import move_filing
from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from nadzor.people.queries import Person
from nadzor.register.filing_permissions import may_see_filing
from nadzor.register.filing_rows import whose
from nadzor.register.models import Filing
from nadzor.vigilance.models import Recomputation
from nadzor.vigilance.packs import packs
from nadzor.vigilance.reproductions import is_same

FIGURES_MAX: Final = 100_000  # bytes of figures: a table belongs into a paper


@transaction.atomic
def recompute(
    number: str, calculation: str, figures: bytes, *, by: Person | None, now: datetime, because: str = ""
) -> bool:
    """Run our code on the maker's figures, keep both, and return whether it gives what the pack said.

    Raises: Refusal filing.unknown, case.not-held for a calculation that no pack of this case holds,
    case.figures-too-large, calc.malformed, and what the move `recompute` refuses.
    """
    row = Filing.objects.filter(number=number).select_related("maker").first()
    if row is None or by is None or not may_see_filing(by, whose(row)):
        raise Refusal("filing.unknown")
    if len(figures) > FIGURES_MAX:
        raise Refusal("case.figures-too-large", "$.figures", limit=FIGURES_MAX)
    ours = _held(number, calculation)
    found = msgspec.to_builtins(calculate(calculation, figures))
    given = msgspec.json.decode(figures)
    same = is_same(float(found[ours["figure"]]), float(ours["found"]))
    kept = Recomputation.objects.create(
        filing=number, at=now, by=by.username, calculation=calculation, given=given, found=found,
        ours=dict(ours), same=same, because=because.strip(),
    )  # fmt: skip
    sign = "=" if same else "≠"
    told = f"{calculation} № {kept.pk}: {found[ours['figure']]:.6g} {sign} {ours['found']:.6g}"
    move_filing(number, "recompute", by=by, because=because, now=now, facts={"recomputation": told})
    return same


def _held(number: str, calculation: str) -> Mapping[str, Any]:
    """What the newest pack of the case says of a calculation; of several the first, that of the size."""
    held = [ground for pack in reversed(packs(number)) for ground in pack.body["grounds"]]
    told = [each for ground in held for each in ground.get("reproduced_by", ())]
    if found := next((each for each in told if each["calculation"] == calculation), None):
        return dict(found)
    raise Refusal("case.not-held", "$.calculation", calculation=calculation[:60])
