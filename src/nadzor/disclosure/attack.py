# SPDX-License-Identifier: Apache-2.0
"""Attack public tables as an opponent would: linkage, differences, linear programs, insiders in coalition.

Opponents: an outsider who knows from procurement which site runs which device since when; a clinic that knows
its own counts; a maker that knows its devices' counts at every site; any two of them together.  For every
site and every figure below a floor they look for the narrowest interval that all tables ever published leave.
Method: differencing and bounds by linear programming (Hundepool et al., Statistical Disclosure Control, Wiley
2012, section 4.3); a solution in fractions is allowed to the attacker's bound, which makes it no narrower.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Final

from msgspec import Struct

from nadzor.disclosure.equations import COUNTS, Equation, Key, Written, differences, write_down
from nadzor.disclosure.programs import Field, Target, bounds
from nadzor.disclosure.tables import PublicTable

EVERY: Final = tuple(dict.fromkeys(name for names in COUNTS.values() for name in names))
LISTED: Final = 20  # the worst, in a report
TOP: Final = 3  # sites tried in one equation: the larger a site, the closer one comes
PAIRED: Final = 12  # makers of one equation up to which every pair of them is tried


class Find(Struct, frozen=True, kw_only=True):
    """How close opponents came to one site's part, or to a hidden figure (`site` empty).

    Units: `low` and `high` are counts, `high` None without bound; `width` is the share of the true value that
    is left on the narrower side.
    """

    quantity: str
    what: str
    site: str
    low: float
    high: float | None
    width: float
    by: str
    told: tuple[str, ...]


class Report(Struct, frozen=True, kw_only=True):
    """What the attack found; a safe release has nothing `close`.

    Units: `interval` and `narrowest` are shares of the true value on either side; `narrowest` None where
    nothing stood to be attacked.
    """

    interval: float
    narrowest: float | None
    exact: int
    close: int
    equations: int
    targets: int
    programs: int
    finds: tuple[Find, ...]

    @property
    def is_safe(self) -> bool:
        """Whether nobody came closer than the interval."""
        return not self.close


class Secret(Struct, frozen=True, kw_only=True):
    """The truth by quantity and (key, site): to judge what opponents found, and to be an insider's own."""

    counted: Mapping[str, Mapping[tuple[Key, str], int]]
    groups: Mapping[str, str]
    makers: Mapping[str, str]
    running: Mapping[tuple[str, str], frozenset[str]]

    def sums(self) -> dict[str, dict[Key, int]]:
        """Sums over the sites."""
        found: dict[str, dict[Key, int]] = {name: defaultdict(int) for name in self.counted}
        for quantity, counts in self.counted.items():
            for (key, _), n in counts.items():
                found[quantity][key] += n
        return found


def spoken_of(table: PublicTable) -> tuple[str, ...]:
    """The quantities that a table says anything of: a new table changes what is known of no other."""
    return tuple(dict.fromkeys(name for measure in table.measures for name in COUNTS.get(measure, ())))


def attack(
    tables: Sequence[PublicTable],
    secret: Secret,
    *,
    interval: float,
    programs: int = 200,
    quantities: Sequence[str] = EVERY,
) -> Report:
    """Try everything on a set of tables.

    `programs`: the most targets, of each quantity, that are looked for with linear programs, the most exposed
    first; differences are tried for all.  `quantities`: what is attacked.
    """
    sums = secret.sums()
    finds: list[Find] = []
    equations = solved = 0
    for quantity in quantities:
        written = write_down(tables, quantity, sums=sums, groups=secret.groups)
        if written.equations:
            siege = Siege(quantity, written, secret)
            found = siege.lay(programs)
            finds, equations = finds + found, equations + len(written.equations)
            solved += siege.solved
    return _report(finds, interval, equations=equations, programs=solved)


def _report(finds: list[Find], interval: float, *, equations: int, programs: int) -> Report:
    finds = sorted(finds, key=lambda find: (find.width, find.what, find.site))
    close = [find for find in finds if find.width < interval]
    return Report(
        interval=interval, narrowest=round(finds[0].width, 4) if finds else None, close=len(close),
        exact=sum(find.low == find.high for find in close), equations=equations, targets=len(finds),
        programs=programs, finds=tuple((close or finds[:1])[:LISTED]),
    )  # fmt: skip


