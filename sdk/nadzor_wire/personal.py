# SPDX-License-Identifier: Apache-2.0
"""Finds personal details in free text and says only of which kind they are.

Used on adverse-event narratives and uploads; telemetry is guarded by its schema.
Why: a heuristic that misses is a leak and one that cries wolf stops a safety report, so numbers must
carry their check digits or stand next to the word that names them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_SNILS = re.compile(r"(?<!\d)(\d{3})[- ]?(\d{3})[- ]?(\d{3})[- ]?(\d{2})(?!\d)")
_OMS = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)")
_PHONE = re.compile(
    r"(?<![\w.])(?:\+7|8)[ -]?\(?\d{3}\)?[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}(?!\d)"
    r"|\+\d{1,3}[ -]?\d(?:[ -]?\d){8,12}(?!\d)"
)
_EMAIL = re.compile(r"@(?<=[\w.+%-]@)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PASSPORT = re.compile(
    r"(?i)(?:паспорт\w{0,3}|passport)\D{0,24}\d{2} ?\d{2} ?(?:№ ?)?\d{6}(?!\d)"
    r"|(?<!\d)\d{2} \d{2} (?:№ ?)?\d{6}(?!\d)"
)
_DICOM = re.compile(
    r"\^(?<=[A-Za-zА-ЯЁа-яё'-]{2}\^)[A-Za-zА-ЯЁа-яё'-]{2}|\(0010,00[13]0\)"
    r"|PatientName|PatientID|PatientBirthDate"
)
# A picture or a file written as text: its heading, its first bytes in base64, or a long run of mixed signs.
_IMAGE = re.compile(
    r"data:[a-z]{1,20}/[\w.+-]{1,60};base64,"
    r"|(?<![\w+/])(?:iVBORw0KGgo|/9j/4[A-Za-z0-9+/]{3}|R0lGODlh|R0lGODdh|SUkqA|TU0AK|JVBERi0|UklGR)[A-Za-z0-9+/]{20}"
    r"|RElDT[QUVW][A-Za-z0-9+/]{20}"
)
_RUN = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{256,}")
_MIXED = tuple(re.compile(signs) for signs in ("[a-z]", "[A-Z]", "[0-9]"))
_BIRTH = re.compile(
    r"(?i)(?:дата рождения|род(?:ил(?:ся|ась)|\.)|д\.? ?р\.|date of birth|birth ?date|\bborn\b|\bDOB\b)"
    r"[^\d\n]{0,12}\d{1,4}[./ -]\d{1,2}[./ -]\d{2,4}"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{4} ?(?:г\. ?р\.|года рождения)"
)
_NAME = re.compile(
    r"\b[А-ЯЁ][а-яё]{1,30}(?:-[А-ЯЁ][а-яё]{1,30})? [А-ЯЁ]\. ?[А-ЯЁ]\."
    r"|\b[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][а-яё]{2,30}"
    r"|\b[А-ЯЁ][а-яё]{1,30} [А-ЯЁ][а-яё]{2,30}(?:ович|евич|ич|овна|евна|ична|инична)(?:[аеуы]|ем|ой|у)?\b"
    r"|\b[А-ЯЁ]{2,30} [А-ЯЁ]{2,30} [А-ЯЁ]{2,30}(?:ОВИЧ|ЕВИЧ|ИЧ|ОВНА|ЕВНА|ИЧНА)(?:[АЕУЫ]|ЕМ|ОЙ)?\b"
    r"|(?:[Пп]ациент(?:к[аиеу]|а|у|ом)?|[Бб]ольн(?:ой|ая|ого|ому)|гр\.|г-н|г-жа)"
    r" [А-ЯЁ][а-яё]{1,30} [А-ЯЁ][а-яё]{1,30}"
    r"|(?:[Pp]atient|Mr\.?|Mrs\.?|Ms\.?) [A-Z][a-z]{1,30} [A-Z][a-z]{1,30}\b"
)


def find_personal(text: str) -> str | None:
    """Kind of the first personal detail found, or None; the detail itself is never returned.

    The kinds are email, dicom_name, snils, oms, phone, passport, birth_date, image and name.
    """
    return next((kind for kind, found in _KINDS if found(text)), None)


def _snils(text: str) -> bool:
    return any(_snils_sum(found.group()) for found in _SNILS.finditer(text))


def _snils_sum(text: str) -> bool:
    """Method: control number of SNILS: weights 9..1, modulo 101, 100 counts as 0."""
    digits = [int(character) for character in text if character.isdigit()]
    total = sum(weight * digit for weight, digit in zip(range(9, 0, -1), digits, strict=False)) % 101 % 100
    return total == digits[9] * 10 + digits[10] and any(digits[:9])


def _oms(text: str) -> bool:
    return any(_luhn(found.group()) for found in _OMS.finditer(text))


def _luhn(text: str) -> bool:
    """Method: ISO/IEC 7812-1 annex B, the check digit of the single-format policy number."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and any(digits)


def _image(text: str) -> bool:
    """Method: 192 bytes of a picture without a small letter, a capital or a digit in base64 do not happen."""
    runs = (found.group() for found in _RUN.finditer(text))
    return bool(_IMAGE.search(text)) or any(all(signs.search(run) for signs in _MIXED) for run in runs)


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None


_KINDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("email", _matches(_EMAIL)),
    ("dicom_name", _matches(_DICOM)),
    ("snils", _snils),
    ("oms", _oms),
    ("phone", _matches(_PHONE)),
    ("passport", _matches(_PASSPORT)),
    ("birth_date", _matches(_BIRTH)),
    ("image", _image),
    ("name", _matches(_NAME)),
)
