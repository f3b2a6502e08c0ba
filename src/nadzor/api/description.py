# SPDX-License-Identifier: Apache-2.0
"""How the API describes itself: OpenAPI 3.1 drawn from the structs that its routes hear and say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http.client import responses
from typing import Any, Final

import msgspec
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from nadzor.api.wire import JSON
from nadzor.api.words import ProblemDocument
from nadzor.base.problems import MEDIA_TYPE

Page = dict[str, Any]
REF: Final = "#/components/schemas/{name}"
PROBLEM: Final = {"$ref": REF.format(name="ProblemDocument")}
SCHEMES: Final[Page] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal access token, made by `nadzor account token`; it acts as its owner.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "nadzor_session",
        "description": "The portal's own session (over HTTPS its cookie's name begins with __Host-);"
        " whatever writes also needs the header X-CSRFToken.",
    },
}
MAY: Final = "x-may"  # which roles a route lets through; the matrix of each procedure says it move by move
#: Answers that every signed-in route may give.
SIGNED_IN: Final = (401, 403, 429)
#: Stands for a shape until all are known: two rooms may use one name, which then is written in full.
_SHAPE: Final = "x-shape"
_shapes: list[Any] = []


def told(
    answer: Any, *, status: int = 200, hears: Any = None, asks: Any = None,
    refuses: Iterable[int] = (), example: Any = None, signed_in: bool = False, headers: Iterable[str] = (),
    may: str = "",
) -> Page:  # fmt: skip
    """What a route adds to its description: the structs it says and hears, an example, how it may refuse."""
    good: Page = {"description": responses[status]}
    if answer is not None:
        good["content"] = {JSON: {"schema": _ref(answer)}}
    headers = tuple(headers)
    known = (SIGNED_IN if signed_in else (), (413, 415, 422) if hears else (), (409, 422) if headers else ())
    codes = sorted({*refuses, *(code for some in known for code in some)})
    page: Page = {"responses": {status: good, **{code: _problem(code) for code in codes}}}
    if hears is not None:
        body: Page = {"schema": _ref(hears)}
        page["requestBody"] = {"required": True, "content": {JSON: _with(body, example)}}
    elif example is not None and answer is not None:
        _with(good["content"][JSON], example)
    named = [*(_parameters(asks) if asks is not None else ()), *map(_header, headers)]
    page |= {"parameters": named} if named else {}
    return page | (_locked(may) if signed_in else {})


def file_told(*, media: Iterable[str], refuses: Iterable[int] = (), may: str = "") -> Page:
    """What a route that gives a file out adds to its description."""
    codes = sorted({*refuses, *SIGNED_IN})
    good = {"description": responses[200], "content": {kind: {} for kind in media}}
    return {"responses": {200: good, **{code: _problem(code) for code in codes}}, **_locked(may)}


class Api(NinjaAPI):
    """Ninja's API, whose description also holds the structs, the ways of signing in, and every problem."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The whole description."""
        page = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        components = page.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas.setdefault("ProblemDocument", ProblemDocument.model_json_schema())
        named, shapes = msgspec.json.schema_components(_shapes, ref_template=REF)
        schemas |= shapes
        components["securitySchemes"] = SCHEMES
        page["paths"] = _named(page["paths"], named)
        for operation in operations(page):
            _finish(operation)
        return page

    def operation_ids(self) -> dict[str, dict[str, str]]:
        """The id of every operation by path and method; whoever asks this needs none of the shapes."""
        paths = super().get_openapi_schema()["paths"]
        return {
            path: {method.upper(): str(each["operationId"]) for method, each in methods.items()}
            for path, methods in paths.items()
        }


def operations(page: Mapping[str, Any]) -> Iterator[Page]:
    """Every operation of a description."""
    for methods in page["paths"].values():
        yield from methods.values()


def schema_of(shape: Any) -> Page:
    """The JSON Schema of a struct, whole."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(shape)}


def _locked(may: str) -> Page:
    return {
        "security": [{name: []} for name in SCHEMES],
        MAY: may or "whoever has signed in, of what they see",
    }


def _finish(operation: Page) -> None:
    """Both ways of signing in, one good answer, and every problem as a problem document."""
    answers: Page = operation["responses"]
    if "security" in operation:
        operation["security"] = [{name: []} for name in SCHEMES]
    if {201, 204} & answers.keys() and answers.get(200) == {"description": responses[200]}:
        del answers[200]  # ninja's own guess
    for code in [code for code in answers if int(code) >= 400]:
        answers[code] = _problem(int(code))


def _named(page: Any, shapes: Sequence[Page]) -> Any:
    """A description with every placeholder replaced by the schema of its shape."""
    if isinstance(page, Mapping):
        if _SHAPE in page:
            return dict(shapes[page[_SHAPE]])
        return {key: _named(value, shapes) for key, value in page.items()}
    return [_named(each, shapes) for each in page] if isinstance(page, list) else page


def _ref(shape: Any) -> Page:
    _shapes.append(shape)
    return {_SHAPE: len(_shapes) - 1}


def _problem(code: int) -> Page:
    return {"description": responses[code], "content": {MEDIA_TYPE: {"schema": PROBLEM}}}


def _with(media: Page, example: Any) -> Page:
    if example is not None:
        media["example"] = msgspec.to_builtins(example)
    return media


def _parameters(shape: Any) -> Iterator[Page]:
    """The fields of a question as parameters after `?`."""
    (found,), parts = msgspec.json.schema_components([shape], ref_template=REF)
    whole = parts[found["$ref"].rpartition("/")[2]]
    for name, kind in whole["properties"].items():
        field = {"in": "query", "name": name, "required": name in whole.get("required", ()), "schema": kind}
        yield field | ({"description": kind["description"]} if "description" in kind else {})


def _header(name: str) -> Page:
    return {"in": "header", "name": name, "required": False, "schema": {"type": "string", "maxLength": 200}}