class Siege:
    """All attacks on one quantity."""

    def __init__(self, quantity: str, written: Written, secret: Secret) -> None:
        self.solved = 0
        self._quantity, self._written, self._makers = quantity, written, secret.makers
        self._counts = _counts(quantity, secret)
        self._equations = differences(written.equations)
        loose = [one for one in written.equations if not one.exact]
        rows, least = [*_kernel(self._equations), *loose], int(quantity == "studies")
        self._field = Field(rows, self._counts, secret.makers, least=least)
        self._bare = Field([one for one in rows if not one.floor], self._counts, secret.makers, least=least)
        self._floors = [one.keys for one in rows if one.floor]
        self._equations += [one for one in loose if not one.floor]

    def lay(self, programs: int) -> list[Find]:
        """Differences for every target, then linear programs for those that came closest."""
        tried = [(self._by_difference(one, target), target) for one, target in self._targets()]
        tried.sort(key=lambda pair: pair[0].width)
        joined = (pair for pair in tried if len(self._field.connected(pair[1].keys)) > 1)
        return [find for find, _ in tried] + [self._by_program(*pair) for pair in islice(joined, programs)]

    def _targets(self) -> Iterator[tuple[Equation, Target]]:
        for one in self._equations:
            for makers, clinics in self._coalitions(one):
                yield from self._sites(one, makers, clinics)
        for name, keys in self._written.hidden.items():
            for one in self._equations:
                if keys and keys <= one.keys:
                    yield from self._hidden(name, keys, one)

    def _coalitions(self, one: Equation) -> list[tuple[frozenset[str], int]]:
        """Sets of makers of an equation's devices, and how many clinics make up two with them."""
        makers = sorted({self._maker(key) for key in one.keys})
        pairs = combinations(makers, 2) if 2 < len(makers) <= PAIRED else ()
        singles = makers if len(makers) > 1 else []
        return [
            (frozenset(), 2),
            *((frozenset({m}), 1) for m in singles),
            *((frozenset(p), 0) for p in pairs),
        ]

    def _sites(
        self, one: Equation, makers: frozenset[str], clinics: int
    ) -> Iterator[tuple[Equation, Target]]:
        held: dict[str, int] = defaultdict(int)
        for key in one.keys:
            if self._maker(key) not in makers:
                for site, n in self._counts[key].items():
                    held[site] += n
        order = sorted(held, key=lambda site: (-held[site], site))
        keys = frozenset(key for key in one.keys if self._maker(key) not in makers)
        for site in [*order[:TOP], *order[TOP:][-1:]]:
            friends = frozenset([other for other in order if other != site][:clinics])
            yield one, Target(keys=keys, site=site, friends=friends, makers=makers)

    def _hidden(self, name: str, keys: frozenset[Key], one: Equation) -> Iterator[tuple[Equation, Target]]:
        own = {self._maker(key) for key in keys}
        others = sorted({self._maker(key) for key in one.keys} - own)
        for makers in (frozenset[str](), *(frozenset({maker}) for maker in others)):
            yield one, Target(keys=keys, site="", friends=frozenset(), makers=makers)

    def _by_difference(self, one: Equation, target: Target) -> Find:
        """One equation alone: all of it that is not known to the opponents may be the target's."""
        known = others = 0
        for key in one.keys:
            if self._maker(key) in target.makers:
                known += self._field.sums[key]
                continue
            at = self._counts[key]
            friends = [at[friend] for friend in target.friends if friend in at]
            mine = (int(target.site in at) if target.site else len(at)) if key in target.keys else 0
            known, others = known + sum(friends), others + len(at) - len(friends) - mine
        low = 0 if others else max(0, one.low - known)
        return self._find(target, (low, one.high - known - others * self._field.least), one.told)

    def _by_program(self, find: Find, target: Target) -> Find:
        self.solved += 1
        low, high = bounds(self._bare if self._lies_low(target) else self._field, target)
        tightest = max(low, find.low), min(high, find.high if find.high is not None else high)
        return self._find(target, tightest, find.told)

    def _find(self, target: Target, ends: tuple[float, float], told: tuple[str, ...]) -> Find:
        keys = [key for key in target.keys if self._maker(key) not in target.makers]
        at = [self._counts[key] for key in keys]
        true = sum(found.get(target.site, 0) if target.site else sum(found.values()) for found in at)
        least = sum(int(target.site in found) if target.site else len(found) for found in at)
        low, high = max(ends[0], least * self._field.least), ends[1]
        up = (high - true) / true if true else float(high >= 1)
        down = (true - low) / true if low > least * self._field.least else 1.0
        return Find(
            quantity=self._quantity, what=_place(target), site=target.site, low=low, told=told,
            high=None if high == float("inf") else high, width=min(up, down), by=_named(target),
        )  # fmt: skip

    def _lies_low(self, target: Target) -> bool:
        """Whether a target is nothing but what a floor is told of: the rule itself bounds it, no table."""
        held = {key for key in target.keys if not target.site or target.site in self._counts[key]}
        return any(held <= keys for keys in self._floors)

    def _maker(self, key: Key) -> str:
        return self._makers.get(key[1], key[1])


def _counts(quantity: str, secret: Secret) -> dict[Key, dict[str, int]]:
    """Counts by key and site; a site that runs a device may have sent nothing, and nobody else knows."""
    found: dict[Key, dict[str, int]] = defaultdict(dict)
    for (key, site), n in secret.counted[quantity].items():
        found[key][site] = n
    if quantity != "studies":
        for key, at in found.items():
            found[key] = dict.fromkeys(secret.running.get(key[:2], ()), 0) | at
    return found


def _kernel(equations: Sequence[Equation]) -> list[Equation]:
    """The equations that are no sum of others: the same knowledge with fewer rows."""
    kept: list[Equation] = []
    for one in sorted(equations, key=lambda one: len(one.keys)):
        inside = [other for other in kept if other.keys <= one.keys]
        whole = set().union(*(other.keys for other in inside)) if inside else set()
        if whole != one.keys:
            kept.append(one)
    return kept


def _place(target: Target) -> str:
    months = sorted({key[0] for key in target.keys})
    devices = sorted({key[1] for key in target.keys})
    return f"{' '.join(devices[:3])}{' …' if len(devices) > 3 else ''} {months[0] if months else ''}".strip()


def _named(target: Target) -> str:
    makers, clinics = len(target.makers), len(target.friends)
    return f"{makers} makers, {clinics} clinics" if makers or clinics else "outsider"
