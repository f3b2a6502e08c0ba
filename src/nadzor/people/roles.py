# SPDX-License-Identifier: Apache-2.0
"""The roles a person may hold; one each, because duties are separated."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is here for."""

    INSPECTOR = "inspector"
    HEAD = "head"
    REGISTRAR = "registrar"
    EXPERT = "expert"
    MOSCOW_CENTRE = "moscow_centre"
    MANUFACTURER_ADMIN = "manufacturer_admin"
    MANUFACTURER_REPORTER = "manufacturer_reporter"
    REPRESENTATIVE = "representative"
    CLINIC = "clinic"
    AUDITOR = "auditor"
    OPERATOR = "operator"


ROLE_NAMES: dict[Role, dict[str, str]] = {
    Role.INSPECTOR: {"ru": "Инспектор", "en": "Inspector"},
    Role.HEAD: {"ru": "Руководитель", "en": "Head"},
    Role.REGISTRAR: {"ru": "Регистратор", "en": "Registrar"},
    Role.EXPERT: {"ru": "Экспертная организация", "en": "Expert institution"},
    Role.MOSCOW_CENTRE: {"ru": "Московский центр", "en": "Moscow centre"},
    Role.MANUFACTURER_ADMIN: {"ru": "Производитель: администратор", "en": "Manufacturer: administrator"},
    Role.MANUFACTURER_REPORTER: {"ru": "Производитель: отчётность", "en": "Manufacturer: reporting"},
    Role.REPRESENTATIVE: {"ru": "Уполномоченный представитель", "en": "Authorised representative"},
    Role.CLINIC: {"ru": "Медицинская организация", "en": "Clinic"},
    Role.AUDITOR: {"ru": "Аудитор", "en": "Auditor"},
    Role.OPERATOR: {"ru": "Оператор системы", "en": "Operator"},
}

# Staff who read operation figures of every device.  The operator runs the machine and reads none; the auditor
# reads them because a decision can only be checked against what it was taken on.
OVERSIGHT = frozenset({Role.INSPECTOR, Role.HEAD, Role.REGISTRAR, Role.MOSCOW_CENTRE, Role.AUDITOR})
MAKERS = frozenset({Role.MANUFACTURER_ADMIN, Role.MANUFACTURER_REPORTER})
