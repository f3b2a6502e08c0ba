# SPDX-License-Identifier: Apache-2.0
"""Paper: a template becomes a tagged PDF that a screen reader can read; nothing is fetched from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import content_disposition_header

from nadzor.portal.frame import house

MEDIA_TYPE: Final = "application/pdf"
#: PDF/UA-1 (ISO 14289-1): structure tags, a language, a title in the window's bar, alternatives for pictures.
VARIANT: Final = "pdf/ua-1"


def print_pdf(template: str, context: Mapping[str, Any], *, title: str, lang: str) -> bytes:
    """A template that extends `portal/paper.html` as a tagged PDF; links lead to this portal's address."""
    with translation.override(lang):
        page = render_to_string(template, {**context, "title": title, "lang": lang})
    return draw(page, base=house().settings.portal_url)


def pdf_answer(paper: bytes, name: str) -> HttpResponse:
    """A printed paper as a download."""
    answer = HttpResponse(paper, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{name}.pdf") or ""
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def draw(page: str, *, base: str) -> bytes:
    """A whole HTML page as a tagged PDF in our own print style; the same page gives the same bytes.

    Raises: FatalURLFetchingError when the page asks for a picture, a style or a font: a paper is whole.
    """
    drawn: bytes = laid_out(page, base=base).write_pdf(pdf_variant=VARIANT)
    return drawn


def laid_out(page: str, *, base: str) -> Any:
    """The same page laid out on sheets, as WeasyPrint keeps it: `pages` are its sheets.

    Raises: as `draw`.
    """
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    nothing = URLFetcher(allowed_protocols=(), fail_on_errors=True)
    names = ("paper.css", "practice_paper.css") if house().settings.practice else ("paper.css",)
    sheets = [CSS(string=_style(name), url_fetcher=nothing, font_config=fonts) for name in names]
    paper = HTML(string=page, base_url=base, url_fetcher=nothing)
    return paper.render(font_config=fonts, stylesheets=sheets, pdf_variant=VARIANT)


@cache
def _style(name: str) -> str:
    return files("nadzor.portal").joinpath("static/portal", name).read_text("utf-8")
