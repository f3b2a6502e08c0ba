# SPDX-License-Identifier: Apache-2.0
"""Hand out what a signal in a pack was computed from: `nadzor calc signal` gives its statistic again."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from nadzor.actions.run_detectors import context
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.detect.finding import Finding
from nadzor.detect.suite import detector
from nadzor.people.permissions import may_read_every_device
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register import filings
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.case_grounds import grounds
from nadzor.vigilance.models import SignalEvidence
from nadzor.vigilance.packs import pack
from nadzor.vigilance.rows import finding_of
from nadzor.vigilance.signal_figures import COUPLED, signal_figures


class Asked(Struct, frozen=True):
    """A signal in a pack of a case: the filing's number, the pack's and the signal's."""

    filing: str
    pack: int
    signal: str


def hand_out_signal(home: Home, asked: Asked, *, by: Person | None, now: datetime) -> bytes:
    """Rows and register as on the day of the evidence, in sorted JSON; its sites are numbers.

    Why: whoever may not read every device has the rows of this one alone, even where the figure leans on
    others; the file is made when it is asked for, since a rollup never forgets what it knew on a day.
    Raises: Refusal filing.unknown, rollup.missing, case.pack-unknown for a signal not held in the pack.
    """
    filings.filing(by, asked.filing, today=moscow_date(now))
    finding, evidence = _held(asked)
    kept = SignalEvidence.objects.filter(signal_id=int(asked.signal), digest=evidence).order_by("id").first()
    on = kept.day if kept else moscow_date(now)
    finding = finding_of(kept.finding) if kept else finding  # a case keeps its copy without the site
    whole = finding.detector in COUPLED and may_read_every_device(by)
    rows = Rollups.open(home).known_on(on).columns(detector(finding.detector).READS)
    told = context(today=on, journal_size=finding.journal_size)
    made = msgspec.json.encode(signal_figures(finding, rows, told, whole=whole), order="sorted")
    audit.record(
        "vigilance.case.data", f"filing {asked.filing}", by=by.username if by else "", now=now,
        because="asked for", signal=asked.signal, whole=whole,
    )  # fmt: skip
    return made


def _held(asked: Asked) -> tuple[Finding, str]:
    """The finding of a signal that this pack was made of, and the digest of that evidence."""
    wanted = ("signal", asked.signal)
    body = pack(asked.filing, asked.pack).body
    held = {each["digest"] for each in body["grounds"] if (each["kind"], each["ref"]) == wanted}
    for ground in grounds(asked.filing):
        if (ground.kind, ground.ref) == wanted and ground.digest in held:
            return msgspec.convert(ground.facts["finding"], Finding), ground.facts["evidence"]
    raise Refusal("case.pack-unknown")
