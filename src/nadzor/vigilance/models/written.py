# SPDX-License-Identifier: Apache-2.0
"""A row that is written once."""

from __future__ import annotations

from typing import Any

from django.db import models


class Written(models.Model):
    """A row that is added and then never changed: evidence, moves, documents, grounds."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row; a second save is a fault of ours."""
        if not self._state.adding:
            raise TypeError(f"a {type(self).__name__} is only added")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Always a fault of ours."""
        raise TypeError(f"a {type(self).__name__} is never deleted")
