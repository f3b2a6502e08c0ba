# SPDX-License-Identifier: Apache-2.0
"""The conformance test: whether a maker's sandbox stream shows all that real transmission will need.

A check passes, fails, or was not seen yet.  One whose norm is confirmed by no source, or known only from the
press, is advice: it is shown and never fails the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.law.form import FormEdition
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing, Status
from nadzor.procedures.rules.conformance_checks import CHECKS
from nadzor.procedures.rules.rule import DECIDING
from nadzor.procedures.rules.sandbox_stream import Found, Stream, Verdict
from nadzor_wire.canonical import canonical

NOBODY: Final = "—"  # cited where no norm is in force


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check as the maker reads it.  `advice` never fails the test; `norm` leads to its page."""

    key: str
    verdict: Verdict
    advice: bool
    what: Text
    saw: Text
    do: Text
    cite: str
    status: Status
    norm: str = ""


class Conformance(msgspec.Struct, frozen=True):
    """The result: passed when every check that is not advice passed; the digest names stream and result."""

    passed: bool
    checks: tuple[Check, ...]
    digest: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A check's words, and what it rests on: a norm by its key, or a page of ours."""

    what: Text
    saw: Text
    do: Text
    norm: str = ""
    cite: str = ""
    advice: bool = False


@cache
def words() -> dict[str, Words]:
    """The words of every check, in the order in which a maker should take them.

    Law: none; each names its own.
    """
    page = files("nadzor.procedures.rules").joinpath("conformance.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), dict[str, Words])


def conformance(stream: Stream, *, on: date) -> Conformance:
    """The verdict on a stream by the norms of a day.

    Law: Decree 1684 points 87 and 134 (R-064), the regulator's notices (R-115), Order 4472's edition.
    """
    checks = tuple(_checks(stream, on))
    passed = all(check.verdict == "passed" for check in checks if not check.advice)
    return Conformance(passed, checks, _digest(stream, checks))


def _checks(stream: Stream, on: date) -> Iterator[Check]:
    for key, said in words().items():
        found = CHECKS[key](stream)
        cite, status = _rests_on(said, stream.form, on)
        yield Check(
            key=key,
            verdict=found.verdict,
            advice=said.advice or status not in {*DECIDING, "house"},
            what=said.what,
            saw=_filled(said.saw, found),
            do=_filled(said.do, found),
            cite=cite,
            status=status,
            norm=said.norm,
        )


def _filled(text: Text, found: Found) -> Text:
    return Text(ru=text.ru.format(**found.facts), en=text.en.format(**found.facts))


def _rests_on(said: Words, form: FormEdition | None, on: date) -> tuple[str, Status]:
    """What a check cites on a day, and how surely that is known; no norm in force makes it advice."""
    if said.cite:
        return said.cite, "house"
    if not said.norm:
        return (form.cite, form.status) if form else (NOBODY, "unverified")
    try:
        found = norm(said.norm, on)
    except NormMissing:
        return NOBODY, "unverified"
    return found.cite, found.status


def _digest(stream: Stream, checks: tuple[Check, ...]) -> str:
    """SHA-256 of the canonical bytes (RFC 8785) of what was tested and what came out."""
    indexes = [batch.index for batch in stream.batches]
    told = {
        "v": 1,
        "origin": stream.origin,
        "device": stream.device,
        "installation": stream.installation,
        "batches": indexes,
        "checks": [[check.key, check.verdict, check.advice, check.cite] for check in checks],
    }
    return sha256(canonical(told)).hexdigest()
