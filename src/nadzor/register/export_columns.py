# SPDX-License-Identifier: Apache-2.0
"""The columns of the register's exports: one list for every format, with what each column says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Final

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.register.revision_cards import Change, Entry, Party

Value = str | int | bool


class Column(Struct, frozen=True):
    """One column: its key in every format, what it says, and where it is taken from."""

    key: str
    says: Text
    take: Callable[[Change], Value]


def _versions(entry: Entry) -> str:
    return "; ".join(f"{row.version} ({row.registered_on or '-'})" for row in entry.versions)


def _claims(entry: Entry) -> str:
    return "; ".join(f"{row.finding} {row.metric} {row.value} >= {row.lower_bound}" for row in entry.claims)


def _party(party: Party | None, name: str) -> str:
    if party is None:
        return ""
    return {"code": party.code, "ru": party.name.ru, "en": party.name.en, "inn": party.inn}[name]


DEVICE_COLUMNS: Final = (
    Column("code", Text("код в этой системе", "code in this system"), lambda one: one.device),
    Column("number", Text("регистрационный номер", "registration number"), lambda one: one.entry.number),
    Column("status", Text("состояние: draft, registered, suspended, cancelled",
                          "state: draft, registered, suspended, cancelled"), lambda one: one.entry.status),
    Column("name_ru", Text("наименование", "name in Russian"), lambda one: one.entry.name.ru),
    Column("name_en", Text("наименование на английском", "name in English"), lambda one: one.entry.name.en),
    Column("registered_on", Text("дата регистрации", "day of registration"),
           lambda one: one.entry.registered_on.isoformat()),
    Column("risk_class", Text("класс потенциального риска", "potential risk class"),
           lambda one: one.entry.risk_class),
    Column("ai", Text("применяется ли искусственный интеллект", "whether it uses artificial intelligence"),
           lambda one: one.entry.ai),
    Column("transmits", Text("передаёт ли данные автоматически", "whether it sends operation data by itself"),
           lambda one: one.entry.transmits),
    Column("intended_use_ru", Text("назначение", "intended use in Russian"),
           lambda one: one.entry.intended_use.ru),
    Column("intended_use_en", Text("назначение на английском", "intended use in English"),
           lambda one: one.entry.intended_use.en),
    Column("field", Text("область применения, код", "field of use, code"), lambda one: one.entry.field),
    Column("solution_type", Text("тип решения, код", "kind of solution, code"),
           lambda one: one.entry.solution_type),
    Column("modality", Text("модальность, код", "modality, code"), lambda one: one.entry.modality),
    Column("maker", Text("производитель, код", "maker, code"), lambda one: one.entry.maker.code),
    Column("maker_ru", Text("производитель", "maker in Russian"), lambda one: one.entry.maker.name.ru),
    Column("maker_en", Text("производитель на английском", "maker in English"),
           lambda one: one.entry.maker.name.en),
    Column("maker_country", Text("страна производителя", "maker's country"),
           lambda one: one.entry.maker.country),
    Column("maker_inn", Text("ИНН производителя", "maker's INN"), lambda one: one.entry.maker.inn),
    Column("representative", Text("уполномоченный представитель, код", "authorised representative, code"),
           lambda one: _party(one.entry.representative, "code")),
    Column("representative_ru", Text("уполномоченный представитель", "authorised representative in Russian"),
           lambda one: _party(one.entry.representative, "ru")),
    Column("representative_en", Text("представитель на английском", "authorised representative in English"),
           lambda one: _party(one.entry.representative, "en")),
    Column("representative_inn", Text("ИНН представителя", "representative's INN"),
           lambda one: _party(one.entry.representative, "inn")),
    Column("versions", Text("версии и дни их внесения; «-»: не внесена",
                            "versions and the days of their entry; '-': not entered"),
           lambda one: _versions(one.entry)),
    Column("claims", Text("заявленные показатели: находка, мера, значение, нижняя граница",
                          "declared figures: finding, measure, value, lower bound"),
           lambda one: _claims(one.entry)),
    Column("edition", Text("номер редакции записи", "number of the entry's edition"),
           lambda one: one.number),
    Column("valid_from", Text("с какого дня действует редакция", "since when the edition holds"),
           lambda one: one.valid_from.isoformat()),
    Column("known_at", Text("когда редакция стала известна здесь, UTC", "when it became known here, UTC"),
           lambda one: one.known_at.astimezone(UTC).isoformat(timespec="seconds")),
    Column("cause", Text("что вызвало редакцию", "what caused the edition"), lambda one: one.cause),
    Column("filing", Text("номер заявления, если было", "number of the filing, if there was one"),
           lambda one: one.filing),
    Column("digest", Text("SHA-256 содержания редакции", "SHA-256 of the edition's content"),
           lambda one: one.digest),
)  # fmt: skip
CHANGE_COLUMNS: Final = (
    Column("cursor", Text("порядковый номер изменения: с него продолжают чтение",
                          "number of the change: where a reader goes on from"), lambda one: one.id),
    Column("fields", Text("изменённые поля", "fields that changed"), lambda one: "; ".join(one.fields)),
    *DEVICE_COLUMNS,
)  # fmt: skip
