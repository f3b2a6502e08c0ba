# SPDX-License-Identifier: Apache-2.0
"""How many events have been closed for so long that somebody has to decide on their fate."""

from __future__ import annotations

from datetime import datetime

from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.vigilance.models import AdverseEvent


def closed_before(moment: datetime) -> int:
    """Events in a final state that nothing has changed since."""
    return AdverseEvent.objects.filter(state__in=ADVERSE_EVENT.closed, changed_at__lt=moment).count()
