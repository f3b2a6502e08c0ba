# SPDX-License-Identifier: Apache-2.0
"""Logs: events with names, to standard error; JSON lines for machines, plain text on a terminal.

Why: tracebacks never show local variables, which would put batches, keys or narratives into a log.
"""

from __future__ import annotations

import sys

import structlog
from structlog.types import Processor


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _for_people() -> list[Processor]:
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _for_machines() -> list[Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
