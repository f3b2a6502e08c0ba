# SPDX-License-Identifier: Apache-2.0
"""The one fate of a batch, decided from its bytes alone. Pure and total: it never raises.

The steps are numbered; tests/unit/gateway/test_judge.py has the same numbers. Cheap ones come first. The head
of a request is judged before its body is read: whoever cannot sign takes neither memory nor anybody's turn.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from nadzor.base.directory import Holder, key_in_time
from nadzor.journal.entry import Entry
from nadzor_wire import limits
from nadzor_wire.batch import CONTENT_TYPE, PATH, BatchError, BatchHeader, inflate, parse_batch_header
from nadzor_wire.signature import (
    SignatureError,
    parse_signature,
    verify_created,
    verify_digest,
    verify_request,
)
from nadzor_wire.suites import VerifyingKey

from .events import Fates, Personal, Unreadable, judge_events
from .fates import Claim, Judged, Refused, Request
from .keyring import KeyRing

CODINGS: Final = ("zstd", "gzip")
STALE_RETRY_S: Final = 5  # the directory is republished every 15 s
SUITE_RETRY_S: Final = 60  # until somebody installs a library

_LIMITS: Final = {
    "batch.too-large": limits.CODED_MAX,
    "batch.inflated-too-large": limits.INFLATED_MAX,
    "batch.ratio": limits.RATIO_MAX,
    "batch.too-many-events": limits.EVENTS_MAX,
}
_PLACES: Final = {
    "batch.header": "nadzor-batch",
    "batch.inflate": "content-encoding",
    "digest.mismatch": "content-digest",
    "signature.components": "signature-input",
    "signature.invalid": "signature",
    "signature.malformed": "signature-input",
    "signature.missing": "signature",
}


def judge(
    request: Request, *, directory: KeyRing | None, now: datetime, public_url: str, sandbox: bool = False
) -> Judged | Refused:
    """The fate of one request to the intake of the log, or of the sandbox's."""
    claim = admit(request, directory=directory, now=now, public_url=public_url, sandbox=sandbox)
    return claim if isinstance(claim, Refused) else decide(claim, request.body, now=now)


def admit(
    head: Request, *, directory: KeyRing | None, now: datetime, public_url: str, sandbox: bool = False
) -> Claim | Refused:
    """Whose batch it is, proved from the head of a request alone; its body is not looked at."""
    case = _Head(head, now, sandbox=sandbox)
    try:
        return case.claim(directory, public_url)
    except (BatchError, SignatureError, _No) as wrong:
        return case.refused(wrong)


def decide(claim: Claim, body: bytes, *, now: datetime) -> Judged | Refused:
    """The fate of the body that was signed for."""
    try:
        return Judged(_entry(claim, body, now), claim.lane)
    except (BatchError, SignatureError, _No) as wrong:
        return _refused(wrong, now, keyid=claim.keyid, digest=sha256(body).hexdigest())


