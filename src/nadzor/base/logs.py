# SPDX-License-Identifier: Apache-2.0
"""Logs: events with names, to standard error; JSON lines for machines, plain text on a terminal.

Why: tracebacks never show local variables, and of a failure only its kind and place, since the words of a
parser or a database repeat what they stumbled over: batches, keys or narratives would reach the log.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from io import TextIOBase
from typing import TextIO, cast

import structlog
from structlog.types import EventDict, Processor

from .problems import Refusal


def configure() -> None:
    """Set up logging of this process."""
    on_terminal = sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, *(_for_people() if on_terminal else _for_machines())],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )


class _StandardError(TextIOBase):
    """Standard error as it is at the moment of each line.

    Why: loggers are made once, and whoever replaces or closes the stream afterwards would break them.
    """

    def write(self, text: str) -> int:
        """Write to today's standard error."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Let it out."""
        sys.stderr.flush()


class LibraryLine(logging.Formatter):
    """A line of a library's logger in our form: JSON, UTC, and of a failure its kind and place alone.

    Why: the words of its exceptions repeat values as those of a parser do, and its clock is the house's zone.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        line = {
            "event": "library.said", "logger": record.name, "said": record.getMessage(),
            "level": record.levelname.lower(), "timestamp": moment,
        }  # fmt: skip
        error = record.exc_info[1] if record.exc_info else None
        return json.dumps(line | ({"exception": told(error)} if error else {}), ensure_ascii=False)


def told(error: BaseException) -> str:
    """A failure and what led to it, the first cause first: kinds and places, no values.

    Why: the house's own refusals hold no refused value, and the system's errors are its fixed words.
    """
    return "\n".join(reversed(list(_chain(error))))


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        places = "".join(traceback.format_tb(error.__traceback__))
        yield f"{places}{type(error).__name__}{_words(error)}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _words(error: BaseException) -> str:
    if isinstance(error, Refusal):
        return f": {error.code}"
    return f": {error.strerror or error.args[0]}" if isinstance(error, OSError) and error.args else ""


def _without_values(_logger: object, _name: str, event: EventDict) -> EventDict:
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()[1]
    error = found[1] if isinstance(found, tuple) else found
    return {**event, "exception": told(error)} if isinstance(error, BaseException) else event


def _for_people() -> list[Processor]:
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _for_machines() -> list[Processor]:
    return [_without_values, structlog.processors.JSONRenderer(ensure_ascii=False)]
