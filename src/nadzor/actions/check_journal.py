# SPDX-License-Identifier: Apache-2.0
"""See that the journal still holds what was once loaded from it, before anything is written to it."""

from __future__ import annotations

from contextlib import closing

import msgspec

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_reader
from nadzor.telemetry.manifest import read_manifest


def check_journal(home: Home) -> None:
    """Refuse a journal that is shorter than the lake, lost, or no journal at all.

    Why: an empty journal in its place would sign a second history under the same key, and every receipt
    given before would accuse us of it.
    Raises: Refusal `journal.shorter`.
    """
    loaded = _loaded(home)
    held = _held(home) if loaded else 0
    if held < loaded:
        raise Refusal("journal.shorter", at=str(home.journal), held=held, loaded=loaded)


def _loaded(home: Home) -> int:
    try:
        lake = read_manifest(home.lake)
    except msgspec.DecodeError:
        return 0  # a damaged lake says nothing of the journal, and can be made anew from it
    return lake.journal_size if lake else 0


def _held(home: Home) -> int:
    try:
        with closing(open_reader(home)) as reader:
            return reader.size()
    except Refusal:
        return 0
