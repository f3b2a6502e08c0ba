# SPDX-License-Identifier: Apache-2.0
"""The sentences a signal's card must say beside its figures, so that nobody reads an alarm as a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec
import yaml

from nadzor.base.problems import Text
from nadzor.measures.catalogue import catalogue
from nadzor.vigilance.cards import Circumstances, DetectorRecord, SignalCard, SmallestDrop

METRICS = {
    "sensitivity": Text(ru="Чувствительность", en="Sensitivity"),
    "specificity": Text(ru="Специфичность", en="Specificity"),
    "auc": Text(ru="Площадь под кривой ROC", en="Area under the ROC curve"),
}


class Statement(msgspec.Struct, frozen=True):
    """One sentence of a card; `key` names it for tests and styles."""

    key: str
    text: Text


@cache
def sentences() -> dict[str, Text]:
    """The sentences with their gaps, as statements.yaml keeps them."""
    page = files("nadzor.vigilance").joinpath("statements.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Text])


def statements(
    card: SignalCard, record: DetectorRecord, *, labels: Mapping[str, Text] | None = None
) -> tuple[Statement, ...]:
    """Everything the card must say, in reading order.  `labels` names findings; a code stands for itself.

    Why: an alarm is chosen out of many quiet days and rests on data that may test nothing; the card says so.
    """
    around = card.circumstances
    said = [_fill("agreement"), _labels(around), _fill("chosen_by_alarm"), _fill("other_explanations")]
    said += _drops(around, labels or {})
    if around.version_registered is False:
        said.append(_fill("unregistered", version=card.row.version))
    said += [_record(record), _fill("silence")]
    return tuple(said)


def _labels(around: Circumstances) -> Statement:
    total = sum(each.labels for each in around.labels)
    if not total:
        return _fill("no_labels", window_days=around.window_days)
    strata = catalogue().dimensions["selection"].strata
    parts = [(strata[each.selection], each.labels) for each in around.labels if each.labels]
    selections = Text(
        ru=", ".join(f"{name.ru} — {n}" for name, n in parts),
        en=", ".join(f"{name.en} — {n}" for name, n in parts),
    )
    return _fill("labels", window_days=around.window_days, labels=total, selections=selections)


def _drops(around: Circumstances, labels: Mapping[str, Text]) -> Iterable[Statement]:
    tested = [drop for drop in around.smallest_drops if drop.labels]
    if not tested:
        return [_fill("nothing_declared")]
    return [_drop(drop, around.window_days, labels) for drop in tested]


def _drop(drop: SmallestDrop, window_days: int, labels: Mapping[str, Text]) -> Statement:
    return _fill(
        "no_drop" if drop.drop is None else "smallest_drop",
        metric=METRICS[drop.metric],
        finding=labels.get(drop.finding, drop.finding),
        trials=drop.labels,
        window_days=window_days,
        drop=_points(drop.drop),
    )


def _points(drop: float | None) -> Text:
    points = "" if drop is None else f"{100 * drop:.1f}"
    return Text(ru=points.replace(".", ","), en=points)


def _record(record: DetectorRecord) -> Statement:
    key = "confirmed_share" if record.decided else "none_decided"
    return _fill(key, confirmed=record.confirmed, decided=record.decided, raised=record.raised)


def _fill(key: str, **facts: object) -> Statement:
    sentence = sentences()[key]
    said = {
        language: getattr(sentence, language).format(
            **{
                name: fact.in_language(language) if isinstance(fact, Text) else fact
                for name, fact in facts.items()
            }
        )
        for language in ("ru", "en")
    }
    return Statement(key, Text(**said))
