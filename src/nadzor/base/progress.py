# SPDX-License-Identifier: Apache-2.0
"""Telling a person how far a long deed has come."""

from __future__ import annotations

from collections.abc import Callable

from rich.progress import Progress


def ticker(bar: Progress | None, what: str, *, total: int) -> Callable[[], None]:
    """A step of a progress display; without a display, a step that shows nothing."""
    if bar is None:
        return lambda: None
    task = bar.add_task(what, total=total)
    return lambda: bar.advance(task)
