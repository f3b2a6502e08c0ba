# SPDX-License-Identifier: Apache-2.0
"""What is told of warnings and of public notices, as frozen structs.

Units: counts are sites; a count of None may not be seen, which is not zero.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from nadzor.base.problems import Text


class Progress(Struct, frozen=True, kw_only=True):
    """How a warning fares: sites, those with an account behind them, those that opened and confirmed it."""

    sites: int | None
    reached: int | None
    opened: int | None
    confirmed: int | None
    reminded: int | None
    floor: int = 0  # the disclosure minimum, where it hid a count


class CopyCard(Struct, frozen=True, kw_only=True):
    """One site's copy, for those who may read sites."""

    site: str
    versions: tuple[str, ...]
    sent_at: datetime
    reached: bool
    opened_at: datetime | None
    confirmed_at: datetime | None
    answer: str
    reminded_at: datetime | None


class DecisionCard(Struct, frozen=True):
    """What the head said of the public letter."""

    decision: str
    because: str
    at: datetime
    by: str


class WarningRow(Struct, frozen=True, kw_only=True):
    """A warning in a list; `public` names its notice, `decision` the head's last word on it."""

    number: str
    kind: str
    device: str
    versions: tuple[str, ...]
    filing: str
    event: str
    title: Text
    at: datetime
    confirm_by: date | None
    progress: Progress
    public: str
    decision: str
    stands: bool


class WarningCard(Struct, frozen=True, kw_only=True):
    """A warning whole; `copies` are empty for who may not read sites, `days` are confirmations by day."""

    row: WarningRow
    text: Text
    cites: tuple[str, ...]
    copies: tuple[CopyCard, ...]
    days: tuple[tuple[date, int], ...]
    answers: dict[str, int]
    decisions: tuple[DecisionCard, ...]


class WarningPage(Struct, frozen=True):
    """A page of warnings, newest first; `next` is the cursor of the following one."""

    rows: tuple[WarningRow, ...]
    next: str | None


class ClinicCopy(Struct, frozen=True, kw_only=True):
    """A warning as the clinic behind one site reads it; `overtaken_by` is a later letter of the affair."""

    number: str
    kind: str
    device: str
    versions: tuple[str, ...]
    ran: tuple[str, ...]
    title: Text
    text: Text
    cites: tuple[str, ...]
    at: datetime
    confirm_by: date | None
    opened_at: datetime | None
    confirmed_at: datetime | None
    answer: str
    overtaken_by: str


class NoticeCard(Struct, frozen=True, kw_only=True):
    """A public notice.  `source` is regulator or maker; once it ended, when, why, and what followed it."""

    number: str
    device: str
    versions: tuple[str, ...]
    source: str
    kind: str
    title: Text
    text: Text
    cites: tuple[str, ...]
    published_at: datetime
    ended_at: datetime | None
    ended_because: str
    followed_by: str
    changed_at: datetime


class NoticePage(Struct, frozen=True):
    """A page of notices, newest first; `next` is the cursor of the following one."""

    rows: tuple[NoticeCard, ...]
    next: str | None


class MakersNotice(Struct, frozen=True, kw_only=True):
    """A maker's safety notice that nobody has looked at yet; a held narrative is not shown."""

    document: int
    event: str
    device: str
    at: datetime
    text: str
    fields: dict[str, str]
    held: bool
