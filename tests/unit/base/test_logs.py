# SPDX-License-Identifier: Apache-2.0
"""A log line of a failure names the failure and never the values around it."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from nadzor.base import logs
from nadzor.base.problems import Refusal


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


def test_the_words_of_a_parser_do_not_reach_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """A failure that repeats a value is named by its kind and place, and so is what led to it."""
    logs.configure()
    try:
        try:
            float("Iva" + "nov")
        except ValueError as error:
            raise Refusal("journal.missing") from error
    except Refusal:
        structlog.get_logger().exception("jobs.task.failed")
    finally:
        structlog.reset_defaults()
    text = capsys.readouterr().err
    told = json.loads(text)["exception"]
    assert "Ivanov" not in text and told.index("ValueError") < told.index("Refusal: journal.missing")
    assert "test_logs.py" in told


def test_a_library_s_line_has_our_form() -> None:
    """JSON with a name, UTC whatever the zone of the house; a line break stays within its text."""
    record = logging.LogRecord("django.request", logging.ERROR, "x.py", 1, "at %s", ("a\nforged line",), None)
    record.created = 0.25
    text = logs.LibraryLine().format(record)
    told = json.loads(text)
    assert (told["timestamp"], told["level"], told["logger"]) == (
        "1970-01-01T00:00:00.250000Z", "error", "django.request",
    )  # fmt: skip
    assert "\n" not in text and told["said"] == "at a\nforged line" and "exception" not in told


def test_our_own_line_is_json_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    """Event, level, moment with the sign of UTC; what somebody wrote cannot begin a line."""
    logs.configure()
    structlog.get_logger().warning("door.slow", what="x\n{}")
    structlog.reset_defaults()
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["timestamp"].endswith("Z") and (told["event"], told["level"]) == ("door.slow", "warning")
