# SPDX-License-Identifier: Apache-2.0
"""The house watches reports: opens, refreshes, warns by stages, marks the missing once, goes on telling."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest

from nadzor.actions.file_monitoring import file_monitoring
from nadzor.actions.import_register import import_register
from nadzor.actions.move_monitoring import move_monitoring
from nadzor.actions.move_signal import Grounds
from nadzor.actions.sign_monitoring import make_ready, sign_monitoring
from nadzor.actions.watch_monitoring import watch_monitoring
from nadzor.actions.write_monitoring import write_monitoring
from nadzor.base.home import Home
from nadzor.people.queries import CONSOLE
from nadzor.records import notices
from nadzor.register.models import Device, Filing
from nadzor.vigilance.models import MissedLimit
from nadzor.vigilance.monitoring import plan, report, reports
from tests.filing_samples import HEAD, MAKER_ADMIN, carry, draft
from tests.monitoring_samples import CODE, PLAN, WORDS, YEAR, filed, monitored_house
from tests.register_samples import device, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _house(home: Home) -> None:
    monitored_house(home)


def on(day: str) -> datetime:
    """Noon in Moscow on a day."""
    return datetime.combine(date.fromisoformat(day), time(9), UTC)


def texts(role: str, organisation: str | None = None) -> list[str]:
    """What somebody was told, newest first."""
    return [each.text.en for each in notices.of(role, organisation, limit=200)]


def test_a_year_is_opened_once_and_drafted(home: Home) -> None:
    """On 1 January the report of the year that is over stands drafted; a second look opens nothing."""
    assert watch_monitoring(home, now=on("2025-12-31")).opened == 0
    assert watch_monitoring(home, now=on("2026-01-01")).opened == 1
    assert watch_monitoring(home, now=on("2026-01-01")).opened == 0
    found = report(HEAD, CODE, YEAR, today=date(2026, 1, 1))
    assert (found.row.state, found.steps[0].by) == ("drafting", "house")
    assert found.report is not None and found.report.known_by == date(2025, 12, 31)
    assert any("is open" in text for text in texts("manufacturer_admin", "luchik"))


def test_before_anything_was_received_it_opens_undrawn(home: Home) -> None:
    """Without a rollup there is nothing to draw: the report is opened all the same and waits."""
    for path in home.rollups.iterdir():
        if path.is_file():
            path.unlink()
    assert watch_monitoring(home, now=on("2026-01-01")).opened == 1
    assert report(HEAD, CODE, YEAR, today=date(2026, 1, 1)).row.state == "due"


def test_warnings_come_by_stages(home: Home) -> None:
    """Sixty, thirty and seven days before, and on Friday before the Sunday of 1 February 2026; each once."""
    told = []
    for offset in range((date(2026, 2, 2) - date(2025, 12, 21)).days):
        now = on("2025-12-21") + timedelta(days=offset)
        told += [(now.date().isoformat(), "warned")] * watch_monitoring(home, now=now).warned
    assert [day for day, _ in told] == ["2025-12-21", "2026-01-02", "2026-01-25", "2026-01-30"]
    assert "a day off" in texts("manufacturer_admin", "luchik")[0]


def test_a_missing_report_is_marked_once_and_told_weekly(home: Home) -> None:
    """The day after the last one: one missed limit, inspector and head told; then once a week, counted."""
    seen, reminded = [], []
    for offset in range(24):
        now = on("2026-02-01") + timedelta(days=offset)
        found = watch_monitoring(home, now=now)
        seen += [now.date()] * found.missing
        reminded += [now.date()] * found.reminded
    assert seen == [date(2026, 2, 2)]
    assert reminded == [date(2026, 2, 8), date(2026, 2, 15), date(2026, 2, 22)]
    missed = MissedLimit.objects.get()
    assert (missed.subject, missed.clock, missed.due) == (
        "monitoring ai-901 2025",
        "monitoring.report",
        date(2026, 2, 1),
    )
    assert (missed.started, missed.responsible) == (date(2025, 3, 3), "manufacturer_admin")
    assert "3 weeks ago" in texts("head")[0] and "3 weeks ago" in texts("inspector")[0]
    (row,) = [each for each in reports(HEAD, today=date(2026, 2, 24)) if each.missing]
    assert (row.device, row.day.year) == (CODE, YEAR)


def test_a_filed_or_unneeded_report_is_not_missed(home: Home) -> None:
    """Neither a report filed in time nor one found not required is ever missing or told of."""
    filed(home)
    assert watch_monitoring(home, now=on("2026-02-02")).missing == 0
    import_register(
        register(device(code="ai-903", number="РЗН 2025/90903")), by=CONSOLE, now=on("2026-01-15")
    )
    watch_monitoring(home, now=on("2026-01-20"))
    told = Grounds("The registration is being cancelled")
    move_monitoring("ai-903", YEAR, "find_not_required", by=HEAD, grounds=told, now=on("2026-01-21"))
    assert watch_monitoring(home, now=on("2026-02-09")).missing == 0
    assert not MissedLimit.objects.exists()


def test_what_was_due_before_us_is_nobodys_miss(home: Home) -> None:
    """What was due before this platform was there is unknown here: neither opened nor missed."""
    old = device(code="ai-904", number="РЗН 2022/90904", registered_on="2023-06-01")
    import_register(register(old), by=CONSOLE, now=on("2025-12-21"))
    assert watch_monitoring(home, now=on("2026-03-01")).missing == 2
    rows = {each.day.year: each for each in reports(HEAD, today=date(2026, 3, 1)) if each.device == "ai-904"}
    assert [(year, row.before, row.missing) for year, row in sorted(rows.items())] == [
        (2023, True, False),
        (2024, True, False),
        (2025, False, True),
        (2026, False, False),
    ]
    assert rows[2026].day.open


def test_after_the_lapse_nothing_is_dated_and_everything_goes_on(home: Home) -> None:
    """Registered in 2027: no last day, nothing missed; the report is opened and filed all the same."""
    late = device(code="ai-905", number="РЗН 2027/90905", registered_on="2027-03-01")
    import_register(register(late), by=CONSOLE, now=on("2027-03-02"))
    watch_monitoring(home, now=on("2028-01-10"))
    found = report(MAKER_ADMIN, "ai-905", 2027, today=date(2028, 1, 10))
    assert (found.row.day.due, found.row.day.missing, found.row.state) == (
        None,
        "law.norm-missing",
        "drafting",
    )
    assert found.report is not None and not found.report.in_force
    write_monitoring("ai-905", 2027, WORDS, by=MAKER_ADMIN, now=on("2028-06-01"))
    hash_ = make_ready(home, "ai-905", 2027, by=MAKER_ADMIN, now=on("2028-06-01"))
    told = {"expected": hash_, "by": MAKER_ADMIN, "now": on("2028-06-01")}
    sign_monitoring(home, "ai-905", 2027, **told)
    assert not file_monitoring("ai-905", 2027, by=MAKER_ADMIN, now=on("2028-06-01")).late
    assert not MissedLimit.objects.filter(device="ai-905").exists()


def test_a_day_without_a_calendar_is_counted(home: Home) -> None:
    """1 February 2028 lies beyond the calendar: days are counted, the last working day is not guessed."""
    assert watch_monitoring(home, now=on("2028-01-20")).uncalendared == 1
    assert any("12 days are left" in text for text in texts("manufacturer_admin", "luchik"))


def test_the_plan_of_a_registered_dossier_is_adopted(home: Home) -> None:
    """The plan that a filing was registered with becomes edition 1, once, and names its filing."""
    number = draft()
    carry(number, "submit")
    row = Filing.objects.get(number=number)
    told = {"plan": msgspec.to_builtins(PLAN)}
    row.submissions.create(at=row.opened_at, by="luchik-a", form=told, papers=[], digest="0" * 64)
    row.device, row.state = Device.objects.get(code=CODE), "registered"
    row.save()
    assert watch_monitoring(home, now=on("2026-01-02")).adopted == 1
    assert watch_monitoring(home, now=on("2026-01-03")).adopted == 0
    found = plan(CODE)
    assert found is not None
    assert (found.edition, found.filing, found.plan, found.since) == (1, number, PLAN, date(2025, 3, 3))
