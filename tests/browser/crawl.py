# SPDX-License-Identifier: Apache-2.0
"""Every page a person reaches by following links, so many of each kind, and what stands on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import yaml
from msgspec import Struct
from playwright.sync_api import Page

from nadzor.people.roles import Role
from tests.browser.walks import catalogue
from tests.town import ROOT

PAGES: Final = 40
OF_A_KIND: Final = 2
FILES: Final = re.compile(
    r"\.(pdf|json|ndjson|csv|xlsx|parquet|ics|txt|xml|svg|zip|bundle)(\?|$)|/papers/|/logout|/api/"
    r"|/audit/(checkpoint|key)$"
)
PART: Final = re.compile(
    r"\d{4}-\d{6}|\d+|ai-[\w-]+|(?<=/norms/)[^/?]+|(?<=/problems/)[^/?]+|(?<=/form/)[^/]+"
)
HOLE: Final = re.compile(r"%\(\w+\)s|\\\{\w+\\\}|\{\w+\}")

NOTHING: Final = "<svg xmlns='http://www.w3.org/2000/svg'/>"  # drawing charts is proved elsewhere

#: Texts as they are drawn, but for those marked as of another language; links; every last day and its way.
LOOK: Final = """() => {
    const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode, text = node.textContent.replace(/\\s+/g, ' ').trim();
        const tag = node.parentElement.closest('script, style, textarea, code, .mono, [translate=no]');
        const near = node.parentElement.closest('[lang]');
        const other = near !== null && near.lang !== document.documentElement.lang;
        if (text && !tag && !other) texts.push(text);
    }
    for (const each of document.querySelectorAll('[aria-label], [title], [placeholder]'))
        for (const name of ['aria-label', 'title', 'placeholder'])
            if (each.getAttribute(name)) texts.push(each.getAttribute(name));
    const links = [...document.querySelectorAll('a[href^="/"]:not([download])')]
        .map(a => a.getAttribute('href').split('#')[0]).filter(Boolean);
    const dues = [...document.querySelectorAll('.due')].map(due => ({
        day: due.querySelector('.due-day')?.innerText.trim() ?? '',
        href: due.querySelector('a.due-day')?.getAttribute('href') ?? '',
        norm: [...due.querySelectorAll('a[href^="/norms/"]')].map(a => a.getAttribute('href')).pop() ?? '',
    }));
    for (const last of document.querySelectorAll('.month-grid li:has(a[href*="/clocks/"])')) dues.push({
        day: '', href: last.querySelector('a').getAttribute('href'),
        norm: last.querySelector('a[href^="/norms/"]')?.getAttribute('href') ?? '',
    });
    const loose = [...document.querySelectorAll('.due-day')].filter(e => !e.closest('.due')).length;
    return {texts, links, dues, loose};
}"""


class Seen(Struct, frozen=True):
    """One page as it was found."""

    address: str
    status: int
    texts: list[str]
    dues: list[dict[str, str]]
    loose: int


def crawl(page: Page, home: str, *starts: str, limit: int = PAGES) -> Iterator[Seen]:
    """Breadth first, so that the desks come before the depths; each kind of page a few times."""
    page.route("**/charts/*.svg", lambda route: route.fulfill(content_type="image/svg+xml", body=NOTHING))
    queue, known, kinds = list(starts), set(starts), Counter[str]()
    while queue and limit:
        address = queue.pop(0)
        kinds[kind := PART.sub("*", address.partition("?")[0]) + ("?" if "?" in address else "")] += 1
        if kinds[kind] > OF_A_KIND:
            continue
        answer = page.goto(home + address, wait_until="load")
        found: dict[str, Any] = page.evaluate(LOOK)
        fresh = [link for link in found["links"] if link not in known and not FILES.search(link)]
        queue += dict.fromkeys(fresh)
        known.update(fresh)
        limit -= 1
        yield Seen(address, answer.status if answer else 0, found["texts"], found["dues"], found["loose"])


#: The town's accounts are called after their roles: a name is of no language.
ACCOUNTS: Final = frozenset(role.value for role in Role)


@cache
def foreign(language: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Our own strings of the other language: those without holes, and those with, as patterns."""
    pairs = [(msgid, text) for msgid, text in catalogue().items() if text] + list(_pages())
    ours = {(ru if language == "en" else en) for en, ru in pairs if en.casefold() != ru.casefold()}
    ours -= {(en if language == "en" else ru) for en, ru in pairs}
    ours -= {text for text in ours if text.casefold() in ACCOUNTS}
    whole = frozenset(_plain(text) for text in ours if not HOLE.search(text))
    holed = (text for text in ours if HOLE.search(text) and len(HOLE.sub("", text).strip()) > len("abc de"))
    return whole, tuple(
        re.compile(HOLE.sub(".{1,200}", re.escape(text).replace(r"\%", "%"))) for text in holed
    )


def left_over(text: str, language: str) -> bool:
    """Whether a text is one of our own strings in the other language."""
    whole, holed = foreign(language)
    return _plain(text) in whole or any(each.fullmatch(text) for each in holed)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold().rstrip(".:")


def _pages() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "src/nadzor").rglob("*.yaml")):
        if "simulate" in path.parts:
            continue  # what people of the demonstration type
        yield from _pairs(yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader))


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _pairs(each)
    elif isinstance(value, dict):
        if isinstance(value.get("ru"), str) and isinstance(value.get("en"), str):
            yield value["en"], value["ru"]
        else:
            for each in value.values():
                yield from _pairs(each)
