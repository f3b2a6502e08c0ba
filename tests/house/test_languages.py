# SPDX-License-Identifier: Apache-2.0
"""Every visible string in both languages: pages, Python, and sentences that live as data."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from tests.house.source import HOUSE, python, where

CATALOGUE: Final = HOUSE / "portal/locale/ru/LC_MESSAGES/django.po"
KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
BILINGUAL: Final = {"500.html"}
_CYRILLIC: Final = re.compile("[а-яё]", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]|(?<!%)%([sd])|\{(\w*)\}")
# Names, units and codes that are the same in both languages.
SAME: Final = re.compile(
    r"(nadzor|JSON|CSV|XLSX|HTML|PDF|SVG|AUC|CUSUM|SHA-256|Ed25519|OID|ru|en|RU|EN|English|Русский|[A-Z])"
)


def test_every_string_of_the_portal_is_translated():
    """Each msgid in templates and Python has a finished Russian twin."""
    missing = {text: place for text, place in spoken() if not _translated(text)}
    assert missing == {}


def test_the_catalogue_holds_nothing_nobody_says():
    """A translation whose sentence is gone would mislead the next translator."""
    said = {text for text, _ in spoken()}
    assert sorted({_single(message.id) for message in russian() if message.id} - said) == []


def test_translations_keep_their_placeholders():
    """A number lost in translation is a wrong sentence."""
    pairs = [
        (message.id, message.string) for message in russian() if isinstance(message.id, str) and message.id
    ]
    assert [left for left, right in pairs if _holes(left) != _holes(str(right))] == []


def test_no_page_says_a_word_outside_the_catalogue():
    """Text between tags of a template is translated or is not there."""
    pages = [page for page in templates() if page.name not in BILINGUAL]
    assert [(where(page), text) for page in pages for text in bare_text(page)] == []


def test_a_page_without_translation_says_everything_twice():
    """What is shown when nothing works cannot ask the catalogue, so it carries both languages."""
    pages = [page.read_text("utf-8") for page in templates() if page.name in BILINGUAL]
    assert all('lang="ru"' in text and 'lang="en"' in text for text in pages)


def test_sentences_that_live_as_data_have_both_languages():
    """Where a YAML page says something in one language it says it in the other."""
    pages = [(where(page), yaml.safe_load(page.read_text("utf-8"))) for page in sorted(HOUSE.rglob("*.yaml"))]
    assert [f"{place}: {path}" for place, content in pages for path in lonely(content)] == []


def test_the_russian_twin_is_russian():
    """A sentence copied from English is not a translation."""
    pages = [(where(page), yaml.safe_load(page.read_text("utf-8"))) for page in sorted(HOUSE.rglob("*.yaml"))]
    foreign = [
        (place, ru) for place, content in pages for ru, en in twins(content) if not _CYRILLIC.search(ru)
    ]
    assert [
        (place, ru) for place, ru in foreign if re.search(r"[a-z]{4}", ru) and not SAME.fullmatch(ru)
    ] == []


@cache
def russian() -> Catalog:
    """The Russian catalogue; empty while the portal has none."""
    return read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="ru") if CATALOGUE.exists() else Catalog("ru")


@cache
def spoken() -> tuple[tuple[str, str], ...]:
    """Every msgid the portal can show, and where."""
    pages = [(page, _as_python(page)) for page in templates()]
    pages += [(path, path.read_bytes()) for path in python(HOUSE)]
    return tuple((text, where(path)) for path, source in pages for text in _messages(source))


def templates() -> list[Path]:
    """Pages and their components, and the plain-text letters."""
    return sorted(page for page in HOUSE.rglob("templates/**/*") if page.suffix in {".html", ".txt", ".svg"})


def bare_text(page: Path) -> list[str]:
    """Words between the tags of a template that no translation would reach."""
    text = page.read_text("utf-8")
    for block in (
        r"\{#.*?#\}",
        r"\{% comment.*?endcomment %\}",
        r"\{% blocktrans.*?endblocktrans(late)? %\}",
    ):
        text = re.sub(block, " ", text, flags=re.DOTALL)
    labels = re.findall(r"\s(?:aria-label|title|placeholder|alt)=\"([^\"]*)\"", text)
    labels = [re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\0", label) for label in labels if "<" not in label]
    text = re.sub(r"<(style|script|code|pre|kbd)\b.*?</\1>|<!--.*?-->", " ", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\0", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", "\n", text)
    said = [part.strip() for part in re.split(r"[\n\0]", re.sub(r"&\w+;", " ", "\n".join([text, *labels])))]
    return [
        part for part in said if re.search(r"[^\W\d_]{2}", part) and not SAME.fullmatch(part.strip("·:()/ "))
    ]


def lonely(content: Any, path: str = "$") -> Iterator[str]:
    """Places where one language stands without the other."""
    if isinstance(content, dict):
        if {"ru", "en"} & content.keys() and not all(content.get(key) for key in ("ru", "en")):
            yield path
        for key, inner in content.items():
            yield from lonely(inner, f"{path}.{key}")
    elif isinstance(content, list):
        for index, inner in enumerate(content):
            yield from lonely(inner, f"{path}[{index}]")


def twins(content: Any) -> Iterator[tuple[str, str]]:
    """Every pair of sentences in a YAML page."""
    if isinstance(content, dict):
        if isinstance(content.get("ru"), str) and isinstance(content.get("en"), str):
            yield content["ru"], content["en"]
        for inner in content.values():
            yield from twins(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from twins(inner)


def _messages(source: bytes) -> Iterator[str]:
    for _, found, _, _ in extract("python", io.BytesIO(source), keywords=KEYWORDS):
        yield _single(found)


def _single(found: Any) -> str:
    return found if isinstance(found, str) else str(found[0])


def _translated(text: str) -> bool:
    message = russian().get(text) or next((m for m in russian() if _single(m.id) == text), None)
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def _holes(text: str) -> list[tuple[str, ...]]:
    return sorted(_PLACEHOLDER.findall(text))


def _as_python(page: Path) -> bytes:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nadzor.site.settings")
    from django.utils.translation.template import templatize

    return templatize(page.read_text("utf-8"), origin=str(page)).encode()
