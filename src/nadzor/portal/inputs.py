# SPDX-License-Identifier: Apache-2.0
"""One field of a form as components print it: a line, prose, a choice, boxes or a file, with its norm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from nadzor.portal.choices import Option
from nadzor.portal.fields import Tick, Ticks, Wrong
from nadzor.portal.sheets import Cell, Chip, State

LINE = 300
PROSE = 8000


class Input(Struct, frozen=True, kw_only=True):
    """One field: what it asks, what was typed, what is wrong, the norm that asks for it.

    `kind` is line, prose, select, upload or ticks; `type` is the browser's own, such as date.
    """

    name: str
    label: str
    kind: str = "line"
    hint: str = ""
    value: str = ""
    error: str = ""
    longest: int = LINE
    type: str = "text"
    mode: str = ""
    autocomplete: str = "off"
    options: Sequence[Option] = ()
    accept: str = ""
    chip: Chip | None = None
    marks: Sequence[State] = ()
    files: Sequence[Cell] = ()
    ticks: Ticks | None = None

    @property
    def place(self) -> str:
        """Where a link of the error summary leads."""
        return f"#{self.name}-1" if self.ticks else f"#{self.name}"

    @property
    def described(self) -> str:
        """The ids of what describes the field: its hint, its error."""
        parts = [(self.hint, "hint"), (self.error, "error")]
        return " ".join(f"{self.name}-{part}" for told, part in parts if told)


class Rows(Struct, frozen=True, kw_only=True):
    """Several things of one kind, each a row of fields; the last row is empty, for one more."""

    name: str
    label: str
    rows: Sequence[Sequence[Input]]
    hint: str = ""
    chip: Chip | None = None
    marks: Sequence[State] = ()
    known: Sequence[str] = ()


def line(name: str, label: str, **more: object) -> Input:
    """A line of text."""
    return Input(name=name, label=label, **more)  # type: ignore[arg-type]


def prose(name: str, label: str, **more: object) -> Input:
    """Several lines of text."""
    return Input(name=name, label=label, kind="prose", **{"longest": PROSE, **more})  # type: ignore[arg-type]


def day(name: str, label: str, **more: object) -> Input:
    """A day."""
    return Input(name=name, label=label, type="date", longest=10, **more)  # type: ignore[arg-type]


def select(name: str, label: str, values: Mapping[str, str], chosen: str, **more: object) -> Input:
    """One of many values."""
    options = [Option(value, text, is_chosen=value == chosen) for value, text in values.items()]
    return Input(name=name, label=label, kind="select", options=options, value=chosen, **more)  # type: ignore[arg-type]


def boxes(
    name: str, label: str, values: Mapping[str, str], chosen: Iterable[str], *, many: bool = True,
    hint: str = "", error: str = "", chip: Chip | None = None, marks: Sequence[State] = (),
) -> Input:  # fmt: skip
    """Tick boxes, or radio buttons unless `many`."""
    picked = set(chosen)
    found = Ticks(
        name=name,
        legend=label,
        ticks=[Tick(value, text, is_chosen=value in picked) for value, text in values.items()],
        hint=hint,
        error=error,
        is_many=many,
    )
    return Input(name=name, label=label, kind="ticks", ticks=found, error=error, chip=chip, marks=marks)


def summary(fields: Iterable[Input | Rows]) -> list[Wrong]:
    """The error summary of a form, in the order of its fields."""
    flat = [one for field in fields for one in _each(field)]
    return [Wrong(f"{one.label}: {one.error}", one.place) for one in flat if one.error]


def _each(field: Input | Rows) -> list[Input]:
    return [one for row in field.rows for one in row] if isinstance(field, Rows) else [field]
