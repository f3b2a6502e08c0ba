# SPDX-License-Identifier: Apache-2.0
"""What the gateway is given to judge, and what the judge says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from nadzor.base.directory import Holder
from nadzor.base.problems import Refusal
from nadzor.journal.entry import Entry
from nadzor_wire.batch import BatchHeader


class Request(Struct, frozen=True):
    """One request as it came: header names in lower case, the coded body."""

    method: str
    headers: Mapping[str, str]
    body: bytes


class Claim(Struct, frozen=True, kw_only=True):
    """What the head of a request proves before its body is read: whose it is, and which bytes must follow."""

    holder: Holder
    keyid: str
    header: BatchHeader
    coding: str
    stated: str  # Content-Digest, which the signature covers
    base: bytes
    signature: bytes
    directory: int

    @property
    def lane(self) -> str:
        """Whose turn it uses up: the maker's; the device's while its maker is not published."""
        return self.holder.entry.maker or self.holder.entry.device


class Judged(Struct, frozen=True):
    """The batch may be stored: every event in it has its fate."""

    entry: Entry
    lane: str = ""


class Refused(Struct, frozen=True, kw_only=True):
    """The whole batch is refused; nothing of it is kept but what stands here."""

    code: str
    at: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    seq: int | None = None
    keyid: str | None = None
    digest: str = ""

    def refusal(self) -> Refusal:
        """The same as a refusal, for the answer."""
        facts = dict(self.facts)
        if self.seq is not None:
            facts["seq"] = self.seq
        return Refusal(self.code, self.at, **facts)
