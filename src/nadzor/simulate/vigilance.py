# SPDX-License-Identifier: Apache-2.0
"""Adverse events, plans and answers of the demonstration: scripts of invented things, read from a page."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages
from nadzor.base.problems import Text

FILE_HEADINGS = (
    "report_id", "event_date", "aware_date", "received_date", "event_type", "problem_codes", "narrative",
    "device",
)  # fmt: skip


class Told(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One event: by whom, where, how many working days ago, what, and its steps as "days ago, verb".

    Units: `ago` and steps working days before today, `event` and `aware` calendar days before the filing.
    """

    by: str
    where: str
    ago: int
    type: str
    problems: tuple[str, ...]
    narrative: str
    steps: tuple[str, ...]
    effects: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    told: str = ""
    form: str = "message"
    event: int = 1
    aware: int = 0


class Sent(Struct, frozen=True, forbid_unknown_fields=True):
    """What an installation sends."""

    type: str
    problems: tuple[str, ...]
    narrative: str


class Sheet(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of events: the device its rows name, and the rows with days ago in place of dates."""

    device: str
    rows: tuple[tuple[str, int, int, int, str, str, str], ...]


class Notice(Struct, frozen=True, forbid_unknown_fields=True):
    """What the public is told of a maker's notice."""

    title: Text
    text: Text


class Vigilance(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole page."""

    events: tuple[Told, ...]
    file: Sheet
    wire: Sent
    documents: dict[str, dict[str, Any]]
    said: dict[str, str]
    notice: Notice
    plan: dict[str, str]
    monitoring: dict[str, str]
    ethics: dict[str, tuple[str, str]]


@cache
def vigilance() -> Vigilance:
    """Everything, as vigilance.yaml keeps it."""
    page = files("nadzor.simulate").joinpath("vigilance.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Vigilance)


def events_file(rows: Sheet, devices: Mapping[str, str], *, today: date) -> bytes:
    """The rows as a CSV file that a regulator might have been sent, with dates before today."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(FILE_HEADINGS)
    for number, event, aware, received, kind, codes, text in rows.rows:
        days = ((today - timedelta(ago)).isoformat() for ago in (event, aware, received))
        writer.writerow([number, *days, kind, codes, text, devices.get(rows.device, "")])
    return out.getvalue().encode()