class _No(Exception):
    """The case is closed with a refusal; never leaves this file."""

    def __init__(self, code: str, at: str | None = None, *, seq: int | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.at = at
        self.seq = seq
        self.facts = facts


class _Head:
    """The head of one request on its way through the steps; remembers whose it is once that is known."""

    def __init__(self, head: Request, now: datetime, *, sandbox: bool) -> None:
        self._method = head.method
        self._headers = head.headers
        self._sandbox = sandbox
        self._now = now
        self._keyid: str | None = None
        self._window_s = limits.SIGNATURE_WINDOW_S

    def claim(self, directory: KeyRing | None, public_url: str) -> Claim:
        """What the head proves."""
        if directory is None or not directory.fresh(self._now):  # (1) the directory can be believed
            raise _No("directory.stale", retry_after_s=STALE_RETRY_S)
        coding = self._form()  # (2) (3)
        header = self._header()  # (4) (5)
        parts = parse_signature(self._headers)  # (6) one signature over all that must be covered
        holder, public = self._holder(parts.keyid, directory)  # (7) by a key that may report here
        self._window_s = parts.window_s
        verify_created(parts, now_s=self._now.timestamp())  # (8) made now; if carried, not too long ago
        base = verify_request(  # (9) and it holds
            parts,
            public=public,
            method=self._method,
            target_uri=public_url + PATH,
            headers=self._headers,
            suite=holder.key.suite,
        )
        return Claim(
            holder=holder,
            keyid=parts.keyid,
            header=header,
            coding=coding,
            stated=self._headers["content-digest"],
            base=base,
            signature=parts.signature,
            directory=directory.serial,
        )

    def refused(self, wrong: BatchError | SignatureError | _No) -> Refused:
        """The refusal; of a body that nobody read there is no digest."""
        return _refused(wrong, self._now, keyid=self._keyid, digest="", window_s=self._window_s)

    def _form(self) -> str:
        if self._headers.get("content-type") != CONTENT_TYPE:  # (2) the one media type
            raise _No("batch.content-type", "content-type", expected=CONTENT_TYPE)
        coding = self._headers.get("content-encoding")
        if coding is not None and coding not in CODINGS:  # (3) a coding that we read
            raise _No("batch.content-encoding", "content-encoding", accepted=", ".join(CODINGS))
        return coding or "identity"

    def _header(self) -> BatchHeader:
        text = self._headers.get("nadzor-batch")
        if text is None:  # (4) the batch has its place
            raise _No("batch.header", "nadzor-batch")
        header = parse_batch_header(text)
        if "content-digest" not in self._headers:  # (5) and says which bytes it is
            raise _No("digest.missing", "content-digest")
        return header

    def _holder(self, keyid: str, directory: KeyRing) -> tuple[Holder, VerifyingKey]:
        holder, public = directory.holder(keyid), directory.public(keyid)
        beyond = directory.beyond_us(keyid)
        if holder is None or (public is None and not beyond):
            raise _No("key.unknown")
        self._keyid = keyid
        if holder.key.revoked_at is not None and holder.key.revoked_at <= self._now:
            raise _No("key.revoked")
        if not key_in_time(holder.key, self._now):
            raise _No("key.out-of-time")
        if holder.entry.sandbox is not self._sandbox:  # a test key and a working key never share a log
            raise _No("key.sandbox" if holder.entry.sandbox else "key.live")
        if public is None:  # ours to mend, so the sender only waits
            raise _No("key.suite", retry_after_s=SUITE_RETRY_S)
        return holder, public


def _entry(claim: Claim, body: bytes, now: datetime) -> Entry:
    """The batch, ready for the journal."""
    if not body:  # (10) something is there, and not too much of it
        raise _No("batch.empty")
    if len(body) > limits.CODED_MAX:
        raise _No("batch.too-large")
    used = claim.holder.key.suite
    digest = verify_digest(  # (11) it is the body that was signed
        {"content-digest": claim.stated}, body, suite_name=used
    )
    fates = _fates(claim, body, now)  # (12) (13) (14) (15)
    known = claim.holder.entry
    return Entry(
        installation=claim.holder.installation,
        device=known.device,
        site=known.site,
        keyid=claim.keyid,
        header=claim.header,
        coded=body,
        coding=claim.coding,
        body_sha256=digest,
        base=claim.base,
        signature=claim.signature,
        received_at=now,
        directory=claim.directory,
        rejected=fates.rejected,
        shapes=fates.shapes,
        flagged=fates.flagged,
        lost=fates.lost,
    )


def _fates(claim: Claim, coded: bytes, now: datetime) -> Fates:
    header, findings = claim.header, claim.holder.entry.findings
    body = inflate(coded, coding=claim.coding)  # (12) counted while inflating
    judged = judge_events(  # (13) a line for every number, (14) a fate for every line
        body, first=header.first, last=header.last, findings=findings, now=now
    )
    if isinstance(judged, int):
        raise _No("batch.count-mismatch", lines=judged, numbers=header.count)
    if isinstance(judged, Unreadable):
        raise _No("batch.unreadable", limit=judged.limit)
    if isinstance(judged, Personal):  # (15) no personal data
        raise _No("batch.personal-data", judged.at, seq=judged.seq, kind=judged.kind)
    return judged


def _refused(
    wrong: BatchError | SignatureError | _No,
    now: datetime,
    *,
    keyid: str | None,
    digest: str,
    window_s: int = 0,
) -> Refused:
    facts: dict[str, Any] = dict(wrong.facts) if isinstance(wrong, _No) else {}
    if wrong.code in _LIMITS:
        facts["limit"] = _LIMITS[wrong.code]
    if wrong.code == "signature.time":
        facts["limit"] = window_s
        facts["server_time"] = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Refused(
        code=wrong.code,
        at=wrong.at if isinstance(wrong, _No) else _PLACES.get(wrong.code),
        facts=facts,
        seq=wrong.seq if isinstance(wrong, _No) else None,
        keyid=keyid,
        digest=digest,
    )
