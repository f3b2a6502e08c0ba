# SPDX-License-Identifier: Apache-2.0
"""A house with sealed clinics, held texts, a password, a token: `python -m tests.attack.traces_house DIR`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PASSWORD = "a long password of nobody"


def main(directory: str) -> None:
    """Furnish it, back it up, and say every form of what nobody may find."""
    from nadzor.actions.create_home import create_home
    from nadzor.site.django import setup

    home = create_home(Path(directory) / "data")
    setup(home)
    token = _furnish(home)
    from nadzor.actions.copies.take import take_backup
    from nadzor.actions.rotate_vault import rotate_vault
    from nadzor.base import clock
    from nadzor.people.queries import CONSOLE

    rotate_vault(home, by=CONSOLE, now=clock.now())
    take_backup(home, Path(directory) / "shelf", now=clock.now())
    from tests.held_texts import TELEPHONE
    from tests.openings import CLINIC, OTHER

    clinics = [text for one in (CLINIC, OTHER) for text in (one.oid, one.name_ru, one.name_en)]
    sys.stdout.write(json.dumps([PASSWORD, token, TELEPHONE, *clinics]) + "\n")


def _furnish(home: Any) -> str:
    """Two sealed clinics, a held narrative and a held answer, an account; the account's token."""
    from nadzor.actions.give_api_token import give_api_token
    from nadzor.base import clock
    from nadzor.people.models import User
    from nadzor.people.queries import CONSOLE
    from tests.held_texts import hold
    from tests.openings import opened, sites

    first, _other = sites(home)
    hold(home)
    opened(home, first)
    user = User(username="reporter", role="manufacturer_reporter")
    user.set_password(PASSWORD)
    user.save()
    return give_api_token("reporter", days=1, scope="write", by=CONSOLE, now=clock.now()).token


if __name__ == "__main__":
    main(sys.argv[1])
