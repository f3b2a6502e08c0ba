# SPDX-License-Identifier: Apache-2.0
"""Sign a kept month: the pseudonymous report keeps its hash, a sealed one names the clinics."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction
from msgspec import Struct

from nadzor.actions.build_month import kept_month, month_of
from nadzor.actions.join_identifiers import join_identifiers, sealed_path
from nadzor.actions.seams.signers import signer_of
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_declare_month
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register import queries as register
from nadzor.statutory.body import digest
from nadzor.statutory.checks import doubts
from nadzor.statutory.month import MonthReport
from nadzor_wire.canonical import canonical


class SignedMonth(Struct, frozen=True, kw_only=True):
    """What was signed and by whom.

    `hash` is that of the kept pseudonymous report, `sealed_sha256` of the sealed bytes, `mark` the vault's
    keyed mark of the named report; the counts are lines whose clinic was known, unknown, or had an INN that
    was left out as a natural person's.
    """

    device: str
    month: str
    edition: str
    known_by: date
    hash: str
    sealed_sha256: str
    mark: str
    known: int
    unknown: int
    inn_refused: int
    by: str
    at: datetime
    signer: str = ""
    suite: str = ""
    signature: str = ""
    qualified: bool = False


def sign_month(home: Home, device: str, month: Month, *, by: Person | None, now: datetime) -> SignedMonth:
    """Sign a device's kept month; signed once, the same signature is answered from then on.

    Law: Order 4472: the maker or its representative sends the data.
    Raises: Refusal register.device-unknown, people.not-yours, month.not-kept, month.other-hash,
    month.blocked, seal.suite.
    """
    card = register.device(device)
    must_declare_month(by, maker=card.maker.code)
    if done := signed_month(home, month, device):
        return done
    return _sign(home, _kept_report(home, device, month), by=by.username if by else "", now=now)


def signed_month(home: Home, month: Month, device: str) -> SignedMonth | None:
    """The signature of a device's month, if there is one."""
    path = _path(home, month, device)
    return msgspec.json.decode(path.read_bytes(), type=SignedMonth) if path.exists() else None


def signed_bytes(signed: SignedMonth) -> bytes:
    """What the signature is over: everything but the signature itself, in canonical bytes (RFC 8785)."""
    told = msgspec.to_builtins(signed)
    return canonical({key: told[key] for key in told if key not in _OF_SIGNATURE})


_OF_SIGNATURE = frozenset({"signer", "suite", "signature", "qualified"})


def _kept_report(home: Home, device: str, month: Month) -> MonthReport:
    """The month as kept, counted again to the same hash and with nothing that stops it."""
    kept = kept_month(home, month, device)
    if kept is None:
        raise Refusal("month.not-kept", month=str(month))
    report = month_of(home, month, device)
    if digest(report) != kept.hash:
        raise Refusal("month.other-hash", month=str(month))
    if blocking := [doubt.code for doubt in doubts(report) if doubt.blocks]:
        raise Refusal("month.blocked", doubts=", ".join(dict.fromkeys(blocking)))
    return report


@transaction.atomic
def _sign(home: Home, report: MonthReport, *, by: str, now: datetime) -> SignedMonth:
    named, device = join_identifiers(home, report), report.device.code
    plain = SignedMonth(
        device=device, month=str(report.month), edition=report.edition.edition, known_by=report.known_by,
        hash=digest(report), sealed_sha256=named.sha256, mark=named.mark, known=named.known,
        unknown=named.unknown, inn_refused=named.inn_refused, by=by, at=now,
    )  # fmt: skip
    signed = _signed(home, plain, now=now)
    facts = {key: getattr(signed, key) for key in ("hash", "sealed_sha256", "mark", "signature", *_COUNTS)}
    audit.record(
        "statutory.month.sign", f"{device} {report.month}", by=by, because="order-4472", now=now, **facts
    )
    write_atomic(sealed_path(home, report.month, device), named.sealed, mode=0o600)
    write_atomic(_path(home, report.month, device), msgspec.json.encode(signed) + b"\n")
    return signed


_COUNTS = ("known", "unknown", "inn_refused")


def _signed(home: Home, plain: SignedMonth, *, now: datetime) -> SignedMonth:
    signer = signer_of(home, settings.CONFIGURATION.signer)
    signature = signer.sign(signed_bytes(plain))
    found = signer.verify(signed_bytes(plain), signature, at=now)
    return msgspec.structs.replace(
        plain, signer=found.signer, suite=found.suite, signature=signature.value, qualified=found.qualified
    )


def _path(home: Home, month: Month, device: str) -> Path:
    return home.months / str(month) / f"{device}.signature.json"
