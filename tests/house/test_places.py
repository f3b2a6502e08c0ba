# SPDX-License-Identifier: Apache-2.0
"""Each thing in its place: time, environment, models, printing, and the rooms themselves."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.house.source import HOUSE, ROOT, python, rooms, tree, where

CLOCK: Final = re.compile(
    r"\b(datetime\.(datetime\.)?(now|utcnow|today)|date\.today|timezone\.(now|localdate|localtime)"
    r"|time\.(time|time_ns|localtime|gmtime|strftime))\("
)
DOORS: Final = ("gateway", "portal", "api", "jobs", "cli")
DECIDING: Final = ("actions", "procedures", "statutory")
NOT_LAW: Final = {"admit_model.py"}  # dates the demonstration needs, before the first day it replays


def test_only_the_clock_reads_the_time():
    """Whoever else needs it is given it, so that any past day can be computed again."""
    found = [
        place for path in python(HOUSE) if path != HOUSE / "base/clock.py" for place in calls(path, CLOCK)
    ]
    assert found == []


def test_only_the_frame_reads_the_environment():
    """One struct, read once, in site; elsewhere the environment does not exist."""
    others = [path for path in python(HOUSE) if HOUSE / "site" not in path.parents]
    assert [where(path) for path in others if re.search(r"\bos\.(environ|getenv|putenv)", code(path))] == []


def test_doors_never_touch_models():
    """A door asks queries and actions; it neither reads nor writes a table itself."""
    pages = [path for door in DOORS if (HOUSE / door).is_dir() for path in python(HOUSE / door)]
    found = [
        f"{where(path)} {name}" for path in pages for name in imported(path) if re.search(r"\.models\b", name)
    ]
    assert found == []


def test_only_commands_print():
    """Elsewhere a thing worth saying is returned, or logged by name."""
    quiet = [path for path in python(HOUSE) if HOUSE / "cli" not in path.parents]
    assert [place for path in quiet for place in calls(path, re.compile(r"^print\("))] == []


def test_no_verb_counts_days_by_itself():
    """Days that matter in law come from norms and the production calendar; a neighbouring day is no count."""
    pages = [path for room in DECIDING for path in python(HOUSE / room) if path.name not in NOT_LAW]
    assert [
        place for path in pages for place in calls(path, re.compile(r"^timedelta\((days=(?!1\))|\d)"))
    ] == []


def test_the_rooms_on_disk_are_the_rooms_in_the_contract():
    """A room nobody drew does not exist; a room drawn but absent is a promise not kept."""
    assert {room.name for room in rooms()} == drawn()


def test_the_architecture_page_names_every_room():
    """The one drawing a newcomer sees shows the whole house."""
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert {room for room in drawn() if not re.search(rf"\b{room}\b", page)} == set()


def drawn() -> set[str]:
    """Rooms of the layers contract."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", "utf-8")
    return set(re.findall(r"[a-z]+", contract["importlinter:contract:storeys"]["layers"]))


def calls(path: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    """Calls in a file whose text matches."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and pattern.search(ast.unparse(node)[:60]):
            yield f"{where(path, node)} {ast.unparse(node)[:60]}"


def imported(path: Path) -> Iterator[str]:
    """Modules a file imports, with the names it takes from them."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def code(path: Path) -> str:
    """The file without comments and docstrings' freedom to mention things."""
    return ast.unparse(ast.Module([n for n in tree(path).body if not _is_text(n)], []))


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
