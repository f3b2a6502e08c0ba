# SPDX-License-Identifier: Apache-2.0
"""What keeps an application's form from making an entry of the register, told before anybody decides.  Pure.

The checklist asks what the law asks; the register's entry needs a little more, such as a modality, and needs
every text in both languages.  What the checklist asks for already is not said twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.procedures.rules.completeness import Defect
from nadzor.register.entry_form import AmendmentForm, RegistrationForm, VersionForm
from nadzor.register.filing_form import TWINS

#: What each procedure makes of its form; a change that needs a new registration enters nothing itself.
MADE: Final[Mapping[str, type[Struct]]] = {
    "registration_simplified": RegistrationForm,
    "registration_accelerated": RegistrationForm,
    "amendment_version": VersionForm,
    "amendment_plain": AmendmentForm,
    "amendment_expertise": AmendmentForm,
}
STEP: Final = "entry"
LABELS: Final[Mapping[str, Text]] = {
    "name.ru": Text(ru="наименование на русском", en="the name in Russian"),
    "name.en": Text(ru="наименование на английском", en="the name in English"),
    "intended_use.ru": Text(ru="назначение на русском", en="the intended use in Russian"),
    "intended_use.en": Text(ru="назначение на английском", en="the intended use in English"),
    "maker.name.ru": Text(ru="новое название производителя на русском", en="its new name in Russian"),
    "maker.name.en": Text(ru="новое название производителя на английском", en="its new name in English"),
    "risk_class": Text(ru="класс потенциального риска", en="the potential risk class"),
    "field": Text(ru="область применения", en="the field of use"),
    "solution_type": Text(ru="вид решения", en="the kind of solution"),
    "modality": Text(ru="вид исследования", en="the modality"),
    "version": Text(ru="номер версии", en="the version number"),
    "released_on": Text(ru="дата выпуска версии", en="the day the version was released"),
    "builds": Text(ru="сборки версии", en="the builds of the version"),
}  # fmt: skip
MISSING: Final = Text(
    ru="Для записи в реестре не указано: {what}", en="Not said for the entry in the register: {what}"
)
MALFORMED: Final = Text(
    ru="Запись в реестре не примет: {what}", en="The entry in the register does not take: {what}"
)
CURE: Final = Text(
    ru="Заполните поле: без него решение не внести в реестр.",
    en="Fill the field in: without it no decision can be entered.",
)


class Gap(Struct, frozen=True):
    """One place of the form that the entry cannot take: it is empty, or it is not what an entry may say."""

    at: str
    is_missing: bool

    @property
    def says(self) -> Text:
        """What is wrong, in both languages."""
        told, label = MISSING if self.is_missing else MALFORMED, LABELS.get(self.at, Text(self.at, self.at))
        return Text(ru=told.ru.format(what=label.ru), en=told.en.format(what=label.en))


def gaps(procedure: str, form: Mapping[str, Any]) -> tuple[Gap, ...]:
    """Every gap of a form, in the order of the entry's fields; none for a procedure that enters nothing."""
    made = MADE.get(procedure)
    fields = msgspec.structs.fields(made) if made else ()
    return tuple(gap for field in fields for gap in _of_field(field, form.get(field.name)))


def entry_defects(procedure: str, form: Mapping[str, Any]) -> tuple[Defect, ...]:
    """The gaps as defects of the dossier; what the checklist finds missing under its own name is left out."""
    asked = {".".join(path) for path in TWINS.values()}
    found = (gap for gap in gaps(procedure, form) if not (gap.is_missing and gap.at in asked))
    return tuple(
        Defect(
            item=gap.at, step=STEP, at=f"$.form.{gap.at}", wrong=gap.says, cure=CURE,
            code="entry_missing" if gap.is_missing else "entry_malformed",
            fact="", key="", cite="", status="house", blocking=True,
        )
        for gap in found
    )  # fmt: skip


def _of_field(field: Any, value: Any) -> Iterator[Gap]:
    if value is None:
        if field.required:
            yield from (Gap(at, is_missing=True) for at in _places(field.name))
        return
    try:
        msgspec.convert(value, field.type)
    except msgspec.ValidationError:
        yield from _inside(field.name, value)


def _inside(name: str, value: Any) -> Iterator[Gap]:
    """The places of a field that are empty; the field itself when they all are filled."""
    told = value.get("name") if name == "maker" and isinstance(value, Mapping) else value
    places = [at for at in _places(name) if isinstance(told, Mapping) and not told.get(at.rpartition(".")[2])]
    yield from (Gap(at, is_missing=True) for at in places)
    if not places:
        yield Gap(name, is_missing=False)


def _places(name: str) -> list[str]:
    """Where the form keeps a field: a text has a place for each language."""
    return [at for at in LABELS if at == name or at.startswith(f"{name}.")] or [name]
