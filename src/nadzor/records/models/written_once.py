# SPDX-License-Identifier: Apache-2.0
"""A row that is written once and never changed."""

from __future__ import annotations

from typing import Any

from django.db import models


class AppendOnly(models.Model):
    """A row that is written once.

    Why: a deed that can be edited afterwards proves nothing; triggers hold the same rule against raw SQL.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row; a second save is a fault of ours."""
        if not self._state.adding:
            raise TypeError("an audit entry is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Always a fault of ours."""
        raise TypeError("an audit entry is never deleted")
