# SPDX-License-Identifier: Apache-2.0
"""Every struct laid out before threads begin: two that meet one for the first time at once end the process.

Why: msgspec works a type out at its first use and keeps it on the type; that is not safe for two threads.  A
decoder made for each type, while there is one thread, leaves nothing to work out.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Iterator

import msgspec
from msgspec import Struct


def lay_out(*rooms: str) -> int:
    """Import every file of these rooms, then lay out all structs there are; returns how many."""
    for room in rooms:
        package = importlib.import_module(room)
        for file in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(file.name)
    found = set(_below(Struct))
    for shape in found:
        # A struct whose hints cannot be read, or that no decoder takes, is not decoded by anybody either.
        with contextlib.suppress(TypeError, NameError, AttributeError, ValueError):
            msgspec.json.Decoder(shape)
    return len(found)


def _below(base: type) -> Iterator[type]:
    below: list[type] = base.__subclasses__()
    for shape in below:
        yield shape
        yield from _below(shape)
