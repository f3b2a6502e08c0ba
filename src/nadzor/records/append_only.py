# SPDX-License-Identifier: Apache-2.0
"""The database's own refusal to change or delete rows that are written once, also for raw SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

FIRST: Final = ("records_auditentry",)
LATER: Final = (
    "records_readentry",
    "records_auditseal",
    "records_tombstone",
    "records_vaultlook",
)
_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {name}_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed or deleted'); END
"""
_POSTGRESQL = """
CREATE OR REPLACE FUNCTION audit_never() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'an audit entry is never changed or deleted'; END $$;
CREATE OR REPLACE TRIGGER {name}_{verb} BEFORE {VERB} ON {table}
FOR EACH ROW EXECUTE FUNCTION audit_never()
"""


def install(connection: BaseDatabaseWrapper, tables: tuple[str, ...] = FIRST) -> None:
    """Forbid update and deletion of rows of some tables."""
    template = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[connection.vendor]
    with connection.cursor() as cursor:
        for table in tables:
            for verb in ("update", "delete"):
                told = {"name": _name(table), "verb": verb, "VERB": verb.upper(), "table": table}
                cursor.execute(template.format(**told))


def allow_deletion(connection: BaseDatabaseWrapper) -> None:
    """Take the ban on deletion away.

    Why: test databases are emptied between tests; no other caller exists.
    """
    with connection.cursor() as cursor:
        for table in (*FIRST, *LATER):
            where = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {_name(table)}_delete{where}")


def migrate(apps: Any, schema_editor: Any) -> None:
    """The first migration's step."""
    install(schema_editor.connection)


def migrates(*tables: str) -> Callable[[Any, Any], None]:
    """The step of a later migration, for the tables it made."""

    def step(apps: Any, schema_editor: Any) -> None:
        install(schema_editor.connection, tables)

    return step


def _name(table: str) -> str:
    """Of a table's triggers; the first table's name is older than the rule."""
    return "audit_never" if table in FIRST else f"{table}_never"
