# SPDX-License-Identifier: Apache-2.0
"""The register's own words: fields of application and types of solution, in both languages.

Why: the monthly report asks for both, and no official code list could be read; these are our own.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from nadzor.base.problems import Text

Field = Literal[
    "radiology", "mammography", "cardiology", "neurology", "ophthalmology", "pathology", "dermatology",
    "dentistry", "endoscopy", "pulmonology", "oncology", "laboratory", "emergency", "records",
]  # fmt: skip
SolutionType = Literal[
    "diagnostics", "screening", "triage", "measurement", "prognosis", "therapy_planning", "documentation"
]
Status = Literal["draft", "registered", "suspended", "cancelled"]
RiskClass = Literal["1", "2a", "2b", "3"]
Metric = Literal["sensitivity", "specificity", "auc"]

FIELDS: Final[dict[str, Text]] = {
    "radiology": Text("Лучевая диагностика", "Radiology"),
    "mammography": Text("Маммография", "Mammography"),
    "cardiology": Text("Кардиология", "Cardiology"),
    "neurology": Text("Неврология", "Neurology"),
    "ophthalmology": Text("Офтальмология", "Ophthalmology"),
    "pathology": Text("Патологическая анатомия", "Pathology"),
    "dermatology": Text("Дерматология", "Dermatology"),
    "dentistry": Text("Стоматология", "Dentistry"),
    "endoscopy": Text("Эндоскопия", "Endoscopy"),
    "pulmonology": Text("Пульмонология", "Pulmonology"),
    "oncology": Text("Онкология", "Oncology"),
    "laboratory": Text("Лабораторная диагностика", "Laboratory medicine"),
    "emergency": Text("Неотложная помощь", "Emergency care"),
    "records": Text("Электронные медицинские карты", "Electronic health records"),
}
SOLUTION_TYPES: Final[dict[str, Text]] = {
    "diagnostics": Text("Диагностика", "Diagnostics"),
    "screening": Text("Скрининг", "Screening"),
    "triage": Text("Сортировка исследований", "Triage"),
    "measurement": Text("Измерения и разметка", "Measurement and delineation"),
    "prognosis": Text("Прогноз заболевания", "Prognosis"),
    "therapy_planning": Text("Поддержка планирования лечения", "Support in therapy planning"),
    "documentation": Text("Обработка записей и речи", "Processing of records and speech"),
}


def field_text(code: str) -> Text:
    """A field of application in words; an unknown code stands for itself."""
    return FIELDS.get(code, Text(code, code))


def solution_text(code: str) -> Text:
    """A type of solution in words; an unknown code stands for itself."""
    return SOLUTION_TYPES.get(code, Text(code, code))


assert set(FIELDS) == set(get_args(Field)) and set(SOLUTION_TYPES) == set(get_args(SolutionType))
