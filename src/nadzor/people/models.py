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
    is_password_given = models.BooleanField(default=False)  # by the operator: somebody else knows it

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role]), name="user_role_known"
            )
        ]


SCOPES = ("read", "write")


class ApiToken(models.Model):
    """A personal access token: a program acts by it in its owner's role, never in more than that.

    Only its hash is kept; `prefix` lets a person tell one token from another.
    """

    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    scope = models.CharField(max_length=8)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)  # to the minute or so: a write for every reading costs too much

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(scope__in=SCOPES), name="api_token_scope_known")
        ]

    def __str__(self) -> str:
        return f"token {self.prefix}"


class GivenAnswer(models.Model):
    """What a program was answered under an Idempotency-Key: the same call again gets the same answer."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="given_answers")
    key = models.CharField(max_length=64)  # SHA-256 of the key
    asked = models.CharField(max_length=64)  # SHA-256 of the call: a key stands for one call only
    answer = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "key"], name="given_answer_once")]


class FactorReset(models.Model):
    """A request to take the second factors off an account of staff: asked by one, decided by another.

    One `alone` has nobody to decide it: it waits in the sight of everybody until `due_from`.
    """

    account = models.CharField(max_length=150, db_index=True)
    because = models.CharField(max_length=500)
    is_alone = models.BooleanField(default=False)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    due_from = models.DateTimeField()
    expires_at = models.DateTimeField()
    is_approved = models.BooleanField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_because = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_approved=None)
                | models.Q(is_approved=False)
                | ~models.Q(decided_by=models.F("asked_by")) & ~models.Q(decided_by=models.F("account")),
                name="factor_reset_by_two",
            )
        ]

    def __str__(self) -> str:
        return f"factor reset {self.pk}"
