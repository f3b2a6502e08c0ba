# SPDX-License-Identifier: Apache-2.0
"""What a person saw when looking at each package, and what is wrong with the lock by that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml
from msgspec import Struct

from .lock import Pin

PAGE: Final = Path(__file__).with_name("components.yaml")


class Looked(Struct, frozen=True, forbid_unknown_fields=True):
    """One package as somebody saw it: `licence` is an SPDX expression, `day` the day of the look."""

    versions: tuple[str, ...]
    licence: str
    day: date
    needed: Literal["run", "test"]
    why: str = ""


class Exempt(Struct, frozen=True, forbid_unknown_fields=True):
    """A known vulnerability that does not reach us, why, and until when that is believed."""

    id: str
    package: str
    why: str
    until: date


class Page(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    run_licences: frozenset[str]
    test_licences: frozenset[str]
    old_after_days: int
    exceptions: tuple[Exempt, ...]
    packages: dict[str, Looked]


def page(path: Path = PAGE) -> Page:
    """The file of looks. Raises: msgspec.ValidationError where it is not of its shape."""
    return msgspec.convert(yaml.safe_load(path.read_text("utf-8")), Page, strict=False)


def faults(found: list[Pin], seen: Page, *, on: date) -> Iterator[str]:
    """Everything that must not stand, in words."""
    names = {pin.name for pin in found}
    yield from (f"{name}: looked at, but not in the lock" for name in sorted(set(seen.packages) - names))
    for pin in found:
        if not pin.hashes:
            yield f"{pin.name}: no hash"
        look = seen.packages.get(pin.name)
        if look is None:
            yield f"{pin.name} {pin.version}: nobody looked at it"
        elif pin.version not in look.versions:
            yield f"{pin.name} {pin.version}: somebody looked at {', '.join(look.versions)}"
        else:
            yield from _licence(pin.name, look, seen)
    for each in seen.exceptions:
        if each.until < on:
            yield f"{each.id} ({each.package}): the exception ended on {each.until}"


def ages(found: list[Pin], seen: Page, *, on: date) -> list[tuple[int, str]]:
    """Days since somebody looked at each package, the oldest first."""
    looks = ((seen.packages[pin.name], pin) for pin in found if pin.name in seen.packages)
    return sorted({((on - look.day).days, pin.name) for look, pin in looks}, reverse=True)


def _licence(name: str, look: Looked, seen: Page) -> Iterator[str]:
    allowed = seen.run_licences if look.needed == "run" else seen.run_licences | seen.test_licences
    if not is_allowed(look.licence, allowed):
        yield f"{name}: licence {look.licence} is not allowed where it is needed to {look.needed}"


def is_allowed(expression: str, allowed: frozenset[str]) -> bool:
    """Whether we may use it: of `A OR B` one is enough, of `A AND B` each must be allowed."""
    return any(
        all(part.strip() in allowed for part in choice.split(" AND ")) for choice in expression.split(" OR ")
    )
