# SPDX-License-Identifier: Apache-2.0
"""The database's own refusal to change or delete audit rows, also for raw SQL."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

_TABLE = "records_auditentry"
_SQLITE = """
CREATE TRIGGER IF NOT EXISTS audit_never_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed or deleted'); END
"""
_POSTGRESQL = """
CREATE OR REPLACE FUNCTION audit_never() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'an audit entry is never changed or deleted'; END $$;
CREATE OR REPLACE TRIGGER audit_never_{verb} BEFORE {VERB} ON {table}
FOR EACH ROW EXECUTE FUNCTION audit_never()
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Forbid update and deletion of audit rows."""
    template = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[connection.vendor]
    with connection.cursor() as cursor:
        for verb in ("update", "delete"):
            cursor.execute(template.format(verb=verb, VERB=verb.upper(), table=_TABLE))


def allow_deletion(connection: BaseDatabaseWrapper) -> None:
    """Take the ban on deletion away.

    Why: test databases are emptied between tests; no other caller exists.
    """
    where = f" ON {_TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS audit_never_delete{where}")


def migrate(apps: Any, schema_editor: Any) -> None:
    """The migration's step."""
    install(schema_editor.connection)
