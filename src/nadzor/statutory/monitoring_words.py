# SPDX-License-Identifier: Apache-2.0
"""What the lines of a yearly monitoring report are called, in both languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.measures.catalogue import catalogue
from nadzor.statutory.monitoring_report import SPLIT, Figure


@cache
def words() -> dict[str, Text]:
    """The words by key, as monitoring_words.yaml keeps them."""
    page = files("nadzor.statutory").joinpath("monitoring_words.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), dict[str, Text])


def said(key: str, language: str) -> str:
    """A word in a language."""
    return words()[key].in_language(language)


def what(figure: Figure, language: str) -> str:
    """What a figure counts."""
    return said(f"{figure.section}.{figure.key}", language)


def part(figure: Figure, language: str) -> str:
    """The part a figure is about: a stratum, a metric, a seriousness by name; a code or a state as it is."""
    if not figure.part:
        return ""
    dimension = "selection" if figure.key == "labels" else SPLIT.get(figure.key, "")
    if dimension and (label := catalogue().stratum_label(dimension, figure.part)):
        return label.in_language(language)
    named = words().get(f"part.{figure.part}")
    return named.in_language(language) if named else figure.part


def outcome(figure: Figure, language: str) -> str:
    """What the labels say of a claim, with the reason where they decide nothing."""
    if figure.declared is None:
        return ""
    told, why = said(f"outcome.{figure.declared.outcome}", language), reason(figure, language)
    return f"{told}: {why}" if why else told


def reason(figure: Figure, language: str) -> str:
    """Why the labels decide nothing about a claim; empty where they do."""
    found = words().get(f"reason.{figure.declared.reason}") if figure.declared else None
    return found.in_language(language) if found else ""
