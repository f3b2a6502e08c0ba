# SPDX-License-Identifier: Apache-2.0
"""Affairs of the demonstration: scripts, forms and papers, all of them invented."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml

from nadzor.base.problems import Text


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One affair: whose, of what, and its steps as "working days ago, verb"."""

    procedure: str
    maker: str
    steps: tuple[str, ...]
    product: Text | None = None
    device: str = ""
    version: str = ""
    field: str = "radiology"
    modality: str = "CT"
    agent: bool = False
    papers: bool = False
    evidence: bool = False


DEMO_FACTS: Final[dict[str, Any]] = {
    "because": "Материалы дела изучены, основания подтверждаются.",
    "confirm_defects": True,
    "defects": ["Нет цветных изображений электронных носителей", "Не указан номер платёжного поручения"],
    "expertise_ground": ["c"],
    "objections_text": "Протокол испытаний приложен: страницы 14-20.",
    "norm_cite": "expertise.grounds",
    "standing_ground": "Полномочия представителя истекли",
    "question": "На каком наборе данных получены показатели?",
    "answer": "На наборе приложения 3.",
    "evidence": "Сигнал 1: строки и расчёт приложены.",
    "cancellation_ground": ["application"],
    "control_order": "№ 3-Д",
    "control_result": "Акт № 4-Д",
    "amendment": "",
    "recomputation": "cusum_poisson: совпадает с материалами дела",
    "complaint": "Отклонение объясняется заменой оборудования, а не версией.",
    "correction": "Версия 2.4.1 с исправлением порога, до конца месяца",
    "consent_ground": "Угроза причинения вреда жизни и здоровью граждан",
    "consent": "№ 7-П (демонстрация)",
    "expert": "nik",
    "end_ground": "Заявитель исключён из реестра юридических лиц",
    "court_act": {"court": "Арбитражный суд города Москвы", "number": "А40-1/2026", "day": "2026-02-02"},
}


CHANGES: Final = {"amendment_plain": ["address_renamed"], "amendment_expertise": ["other"]}


@cache
def scripts() -> tuple[Script, ...]:
    """Every affair, as filings.yaml keeps them."""
    page = files("nadzor.simulate").joinpath("filings.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), tuple[Script, ...])


def form_of(script: Script, at: datetime) -> dict[str, Any]:
    """The form of an affair: of a product whole, of a version its number, of other things a summary."""
    if script.product is not None:
        return _registration(script, script.product, at)
    if script.version:
        return {
            "version": script.version, "released_on": at.date().isoformat(), "builds": ["d" * 64],
            "changes": ["version_numbering"], "amendment": {"liability": True},
        }  # fmt: skip
    summary = {"summary": "Показано в приложении."}
    return summary | ({"changes": CHANGES[script.procedure]} if script.procedure in CHANGES else {})


def _registration(script: Script, product: Text, at: datetime) -> dict[str, Any]:
    return {
        "name": {"ru": product.ru, "en": product.en},
        "risk_class": "3",
        "ai": True,
        "transmits": True,
        "intended_use": {
            "ru": f"{product.ru}: отмечает находки на снимках. Решение принимает врач.",
            "en": f"{product.en}: marks findings in images. The decision is the physician's.",
        },
        "field": script.field,
        "solution_type": "diagnostics",
        "modality": script.modality,
        "version": "1.0",
        "released_on": f"{at.year}-01-15",
        "builds": ["c" * 64],
        "product": {"numbering": "главная.вторая: главная меняется вместе с моделью", "radiology": True},
        "expert_body": "nik",
        "plan": {"goals": "Подтвердить заявленные показатели.", "sample_size": 400},
        "payments": [{"order": "101", "paid_on": f"{at.year}-01-20", "amount": 195000}],
    }


def paper(title: str) -> bytes:
    """A small honest PDF with one line."""
    stream = f"BT /F1 12 Tf 72 720 Td ({title}: demonstration) Tj ET".encode("ascii")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(body))
    return body + head + table + tail


def picture() -> bytes:
    """A small PNG of one colour.

    Method: PNG specification, third edition: IHDR, IDAT, IEND.
    """
    side, line = 32, b"\x00" + b"\x2a\x6f\x97" * 32
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(line * side)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
