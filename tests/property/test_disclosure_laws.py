# SPDX-License-Identifier: Apache-2.0
"""The guard against every possible world of a small nation: what stays open is counted, not reasoned."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nadzor.disclosure.attack import Secret, attack
from nadzor.disclosure.building import Asked, build
from nadzor.disclosure.dominance import Rules, step
from nadzor.disclosure.equations import Equation
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.ledger import Atom, Row, ledger_of
from nadzor.disclosure.programs import Field, Target, bounds
from nadzor.disclosure.scope import Facts
from nadzor.disclosure.suppress import settle
from nadzor.disclosure.tables import Band, Cell, NotCollected, NotYet, PublicTable, canonical, digest, read

MONTH = "2026-01"
SMALL = Rules(organisations=1, studies=1, interval=15, coalition=0)
worlds = st.lists(st.lists(st.integers(1, 7), min_size=2, max_size=3), min_size=2, max_size=3)


def _facts(world):
    """Device d runs at as many sites as it has counts; every count is a study count."""
    counted = {
        (Atom(MONTH, f"d{d}"), f"s{s}"): n for d, counts in enumerate(world) for s, n in enumerate(counts)
    }
    devices = [f"d{d}" for d in range(len(world))]
    return Facts(
        counted={"studies": counted}, groups=dict.fromkeys(devices, "CT"),
        makers={device: device for device in devices}, running={},
    )  # fmt: skip


def _open_values(rows, ledger):
    """By (atom, site): every value in some world of whole numbers, none below one, that all rows hold in.

    Method: enumeration over all cells, row sums bounded by the largest.
    """
    places = [(a, s) for a in range(len(ledger.atoms)) for s in range(len(ledger.sites)) if ledger.may[a, s]]
    top = max(row.high for row in rows)
    seen = {place: set() for place in places}
    for values in product(range(1, top + 1), repeat=len(places)):
        world = dict(zip(places, values, strict=True))
        if all(
            row.low <= sum(n for (a, _), n in world.items() if a in row.atoms) <= row.high for row in rows
        ):
            for place, n in world.items():
                seen[place].add(n)
    return seen


@settings(max_examples=25, deadline=None)
@given(world=st.lists(st.lists(st.integers(1, 4), min_size=2, max_size=2), min_size=2, max_size=2))
def test_what_the_guard_leaves_open_is_open(world):
    """For every site some world with 15 % more, and one with less, tells the very same figures."""
    ledger = _facts(world).ledger("studies")
    wanted = [(0,), (1,), (0, 1)]
    rows = [
        Row(name=(str(k),), atoms=atoms, low=ledger.total(atoms), high=ledger.total(atoms))
        for k, atoms in enumerate(wanted)
    ]
    kept = settle(ledger, rows, rules=SMALL).kept
    assume(kept)
    told = {atom for row in kept for atom in row.atoms}
    for (atom, site), values in _open_values(kept, ledger).items():
        true = int(ledger.n[atom, site])
        if atom in told:
            assert max(values) >= true + step(true, 15)
            assert min(values) <= max(1, true - step(true, 15))


@settings(max_examples=25, deadline=None)
@given(world=worlds, low=st.integers(0, 3))
def test_linear_bounds_hold_every_world(world, low):
    """The attacker's interval is never narrower than the worlds there are, and holds the truth."""
    counts = {(MONTH, f"d{d}", ""): {f"s{s}": n for s, n in enumerate(row)} for d, row in enumerate(world)}
    total = sum(n for row in world for n in row)
    first = next(iter(counts))
    rows = [
        Equation(frozenset(counts), total - low, total, ("all",)),
        Equation(frozenset([first]), sum(world[0]), sum(world[0]), ("first",)),
    ]
    target = Target(keys=frozenset([first]), site="s0", friends=frozenset(), makers=frozenset())
    least, most = bounds(Field(rows, counts, {}), target)
    nearer = bounds(Field(rows, counts, {}, least=1), target)
    assert least <= world[0][0] <= most + 1e-6
    assert (least, most) == pytest.approx((0, sum(world[0])))
    assert nearer == pytest.approx((1, sum(world[0]) - len(world[0]) + 1))


@settings(max_examples=40, deadline=None)
@given(world=st.lists(st.lists(st.integers(1, 400), min_size=1, max_size=9), min_size=2, max_size=6))
def test_the_attack_never_beats_the_guard(world):
    """Whatever the nation, what was built stands every attack; with the guard off nothing would be hidden."""
    facts, rules = _facts(world), Rules(organisations=5, studies=10, interval=15)
    tables: list[PublicTable] = []
    for name in ("use-nation", "use-month", "use-national"):
        asked = Asked(name=name, period=MONTH)
        tables.append(build(asked, facts, earlier=tables, rules=rules, known_by=date(2026, 3, 1)))
    secret = Secret(counted=facts.counted, groups=facts.groups, makers=facts.makers, running={})
    report = attack(tables, secret, interval=0.15, programs=5)
    assert report.is_safe, report.finds


@given(value=st.integers(1, 10**6), interval=st.integers(1, 99))
def test_a_step_is_the_interval_in_whole_studies(value, interval):
    """At least one, and no less than the percent of the value."""
    assert step(value, interval) >= 1
    assert 100 * step(value, interval) >= value * interval > 100 * (step(value, interval) - 1)


figures = st.one_of(
    st.builds(Shown, st.integers(0, 9)), st.builds(Band, st.integers(0, 9), st.none() | st.integers(9, 99)),
    st.just(Hidden("dominance", 15)), st.just(NotCollected()), st.just(NotYet()),
)  # fmt: skip


@given(
    cells=st.lists(
        st.builds(Cell, st.tuples(st.sampled_from("abc")), st.just("studies"), figures), max_size=5
    )
)
def test_a_table_is_its_bytes(cells):
    """A table survives its canonical bytes, whatever the order of its cells, and five kinds stay five."""
    unique = {cell.row: cell for cell in cells}
    told = {"series": "use-month", "period": MONTH, "edition": 1, "known_by": date(2026, 2, 20),
            "dimensions": ("device",), "measures": ("studies",)}  # fmt: skip
    table = PublicTable(**told, cells=tuple(unique.values()))
    turned = PublicTable(**told, cells=tuple(reversed(unique.values())))
    assert digest(table) == digest(turned)
    assert set(read(canonical(table)).cells) == set(table.cells)


def test_a_ledger_adds_what_sites_sent():
    """Counts of an atom and site are summed; who may contribute is known beside who did."""
    ledger = ledger_of({(Atom(MONTH, "d"), "a"): 2}, may={(MONTH, "d"): frozenset({"b"})})
    assert (ledger.total([0]), ledger.organisations([0]), ledger.may.sum()) == (2, 1, 2)
