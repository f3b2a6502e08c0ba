# SPDX-License-Identifier: Apache-2.0
"""What a possible ground of a case says today: a copy that the case keeps, without site and narrative.

A signal that nobody confirmed, a word that its clinic has not confirmed yet, a recomputation that does not
agree: none of them is a ground.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from nadzor.base.problems import Refusal
from nadzor.procedures.signal import CONFIRMED
from nadzor.vigilance.models import (
    AdverseEvent,
    MonitoringReport,
    Recomputation,
    Signal,
    SignalEvidence,
)

#: States in which an event is nobody's word that counts.
NO_GROUND: Final = frozenset({"noticed", "unconfirmed", "declined", "duplicate"})
FILED: Final = frozenset({"filed", "reviewed"})
#: Facts of a finding that name sites.
SITES: Final = frozenset({"sites"})


def facts_of(kind: str, ref: str, *, device: str, filing: str = "") -> dict[str, Any]:
    """What the ground says today.

    Raises: Refusal case.ground-unknown for what is not there or is of another device, case.ground-unfit for
    what cannot carry a case yet.
    """
    reader = _READERS.get(kind)
    if reader is None:
        raise Refusal("case.ground-unknown", "$.kind", kind=kind[:24])
    return reader(ref, device, filing)


def digest_of(facts: Mapping[str, Any]) -> str:
    """SHA-256 of facts as sorted JSON."""
    return sha256(msgspec.json.encode(facts, order="sorted")).hexdigest()


def _signal(ref: str, device: str, _filing: str) -> dict[str, Any]:
    row = Signal.objects.filter(pk=int(ref), device=device).first() if ref.isdecimal() else None
    if row is None:
        raise _unknown("signal", ref)
    if row.state != CONFIRMED:
        raise Refusal("case.ground-unfit", "$.ref", kind="signal", ref=ref, state=row.state)
    newest = SignalEvidence.objects.filter(signal=row).order_by("-id").first()
    finding = dict(newest.finding if newest else row.evidence)
    told = dict(finding.pop("facts", {}))
    finding.pop("site", None)
    counts = {"sites": len(told["sites"])} if isinstance(told.get("sites"), list) else {}
    return {
        "state": row.state, "severity": row.severity, "version": row.version,
        "finding": finding | {"facts": {k: v for k, v in told.items() if k not in SITES} | counts},
        "evidence": newest.digest if newest else "", "stands": newest.stands if newest else True,
    }  # fmt: skip


def _event(ref: str, device: str, _filing: str) -> dict[str, Any]:
    row = AdverseEvent.objects.filter(number=ref, device=device).first()
    if row is None:
        raise _unknown("event", ref)
    if row.state in NO_GROUND:
        raise Refusal("case.ground-unfit", "$.ref", kind="event", ref=ref, state=row.state)
    same = ("state", "version", "seriousness", "event_type", "problems", "effects", "causes", "way")
    days = ("event_on", "aware_on", "received_on")
    return {name: getattr(row, name) for name in same} | {
        name: day.isoformat() if (day := getattr(row, name)) else None for name in days
    }


def _monitoring(ref: str, device: str, _filing: str) -> dict[str, Any]:
    year = int(ref) if ref.isdecimal() else 0
    row = MonitoringReport.objects.filter(device=device, year=year).first()
    if row is None:
        raise _unknown("monitoring", ref)
    if row.state not in FILED:
        raise Refusal("case.ground-unfit", "$.ref", kind="monitoring", ref=ref, state=row.state)
    return {"year": row.year, "state": row.state, "digest": row.digest, "filed_on": str(row.filed_on or "")}


def _recomputation(ref: str, _device: str, filing: str) -> dict[str, Any]:
    row = Recomputation.objects.filter(pk=int(ref), filing=filing).first() if ref.isdecimal() else None
    if row is None:
        raise _unknown("recomputation", ref)
    if not row.same:
        raise Refusal("case.ground-unfit", "$.ref", kind="recomputation", ref=ref, state="differs")
    return {"calculation": row.calculation, "given": row.given, "found": row.found, "ours": row.ours}


def _unknown(kind: str, ref: str) -> Refusal:
    return Refusal("case.ground-unknown", "$.ref", kind=kind, ref=ref[:60])


_READERS: Final[Mapping[str, Callable[[str, str, str], dict[str, Any]]]] = {
    "signal": _signal,
    "event": _event,
    "monitoring": _monitoring,
    "recomputation": _recomputation,
}
