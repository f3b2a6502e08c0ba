# SPDX-License-Identifier: Apache-2.0
"""A whole new house as `nadzor serve` opens it: portal, gateway and jobs, one device in its register."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nadzor.base.home import Home
from nadzor.site.processes import fetch
from tests.crash.serving import start, wait_until
from tests.register_samples import device
from tests.register_samples import register as register_file
from tests.unit.cli.console import COMMAND, nadzor


@contextmanager
def whole_house(root: Path) -> Iterator[tuple[Home, list[dict[str, Any]]]]:
    """The house and its accounts with their passwords; every door is closed on leaving."""
    (root / "register.json").write_bytes(register_file(device()))
    staff = nadzor("init", "--data", root / "data", "--port", two_free_ports(), "--json").json()["staff"]
    assert nadzor("register", "import", root / "register.json", "--data", root / "data").code == 0
    home = Home.open(root / "data")
    with (root / "serve.log").open("wb") as log:
        serving = start([*COMMAND, "serve", "--data", str(home.root)], stderr=log)
        try:
            _wait_for(home.settings.public_url, "/health/ready")
            _wait_for(home.settings.portal_url, "/health/live")
            yield home, staff
        finally:
            serving.terminate()
            serving.wait(60)


def two_free_ports() -> int:
    """A port that is free, with the next one; below those that the kernel gives to other tests meanwhile."""
    while True:
        port = 20_000 + 2 * secrets.randbelow(6_000)
        with socket.socket() as probe, socket.socket() as other:
            try:
                probe.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def _wait_for(address: str, path: str) -> None:
    wait_until(lambda: fetch(address, path) is not None, limit_s=120)
