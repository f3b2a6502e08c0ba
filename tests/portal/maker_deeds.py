# SPDX-License-Identifier: Apache-2.0
"""What people do with filings on the pages, by posting the forms they see."""

from __future__ import annotations

import io
import re
from typing import Any, Final

from django.test import Client

PDF: Final = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
ENTRY: Final = {
    "name.en": "Heart of Tests",
    "intended_use.en": "Search for calcification.",
    "field": "cardiology",
    "solution_type": "diagnostics",
    "modality": "CT",
    "released_on": "2026-03-02",
    "builds": "b" * 64,
}


def draft(maker: Client, name: str = "Сердце «Проба»", procedure: str = "registration_simplified") -> str:
    """A draft, opened by its form; its number."""
    answer = maker.post("/filings/new/", {"procedure": procedure, "name.ru": name, "name.en": f"{name} (en)"})
    assert answer.status_code == 302, answer.content.decode()
    return re.findall(r"/filings/([\d-]+)/", answer["Location"])[0]


def amendment(maker: Client, device: str = "ai-001") -> str:
    """A draft of a version amendment of one's own device."""
    given = {"procedure": "amendment_version", "device": device, "changes": ["version_numbering"]}
    return re.findall(r"/filings/([\d-]+)/", maker.post("/filings/new/", given)["Location"])[0]


def fill(maker: Client, number: str) -> None:
    """The product and its entry, as far as the register needs them."""
    product = {
        "product.name": "Сердце «Проба»", "product.ai": "yes", "product.transmits": "yes",
        "product.risk_class": "3", "product.version": "1.0", "product.purpose": "Поиск кальциноза.",
        "product.numbering": "Старший номер меняется с назначением.",
    }  # fmt: skip
    for page, given in (("product", product), ("entry", ENTRY)):
        answer = maker.post(f"/filings/{number}/form/{page}/", given)
        assert answer.status_code == 302, answer.content.decode()


def hand_in(maker: Client, number: str, verb: str = "submit", **more: Any) -> Any:
    """Hand in as it is."""
    given = {"verb": verb, "declared": "yes", "confirm_defects": "yes", **more}
    return maker.post(f"/filings/{number}/check/", given)


def move(client: Client, number: str, verb: str, **facts: Any) -> Any:
    """A move by the form on the card, confirmed; the fields carry the verb before their names."""
    given = {f"{verb}.{name}": value for name, value in {"confirm": "yes", **facts}.items()}
    return client.post(f"/filings/{number}/move/", {"verb": verb, **given})


def filed(maker: Client, name: str = "Сердце «Проба»") -> str:
    """An application that was handed in."""
    number = draft(maker, name)
    assert (
        maker.post(f"/filings/{number}/form/documents/", {"risk_file": upload("risk.pdf")}).status_code == 302
    )
    assert hand_in(maker, number).status_code == 302
    return number


def held(maker: Client, registrar: Client, expert: Client) -> str:
    """An application whose refusal is held for objections."""
    number = filed(maker)
    for client, verb, facts in (
        (registrar, "find_complete", {}),
        (registrar, "start", {}),
        (registrar, "send_task", {"expert": "nik"}),
        (expert, "conclude_negative", {"expertise_ground": ["b", "c"], "because": "пробы не хватает"}),
        (registrar, "notify_negative", {}),
    ):
        answer = move(client, number, verb, **facts)
        assert answer.status_code == 302, (verb, answer.content.decode())
    return number


def upload(name: str = "report.pdf", content: bytes = PDF) -> io.BytesIO:
    """A file as a browser sends it."""
    file = io.BytesIO(content)
    file.name = name
    return file


def text(answer: Any) -> str:
    """A page without its tags' attributes in the way: the whole markup."""
    return str(answer.content.decode())
