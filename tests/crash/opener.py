# SPDX-License-Identifier: Apache-2.0
"""A process that opens the vault, and dies at a look or in the middle of a rotation.

`python -m tests.crash.opener make DIR -` · `approve DIR NAME` · `look DIR -` · `rotate DIR -` · `tell DIR -`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any


def main(deed: str, directory: str, name: str) -> None:
    """Set Django up over the directory, and do the deed."""
    from nadzor.actions.create_home import create_home
    from nadzor.site.django import setup

    home = create_home(Path(directory))
    setup(home)
    deeds = {"make": _make, "approve": _approve, "look": _look, "rotate": _rotate, "tell": _tell}
    sys.stdout.write(json.dumps(deeds[deed](home, name)) + "\n")


def _make(home: Any, _name: str) -> Any:
    """Two sealed sites, one of them asked for, and two held texts."""
    from nadzor.actions.ask_opening import ask_opening
    from nadzor.base import clock
    from tests.held_texts import hold
    from tests.openings import INSPECTOR, sites, wanted

    site, _other = sites(home)
    hold(home)
    return ask_opening(home, wanted(site), by=INSPECTOR, now=clock.now())


def _approve(_home: Any, name: str) -> Any:
    """One head's word, said when the other is ready, too; the code of the refusal if it came second."""
    from nadzor.actions.decide_opening import decide_opening
    from nadzor.base import clock
    from nadzor.base.problems import Refusal
    from nadzor.people.queries import Person
    from nadzor.people.roles import Role

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    try:
        decide_opening(1, approve=True, because="read", by=Person(name, name, Role.HEAD), now=clock.now())
    except Refusal as refusal:
        return refusal.code
    return "approved"


def _look(home: Any, _name: str) -> None:
    """Killed between the record and the seal."""
    from nadzor.actions.look_behind import look_behind
    from nadzor.base import clock
    from nadzor.records import vault
    from nadzor.records.models import VaultOpening
    from tests.openings import INSPECTOR

    vault.unseal = _die
    row = VaultOpening.objects.get()
    look_behind(home, row.pk, row.sites[0], by=INSPECTOR, now=clock.now())


def _rotate(home: Any, _name: str) -> None:
    """Killed at the held answer, when both sites and the narrative lie under the new key."""
    from nadzor.actions.rotate_vault import rotate_vault
    from nadzor.base import clock
    from nadzor.people.queries import CONSOLE
    from nadzor.vigilance import held_answers

    held_answers.reseal = _die
    rotate_vault(home, by=CONSOLE, now=clock.now())


def _tell(home: Any, _name: str) -> Any:
    """What was left: looks, deeds, seals; then the rotation goes on and ends."""
    from nadzor.actions.rotate_vault import check_vault, finish_rotation, rotate_vault
    from nadzor.base import clock
    from nadzor.people.queries import CONSOLE
    from nadzor.records import audit
    from nadzor.records.models import VaultLook, VaultOpening
    from tests.held_texts import ANSWER, NARRATIVE, as_held

    now = clock.now()
    before = check_vault(home, now=now)
    rotate_vault(home, by=CONSOLE, now=now)
    after = finish_rotation(home, by=CONSOLE, now=now)
    held = as_held(home) == (NARRATIVE, ANSWER)
    row = VaultOpening.objects.get()
    return {
        "state": row.state, "decided_by": row.decided_by, "looks": VaultLook.objects.count(),
        "approvals": len(audit.entries(verb="vault.opening.approve", limit=9)),
        "deeds": len(audit.entries(verb="vault.opening.look", limit=9)), "chain": len(audit.verify()),
        "newest": before.newest, "damaged": list(before.damaged), "whole": after.is_whole, "held": held,
    }  # fmt: skip


def _die(*_args: Any, **_more: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:4])
