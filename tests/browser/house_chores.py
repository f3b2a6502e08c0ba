# SPDX-License-Identifier: Apache-2.0
"""What the house does by itself between two people's pages: warnings go out, likely duplicates are found.

`python -m tests.browser.house_chores DIR` reads the name of a chore a line and answers each when it is done;
it is a process of its own, so that no test's database is touched.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.town import ROOT

if TYPE_CHECKING:
    from nadzor.base.home import Home

SURNAMES: Final = {"inspector": "Проверяева", "head": "Решаева"}
READY: Final = "ready"
LATER: Final = {"letters": timedelta(days=1)}  #: letters are handed over the day after they were written


@contextmanager
def house_chores(directory: Path) -> Iterator[Callable[[str], str]]:
    """Have the chores of a town done by name; each brings how much there was to do."""
    command = [sys.executable, "-m", "tests.browser.house_chores", str(directory)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as house:
        assert house.stdin is not None and house.stdout is not None
        talk = house.stdin, house.stdout
        assert talk[1].readline().strip() == READY

        def do(chore: str) -> str:
            """Do one chore and wait until it is done."""
            talk[0].write(chore + "\n")
            return talk[1].readline().strip()

        yield do
        talk[0].close()


def main(directory: Path) -> None:
    """Do what is asked for, line by line."""
    from nadzor.base.home import Home
    from nadzor.site.django import setup

    home = Home.open(directory)
    setup(home)
    from nadzor.actions.find_duplicates import find_duplicates
    from nadzor.actions.make_snapshot import make_snapshots
    from nadzor.actions.publish_open_rows import publish_open_rows
    from nadzor.actions.seal_audit import seal_audit
    from nadzor.actions.send_warnings import send_warnings
    from nadzor.actions.write_letter import hand_over_letters
    from nadzor.base import clock

    chores = {
        "duplicates": find_duplicates, "warnings": send_warnings, "open rows": publish_open_rows,
        "snapshots": make_snapshots, "letters": hand_over_letters, "seal": seal_audit,
        "name people": _name_people,
    }  # fmt: skip
    _say(READY)
    for line in sys.stdin:
        name = line.strip()
        _say(str(chores[name](home, now=clock.now() + LATER.get(name, timedelta()))))


def _name_people(home: Home, *, now: datetime) -> int:
    """Give two officials a surname that is nowhere else."""
    from nadzor.people.models import User

    return sum(User.objects.filter(username=who).update(last_name=name) for who, name in SURNAMES.items())


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
