# SPDX-License-Identifier: Apache-2.0
"""Make a data directory: keys, settings, an empty journal.  Its register follows when Django is set up."""

from __future__ import annotations

from pathlib import Path

from nadzor.actions.check_journal import check_journal
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_journal
from nadzor.journal.where import journal_address


def create_home(
    path: Path | str,
    *,
    origin: str = "nadzor.local/log",
    public_url: str = "http://127.0.0.1:8401",
    portal_url: str = "http://127.0.0.1:8400",
    journal_url: str = "",
    practice: bool = False,
    second_factor: bool = True,
) -> Home:
    """Make a data directory, or open the one that is there; its register follows in `prepare_register`.

    Why: needs no Django, because Django can only be set up on a directory that exists.
    Raises: Refusal `journal.shorter` where a journal was lost; `journal.address` for what names no PostgreSQL
    database, `journal.elsewhere` where the directory keeps its journal at another one already.
    """
    url = journal_address(journal_url) if journal_url else ""
    home = Home.create(
        path, origin=origin, public_url=public_url, portal_url=portal_url, journal_url=url, practice=practice,
        second_factor=second_factor,
    )  # fmt: skip
    if url and home.settings.journal_url != url:
        raise Refusal("journal.elsewhere")
    check_journal(home)
    open_journal(home).close()
    return home
