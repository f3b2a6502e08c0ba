# SPDX-License-Identifier: Apache-2.0
"""Pages for people: short, true, and pointing at things that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.house.source import HOUSE, ROOT, SDK

README_MAX: Final = 60
ADR_MAX: Final = 45  # lines: one printed page
PAGES: Final = ("README", "ARCHITECTURE", "GLOSSARY", "CHANGELOG", "CONTRIBUTING", "SECURITY")


def test_the_readme_is_short_and_shows_the_two_commands():
    """Sixty lines, one drawing, one line of prerequisites, two commands that the Makefile has."""
    page = (ROOT / "README.md").read_text("utf-8")
    assert len(page.splitlines()) <= README_MAX
    assert len(re.findall("^Prerequisites:", page, re.M)) == 1
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(re.findall(r"^make (\w+)", page, re.M)) == {"demo", "test"} <= targets


def test_links_lead_somewhere():
    """Every relative link of every page is a file of ours."""
    broken = []
    for page in pages():
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in link and not (page.parent / link).exists():
                broken.append(f"{page.relative_to(ROOT)} → {link}")
    assert broken == []


def test_files_named_in_pages_exist():
    """A path in backticks that looks like ours is ours."""
    text = [
        (page, name)
        for page in pages()
        for name in re.findall(r"`([\w/.]+/[\w.]+\.\w+)`", page.read_text("utf-8"))
    ]
    roots = (ROOT, HOUSE, SDK, HOUSE / "detect")
    lost = [
        (page.name, name)
        for page, name in text
        if not any((root / name).exists() for root in (page.parent, *roots))
    ]
    assert lost == []


def test_every_decision_says_what_it_costs():
    """A decision without a loss was not a decision."""
    decisions = sorted((ROOT / "docs/adr").glob("0*.md"))
    assert [path.name for path in decisions if "**What we lose.**" not in path.read_text("utf-8")] == []
    assert [path.name for path in decisions if len(path.read_text("utf-8").splitlines()) > ADR_MAX] == []
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))


def test_the_glossary_uses_names_that_the_code_uses():
    """A word that left the code leaves the glossary."""
    rows = re.findall(r"^\|.*\| (.*) \|$", (ROOT / "GLOSSARY.md").read_text("utf-8"), re.M)
    names = {name for cell in rows for name in re.findall(r"`([A-Za-z_]\w+)(?:\(.*?\))?`", cell)}
    code = "\n".join(p.read_text("utf-8") for root in (HOUSE, SDK) for p in root.rglob("*.py"))
    folders = {path.stem for path in HOUSE.rglob("*")} | {path.stem for path in SDK.rglob("*")}
    assert sorted(name for name in names if name not in folders and not re.search(rf"\b{name}\b", code)) == []


def test_security_properties_name_tests_that_exist():
    """A property without a test that keeps it is a hope."""
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    assert len(named) >= 3
    for path, test in named:
        assert (ROOT / path).is_file(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text("utf-8"), test


def pages() -> list[Path]:
    """Every page of prose that we keep."""
    return [*(ROOT / f"{name}.md" for name in PAGES), *sorted((ROOT / "docs").rglob("*.md"))]
