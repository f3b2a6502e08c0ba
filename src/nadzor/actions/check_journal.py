# SPDX-License-Identifier: Apache-2.0
"""See that the journal still holds what was once loaded from it, before anything is written to it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Final

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_reader
from nadzor.journal.tiles import TileFiles
from nadzor.telemetry.manifest import read_manifest

MAGIC: Final = b"SQLite format 3\0"  # sqlite.org/fileformat2.html, section 1.3.1


def check_journal(home: Home) -> None:
    """Refuse a journal that is shorter than the lake or than what was published, lost, or no journal at all.

    Why: an empty journal in its place would sign a second history under the same key, and every receipt
    given before would accuse us of it.
    Raises: Refusal `journal.shorter`, `journal.behind`; `path.unusable` where it is whole, but cannot be
    opened here; `journal.away` where its server does not answer.
    """
    loaded, shown = _loaded(home), TileFiles(home.tiles).published(home.log_vkey)
    published = shown.size if shown else 0
    held = _held(home) if loaded or published else 0
    at = home.settings.journal_url or str(home.journal)
    if held < loaded:
        raise Refusal("journal.shorter", at=at, held=held, loaded=loaded)
    if held < published:
        raise Refusal("journal.behind", at=at, held=held, published=published)


def _loaded(home: Home) -> int:
    try:
        lake = read_manifest(home.lake)
    except Refusal:
        return 0  # a damaged lake says nothing of the journal, and can be made anew from it
    return lake.journal_size if lake else 0


def _held(home: Home) -> int:
    try:
        with closing(open_reader(home)) as reader:
            return reader.size()
    except Refusal as refused:
        if home.settings.journal_url and refused.code != "journal.missing":
            raise
        if _is_database(home.journal):
            reason = "SQLite cannot open it; its directory must be writable"
            raise Refusal("path.unusable", at=str(home.journal), reason=reason) from refused
        return 0


def _is_database(file: Path) -> bool:
    try:
        with file.open("rb") as content:
            return content.read(len(MAGIC)) == MAGIC
    except FileNotFoundError:
        return False
