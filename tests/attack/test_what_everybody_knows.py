# SPDX-License-Identifier: Apache-2.0
"""What no table says and everybody knows: who works made one study, and "fewer than 10" is nine at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from nadzor.disclosure.attack import Report, Secret, attack
from nadzor.disclosure.building import Asked, build
from nadzor.disclosure.dominance import Rules
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.ledger import Atom
from nadzor.disclosure.scope import Facts
from nadzor.disclosure.tables import Band, Cell, Figure, PublicTable

MONTH: Final = "2026-10"
RULES: Final = Rules(organisations=5, studies=10, interval=15)
Nation = Mapping[str, tuple[int, ...]]  # what each site of a device counted

#: Two clinics that know each other's counts leave the largest beside two that made one study each.
FIVE: Final[Nation] = {"a": (13, 5, 5, 1, 1)}
#: One device below the floor of studies, one that three sites run; only their sum can be told.
TWO: Final[Nation] = {"low": (2, 2, 2, 2, 1), "few": (40, 39, 38)}


def facts(nation: Nation, quantity: str = "studies") -> Facts:
    """The devices of a nation, one modality, one maker each."""
    counted = {
        (Atom(MONTH, device), f"{device}{site}"): n
        for device, sites in nation.items()
        for site, n in enumerate(sites)
    }
    return Facts(
        counted={quantity: counted}, groups=dict.fromkeys(nation, "CT"), makers={one: one for one in nation},
        running={(MONTH, one): frozenset(f"{one}{k}" for k in range(len(nation[one]))) for one in nation},
    )  # fmt: skip


def table(
    series: str, dimension: str, figures: Mapping[str, Figure], measure: str = "studies"
) -> PublicTable:
    """A table made by hand."""
    cells = tuple(Cell((row,), measure, figure) for row, figure in figures.items())
    return PublicTable(
        series=series, period=MONTH, edition=1, known_by=date(2026, 11, 20), dimensions=(dimension,),
        measures=(measure,), cells=cells,
    )  # fmt: skip


def attacked(known: Facts, *tables: PublicTable) -> Report:
    """What the opponents find."""
    secret = Secret(counted=known.counted, groups=known.groups, makers=known.makers, running=known.running)
    return attack(tables, secret, interval=0.15)


def built(known: Facts) -> list[PublicTable]:
    """What the house would publish."""
    done: list[PublicTable] = []
    for name in ("use-nation", "use-month", "use-national"):
        asked = Asked(name=name, period=MONTH)
        done.append(build(asked, known, earlier=done, rules=RULES, known_by=date(2026, 11, 20)))
    return done


def test_who_works_made_one_study():
    """Of 25 studies two clinics know ten, two others made one each at least: thirteen is exact from above."""
    told = table("use-month", "device", {"a": Shown(25)})
    report = attacked(facts(FIVE), told)
    assert (report.close > 0, report.finds[0].high, report.finds[0].site) == (True, 13, "a0")
    assert not any(isinstance(cell.figure, Shown) for one in built(facts(FIVE)) for cell in one.cells)


def test_who_may_have_failed_nothing_keeps_nobody_from_it():
    """Failures have no such least count: the same numbers leave the largest free to be two more."""
    known = facts(FIVE, "failed")
    told = table("failures-quarter", "nation", {"all": Shown(25)}, "stage_share")
    report = attacked(known, told)
    assert report.finds[0].high == 15


def test_fewer_than_ten_is_nine_at_most():
    """Beside 126 in all, a device hidden as "fewer than 10 studies" leaves 117 at least for the other."""
    low, few = Hidden("studies", 10), Hidden("organisations", 5)
    tables = [
        table("use-month", "device", {"low": low, "few": few}),
        table("use-nation", "nation", {"all": Shown(126)}),
    ]
    report = attacked(facts(TWO), *tables)
    assert report.close > 0
    assert any(find.site.startswith("few") and find.low >= 40 for find in report.finds)
    assert attacked(facts(TWO), *built(facts(TWO))).is_safe


def test_the_rule_itself_is_no_find():
    """That a device hidden as "fewer than 10 studies" made nine at most is told by the rule itself."""
    told = table("use-month", "device", {"low": Hidden("studies", 10)})
    assert attacked(facts(TWO), told).is_safe


def test_both_of_two_answers_are_attacked():
    """Agreement tells disagreement as well: a clinic that alone disagreed is found behind a narrow band."""
    known = facts({"a": (90, 90, 90, 90, 90, 90)}, "agree")
    known.counted["disagree"] = {(Atom(MONTH, "a"), "a0"): 40}  # type: ignore[index]
    report = attacked(known, table("use-month", "device", {"a": Band(9300, 9310)}, "agreement"))
    assert any(find.quantity == "disagree" and find.site == "a0" for find in report.finds)
