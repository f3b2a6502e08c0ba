# SPDX-License-Identifier: Apache-2.0
"""What a person adds to a move besides grounds, checked by its kind.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from nadzor.base.problems import Refusal, Text
from nadzor.law.load import norm, resolve
from nadzor.law.norm import NormMissing, NormUnknown
from nadzor.procedures.moves import Move

TEXT_MAX: Final = 20_000
EXPERTISE: Final = "expertise.grounds"
CANCELLATION: Final = "cancellation.grounds"

_EMPTY: Final = Text(ru="Заполните это поле.", en="Fill this field in.")
_LONG: Final = Text(ru="Текст слишком длинный: приложите файл.", en="The text is too long: attach a file.")
_NORM: Final = Text(
    ru="Укажите ключ нормы или номер факта, например expertise.grounds или T-08.",
    en="Give a norm's key or a fact's number, such as expertise.grounds or T-08.",
)
_COURT: Final = Text(
    ru="Укажите суд, номер и дату акта (не позже дня решения).",
    en="Give the court, the number and the day of the act, not later than today.",
)
_GROUND: Final = Text(ru="Выберите основание: {keys}.", en="Choose a ground: {keys}.")


def heeded(move: Move, facts: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """What the move asks for, checked and brought to one shape; everything else a person added is left out.

    Raises: Refusal filing.fact-malformed naming the first fact that is missing or malformed.
    """
    return {ask: _read(ask, facts.get(ask), on) for ask in move.asks}


def ground_words(key: str, grounds: list[str] | tuple[str, ...], on: date) -> Text:
    """Grounds by their keys in the law's words, one after the other."""
    told = {item.key: item for item in _listed(key, on)}
    items = [told[ground] for ground in grounds if ground in told]
    plain = "; ".join(grounds)
    return Text(
        ru="; ".join(item.ru for item in items) or plain, en="; ".join(item.en for item in items) or plain
    )


def _read(ask: str, value: Any, on: date) -> Any:
    reader = _READERS.get(ask)
    return reader(ask, value, on) if reader else _text(ask, value, on)


def _text(ask: str, value: Any, _on: date) -> str:
    told = str(value or "").strip()
    if not told:
        raise _wrong(ask, _EMPTY)
    if len(told) > TEXT_MAX:
        raise _wrong(ask, _LONG)
    return told


def _defects(ask: str, value: Any, on: date) -> list[str]:
    """Every defect at once: one a line, or a list."""
    told = value if isinstance(value, list | tuple) else str(value or "").splitlines()
    lines = [str(line).strip() for line in told if str(line).strip()]
    _text(ask, "\n".join(lines), on)
    return lines


def _norm(ask: str, value: Any, on: date) -> str:
    try:
        return resolve(_text(ask, value, on))[0]
    except NormUnknown:
        raise _wrong(ask, _NORM) from None


def _court(ask: str, value: Any, on: date) -> dict[str, str]:
    told = value if isinstance(value, Mapping) else {}
    act = {name: str(told.get(name) or "").strip()[:300] for name in ("court", "number", "day")}
    try:
        good = all(act.values()) and date.fromisoformat(act["day"]) <= on
    except ValueError:
        good = False
    if not good:
        raise _wrong(ask, _COURT)
    return act


def _grounds(key: str) -> Callable[[str, Any, date], list[str]]:
    def read(ask: str, value: Any, on: date) -> list[str]:
        told = value if isinstance(value, list | tuple) else [value]
        found = [str(one or "").strip() for one in told]
        known = [item.key for item in _listed(key, on)]
        if not found or (known and not set(found) <= set(known)) or not all(found):
            raise _wrong(ask, _GROUND, keys=", ".join(known))
        return found

    return read


def _listed(key: str, on: date) -> tuple[Any, ...]:
    """The items in force; none when our knowledge ends, which bars nobody."""
    try:
        return norm(key, on).items
    except NormMissing:
        return ()


def _wrong(ask: str, hint: Text, **facts: str) -> Refusal:
    return Refusal(
        "filing.fact-malformed", f"$.facts.{ask}", fact=ask,
        hint_ru=hint.ru.format(**facts), hint_en=hint.en.format(**facts),
    )  # fmt: skip


_READERS: Final[Mapping[str, Callable[[str, Any, date], Any]]] = {
    "defects": _defects,
    "norm_cite": _norm,
    "court_act": _court,
    "expertise_ground": _grounds(EXPERTISE),
    "cancellation_ground": _grounds(CANCELLATION),
}
