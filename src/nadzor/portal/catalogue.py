# SPDX-License-Identifier: Apache-2.0
"""Compiles the interface's catalogues; the compiled file is not kept in the repository."""

from __future__ import annotations

import io
from pathlib import Path

from nadzor.base.durable import write_atomic

LOCALE = Path(__file__).parent / "locale"


def compile_catalogues() -> list[Path]:
    """Write the .mo of every language whose .po is newer; returns what was written."""
    written = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            write_atomic(target, _compiled(source))
            written.append(target)
    return written


def _compiled(source: Path) -> bytes:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = io.BytesIO()
    write_mo(buffer, read_po(io.BytesIO(source.read_bytes()), locale=source.parts[-3]))
    return buffer.getvalue()
