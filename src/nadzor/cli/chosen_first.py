# SPDX-License-Identifier: Apache-2.0
"""A group of commands with one that is meant when none of them is named."""

from __future__ import annotations

from typing import ClassVar

import click
from typer.core import TyperGroup


class ChosenFirst(TyperGroup):
    """`nadzor backup TO` is `nadzor backup house TO`, and `nadzor backup verify FROM` is what it says."""

    chosen: ClassVar[str] = ""

    @classmethod
    def of(cls, name: str) -> type[ChosenFirst]:
        """The group whose command of this name needs no name."""
        return type(f"{cls.__name__}Of{name.title()}", (cls,), {"chosen": name})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name in where the first word is no command of this group."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [self.chosen, *args]
        return super().parse_args(ctx, args)
