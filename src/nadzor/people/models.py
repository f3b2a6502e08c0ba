# SPDX-License-Identifier: Apache-2.0
"""Tables of organisations and accounts, in the house's first migration: our own user model from day one."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

from nadzor.people.roles import ROLE_NAMES, Role

KINDS = ("regulator", "manufacturer", "representative", "clinic", "expert", "laboratory", "operator")


class Organisation(models.Model):
    """A legal person known to the register: maker, representative, clinic, expert body."""

    code = models.SlugField(max_length=64, unique=True)
    name_ru = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    inn = models.CharField(max_length=10, blank=True)  # empty only for a foreign maker
    ogrn = models.CharField(max_length=13, blank=True)
    oid = models.CharField(
        max_length=64, blank=True
    )  # clinics: OID in the directory of medical organisations
    country = models.CharField(max_length=2, default="RU")
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in KINDS])
    represented_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="represents"
    )

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["inn"], condition=~models.Q(inn=""), name="organisation_inn_once"
            ),
            models.UniqueConstraint(
                fields=["oid"], condition=~models.Q(oid=""), name="organisation_oid_once"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="organisation_kind_known"),
        ]

    def __str__(self) -> str:
        return str(self.name_en)


class User(AbstractUser):
    """An account: one person, one role, one organisation."""

    role = models.CharField(max_length=32, choices=[(r.value, ROLE_NAMES[r]["en"]) for r in Role])
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role]), name="user_role_known"
            )
        ]
