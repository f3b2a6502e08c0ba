# SPDX-License-Identifier: Apache-2.0
"""The lake opened for reading: every table under its own name in DuckDB, whatever files it lies in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from nadzor.base.problems import Refusal
from nadzor.telemetry.manifest import Manifest, read_manifest
from nadzor.telemetry.schema import ORIGIN, TABLES, arrow_schema

MEMORY = "600MB"  # of DuckDB; beyond it sorts and groups spill to disk


@contextmanager
def opened(lake: Path, *, threads: int = 2) -> Iterator[tuple[duckdb.DuckDBPyConnection, Manifest]]:
    """A connection that sees the lake's tables, and the manifest it sees.

    Raises: Refusal lake.missing when nothing was ever loaded, lake.damaged when a file cannot be read.
    """
    manifest = read_manifest(lake)
    if manifest is None or manifest.origin is None:
        raise Refusal("lake.missing")
    settings: dict[str, str | bool | int | float | list[str]] = {"threads": threads, "memory_limit": MEMORY}
    with duckdb.connect(config=settings) as store:
        store.execute("SET preserve_insertion_order = false")
        store.execute("SET enable_progress_bar = false")
        for table in TABLES:
            _expose(store, table, [lake / file for file in manifest.table(table)])
        _expose(store, "origin", [lake / manifest.origin.file])
        yield store, manifest


def _expose(store: duckdb.DuckDBPyConnection, table: str, files: list[Path]) -> None:
    if files:
        names = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        try:
            store.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{names}])")
        except duckdb.Error as error:
            raise Refusal("lake.damaged", at=table) from error
    else:
        store.register(f"no_{table}", arrow_schema({**TABLES, "origin": ORIGIN}[table]).empty_table())
        store.execute(f"CREATE TABLE {table} AS SELECT * FROM no_{table}")  # noqa: S608
