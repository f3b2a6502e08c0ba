# SPDX-License-Identifier: Apache-2.0
"""Name the clinics of a month inside the vault: what leaves this file is sealed, or opened by two people."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_decide, may_read_every_device
from nadzor.people.queries import Person
from nadzor.records import audit, vault
from nadzor.register import queries as register
from nadzor.statutory.body import body, digest
from nadzor.statutory.identified import Identity, identified
from nadzor.statutory.month import MonthReport
from nadzor_wire.canonical import canonical

BECAUSE_MAX: Final = 500


class SealedMonth(Struct, frozen=True, kw_only=True):
    """A month with its clinics named, sealed.

    `sha256` is of the sealed bytes, `mark` the keyed mark of what is inside; the counts are lines.
    """

    sealed: bytes
    sha256: str
    mark: str
    known: int
    unknown: int
    inn_refused: int


def join_identifiers(home: Home, report: MonthReport) -> SealedMonth:
    """The month with INN or OID in place of pseudonyms; nothing but sealed bytes comes out.

    Law: Order 4472, the field of the medical organisation.
    """
    sites = {line.site for line in report.lines if line.site}
    clinics = {site: known for site in sorted(sites) if (known := _identity(site, home))}
    named = identified(body(report), clinics, hash=digest(report))
    paper = canonical(named.body)
    sealed = vault.seal_paper(paper, about=_about(report.device.code, report.month), home=home)
    return SealedMonth(
        sealed=sealed,
        sha256=hashlib.sha256(sealed).hexdigest(),
        mark=vault.mark_of(paper, home=home),
        known=named.known,
        unknown=named.unknown,
        inn_refused=named.inn_refused,
    )


class Opening(Struct, frozen=True, kw_only=True):
    """Who asks to open a sealed month, and why: the head first, somebody else of the oversight second."""

    first: Person | None
    second: Person | None
    because: str

    @property
    def is_allowed(self) -> bool:
        """Whether two people who may do so name their grounds."""
        if self.first is None or self.second is None or self.first.username == self.second.username:
            return False
        return may_decide(self.first) and may_read_every_device(self.second) and bool(self.because.strip())


def open_identified(home: Home, device: str, month: Month, opening: Opening, *, now: datetime) -> bytes:
    """The sealed month as canonical JSON, for the head and a second person of the oversight.

    Why: the opening is recorded before the paper is read, and a refused one is recorded, too.
    Raises: Refusal register.device-unknown, vault.two-people, vault.no-paper, vault.damaged.
    """
    register.device(device)
    _record(_about(device, month), opening, now=now)
    if not opening.is_allowed:
        raise Refusal("vault.two-people")
    path = sealed_path(home, month, device)
    if not path.exists():
        raise Refusal("vault.no-paper")
    return vault.open_paper(path.read_bytes(), about=_about(device, month), home=home)


def sealed_path(home: Home, month: Month, device: str) -> Path:
    """Where the sealed month of a device lies."""
    return home.months / str(month) / f"{device}.sealed"


@transaction.atomic
def _record(about: str, opening: Opening, *, now: datetime) -> None:
    first, second = (each.username if each else "" for each in (opening.first, opening.second))
    audit.record(
        "vault.month.open" if opening.is_allowed else "vault.month.refuse",
        about,
        by=first,
        because=opening.because[:BECAUSE_MAX],
        now=now,
        second=second,
    )


def _identity(site: str, home: Home) -> Identity | None:
    try:
        clinic = vault.unseal(site, home=home)
    except Refusal as refusal:
        if refusal.code != "vault.unknown":
            raise
        return None
    return Identity(clinic.oid, clinic.inn)


def _about(device: str, month: Month) -> str:
    return f"{device} {month}"
