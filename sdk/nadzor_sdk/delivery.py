# SPDX-License-Identifier: Apache-2.0
"""What to do with an answer: one table, no hands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

Step: TypeAlias = Literal["receipt", "retry", "resign", "recode", "withhold", "restream", "refuse", "hold"]

BROKEN = frozenset((0, 408))  # no answer at all; the body did not arrive in time
RETRIED = frozenset((429, 502, 503, 504))  # nothing else is retried soon
REFUSED = frozenset((400, 413, 415, 422))  # with a code `batch.…` this batch will never be accepted
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 60.0
LONGEST_ASKED_WAIT_S = 3600.0  # a Retry-After beyond an hour is a mistake of somebody's
HOLD_S = 300.0  # pause after an answer that only a person can change: revoked key, wrong address
ENROLMENT_GRACE_S = 300.0  # a fresh key needs this long to reach every gateway

_BY_CODE: dict[str, Step] = {
    "signature.time": "resign",
    "batch.content-encoding": "recode",
    "batch.personal-data": "withhold",
    "batch.conflict": "restream",
}


class Response(Struct, frozen=True):
    """An answer as it came; status 0 is a broken connection."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def problem(self) -> dict[str, Any]:
        """Members of the problem document, empty if there is none."""
        try:
            found = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def code(self) -> str:
        """Code of the problem, or the status in its place."""
        code = self.problem().get("code")
        return code if isinstance(code, str) and len(code) <= 64 else f"http.{self.status}"


def step_for(response: Response, *, enrolled_s_ago: float) -> Step:
    """What an answer asks for.

    Why: a batch is given up only on the gateway's own word that the batch is at fault. A proxy's page, a
    digest that no longer fits or a signature that fails may be somebody else's doing, so the batch is held.
    """
    if response.status == 200:
        return "receipt"
    if response.status in BROKEN or response.status in RETRIED:
        return "retry"
    code = response.code()
    if code == "key.unknown" and enrolled_s_ago < ENROLMENT_GRACE_S:
        return "retry"
    at_fault = response.status in REFUSED and code.startswith("batch.")
    return _BY_CODE.get(code) or ("refuse" if at_fault else "hold")


def wait_s(attempt: int, *, jitter: float, asked: str | None = None, now_s: float = 0.0) -> float:
    """Seconds to wait before the next attempt: doubling, jittered, never less than the server asked for."""
    backoff = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt, 16)) * (0.5 + 0.5 * jitter)
    floor = min(LONGEST_ASKED_WAIT_S, asked_wait_s(asked, now_s=now_s))
    return max(backoff, floor * (1.0 + 0.25 * jitter))


def asked_wait_s(asked: str | None, *, now_s: float) -> float:
    """Seconds of a Retry-After header, given as seconds or as a date (RFC 9110 section 10.2.3)."""
    if not asked:
        return 0.0
    if asked.strip().isdecimal():
        return float(asked)
    moment = _moment(asked)
    return max(0.0, moment.timestamp() - now_s) if moment else 0.0


def server_time(response: Response) -> datetime | None:
    """The server's clock: `server_time` of the problem, else the Date header."""
    stated = response.problem().get("server_time")
    if isinstance(stated, str):
        try:
            moment = datetime.fromisoformat(stated)
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _moment(response.headers.get("date", ""))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
