# SPDX-License-Identifier: Apache-2.0
"""How often moves of filings were refused, and why."""

from __future__ import annotations

from django.db.models import Sum

from nadzor.register.models import RefusedMove


def refused_moves() -> dict[str, int]:
    """Refused moves by the code of the refusal, the whole time."""
    rows = RefusedMove.objects.order_by().values("code").annotate(n=Sum("times"))
    return {row["code"]: row["n"] for row in rows.order_by("code")}
