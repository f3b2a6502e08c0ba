# SPDX-License-Identifier: Apache-2.0
"""People walk an affair in the browser: each opens its card, finds a move by its name, fills in and sends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.pofile import read_po
from playwright.sync_api import Locator, Page

from nadzor.base.problems import Text
from nadzor.law.load import norm
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import moves_from
from nadzor.procedures.words import asks, words
from tests.town import ROOT

CATALOGUE: Final = ROOT / "src/nadzor/portal/locale/ru/LC_MESSAGES/django.po"
PDF: Final = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
LISTS: Final = {"expertise_ground": "expertise.grounds", "cancellation_ground": "cancellation.grounds"}
MAKER: Final = "manufacturer_admin"
REPORTER: Final = "manufacturer_reporter"
PATIENCE_MS: Final = 10_000
#: What people type, by what a move asks for.
TYPED: Final = {
    "because": Text(ru="Материалы изучены, сомнений нет.", en="The papers were studied; there is no doubt."),
    "defects": Text(
        ru="Нет цветных изображений интерфейса.\nНе назван объём выборки.",
        en="No colour images of the interface.\nThe sample size is not named.",
    ),
    "objections_text": Text(
        ru="Отчёт приложен: страницы 14-20.", en="The report is enclosed, pages 14 to 20."
    ),
    "question": Text(ru="На каких данных получены показатели?", en="Which data gave the figures?"),
    "answer": Text(ru="На наборе приложения 3.", en="Those of annex 3."),
    "standing_ground": Text(
        ru="Определение суда о приостановлении.", en="A court's ruling to stay the matter."
    ),
    "end_ground": Text(ru="Заявитель исключён из реестра.", en="The applicant was struck off."),
    "evidence": Text(ru="Сигнал 1 и строки за ним.", en="Signal 1 and the rows behind it."),
    "control_order": Text(ru="№ 7 от 01.11.2026", en="No 7 of 1 November 2026"),
    "control_result": Text(ru="Акт № 8 от 10.11.2026", en="Report No 8 of 10 November 2026"),
    "complaint": Text(ru="Порог взят с другого изделия.", en="The threshold is another device's."),
    "correction": Text(ru="Версия 1.2 до декабря.", en="Version 1.2 by December."),
    "consent_ground": Text(ru="Угроза жизни и здоровью.", en="A threat to life and health."),
    "consent": Text(ru="№ 9 от 05.11.2026", en="No 9 of 5 November 2026"),
    "court": Text(ru="Арбитражный суд города Москвы", en="Arbitration Court of Moscow"),
}


class Walk:
    """One affair on its way, in one language."""

    def __init__(self, visit: Callable[..., Any], language: str) -> None:
        self.visit, self.language = visit, language
        self.seen: dict[str, Any] = {}
        self.number = self.procedure = ""

    def at(self, role: str) -> Any:
        """The one visit of a role."""
        if role not in self.seen:
            public = role == "public"
            more = {"signed_in": False} if public else {"role": role}
            self.seen[role] = self.visit(language=self.language, **more)
            self.seen[role].page.set_default_timeout(PATIENCE_MS)
        return self.seen[role]

    def take(self, procedure: str, number: str) -> Walk:
        """Go on with a filing that is there."""
        self.procedure, self.number = procedure, number
        return self

    def said(self, text: Text) -> str:
        """A text in the walk's language, as a page begins it."""
        plain = text.ru if self.language == "ru" else text.en
        return plain[:1].upper() + plain[1:]

    def ui(self, msgid: str) -> str:
        """A string of the portal in the walk's language."""
        return catalogue()[msgid] if self.language == "ru" else msgid

    def verb(self, verb: str) -> str:
        """What a move is called."""
        return self.said(words()[self.procedure].verbs[verb])

    def state(self) -> str:
        """The state that the card shows, by its key in the table."""
        page = self.seen_card()
        shown = page.locator(".page-head .state").first.inner_text()
        names = {self._label(text): key for key, text in words()[self.procedure].states.items()}
        return names[shown.strip().lower()]

    def seen_card(self) -> Page:
        """The card as whoever came last left it."""
        return self._last.page  # type: ignore[no-any-return]

    def card(self, role: str) -> Page:
        """The filing's card before the eyes of a role."""
        self._last = self.at(role)
        return self._last.go(f"/filings/{self.number}/")  # type: ignore[no-any-return]

    def does(self, role: str, verb: str, **typed: Any) -> str:
        """Make a move by its form; returns the state it led to."""
        page = self._sent(role, verb, typed)
        told = page.locator(".alert-success").first.inner_text()
        assert self._label(words()[self.procedure].verbs[verb]) in told.lower(), told
        return self.state()

    def refused(self, role: str, verb: str, **typed: Any) -> str:
        """Try a move that is refused: what is said; the state stays and so does what was typed."""
        page, was = self._sent(role, verb, typed), self.state()
        told = page.locator("#main [role=alert]").first.inner_text()
        grounds = page.locator("#moves details[open]").get_by_label(self.ui("Grounds"), exact=True)
        assert grounds.input_value() == self.said(TYPED["because"])
        self.card(role)
        assert self.state() == was
        return told

    def _sent(self, role: str, verb: str, typed: dict[str, Any]) -> Page:
        page = self.card(role)
        was = self.state()
        move = next(each for each in moves_from(PROCEDURES[self.procedure], was) if each.verb == verb)
        form = self.opened(page, verb)
        for ask in move.asks:
            self._answer(form, ask, typed.get(ask))
        if move.grounds:
            text = typed.get("because") or self.said(TYPED["because"])
            form.get_by_label(self.ui("Grounds"), exact=True).fill(text)
        for label, value in typed.get("also", {}).items():
            self._fill(form.get_by_label(label), value)
        self.send(form, verb)
        return page

    def opened(self, page: Page, verb: str) -> Locator:
        """The form of a move, unfolded by its name."""
        name = re.compile(rf"^\s*{re.escape(self.verb(verb))}\s*$")
        form = page.locator("#moves details").filter(has=page.locator("summary", has_text=name))
        form.locator("summary").click()
        return form

    def send(self, form: Locator, verb: str) -> None:
        """Confirm what must be confirmed and press the button."""
        sure = form.get_by_label(self.ui("I have read what this does, and confirm it"), exact=False)
        if sure.count():
            sure.check()
        with self._last.page.expect_navigation():
            form.get_by_role("button", name=self.verb(verb)).click()

    def offered(self, role: str) -> list[str]:
        """The moves that the card offers a role, by their names; barred ones are left out."""
        page = self.card(role)
        return [text.strip() for text in page.locator("#moves summary, #moves .move-link").all_inner_texts()]

    def walk(self, *steps: str, **typed: Any) -> str:
        """Several moves, each as "role verb"."""
        state = ""
        for step in steps:
            role, verb = step.split()
            state = self.does(role, verb, **typed)
        return state

    def quiet(self) -> None:
        """No page of any visit complained."""
        assert {role: seen.complaints for role, seen in self.seen.items() if seen.complaints} == {}

    def attach(self, role: str, folder: Path, *, name: str = "paper.pdf") -> None:
        """Attach a paper on the card: the first kind that is offered."""
        file = folder / name
        file.write_bytes(PDF)
        page = self.card(role)
        form = page.locator("#do-paper")
        form.locator("summary").click()
        form.get_by_label(self.ui("File"), exact=True).set_input_files(file)
        with page.expect_navigation():
            form.get_by_role("button", name=self.ui("Attach"), exact=True).click()
        assert page.locator("#papers").get_by_role("link", name=name).count() >= 1

    def _label(self, text: Text) -> str:
        return (text.ru if self.language == "ru" else text.en).lower()

    def _answer(self, form: Locator, ask: str, typed: Any) -> None:
        if ask == "court_act":
            self._court(form)
        elif ask in LISTS:
            items = {item.key: item for item in norm(LISTS[ask], date(2026, 11, 22)).items}
            for key in typed or [next(iter(items))]:
                form.get_by_label(self.said(items[key])).check()
        elif ask == "norm_cite":
            form.get_by_label(self.said(asks()[ask])).select_option(typed or "cancellation.grounds")
        else:
            form.get_by_label(self.said(asks()[ask]), exact=True).fill(typed or self.said(TYPED[ask]))

    def _court(self, form: Locator) -> None:
        form.get_by_label(self.ui("Court"), exact=True).fill(self.said(TYPED["court"]))
        form.get_by_label(self.ui("Number of the act")).fill("А40-7/2026")
        form.get_by_label(self.ui("Day of the act")).fill("2026-11-02")

    @staticmethod
    def _fill(field: Locator, value: str) -> None:
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


@cache
def catalogue() -> dict[str, str]:
    """The portal's Russian strings by their English ones; of plurals, the first form."""
    with CATALOGUE.open("rb") as file:
        found = read_po(file)
    plain = {str(m.id[0] if isinstance(m.id, tuple) else m.id): m.string for m in found if m.id}
    return {key: str(text[0] if isinstance(text, tuple) else text) for key, text in plain.items()}
