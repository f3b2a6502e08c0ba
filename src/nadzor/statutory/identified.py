# SPDX-License-Identifier: Apache-2.0
"""The month with clinics in place of pseudonyms: made once, inside the vault, at signing.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from nadzor.base.identifiers import inn_ok, oid_ok

ORGANISATION: Final = "organisation"
LEGAL_INN: Final = 10
"""Digits of a legal person's INN; one of twelve is a natural person's and is personal data."""

Found = Literal["known", "unknown", "inn_refused"]


class Identity(Struct, frozen=True):
    """What the vault knows of the clinic behind a site."""

    oid: str
    inn: str = ""


class Identified(Struct, frozen=True):
    """The body with clinics named, and how its lines fared: known, unknown, and INNs that were left out."""

    body: dict[str, Any]
    known: int
    unknown: int
    inn_refused: int


def identified(told: Mapping[str, Any], clinics: Mapping[str, Identity], *, hash: str) -> Identified:
    """The body of a month with each site replaced by its clinic; `hash` is that of the body as it was.

    Law: Order 4472: INN or OID of the medical organisation.
    Why: an INN of twelve digits is a natural person's and is left out, the OID stands alone; a site whose
    clinic is not known is said to be so, since a month with one unknown clinic is still a month.
    """
    counts: Counter[Found] = Counter()
    lines = [_line(line, clinics, counts) for line in told["lines"]]
    whole = {key: value for key, value in told.items() if key != "lines"}
    return Identified(
        {**whole, "pseudonymous_hash": hash, "lines": lines},
        counts["known"], counts["unknown"], counts["inn_refused"],
    )  # fmt: skip


def _line(line: Mapping[str, Any], clinics: Mapping[str, Identity], counts: Counter[Found]) -> dict[str, Any]:
    if ORGANISATION not in line:
        return dict(line)
    clinic = clinics.get(line[ORGANISATION]["site"])
    if clinic is None or not oid_ok(clinic.oid):
        counts["unknown"] += 1
        return {**line, ORGANISATION: {"known": False}}
    counts["known"] += 1
    told: dict[str, Any] = {"known": True, "oid": clinic.oid}
    if len(clinic.inn) == LEGAL_INN and inn_ok(clinic.inn):
        told["inn"] = clinic.inn
    elif clinic.inn:
        counts["inn_refused"] += 1
    return {**line, ORGANISATION: told}
