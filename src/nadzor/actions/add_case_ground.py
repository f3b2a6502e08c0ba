# SPDX-License-Identifier: Apache-2.0
"""Add a ground to a case, with a copy of what it says today; ask of a move whether its grounds carry it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.claim_ground import CLAIM, claim_facts
from nadzor.actions.filing_deed import Deed
from nadzor.actions.name_nobody import must_name_nobody
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.rules.case_grounds import KINDS, allowed_on_grounds
from nadzor.records import audit
from nadzor.register import authority
from nadzor.register.filing_flags import parties
from nadzor.register.filing_permissions import may_see_filing
from nadzor.register.filing_rows import is_open, whose
from nadzor.register.models import DeclaredReport, Device, Filing, Paper
from nadzor.vigilance.case_facts import digest_of, facts_of
from nadzor.vigilance.case_grounds import cases_on, rests
from nadzor.vigilance.models import CaseGround

CASE: Final = "case"
ADDERS: Final = frozenset({Role.INSPECTOR, Role.REGISTRAR, Role.HEAD})
BECAUSE_MAX: Final = 4000
#: Grounds that are no case's own: the rest is named by numbers that other cases have, too.
SHARED: Final = frozenset({"signal", "event", "claim", "month", "monitoring"})


class Named(Struct, frozen=True):
    """A ground as it was named: its kind, its own number, why it bears on the case."""

    kind: str
    ref: str
    because: str
    home: Home | None = None


@transaction.atomic
def add_case_ground(
    number: str, kind: str, ref: str, *, by: Person | None, now: datetime, because: str = "",
    home: Home | None = None,
) -> str:  # fmt: skip
    """Add a ground to an open case and return the digest of what it says; the same again adds nothing.

    Units: `ref` is a signal's number, an event's number, `kind/edition` of a paper of the case for a
    document, YYYY-MM for a month its maker declared, a year for a monitoring report, the number of a
    recomputation, finding/metric/version for a claim that the labels contradict, which `home` is read for.
    Raises: Refusal filing.unknown, case.not-a-case, people.not-yours, filing.interest, filing.closed,
    move.grounds-too-long, case.ground-unknown, case.ground-unfit, case.ground-elsewhere;
    those of `must_name_nobody`.
    """
    row = Filing.objects.select_for_update(of=("self",)).select_related("device", "maker").filter(
        number=number
    ).first()  # fmt: skip
    if row is None or by is None or not may_see_filing(by, whose(row)):
        raise Refusal("filing.unknown")
    if row.procedure != CASE or row.device is None:
        raise Refusal("case.not-a-case", "$.number")
    if by.role not in ADDERS:
        raise Refusal("people.not-yours")
    if authority.interested(by.username, parties(row)):
        raise Refusal("filing.interest")
    if not is_open(row):
        raise Refusal("filing.closed")
    if len(because) > BECAUSE_MAX:
        raise Refusal("move.grounds-too-long", "$.because", limit=BECAUSE_MAX)
    must_name_nobody({"$.because": because})
    named = Named(kind, ref.strip(), because.strip(), home)
    _must_be_here_alone(row, named)
    return _added(row, named, by=by, now=now)


def must_rest(deed: Deed) -> None:
    """Stop a move of a case that its grounds do not carry or that names a person; no other affair is asked.

    Raises: Refusal as `allowed_on_grounds` and `must_name_nobody`.
    """
    if deed.row.procedure == CASE:
        must_name_nobody({"$.because": deed.because, "$.facts": deed.facts})
        made = [step.verb for step in deed.steps]
        allowed_on_grounds(deed.move.verb, rests(deed.row.number), made)


def open_on(kind: str, ref: str, *, device: str) -> str:
    """The number of a case about this device that rests on this ground and is still open, or nothing."""
    rows = Filing.objects.filter(number__in=cases_on(kind, ref), device__code=device)
    waiting = rows.exclude(state__in=PROCEDURES[CASE].closed).order_by("id").first()
    return str(waiting.number) if waiting else ""


def _must_be_here_alone(row: Filing, named: Named) -> None:
    """No two open cases about one device rest on one finding or event: two measures could follow from it.

    Why the lock: two who press at once take turns at the device.
    """
    assert row.device is not None
    Device.objects.select_for_update().get(pk=row.device.pk)
    if named.kind not in SHARED:
        return
    other = open_on(named.kind, named.ref, device=row.device.code)
    if other and other != row.number:
        raise Refusal("case.ground-elsewhere", "$.ref", filing=other)


def _added(row: Filing, named: Named, *, by: Person, now: datetime) -> str:
    kind, ref, because = named.kind, named.ref, named.because
    facts = _facts(row, named, now)
    digest = digest_of(facts)
    found, is_new = CaseGround.objects.get_or_create(
        filing=row.number, kind=kind, ref=ref, digest=digest,
        defaults={"at": now, "by": by.username, "role": by.role.value, "because": because, "facts": facts},
    )  # fmt: skip
    if is_new:
        audit.record(
            "vigilance.case.ground", f"filing {row.number}", by=by.username, now=now,
            because=because[:500] or "what the case rests on", kind=kind, ref=ref, digest=digest,
        )  # fmt: skip
    return str(found.digest)


def _facts(row: Filing, named: Named, now: datetime) -> dict[str, Any]:
    kind, ref = named.kind, named.ref
    if kind not in KINDS:
        raise Refusal("case.ground-unknown", "$.kind", kind=kind[:24])
    if kind == "document":
        return _document(row, ref)
    if kind == "month":
        return _month(row, ref)
    assert row.device is not None
    if kind == CLAIM:
        return claim_facts(named.home, row.device.code, ref, today=moscow_date(now))
    return facts_of(kind, ref, device=row.device.code, filing=row.number)


def _document(row: Filing, ref: str) -> dict[str, Any]:
    """A paper of the case itself: whatever carries a measure lies in the case."""
    kind, _, edition = ref.partition("/")
    papers = Paper.objects.filter(filing=row, kind=kind)
    found = papers.filter(edition=int(edition)).first() if edition.isdecimal() else papers.last()
    if found is None:
        raise Refusal("case.ground-unknown", "$.ref", kind="document", ref=ref[:60])
    return {
        "kind": found.kind, "edition": found.edition, "digest": found.digest, "name": found.name,
        "by": found.by, "at": found.at.isoformat(),
    }  # fmt: skip


def _month(row: Filing, ref: str) -> dict[str, Any]:
    """A month as its maker declared it."""
    found = DeclaredReport.objects.filter(device=row.device, month=ref).first()
    if found is None:
        raise Refusal("case.ground-unknown", "$.ref", kind="month", ref=ref[:60])
    return {"month": found.month, "digest": found.digest, "format": found.format, "by": found.by}
