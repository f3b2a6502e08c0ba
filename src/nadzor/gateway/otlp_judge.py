# SPDX-License-Identifier: Apache-2.0
"""The fate of one OpenTelemetry request, decided from its bytes alone. Pure and total: it never raises.

The same judge as for signed batches sees the same lines; what differs is who wrote them. A bearer token says
whose they are, and nobody has signed: assurance level B, which the leaf shows by its `keyid` (`t-...`) and by
its empty signature.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from nadzor.base.directory import TokenHolder, key_in_time
from nadzor.journal.entry import Entry
from nadzor_wire import limits
from nadzor_wire.base64text import b64
from nadzor_wire.batch import CONTENT_TYPE, NO_PREVIOUS, BatchError, BatchHeader, deflate, inflate
from nadzor_wire.receipt import Verdict

from .events import UNKNOWN_FINDING, Fates, judge_events
from .fates import Refused, Request
from .keyring import KeyRing
from .otlp_json import read_json
from .otlp_protobuf import read_protobuf
from .otlp_records import line_of
from .otlp_said import RECORDS_MAX, Said, Unreadable

PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"
STALE_RETRY_S: Final = 5  # as for signed batches
CODING: Final = "zstd"  # of the lines we keep; the request's own coding ends at the door
BLANK: Final = b"{}"  # in place of a record that could not be an event: its number stays, no value does
_DOMAIN: Final = b"nadzor otlp v1"
_BEARER: Final = re.compile(r"[Bb]earer +([A-Za-z0-9._~+/=-]{20,200})")
_LIMITS: Final = {
    "batch.too-large": limits.CODED_MAX,
    "batch.inflated-too-large": limits.INFLATED_MAX,
    "batch.ratio": limits.RATIO_MAX,
    "otlp.too-many-records": RECORDS_MAX,
}


class Bearer(Struct, frozen=True, kw_only=True):
    """Whose request it is, and under which edition of the directory that was believed."""

    holder: TokenHolder
    directory: int

    @property
    def lane(self) -> str:
        """Whose turn it uses up, as for a signed batch."""
        return self.holder.entry.maker or self.holder.entry.device


class Forwarded(Struct, frozen=True):
    """The batches that a request becomes: none for an empty one, several beyond the limit of events."""

    entries: tuple[Entry, ...]


def media_type(headers: Mapping[str, str]) -> str | None:
    """The one of the two encodings that a request is in; None for any other."""
    stated = headers.get("content-type", "").partition(";")[0].strip().lower()
    return stated if stated in (PROTOBUF, JSON) else None


def admit_bearer(
    headers: Mapping[str, str], *, directory: KeyRing | None, now: datetime, sandbox: bool
) -> Bearer | Refused:
    """Whose request it is, from its headers alone."""
    if directory is None or not directory.fresh(now):  # (1) the directory can be believed
        return Refused(code="directory.stale", facts={"retry_after_s": STALE_RETRY_S})
    if media_type(headers) is None:  # (2) an encoding that we read
        facts = {"accepted": f"{PROTOBUF}, {JSON}"}
        return Refused(code="otlp.content-type", at="content-type", facts=facts)
    if headers.get("content-encoding", "gzip") not in ("gzip", "identity"):
        return Refused(code="otlp.content-encoding", at="content-encoding")
    found = _BEARER.fullmatch(headers.get("authorization", ""))  # (3) a token that counts now
    holder = directory.token(hashlib.sha256(found[1].encode()).hexdigest()) if found else None
    if holder is None or not key_in_time(holder.token, now):
        return Refused(code="otlp.token", at="authorization", keyid=holder.name if holder else None)
    if holder.entry.sandbox is not sandbox:  # (4) a test token and a working one never share a log
        code = "key.sandbox" if holder.entry.sandbox else "key.live"
        return Refused(code=code, at="authorization", keyid=holder.name)
    return Bearer(holder=holder, directory=directory.serial)


def judge_forwarded(request: Request, bearer: Bearer, *, now: datetime, target: str) -> Forwarded | Refused:
    """The fate of every record of a request; `target` is the address that it was sent to."""
    digest = hashlib.sha256(request.body).digest()
    try:
        body = _inflated(request)  # (5) within the limits, and an export request
        records = _records(body, media_type(request.headers))
    except (BatchError, Unreadable) as wrong:
        facts = {"limit": _LIMITS[wrong.code]} if wrong.code in _LIMITS else {}
        return Refused(code=wrong.code, facts=facts, keyid=bearer.holder.name, digest=digest.hex())
    case = _Case(bearer, body, digest, now=now, target=target)
    lines = [line_of(said) for said in records]
    return Forwarded(tuple(case.entries(lines)))


def _inflated(request: Request) -> bytes:
    coding = request.headers.get("content-encoding", "identity")
    return inflate(request.body, coding=coding) if request.body else b""


def _records(body: bytes, media: str | None) -> Sequence[Said]:
    if media == PROTOBUF:
        return read_protobuf(body)
    return read_json(body) if body else []


class _Case:
    """One request whose records are known."""

    def __init__(self, bearer: Bearer, body: bytes, digest: bytes, *, now: datetime, target: str) -> None:
        """Why: named by the inflated body, a request that is packed anew and sent again is stored once."""
        self._bearer, self._digest = bearer, digest
        self._now, self._target = now, target
        installation = bearer.holder.installation.encode()
        named = b"\n".join((_DOMAIN, installation, hashlib.sha256(body).digest()))
        self._stream = hashlib.sha256(named).digest()[:16]

    def entries(self, lines: Sequence[bytes]) -> list[Entry]:
        """The batches, each ready for the journal and naming the one before it."""
        made: list[Entry] = []
        for start in range(0, len(lines), limits.EVENTS_MAX):
            part = lines[start : start + limits.EVENTS_MAX]
            prev = made[-1].body_sha256 if made else NO_PREVIOUS
            made.append(self._entry(part, BatchHeader(self._stream, start + 1, start + len(part), prev)))
        return made

    def _entry(self, lines: Sequence[bytes], header: BatchHeader) -> Entry:
        holder, kept = (
            self._bearer.holder,
            [line if len(line) <= limits.EVENT_MAX else BLANK for line in lines],
        )
        fates = judge_events(  # (6) a fate for every line, by the one judge
            b"\n".join(kept),
            first=header.first,
            last=header.last,
            findings=holder.entry.findings,
            now=self._now,
            alone=True,
        )
        assert isinstance(fates, Fates)  # the lines are ours: as many as numbers, and each judged alone
        for verdict in fates.rejected:  # (7) of a record that is no event no value is kept
            if verdict.code != UNKNOWN_FINDING:
                kept[verdict.seq - header.first] = BLANK
        coded = deflate(b"\n".join(kept) + b"\n", CODING)
        digest = hashlib.sha256(coded).digest()
        return Entry(
            installation=holder.installation,
            device=holder.entry.device,
            site=holder.entry.site,
            keyid=holder.name,
            header=header,
            coded=coded,
            coding=CODING,
            body_sha256=digest,
            base=self._base(header, digest),
            signature=b"",
            received_at=self._now,
            directory=self._bearer.directory,
            rejected=tuple(_too_large(verdict, lines, header.first) for verdict in fates.rejected),
            shapes=fates.shapes,
            flagged=fates.flagged,
        )

    def _base(self, header: BatchHeader, digest: bytes) -> bytes:
        """What the log signs for in place of a signature base: the lines that we wrote, and what came in."""
        said = {
            "@method": "POST",
            "@target-uri": self._target,
            "content-digest": f"sha-256=:{b64(digest)}:",
            "content-type": CONTENT_TYPE,
            "nadzor-batch": header.render(),
            "content-encoding": CODING,
            "otlp-digest": f"sha-256=:{b64(self._digest)}:",
        }
        return "\n".join(f'"{name}": {value}' for name, value in said.items()).encode("latin-1")


def _too_large(verdict: Verdict, lines: Sequence[bytes], first: int) -> Verdict:
    """The true reason of a record that was blanked for its size before the judge could see it."""
    if len(lines[verdict.seq - first]) <= limits.EVENT_MAX:
        return verdict
    return Verdict(verdict.seq, "event.too-large", "$", f"Expected at most {limits.EVENT_MAX} bytes")
