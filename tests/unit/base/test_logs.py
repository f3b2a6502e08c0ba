# SPDX-License-Identifier: Apache-2.0
"""A log line of a failure names the failure and never the values around it."""

from __future__ import annotations

import json

import pytest
import structlog

from nadzor.base import logs


def test_a_traceback_shows_no_local_variable(capsys: pytest.CaptureFixture[str]) -> None:
    """What a function held when it failed does not reach the log."""
    logs.configure()
    try:
        narrative = "pati" + "ent"
        raise OSError("disk full")
    except OSError:
        structlog.get_logger().exception("journal.append.failed")
    finally:
        structlog.reset_defaults()
    told = json.loads(capsys.readouterr().err)
    assert told["event"] == "journal.append.failed"
    assert "disk full" in told["exception"]
    assert narrative not in json.dumps(told)
