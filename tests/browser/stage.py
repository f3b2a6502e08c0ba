# SPDX-License-Identifier: Apache-2.0
"""What happened before the browser opens, made by the real actions on days before today.

`python -m tests.browser.stage DIR` reads one script a line and answers each with its filing's number; it is a
process of its own, so that no test's database is touched.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.town import PASSWORD, ROOT

RIVAL: Final = "rival"
RIVAL_MAKER: Final = "zorkula"


@contextmanager
def stage(directory: Path) -> Iterator[Callable[..., str]]:
    """Open the stage of a town; the script of an affair brings its number."""
    command = [sys.executable, "-m", "tests.browser.stage", str(directory)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as played:
        assert played.stdin is not None and played.stdout is not None
        talk = played.stdin, played.stdout
        assert talk[1].readline() == "ready\n"

        def play(**script: Any) -> str:
            """Play one script, as simulate/filings.yaml writes them, and return its filing's number."""
            talk[0].write(json.dumps(script) + "\n")
            return talk[1].readline().strip()

        yield play
        talk[0].close()


def main(directory: Path) -> None:
    """Play what is asked for, line by line."""
    import msgspec

    from nadzor.base.home import Home
    from nadzor.site.django import setup

    home = Home.open(directory)
    setup(home)
    from nadzor.actions.furnish_filings import Cast
    from nadzor.base import clock
    from nadzor.simulate.filings import Script

    _rival()
    _deputy()
    _say("ready")
    for line in sys.stdin:
        _say(Cast(home, clock.now()).play(msgspec.json.decode(line, type=Script)))


def _rival() -> None:
    """An account of another maker: the town's own are all of one."""
    from nadzor.people.models import Organisation, User

    rival = User(username=RIVAL, role="manufacturer_admin")
    rival.organisation = Organisation.objects.get(code=RIVAL_MAKER)
    rival.set_password(PASSWORD)
    rival.save()


def _deputy() -> None:
    """The registrar may decide in cases for the head: who took a measure decides no complaint against it."""
    from datetime import timedelta

    from nadzor.actions.delegate import Power, delegate
    from nadzor.base import clock
    from nadzor.people.queries import CONSOLE

    today = clock.today()
    power = Power(
        to="registrar", order="No 1", valid_from=today - timedelta(days=40),
        valid_until=today + timedelta(days=2), procedures=("case",),
    )  # fmt: skip
    delegate(power, by=CONSOLE, now=clock.now())


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
