# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of the tests' own: a cluster in a temporary directory, spoken to over a unix socket."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import psycopg

OWNER: Final = "postgres"  # the server does not run as root
PATIENCE_S: Final = 60.0
_PLACES: Final = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")


def binaries() -> Path | None:
    """Where the newest server's programs lie; None without them, or where nobody may run them."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    for pattern in _PLACES:
        places += [place for place in Path("/").glob(pattern[1:]) if (place / "initdb").exists()]
    return max(places, key=_release) if places and _may_run() else None


class Server:
    """One cluster, made at once; every `database` is new and empty."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.root = Path(tempfile.mkdtemp(prefix="nadzor-pg-"))
        _give(self.root)
        made = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=nadzor"]
        self._run("initdb", "--pgdata", str(self.root / "cluster"), *made)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *settings: str) -> None:
        """Start it, and wait until it answers."""
        words = [
            "listen_addresses=",
            f"unix_socket_directories={self.root}",
            "max_connections=200",
            *settings,
        ]
        options = [word for setting in words for word in ("-c", setting)]
        with (self.root / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.root / "cluster"), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **_as_owner(),
            )  # fmt: skip
        self.wait()

    def wait(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + PATIENCE_S
        while not self.answers():
            assert time.monotonic() < until, (self.root / "log").read_text()
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether somebody may connect."""
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def database(self) -> str:
        """The address of a new database."""
        name = f"t{secrets.token_hex(6)}"
        self.tell(f"CREATE DATABASE {name}")
        return self.url(name)

    def tell(self, statement: str, *, url: str = "") -> None:
        """Run a statement behind the journal's back."""
        with closing(psycopg.connect(url or self.url("postgres"), autocommit=True)) as connection:
            connection.execute(statement)

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://nadzor@/{database}?host={self.root}"

    def kill(self) -> None:
        """Death without a word: no checkpoint, no farewell to clients."""
        assert self._process is not None
        children = _children(self._process.pid)
        for pid in (self._process.pid, *children):
            _send(pid, signal.SIGKILL)
        self._process.wait(PATIENCE_S)

    def stop(self) -> None:
        """End it and take its cluster away."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_S)
        shutil.rmtree(self.root, ignore_errors=True)

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._programs / program), *words],
            check=True, capture_output=True, timeout=PATIENCE_S, **_as_owner(),
        )  # fmt: skip


def _may_run() -> bool:
    return os.geteuid() != 0 or any(one.pw_name == OWNER for one in pwd.getpwall())


def _as_owner() -> dict[str, object]:
    """How a child becomes somebody other than root."""
    if os.geteuid() != 0:
        return {"cwd": "/"}
    owner = pwd.getpwnam(OWNER)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": [], "cwd": "/"}


def _give(folder: Path) -> None:
    if os.geteuid() == 0:
        owner = pwd.getpwnam(OWNER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _send(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def _release(programs: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in programs.parent.name.split(".") if part.isdecimal())
