# SPDX-License-Identifier: Apache-2.0
"""The compiled catalogue follows its source."""

from __future__ import annotations

import os

import pytest
from django.utils import translation
from django.utils.translation import ngettext

from nadzor.portal import catalogue


def test_a_newer_source_is_compiled_once(tmp_path, monkeypatch):
    """The .mo is written when it is missing or older, and left alone otherwise."""
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_bytes((catalogue.LOCALE / "ru/LC_MESSAGES/django.po").read_bytes())
    monkeypatch.setattr(catalogue, "LOCALE", tmp_path)
    assert catalogue.compile_catalogues() == [folder / "django.mo"]
    assert catalogue.compile_catalogues() == []
    later = source.stat().st_mtime + 5
    os.utime(source, (later, later))
    assert catalogue.compile_catalogues() == [folder / "django.mo"]


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "1 пакет на странице"),
        (3, "3 пакета на странице"),
        (5, "5 пакетов на странице"),
        (21, "21 пакет на странице"),
    ],
)
def test_russian_has_three_plurals(n, said):
    """One, few and many are told apart."""
    with translation.override("ru"):
        assert ngettext("%(n)s batch on this page", "%(n)s batches on this page", n) % {"n": n} == said
