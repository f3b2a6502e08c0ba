# SPDX-License-Identifier: Apache-2.0
"""What labels and physicians say of a device, beside what was declared: the table and the chart of 360°."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec.structs import replace

from nadzor.actions.run_detectors import check_claims
from nadzor.base.home import Home
from nadzor.detect.claim_check.verdict import Verdict
from nadzor.portal.charts import figure, order
from nadzor.portal.counts import Counts
from nadzor.portal.figures import Figure
from nadzor.portal.labels import metric_label, reason_label, verdict_state
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.words import interval, language, number
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups

REMEMBERED = 128  # devices' verdicts; gone with the next rollup


def verdicts(home: Home, device: str, *, digest: str) -> tuple[Verdict, ...]:
    """The verdict on every declared claim of a device, by version; remembered while the rollup stands."""
    return _verdicts(str(home.root), digest, device) if digest else ()


@lru_cache(maxsize=REMEMBERED)
def _verdicts(root: str, digest: str, device: str) -> tuple[Verdict, ...]:
    return tuple(check_claims(Rollups.open(Home.open(root)), device=device))


def labels_of(device: str) -> dict[str, str]:
    """Names of a device's findings in this language."""
    return {card.finding: card.label(language()) for card in register.claims(device)}


def verdict_table(
    found: Sequence[Verdict],
    labels: dict[str, str],
    agreement: dict[tuple[str, str], float],
    *,
    versions: bool,
) -> Table:
    """Declared against measured, claim by claim, with the verdict; `versions` tells the versions apart."""
    first = (_("Finding"), _("Measure"), _("Version")) if versions else (_("Finding"), _("Measure"))
    figures = (_("Declared"), _("Lower bound"), _("Measured"), _("95% interval"), _("Labels"), _("Agreement"))
    head = columns(*first, *figures, _("Verdict"), numbers=range(len(first), len(first) + len(figures)))
    note = _(
        "Agreement is the share of pairs of physician and study in which the physician agreed; "
        "it is not accuracy."
    )
    lines = [_verdict_line(each, labels, agreement, versions=versions) for each in found]
    return Table(_("Declared and measured"), head, lines, note=note)


def _verdict_line(
    each: Verdict, labels: dict[str, str], agreement: dict[tuple[str, str], float], *, versions: bool
) -> Line:
    state, seen = verdict_state(each.outcome), each.estimate
    agreed = agreement.get((each.version, each.claim.finding))
    return line(
        labels.get(each.claim.finding, each.claim.finding),
        metric_label(each.claim.metric),
        *((each.version,) if versions else ()),
        number(each.claim.value, 3),
        number(each.claim.lower_bound, 3),
        number(seen.estimate, 3) if seen else "",
        interval(seen.low, seen.high) if seen else "",
        number(each.cases),
        number(agreed, 3) if agreed is not None else "",
        Cell(state.label, state=state.tone, note=reason_label(each.reason)),
    )


def agreement(counts: Counts, device: str) -> dict[tuple[str, str], float]:
    """The share of pairs in which the physician agreed, by version and finding."""
    agree, disagree = (
        {
            (version, finding): n
            for version, finding, n in counts.sums(measure, by=("version", "finding"), device=device)
        }
        for measure in ("agree", "disagree")
    )
    whole = {key: agree.get(key, 0) + disagree.get(key, 0) for key in agree.keys() | disagree.keys()}
    return {key: agree.get(key, 0) / n for key, n in whole.items() if n > 0}


def claims_figure(
    found: Sequence[Verdict], labels: dict[str, str], *, table: Table, look: tuple[str, str, str]
) -> Figure | None:
    """Declared and measured side by side; `look` is theme, rollup digest and device."""
    seen = [each for each in found if each.estimate]
    if not seen:
        return None
    theme, digest, device = look
    names = [_lane(each, labels, several=len({one.version for one in seen}) > 1) for each in seen]
    rows = [_plot(name, each) for name, each in zip(names, seen, strict=True)]
    words = (
        _("Declared (diamond), lower bound (tick) and measured with its 95% interval"),
        verdict_sentence(found),
    )
    made = order("claims", {"rows": rows, "labels": names}, digest=digest, device=device)
    drawn = figure(made, theme=theme, words=words, table=table, height=60 + 30 * len(rows))
    return replace(drawn, is_open=True)


def _plot(name: str, each: Verdict) -> dict[str, object]:
    assert each.estimate is not None
    return {
        "label": name,
        "measured": each.estimate.estimate,
        "low": each.estimate.low,
        "high": each.estimate.high,
        "declared": each.claim.value,
        "bound": each.claim.lower_bound,
        "verdict": each.outcome,
    }


def _lane(each: Verdict, labels: dict[str, str], *, several: bool) -> str:
    name = f"{labels.get(each.claim.finding, each.claim.finding)}, {metric_label(each.claim.metric)}"
    return f"{name}, {each.version}" if several else name


def verdict_sentence(found: Sequence[Verdict]) -> str:
    """How many claims stand, fall or cannot be tested."""
    n = {
        outcome: sum(each.outcome == outcome for each in found)
        for outcome in ("consistent", "contradicted", "untestable")
    }
    facts = {name: number(count) for name, count in n.items()} | {"n": number(len(found))}
    return (
        ngettext(
            "Of %(n)s declared figure %(consistent)s is consistent with the labels, "
            "%(contradicted)s contradicted, %(untestable)s untestable.",
            "Of %(n)s declared figures %(consistent)s are consistent with the labels, "
            "%(contradicted)s contradicted, %(untestable)s untestable.",
            len(found),
        )
        % facts
    )
