# SPDX-License-Identifier: Apache-2.0
"""A process in which many ask at the same moment with one token, and then with one key.

`python -m tests.crash.enroller DIR` prints what each came to.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

AT_ONCE = 8


def main(directory: str) -> None:
    """One token for eight keys, one token for one key eight times, one key that asks for eight others."""
    from nadzor.actions.create_home import create_home
    from nadzor.base import clock
    from nadzor.site.django import setup

    home = create_home(Path(directory))
    setup(home)
    now = clock.now()
    found = {
        "other keys": at_once(other_keys(home, now)),
        "same key": at_once(same_key(home, now)),
        "rotations": at_once(rotations(home, now)),
        **left(),
    }
    sys.stdout.write(json.dumps(found) + "\n")


def other_keys(home: Any, now: Any) -> Any:
    """One token for eight keys."""
    shared = token(home, now)
    return [enrolment(home, shared, fresh(), now) for _ in range(AT_ONCE)]


def token(home: Any, now: Any) -> str:
    """A token for the sample device."""
    from nadzor.actions.import_register import import_register
    from nadzor.actions.issue_token import issue_token
    from nadzor.people.queries import CONSOLE
    from nadzor.register.models import Device
    from tests.register_samples import CLINIC_OID, device, register

    if not Device.objects.exists():
        import_register(register(device()), by=CONSOLE, now=now)
    return issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=now)


def fresh() -> Any:
    """A key made at the device."""
    from nadzor_wire.enrolment import new_key
    from nadzor_wire.rotation import NewKey
    from nadzor_wire.suites import DEFAULT

    return NewKey(new_key()[0], DEFAULT)


def enrolment(home: Any, shared: str, key: Any, now: Any) -> Any:
    """A question that enrols."""
    from nadzor.actions.enrol_installation import enrol_installation
    from nadzor_wire.base64text import b64

    return lambda: enrol_installation(home, token=shared, public_key=b64(key.public()), now=now).installation


def same_key(home: Any, now: Any) -> Any:
    """Eight repeats of one enrolment."""
    shared, key = token(home, now), fresh()
    return [enrolment(home, shared, key, now) for _ in range(AT_ONCE)]


def rotations(home: Any, now: Any) -> Any:
    """Eight different keys asked for by one."""
    from msgspec import structs

    from nadzor.actions.enrol_installation import enrol_installation
    from nadzor.actions.rotate_key import rotate_key
    from nadzor_wire.base64text import b64
    from nadzor_wire.enrolment import Credential
    from nadzor_wire.rotation import sign_rotation

    key = fresh()
    made = enrol_installation(home, token=token(home, now), public_key=b64(key.public()), now=now)
    credential = Credential(private=key.private, **structs.asdict(made))
    asks = [sign_rotation(credential, fresh(), created=int(now.timestamp())) for _ in range(AT_ONCE)]
    return [lambda ask=ask: rotate_key(home, ask, now=now).credential.installation for ask in asks]


def at_once(questions: Any) -> list[str]:
    """What each question came to, all asked at one moment by threads with connections of their own."""
    from django.db import connection

    from nadzor.base.problems import Refusal

    asked, came = list(questions), []
    start = threading.Barrier(len(asked))

    def ask(question: Any) -> None:
        start.wait(60)
        try:
            came.append(question())
        except Refusal as refusal:
            came.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(question,)) for question in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def left() -> dict[str, Any]:
    """What the tables hold afterwards."""
    from nadzor.records import audit
    from nadzor.register.models import Installation, InstallationKey

    return {
        "installations": Installation.objects.count(),
        "keys": InstallationKey.objects.count(),
        "chain": len(audit.verify()),
    }


if __name__ == "__main__":
    main(sys.argv[1])
