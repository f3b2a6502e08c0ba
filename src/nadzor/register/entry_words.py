# SPDX-License-Identifier: Apache-2.0
"""An entry's fields in words: what an edition changed, readable by whoever is not a programmer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml
from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.register.editions import Flat
from nadzor.register.revision_cards import Difference
from nadzor.register.vocabulary import field_text, solution_text

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The page of words."""

    fields: Mapping[str, Text]
    causes: Mapping[str, Text]
    statuses: Mapping[str, Text]
    metrics: Mapping[str, Text]
    parts: Mapping[str, Text]


@cache
def words() -> Words:
    """The page, read once."""
    page = (files("nadzor.register") / "entry_words.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), Words)


def cause_text(cause: str) -> Text:
    """What caused an edition; an unknown cause stands for itself."""
    return words().causes.get(cause, Text(cause, cause))


def differences(before: Flat, after: Flat) -> tuple[Difference, ...]:
    """The fields that two flat entries say differently, in the order of the entry."""
    order = list(words().fields)
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return tuple(
        Difference(key, _label(key), _told(key, before.get(key)), _told(key, after.get(key)))
        for key in sorted(keys, key=lambda key: (order.index(key.split("/")[0]), key))
    )


def _label(key: str) -> Text:
    name, *rest = key.split("/")
    label = words().fields[name]
    if not rest:
        return label
    texts = [words().metrics.get(part, Text(part, part)) for part in rest]
    return _join(" ", label, *texts)


def _told(key: str, value: Any) -> Text | None:
    if value is None:
        return None
    name = key.split("/", maxsplit=1)[0]
    return _TOLD.get(name, _plain)(value)


def _plain(value: Any) -> Text:
    if isinstance(value, bool):
        return words().parts[str(value).lower()]
    if isinstance(value, dict):
        return Text(value["ru"], value["en"])
    return Text(str(value), str(value))


def _party(value: Any) -> Text:
    note = f" ({value['inn'] or value['country']})"
    return Text(value["name"]["ru"] + note, value["name"]["en"] + note)


def _version(value: Any) -> Text:
    parts = words().parts
    entered = value["registered_on"]
    state = _join(" ", parts["entered"], _day(entered)) if entered else parts["not_entered"]
    builds = _join(" ", parts["builds"], _same(len(value["builds"])))
    return _join(", ", _join(" ", parts["released"], _day(value["released_on"])), state, builds)


def _claim(value: Any) -> Text:
    return _join(", ", *_claim_parts(value))


def _claim_parts(value: Any) -> Iterator[Text]:
    parts = words().parts
    yield _join(" ", Text(**value["label"]), _same(value["value"]))
    yield _join(" ", parts["bound"], _same(value["lower_bound"]))
    if value["threshold"] is not None:
        yield _join(" ", parts["threshold"], _same(value["threshold"]))


def _scale(value: Any) -> Text:
    span = _same(f"{value['low']:g}…{value['high']:g}")
    return _join(", ", span, _join(" ", words().parts["bins"], _same(len(value["edges"]) + 1)))


def _day(value: str) -> Text:
    day = date.fromisoformat(value)
    return Text(f"{day:%d.%m.%Y}", f"{day.day} {_MONTHS[day.month - 1]} {day.year}")


def _same(value: object) -> Text:
    return Text(str(value), str(value))


def _join(sign: str, *texts: Text) -> Text:
    return Text(sign.join(text.ru for text in texts), sign.join(text.en for text in texts))


_TOLD: Final[Mapping[str, Callable[[Any], Text]]] = {
    "maker": _party,
    "representative": _party,
    "registered_on": _day,
    "field": field_text,
    "solution_type": solution_text,
    "status": lambda value: words().statuses.get(value, _same(value)),
    "versions": _version,
    "claims": _claim,
    "scales": _scale,
}
