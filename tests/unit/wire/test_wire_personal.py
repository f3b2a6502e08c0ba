# SPDX-License-Identifier: Apache-2.0
"""Personal details in free text."""

from __future__ import annotations

import time

import pytest

from nadzor_wire.personal import find_personal


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("СНИЛС 112-233-445 95", "snils"),
        ("номер 11223344595.", "snils"),
        ("полис 4000 0000 0000 0002", "oms"),
        ("полис 4000000000000002", "oms"),
        ("звонить +7 (912) 345-67-89", "phone"),
        ("тел. 8 912 345 67 89", "phone"),
        ("call +44 20 7946 0958", "phone"),
        ("писать ivanov@example.test", "email"),
        ("паспорт 45 08 123456", "passport"),
        ("Паспорт: серия 4508 № 123456", "passport"),
        ("45 08 123456", "passport"),
        ("IVANOV^IVAN^IVANOVICH", "dicom_name"),
        ("tag (0010,0010)", "dicom_name"),
        ("picture data:image/png;base64,AAAA", "image"),
        ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAf", "image"),
        ("AA" * 66 + "RElDTQIAAABVTAQAugAAAAIAAQBPQgAA", "image"),
        ("kY7" * 86, "image"),
        ("дата рождения: 01.02.1960", "birth_date"),
        ("01.02.1960 г.р.", "birth_date"),
        ("born on 1960-02-01", "birth_date"),
        ("DOB 1/2/1960", "birth_date"),
        ("Пациент Иванов Иван Иванович поступил", "name"),
        ("Иванову Ивану Ивановичу", "name"),
        ("ПЕТРОВА АННА СЕРГЕЕВНА", "name"),
        ("врач Петров П.С. подтвердил", "name"),
        ("врач П. С. Петров подтвердил", "name"),
        ("больной Сидоров Пётр", "name"),
        ("patient John Smith", "name"),
        ("Mr. John Smith", "name"),
    ],
)
def test_a_personal_detail_is_found(text, kind):
    """Each kind of detail is found and named."""
    assert find_personal(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Система не выделила пневмоторакс на версии 2.1.0, исследование пересмотрено через 40 минут.",
        "The device missed a pneumothorax; the finding was confirmed by CT on 2026-11-03.",
        "Ошибка INP001 на этапе input, 12345 исследований, порог 0.5000.",
        "Номер 112-233-445 96 с неверной контрольной суммой",
        "код 4000 0000 0000 0003",
        "SHA-256 0123456789abcdef",
        "Пациент был переведён. Рентген грудной клетки.",
        "с 01.02.2026 по 03.02.2026",
        "000-000-000 00",
        "0000 0000 0000 0000",
        "Аппарат Philips DigitalDiagnost, Москва",
    ],
)
def test_ordinary_text_is_left_alone(text):
    """Clinical and technical sentences raise no alarm."""
    assert find_personal(text) is None


@pytest.mark.parametrize(
    "text", ["a" * 4000, "Аа" * 2000, "1 " * 2000, "А.А." * 1000, "+7" * 2000, "a^" * 2000, "a@" * 2000]
)
def test_no_text_takes_long(text):
    """The longest narrative is read in a blink whatever stands in it."""
    start = time.perf_counter()
    find_personal(text)
    assert time.perf_counter() - start < 0.25
