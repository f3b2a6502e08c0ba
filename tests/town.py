# SPDX-License-Identifier: Apache-2.0
"""A small town for pages: three devices, their months through the real gateway, what came of it.

`python -m tests.town DIR` builds it in a process of its own, so that no test's database is touched.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

DEVICES: Final = ("ai-001", "ai-002", "ai-003")
DAYS: Final = 150
SEED: Final = 20261121
SCALE: Final = 0.25
BATCH: Final = 1000
PASSWORD: Final = "a long word for tests"
CLINIC_OID: Final = "1.2.643.5.1.13.13.12.2.77.990001"  # of the clinic that has an account: the first post's
ROOT: Final = Path(__file__).parents[1]


def town_copy(factory: pytest.TempPathFactory) -> Path:
    """A copy of the town for one package of tests; the town itself is built once for all of them.

    Raises: subprocess.CalledProcessError with everything the builder said.
    """
    base = factory.getbasetemp()
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    built = base / "town-built"
    with (base / "town.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            _build(base / "town-unfinished")
            (base / "town-unfinished").rename(built)
    return shutil.copytree(built, factory.mktemp("town") / "data")


def _build(directory: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.town", str(directory)]
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr + done.stdout)


def main(directory: Path) -> None:
    """Register, enrol, send, roll up, detect."""
    from nadzor.actions.create_home import create_home
    from nadzor.base import clock
    from nadzor.site.django import setup

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    home = create_home(directory, public_url=address, second_factor=False)
    setup(home)
    _furnish(home, clock.now())
    with _gateway(home, listening):
        _live(home, address, clock.now())
    _conclude(home, clock.now())


def _furnish(home: Any, now: Any) -> None:
    from nadzor.actions.create_staff import assign_organisations, create_staff
    from nadzor.actions.furnish_filings import furnish_filings
    from nadzor.actions.import_register import DEMO_REGISTER, import_register
    from nadzor.people.models import Organisation, User
    from nadzor.people.queries import CONSOLE

    import_register(DEMO_REGISTER, by=CONSOLE, now=now)
    create_staff(now=now)
    assign_organisations()
    for user in User.objects.all():
        user.set_password(PASSWORD)
        if user.role.startswith("manufacturer"):
            user.organisation = Organisation.objects.get(devices__code=DEVICES[0])
        user.save()
    furnish_filings(home, now=now)


@contextmanager
def _gateway(home: Any, listening: socket.socket) -> Iterator[None]:
    import uvicorn

    from nadzor.actions.publish_directory import publish_directory
    from nadzor.base import clock
    from nadzor.gateway.app import create_app

    publish_directory(home, now=clock.now())
    server = uvicorn.Server(uvicorn.Config(create_app(home), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _live(home: Any, address: str, now: Any) -> None:
    from nadzor.actions.connect_installation import connect_installation
    from nadzor.actions.furnish_delivery import furnish_delivery
    from nadzor.actions.furnish_gate import furnish_gate
    from nadzor.actions.import_register import DEMO_REGISTER
    from nadzor.actions.publish_directory import publish_directory
    from nadzor.base import clock
    from nadzor.simulate.devices import devices_of
    from nadzor.simulate.nation import nation

    devices = [
        each
        for each in devices_of(Path(DEMO_REGISTER).read_bytes(), volume_scale=SCALE)
        if each.code in DEVICES
    ]
    people = nation(SEED, devices, days=DAYS, until=clock.today())
    credentials = {
        post.key: connect_installation(
            home, home.spool / post.key.replace("/", "-"), device=post.device.code,
            clinic_oid=_oid(post.clinic, people.posts[0].clinic), gateway=address, now=now,
        )
        for post in people.posts
    }  # fmt: skip
    for post in people.posts:
        publish_directory(home, now=clock.now())
        _send(people, post, credentials[post.key])
    furnish_gate(home, gateway=address, now=clock.now())
    room = home.spool / f"{DEVICES[0]}-0"
    furnish_delivery(home, room, device=DEVICES[0], gateway=address, now=clock.now())


def _oid(clinic: int, first: int) -> str:
    return CLINIC_OID if clinic == first else f"1.2.643.5.1.13.13.12.2.77.{9100 + clinic}"


def _send(people: Any, post: Any, credential: Any) -> None:
    from nadzor_sdk.direct import StreamState, send_batch

    stream = StreamState()
    said = [event for _day, events in people.history(post) for event in events]
    for start in range(0, len(said), BATCH):
        send_batch(credential, said[start : start + BATCH], stream)
    stream.close()


def _conclude(home: Any, now: Any) -> None:
    from nadzor.actions.build_month import build_month
    from nadzor.actions.note_transmission import note_transmission
    from nadzor.actions.raise_signals import raise_signals
    from nadzor.actions.roll_up_day import roll_up_day
    from nadzor.base.clock import moscow_date
    from nadzor.base.interval import Month

    roll_up_day(home, now=now)
    note_transmission(home, now=now)
    raise_signals(home, now=now)
    over = Month.of(moscow_date(now) - timedelta(days=32))
    build_month(home, over, now=now, keep=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
