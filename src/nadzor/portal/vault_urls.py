# SPDX-License-Identifier: Apache-2.0
"""Addresses of the vault and of destruction."""

from __future__ import annotations

from typing import Final

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nadzor.people.roles import Role
from nadzor.portal import destruction, retention, vault_card, vault_list
from nadzor.portal.desks import desk_of

DESK: Final = frozenset({Role.INSPECTOR, Role.HEAD})
READERS: Final = DESK | {Role.AUDITOR}
ORDERING: Final = frozenset({Role.REGISTRAR, Role.HEAD})
SHREDDING: Final = ORDERING | {Role.AUDITOR}
KEEPING: Final = SHREDDING | {Role.OPERATOR}
ask = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("vault/", require_safe(desk_of(READERS, vault_list.page)), name="vault"),
    path("vault/ask/", ask(desk_of(DESK, vault_list.ask)), name="vault-ask"),
    path("vault/<int:id>/", require_safe(desk_of(READERS, vault_card.page)), name="vault-opening"),
    path("vault/<int:id>/decide/", require_POST(desk_of(DESK, vault_card.decide)), name="vault-decide"),
    path("vault/<int:id>/look/", require_POST(desk_of(DESK, vault_card.look)), name="vault-look"),
    path("vault/<int:id>/month/", require_POST(desk_of(DESK, vault_card.month)), name="vault-month"),
    path("vault/<int:id>/close/", require_POST(desk_of(DESK, vault_card.close)), name="vault-close"),
    path("vault/<int:id>/review/", require_POST(desk_of(READERS, vault_card.review)), name="vault-review"),
    path("retention/", require_safe(desk_of(KEEPING, retention.page)), name="retention"),
    path("retention/ask/", require_POST(desk_of(ORDERING, retention.ask)), name="retention-ask"),
    path("destruction/", require_safe(desk_of(SHREDDING, destruction.page)), name="destruction"),
    path("destruction/order/", require_POST(desk_of(ORDERING, destruction.order)), name="shred-order"),
    path(
        "destruction/<int:id>/decide/",
        require_POST(desk_of(ORDERING, destruction.decide)),
        name="shred-decide",
    ),
    path("destruction/<int:id>/do/", require_POST(desk_of(ORDERING, destruction.carry_out)), name="shred-do"),
    path("destruction/hold/", require_POST(desk_of(ORDERING, destruction.hold)), name="hold-place"),
    path(
        "destruction/hold/<int:id>/lift/", require_POST(desk_of(ORDERING, destruction.lift)), name="hold-lift"
    ),
]
