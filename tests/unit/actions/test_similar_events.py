# SPDX-License-Identifier: Apache-2.0
"""Events like one: counts by version and device, rates per processed study, and the days around it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from nadzor.actions.import_events import import_events
from nadzor.actions.import_register import import_register
from nadzor.actions.similar_events import similar
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.procedures.signal import SIGNAL
from nadzor.vigilance.models import AdverseEvent, Signal
from nadzor.vigilance.similar import Similar
from tests.event_files import rows_of, written
from tests.register_samples import NOW, device, register
from tests.rollup_samples import row, write_rollups

pytestmark = pytest.mark.django_db
TODAY = moscow_date(NOW)
INSPECTOR = Person("ivanova", "Ivanova", Role.INSPECTOR)
MAKER = Person("petrov", "Petrov", Role.MANUFACTURER_ADMIN, "luchik")
OTHER = Person("sidorov", "Sidorov", Role.MANUFACTURER_ADMIN, "farlight")
EVENT = TODAY - timedelta(days=60)
EVENTS = [  # number, device, days ago, version, codes
    ("R-0", "ai-901", 60, "1.0", "A090803"),
    ("R-1", "ai-901", 50, "1.0", "A090803"),
    ("R-2", "ai-901", 40, "1.0", "A090804"),
    ("R-3", "ai-901", 30, "2.0", "A090803"),
    ("R-4", "ai-901", 30, "", "A090803"),
    ("R-5", "ai-901", 400, "1.0", "A090803"),
    ("R-6", "ai-901", 20, "1.0", "A1101"),
    ("R-7", "ai-902", 20, "5.0", "A090803"),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two devices of one solution type, eight events, a year of studies."""
    import_register(register(device(), device(code="ai-902", number="РЗН 2025/90902")), by=CONSOLE, now=NOW)
    head = "report_id,device,event_date,version,problem_codes"
    lines = [
        f"{id},{code},{TODAY - timedelta(days=ago)},{version},{codes}"
        for id, code, ago, version, codes in EVENTS
    ]
    import_events(settings.HOME, written(tmp_path, "\n".join([head, *lines])), by=CONSOLE, now=NOW)
    write_rollups(
        settings.HOME,
        [
            row("processed", 10_000, EVENT, version="1.0"),
            row("processed", 20_000, TODAY - timedelta(days=5), version="2.0"),
            row("processed", 5_000, TODAY - timedelta(days=25), version="5.0", device="ai-902"),
            row("processed", 90_000, TODAY - timedelta(days=500), version="1.0"),
            row("failed", 3, EVENT + timedelta(days=1), version="1.0"),
            row("changes", 1, EVENT - timedelta(days=2), version="1.0"),
        ],
    )
    return settings.HOME


def number(source: str) -> str:
    """An event's number by its sender's."""
    return AdverseEvent.objects.get(source_id=source).number


def counts(told: Similar) -> dict[tuple[str, str], tuple[int, int | None]]:
    """Events and studies by scope and likeness."""
    return {(each.scope, each.likeness): (each.rate.events, each.rate.studies) for each in told.groups}


def test_counts_and_rates_by_scope(home: Home) -> None:
    """Counted by hand: the old one, another chapter, and the event itself are left out."""
    told = similar(home, number("R-0"), by=INSPECTOR, today=TODAY)
    assert counts(told) == {
        ("version", "code"): (1, 10_000), ("version", "kin"): (2, 10_000),
        ("other_versions", "code"): (1, 20_000), ("other_versions", "kin"): (1, 20_000),
        ("device", "code"): (3, 30_000), ("device", "kin"): (4, 30_000),
        ("other_devices", "code"): (1, 5_000), ("other_devices", "kin"): (1, 5_000),
    }  # fmt: skip
    same = told.groups[0].rate
    assert (same.per_10000, same.low, same.high) == (
        1.0,
        pytest.approx(0.0253, abs=1e-4),
        pytest.approx(5.5716, abs=1e-4),
    )
    assert [(each.version, each.rate.events, each.rate.studies) for each in told.by_version] == [
        ("", 1, None), ("1.0", 2, 10_000), ("2.0", 1, 20_000),
    ]  # fmt: skip
    assert set(told.numbers) == {number(each) for each in ("R-1", "R-2", "R-3", "R-4")}


