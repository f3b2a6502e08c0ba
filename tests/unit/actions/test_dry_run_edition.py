# SPDX-License-Identifier: Apache-2.0
"""A month filled by another edition: for whom, beside which present one, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.actions.dry_run_edition import dry_run_edition
from nadzor.actions.import_register import import_register
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from tests.register_samples import NOW, device, foreign_device, register
from tests.rollup_samples import row, steady, write_rollups

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)


@pytest.fixture(autouse=True)
def _october(home: Home) -> None:
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    processed = [row("processed", 39, date(2026, 10, day), site="s-1") for day in range(1, 32)]
    decided = [row("decided", 39, date(2026, 10, 5), site="s-1", finding="effusion")]
    write_rollups(home, [*steady(date(2026, 9, 1), date(2026, 11, 20)), *processed, *decided])


def test_each_device_is_set_beside_the_edition_in_force(home: Home) -> None:
    """Both devices that transmit are told; what stops one only here is named, with what the edition adds."""
    run = dry_run_edition(home, "order-4472", "every-field", OCTOBER, by=CONSOLE)
    told = {each.device: each for each in run.devices}
    assert (run.present, run.draft, run.change.added) == (
        "extended-2026",
        True,
        ("register_entry", "safety_information"),
    )
    assert told["ai-901"].present.outcome == "passes"
    assert told["ai-901"].only_here == ("register_entry", "safety_information")
    assert run.outcomes["fails"] + run.outcomes["nothing"] == len(run.devices) == 2


def test_a_maker_sees_its_own_devices_alone(home: Home) -> None:
    """A maker's run holds its own device; a clinic's person sees none."""
    whole = dry_run_edition(home, "order-4472", "draft-2025", OCTOBER, by=CONSOLE)
    maker = Person("maker", "maker", Role.MANUFACTURER_ADMIN, organisation=_maker(), represents=frozenset())
    own = dry_run_edition(home, "order-4472", "draft-2025", OCTOBER, by=maker)
    nobody = dry_run_edition(home, "order-4472", "draft-2025", OCTOBER, by=None)
    assert [each.device for each in own.devices] == ["ai-901"]
    assert len(whole.devices) > len(own.devices) > len(nobody.devices) == 0


@pytest.mark.parametrize(
    ("form", "edition", "code"),
    [
        ("order-1", "draft-2025", "form.unknown"),
        ("order-4472", "draft-1999", "form.edition-unknown"),
        ("order-1113n-report", "2021", "form.not-monthly"),
    ],
)
def test_a_form_that_cannot_be_dry_run_is_refused(home: Home, form: str, edition: str, code: str) -> None:
    """Unknown forms, unknown editions and forms that are no month each have their own refusal."""
    with pytest.raises(Refusal) as refusal:
        dry_run_edition(home, form, edition, OCTOBER, by=CONSOLE)
    assert refusal.value.code == code


def _maker() -> str:
    from nadzor.register import queries

    return queries.device("ai-901").maker.code
