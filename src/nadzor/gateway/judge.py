# SPDX-License-Identifier: Apache-2.0
"""The one fate of a batch, decided from its bytes alone. Pure and total: it never raises.

The steps are numbered; tests/unit/gateway/test_judge.py has the same numbers. Cheap ones come first, and
nothing is inflated before the signature over it holds.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

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

from .events import Fates, Personal, judge_events
from .fates import Judged, Refused, Request
from .keyring import KeyRing

CODINGS: Final = ("zstd", "gzip")
STALE_RETRY_S: Final = 5  # the directory is republished every 15 s

_LIMITS: Final = {
    "batch.too-large": limits.CODED_MAX,
    "batch.inflated-too-large": limits.INFLATED_MAX,
    "batch.ratio": limits.RATIO_MAX,
    "batch.too-many-events": limits.EVENTS_MAX,
    "signature.time": limits.SIGNATURE_WINDOW_S,
}
_PLACES: Final = {
    "batch.header": "nadzor-batch",
    "batch.inflate": "content-encoding",
    "digest.mismatch": "content-digest",
    "digest.missing": "content-digest",
    "signature.components": "signature-input",
    "signature.invalid": "signature",
    "signature.malformed": "signature-input",
    "signature.missing": "signature",
}


def judge(
    request: Request, *, directory: KeyRing | None, now: datetime, public_url: str, sandbox: bool = False
) -> Judged | Refused:
    """The fate of one request to the intake of the log, or of the sandbox's."""
    case = _Case(request, now, sandbox=sandbox)
    try:
        return Judged(case.entry(directory, public_url))
    except (BatchError, SignatureError, _No) as wrong:
        return case.refused(wrong)


class _No(Exception):
    """The case is closed with a refusal; never leaves this file."""

    def __init__(self, code: str, at: str | None = None, *, seq: int | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.at = at
        self.seq = seq
        self.facts = facts


class _Case:
    """One request on its way through the steps; remembers whose it is once that is known."""

    def __init__(self, request: Request, now: datetime, *, sandbox: bool) -> None:
        self._request = request
        self._sandbox = sandbox
        self._headers = request.headers
        self._now = now
        self._keyid: str | None = None

    def entry(self, directory: KeyRing | None, public_url: str) -> Entry:
        """The batch, ready for the journal."""
        if directory is None or not directory.fresh(self._now):  # (1) the directory can be believed
            raise _No("directory.stale", retry_after_s=STALE_RETRY_S)
        coding = self._form()  # (2) (3) (4)
        header = self._header()  # (5)
        digest = verify_digest(self._headers, self._request.body)  # (6) the body is the one that was digested
        parts = parse_signature(self._headers)  # (7) one signature over all that must be covered
        holder, public = self._holder(parts.keyid, directory)  # (8) by a key that may report here
        verify_created(parts, now_s=self._now.timestamp())  # (9) made now
        base = verify_request(  # (10) and it holds
            parts,
            public=public,
            method=self._request.method,
            target_uri=public_url + PATH,
            headers=self._headers,
        )
        fates = self._fates(header, coding, holder)  # (11) (12) (13) (14)
        return Entry(
            installation=holder.installation,
            device=holder.entry.device,
            site=holder.entry.site,
            keyid=parts.keyid,
            header=header,
            coded=self._request.body,
            coding=coding,
            body_sha256=digest,
            base=base,
            signature=parts.signature,
            received_at=self._now,
            directory=directory.serial,
            rejected=fates.rejected,
            shapes=fates.shapes,
            flagged=fates.flagged,
            lost=fates.lost,
        )

    def refused(self, wrong: BatchError | SignatureError | _No) -> Refused:
        """The refusal, with the digest of what is refused."""
        facts: dict[str, Any] = dict(wrong.facts) if isinstance(wrong, _No) else {}
        if wrong.code in _LIMITS:
            facts["limit"] = _LIMITS[wrong.code]
        if wrong.code == "signature.time":
            facts["server_time"] = self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Refused(
            code=wrong.code,
            at=wrong.at if isinstance(wrong, _No) else _PLACES.get(wrong.code),
            facts=facts,
            seq=wrong.seq if isinstance(wrong, _No) else None,
            keyid=self._keyid,
            digest=hashlib.sha256(self._request.body).hexdigest(),
        )

    def _form(self) -> str:
        if self._headers.get("content-type") != CONTENT_TYPE:  # (2) the one media type
            raise _No("batch.content-type", "content-type", expected=CONTENT_TYPE)
        coding = self._headers.get("content-encoding")
        if coding is not None and coding not in CODINGS:  # (3) a coding that we read
            raise _No("batch.content-encoding", "content-encoding", accepted=", ".join(CODINGS))
        if not self._request.body:  # (4) something is there, and not too much of it
            raise _No("batch.empty")
        if len(self._request.body) > limits.CODED_MAX:
            raise _No("batch.too-large")
        return coding or "identity"

    def _header(self) -> BatchHeader:
        text = self._headers.get("nadzor-batch")
        if text is None:
            raise _No("batch.header", "nadzor-batch")
        return parse_batch_header(text)

    def _holder(self, keyid: str, directory: KeyRing) -> tuple[Holder, Ed25519PublicKey]:
        holder, public = directory.holder(keyid), directory.public(keyid)
        if holder is None or public is None:
            raise _No("key.unknown")
        self._keyid = keyid
        if holder.key.revoked_at is not None and holder.key.revoked_at <= self._now:
            raise _No("key.revoked")
        if not key_in_time(holder.key, self._now):
            raise _No("key.out-of-time")
        if holder.entry.sandbox is not self._sandbox:  # a test key and a working key never share a log
            raise _No("key.sandbox" if holder.entry.sandbox else "key.live")
        return holder, public

    def _fates(self, header: BatchHeader, coding: str, holder: Holder) -> Fates:
        body = inflate(self._request.body, coding=coding)  # (11) counted while inflating
        judged = judge_events(  # (12) a line for every number, (13) a fate for every line
            body, first=header.first, last=header.last, findings=holder.entry.findings, now=self._now
        )
        if isinstance(judged, int):
            raise _No("batch.count-mismatch", lines=judged, numbers=header.count)
        if isinstance(judged, Personal):  # (14) no personal data
            raise _No("batch.personal-data", judged.at, seq=judged.seq, kind=judged.kind)
        return judged