def test_the_days_around_and_the_way_back(home: Home) -> None:
    """Studies, failures and changes of version of four weeks, signals that stood then, the question back."""
    Signal.objects.create(
        fingerprint="f", stream="s", family="f", detector="silence", kind="silence", device="ai-901",
        first_day=EVENT, statistic=1.0, threshold=1.0, evidence={}, state=SIGNAL.first, raised_at=NOW,
        changed_at=NOW,
    )  # fmt: skip
    told = similar(home, number("R-0"), by=INSPECTOR, today=TODAY).around
    assert told is not None
    assert [(each.day - EVENT).days for each in told.days] == [-2, 0, 1]
    assert [(each.processed, each.failed, each.changes) for each in told.days] == [
        (0, 0, 1),
        (10_000, 0, 0),
        (0, 3, 0),
    ]
    assert [each.detector for each in told.signals] == ["silence"]
    assert (told.way_back.device, told.way_back.first, told.way_back.after) == (
        "ai-901", EVENT - timedelta(days=14), EVENT + timedelta(days=15),
    )  # fmt: skip


def test_a_maker_learns_of_its_own_device_only(home: Home) -> None:
    """Devices of others are not counted, the site is not told, and another's event is unknown."""
    AdverseEvent.objects.update(site="s-1")
    told = similar(home, number("R-0"), by=MAKER, today=TODAY)
    assert {each.scope for each in told.groups} == {"version", "other_versions", "device"}
    assert told.around is not None and told.around.way_back.site == ""
    assert similar(home, number("R-0"), by=INSPECTOR, today=TODAY).around.way_back.site == "s-1"  # type: ignore[union-attr]
    for person in (OTHER, None):
        with pytest.raises(Refusal, match="vigilance.event-unknown"):
            similar(home, number("R-0"), by=person, today=TODAY)


def test_events_before_any_study_are_counted_but_not_in_a_rate(home: Home) -> None:
    """An event of a day without telemetry has no studies to stand against."""
    row_ = AdverseEvent.objects.get(source_id="R-1")
    AdverseEvent.objects.filter(pk=row_.pk).update(event_on=EVENT - timedelta(days=100))
    told = similar(home, number("R-0"), by=INSPECTOR, today=TODAY)
    (device,) = [each for each in told.groups if (each.scope, each.likeness) == ("device", "code")]
    assert (device.events, device.rate.events, device.rate.studies) == (3, 2, 30_000)


def test_no_studies_known_is_said_not_guessed(home: Home, tmp_path: Path) -> None:
    """Without a rollup the counts stand, the rates do not."""
    bare = Home.create(tmp_path / "bare")
    told = similar(bare, number("R-0"), by=INSPECTOR, today=TODAY)
    assert {each.rate.studies for each in told.groups} == {None}
    assert {each.rate.per_10000 for each in told.groups} == {None}
    assert told.around is not None and told.around.days == ()


def test_an_event_without_device_or_date_has_nothing_around(home: Home, tmp_path: Path) -> None:
    """Nothing is like a report on a device that nobody knows."""
    import_events(
        home, written(tmp_path, rows_of(["X", "unknown", "", "", "", "", "", ""])), by=CONSOLE, now=NOW
    )
    told = similar(home, number("X"), by=INSPECTOR, today=TODAY)
    assert (told.around, told.numbers, told.codes) == (None, (), ())


def test_an_event_without_a_code_is_like_any_of_its_device(home: Home, tmp_path: Path) -> None:
    """And says so by its likeness."""
    row_ = rows_of(["Y", "ai-901", str(EVENT), "", "", "other", "", ""])
    import_events(home, written(tmp_path, row_), by=CONSOLE, now=NOW)
    told = similar(home, number("Y"), by=MAKER, today=TODAY)
    assert counts(told) == {("device", "any"): (6, 30_000)}
