# SPDX-License-Identifier: Apache-2.0
"""Upgrades of a register by processes that die between two statements; prints what became of each as JSON.

`python -m tests.crash.migrator HOME FROM KILLS`: FROM is `zero` or `before` (the generation before the newest
migration of each of our apps, with rows in it); KILLS is how many moments to try, or `all`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
from contextlib import closing, suppress

from nadzor.actions.copies.deeds import chain_breaks
from nadzor.base.home import Home
from nadzor.records.append_only import LATER

OURS = ("people", "records", "register", "vigilance")
GROWING = ("django_", "auth_", "records_auditentry", "register_publisheddirectory")


def main():
    """Try each moment on a copy of the same old register."""
    home, start, kills = Home.open(sys.argv[1]), sys.argv[2], sys.argv[3]
    _set_up(home)
    old = home.root.with_name("old.sqlite3")
    _child(lambda: _make_old(home, start))
    shutil.copy(home.database, old)
    total = _child(lambda: _prepared(home, 0))
    clean = _seen(home.database)
    moments = range(1, total + 1)
    if kills != "all":
        chosen = {1, total, *random.Random(7).sample(moments, min(int(kills), total))}
        moments = sorted(chosen)
    sys.stdout.write(
        json.dumps(
            {
                "statements": total,
                "rows": sum(_rows(old).values()),
                "tried": [_tried(home, old, moment, clean) for moment in moments],
            }
        )
    )


def _tried(home, old, moment, clean):
    """Killed at a moment; what the file was then, and whether the next start made it what it should be."""
    for name in ("register.sqlite3-wal", "register.sqlite3-shm", ".register.unfinished", "directory.json"):
        (home.root / name).unlink(missing_ok=True)
    shutil.copy(old, home.database)
    killed = _child(lambda: _prepared(home, moment))
    whole = _sound(home.database)
    _child(lambda: _prepared(home, 0))
    kept = _rows(home.database)
    return {
        "moment": moment,
        "killed": killed is None,
        "sound": whole and _sound(home.database),
        "same schema": _seen(home.database) == clean,
        "rows kept": all(kept[table] == count for table, count in _rows(old).items()),
        "said": _said(home.database),
        "former": _rows(home.root / "register.before.sqlite3") == _rows(old),
        "settled": not (home.root / ".register.unfinished").exists(),
    }


def _child(deed):
    """What a deed came to in a process of its own; None when it was killed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.write(write, json.dumps(deed()).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, status
    return json.loads(said) if said else None


def _prepared(home, fatal):
    """Start the house; the number of statements that write. It dies before the fatal one."""
    from django.db import connection

    from nadzor.actions.prepare_register import prepare_register
    from nadzor.base import clock

    counted = _Counted(fatal)
    with connection.execute_wrapper(counted):
        prepare_register(home, now=clock.now())
    connection.close()
    return counted.number


class _Counted:
    """Counts statements that write; one of them is never reached."""

    def __init__(self, fatal):
        self.number, self._fatal = 0, fatal

    def __call__(self, execute, sql, params, many, context):
        if not sql.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            self.number += 1
            if self.number == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def _make_old(home, start):
    """The register of the generation before, with rows; or an empty file."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    connection.ensure_connection()
    if start == "before":
        loader = MigrationLoader(connection)
        for app in OURS:
            names = sorted(name for owner, name in loader.disk_migrations if owner == app)
            call_command("migrate", app, names[-2], verbosity=0, interactive=False)
        _fill(connection)
    connection.close()
    return True


def _fill(connection):
    """A row in every table that takes one: numbers are 1, texts are x, references lead to these rows."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        for table in connection.introspection.table_names():
            ours = table.startswith(tuple(f"{app}_" for app in OURS))
            if not ours or table.startswith(GROWING) or table in LATER:
                continue
            cursor.execute(f'PRAGMA table_info("{table}")')
            values = {row[1]: _value(row[2]) for row in cursor.fetchall()}
            names = ", ".join(f'"{name}"' for name in values)
            marks = ", ".join("%s" for _ in values)
            with suppress(Exception):  # a rule of the table that such a row breaks
                cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(values.values()))
        while True:
            cursor.execute("PRAGMA foreign_key_check")
            loose = {row[0] for row in cursor.fetchall()}
            if not loose:
                return
            for table in loose:
                cursor.execute(f'DELETE FROM "{table}"')


def _value(kind):
    kind = kind.lower()
    if kind.startswith("datetime"):
        return "2026-11-01 09:00:00"
    if kind.startswith("date"):
        return "2026-11-01"
    if kind.startswith(("varchar", "char")):
        return "x"
    return "{}" if kind == "text" else b"x" if kind == "blob" else 1


def _seen(file):
    """The schema, and which migrations it claims."""
    with closing(sqlite3.connect(file)) as register:
        schema = register.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
        return schema, register.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2").fetchall()


def _rows(file):
    with closing(sqlite3.connect(file)) as register:
        named = register.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        ours = [name for (name,) in named if name.startswith(tuple(f"{app}_" for app in OURS))]
        return {
            name: register.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in ours
            if not name.startswith(GROWING)
        }


def _sound(file):
    with closing(sqlite3.connect(file)) as register:
        return (
            register.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            and not register.execute("PRAGMA foreign_key_check").fetchall()
        )


def _said(file):
    """The upgrade stands in the chain of deeds, and the chain holds."""
    with closing(sqlite3.connect(file)) as register:
        verbs = [row[0] for row in register.execute("SELECT verb FROM records_auditentry")]
        return "house.register.prepare" in verbs and not chain_breaks(register)


def _set_up(home):
    """Django on this home, its register left as it is."""
    import django

    from nadzor.site import configuration

    configuration.name_home(str(home.root))
    os.environ["DJANGO_SETTINGS_MODULE"] = "nadzor.site.settings"
    django.setup()


if __name__ == "__main__":
    main()
