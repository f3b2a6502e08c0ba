# SPDX-License-Identifier: Apache-2.0
"""What an answer asks for, and how long to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nadzor_sdk import delivery
from nadzor_sdk.delivery import Response, server_time, step_for, wait_s


def answer(status, code=None):
    """A response with a problem document."""
    return Response(status, {}, b'{"code":"%b"}' % code.encode() if code else b"<html>")


@pytest.mark.parametrize(
    ("status", "code", "step"),
    [
        (200, None, "receipt"),
        (0, None, "retry"),
        (429, "gateway.busy", "retry"),
        (502, None, "retry"),
        (503, "directory.stale", "retry"),
        (504, None, "retry"),
        (401, "signature.time", "resign"),
        (401, "signature.invalid", "hold"),
        (401, "key.unknown", "hold"),
        (403, "key.revoked", "hold"),
        (403, "key.foreign", "hold"),
        (404, None, "hold"),
        (301, None, "hold"),
        (500, None, "hold"),
        (501, None, "hold"),
        (507, None, "hold"),
        (400, "batch.header", "refuse"),
        (413, "batch.too-large", "refuse"),
        (415, "batch.content-encoding", "recode"),
        (415, "batch.content-type", "refuse"),
        (422, "batch.ratio", "refuse"),
        (422, "batch.personal-data", "withhold"),
        (409, "batch.conflict", "restream"),
        (409, None, "hold"),
        (408, "batch.too-slow", "retry"),
        (400, "digest.mismatch", "hold"),
        (400, None, "hold"),
        (413, None, "hold"),
    ],
)
def test_every_answer_has_one_step(status, code, step):
    """The table of the protocol, row by row."""
    assert step_for(answer(status, code), enrolled_s_ago=10_000) == step


def test_a_fresh_key_is_given_five_minutes():
    """Unknown keys are retried until five minutes after enrolment."""
    unknown = answer(401, "key.unknown")
    assert step_for(unknown, enrolled_s_ago=299) == "retry"
    assert step_for(unknown, enrolled_s_ago=301) == "hold"


@given(st.integers(0, 400), st.floats(0, 1))
def test_waits_grow_and_stay_bounded(attempt, jitter):
    """Without a word from the server the wait is between half a quarter second and a minute."""
    wait = wait_s(attempt, jitter=jitter)
    assert 0.25 <= wait <= 60 and wait <= wait_s(attempt + 1, jitter=1.0)


@given(st.integers(0, 400), st.floats(0, 1), st.integers(0, 3600))
def test_no_wait_is_shorter_than_asked(attempt, jitter, asked):
    """Retry-After is a floor, and jitter only ever adds to it."""
    assert asked <= wait_s(attempt, jitter=jitter, asked=str(asked)) <= max(60.0, asked * 1.25)


def test_retry_after_may_be_a_date():
    """An HTTP date counts from now; one in the past, or nonsense, does not count."""
    now = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    later = format_datetime(now + timedelta(seconds=90), usegmt=True)
    assert delivery.asked_wait_s(later, now_s=now.timestamp()) == 90
    assert delivery.asked_wait_s(later, now_s=now.timestamp() + 900) == 0
    assert delivery.asked_wait_s("soon", now_s=0.0) == delivery.asked_wait_s(None, now_s=0.0) == 0


def test_an_absurd_retry_after_is_capped():
    """A server cannot silence a device for a year by mistake."""
    assert wait_s(0, jitter=0.0, asked="31536000") == 3600


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b'{"server_time":"2026-11-03T09:00:00.500Z"}', {}, datetime(2026, 11, 3, 9, 0, 0, 500_000, UTC)),
        (b'{"server_time":"2026-11-03T09:00:00"}', {}, datetime(2026, 11, 3, 9, tzinfo=UTC)),
        (b'{"server_time":"now"}', {}, None),
        (b"", {"date": "Tue, 03 Nov 2026 09:00:00 GMT"}, datetime(2026, 11, 3, 9, tzinfo=UTC)),
        (b"", {"date": "Tue, 03 Nov 2026 09:00:00 -0000"}, datetime(2026, 11, 3, 9, tzinfo=UTC)),
        (b"", {"date": "today"}, None),
        (b"", {}, None),
    ],
)
def test_the_server_time_is_found(body, headers, expected):
    """The problem's member wins, the Date header serves, nonsense is nothing."""
    assert server_time(Response(401, headers, body)) == expected


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\xff", b'{"code":5}', b'{"code":"' + b"x" * 99 + b'"}', b"[" * 99_999]
)
def test_an_answer_without_a_code_is_named_by_its_status(body):
    """Proxies answer with pages of their own."""
    assert Response(502, {}, body).code() == "http.502"
