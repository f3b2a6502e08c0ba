# SPDX-License-Identifier: Apache-2.0
"""Name the clinics of a month inside the vault: what leaves this file is sealed; `look_behind` opens it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.records import vault
from nadzor.register import queries as register
from nadzor.statutory.body import body, digest
from nadzor.statutory.identified import Identity, identified
from nadzor.statutory.month import MonthReport
from nadzor_wire.canonical import canonical


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


def paper_of(home: Home, month: str) -> Path:
    """Where a sealed month lies, by its name ("CODE YYYY-MM").

    Raises: Refusal register.device-unknown, vault.no-paper.
    """
    code, _, text = month.partition(" ")
    register.device(code)
    try:
        path = sealed_path(home, Month.parse(text), code)
    except ValueError as error:
        raise Refusal("vault.no-paper") from error
    if not path.exists():
        raise Refusal("vault.no-paper")
    return path


def open_named(home: Home, month: str) -> bytes:
    """A sealed month as canonical JSON.  The caller is an action that has asked two people and recorded it.

    Raises: Refusal register.device-unknown, vault.no-paper, vault.damaged.
    """
    return vault.open_paper(paper_of(home, month).read_bytes(), about=month, home=home)


def sealed_path(home: Home, month: Month, device: str) -> Path:
    """Where the sealed month of a device lies."""
    return home.months / str(month) / f"{device}.sealed"


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
