# SPDX-License-Identifier: Apache-2.0
"""The reference page of `nadzor calc`, drawn from the registry."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from nadzor.detect.calc.figures import Statistic
from nadzor.detect.calc.registry import answer_schema, calculate, input_schema, statistics

HEAD: Final = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Drawn from the registry by src/nadzor/detect/calc/reference.py; a test compares the two. -->

# nadzor calc

Any figure of a signal can be recomputed without a database: `nadzor calc NAME` reads figures as JSON from
standard input or `--file FILE` and prints the answer as JSON.  `nadzor calc --list` names all of them,
`nadzor calc NAME --schema` prints the JSON Schema of the input, with that of the answer under `answer`.

Figures that do not fit, and lists of unlike length, are refused with the reason and exit code 2.  Where no
such number exists the answer is `null`, never a number that looks like one.  Intervals are two-sided at
`level`.  In the examples figures are shown to six digits.

Checks of Merkle proofs, `merkle-inclusion` and `merkle-consistency`, are asked in the same way; their fields
are those of the public cases of transparency-dev/merkle, and the answer is `ok`.

| name | what |
|---|---|
{rows}
"""
SECTION: Final = """
## {name}

{what}.

- **Method.**  {method}.
{equation}
{asked}

| field | type | default |
|---|---|---|
{fields}
{also}
{answered}

| answer | type |
|---|---|
{answers}

```console
$ echo '{example}' | nadzor calc {name}
{shown}
```
"""
_DIGITS: Final = 6


def reference_page() -> str:
    """Every statistic: what, method and equation, fields asked and answered, one example; as Markdown."""
    known = statistics().values()
    rows = "\n".join(f"| [{one.name}](#{one.name}) | {one.what} |" for one in known)
    return HEAD.format(rows=rows) + "".join(_section(one) for one in known)


def _section(one: Statistic) -> str:
    asked, answered = input_schema(one.name), answer_schema(one.name)
    raw = json.dumps(one.example)
    shown = _rounded(msgspec.to_builtins(calculate(one.name, raw.encode()), str_keys=True))
    return SECTION.format(
        name=one.name, what=one.what, method=one.method.rstrip("."), asked=_described(asked), example=raw,
        equation=f"- **Equation.**  `{one.equation}`\n" if one.equation else "",
        fields="\n".join(_fields(asked)), answered=_described(answered),
        answers="\n".join(_answers(answered)), also=_also(one.also),
        shown=json.dumps(shown, ensure_ascii=False),
    )  # fmt: skip


def _also(names: Mapping[str, str]) -> str:
    told = ", ".join(f"`{old}` for `{new}`" for old, new in names.items())
    return f"\nAlso read: {told}.\n" if told else ""


def _described(schema: Mapping[str, Any]) -> str:
    """The docstring of the struct, its lines joined."""
    return " ".join(inspect.cleandoc(_struct(schema).get("description", "")).split())


def _fields(schema: Mapping[str, Any]) -> Iterable[str]:
    struct = _struct(schema)
    for name, of in struct["properties"].items():
        told = f"`{json.dumps(of['default'])}`" if "default" in of else "none"
        yield f"| `{name}` | {_type(of)} | {'required' if name in struct.get('required', ()) else told} |"


def _answers(schema: Mapping[str, Any]) -> Iterable[str]:
    """The fields of the answer, then those of what it holds."""
    root = schema.get("$ref", "").rpartition("/")[2]
    for name, struct in sorted(schema.get("$defs", {}).items(), key=lambda item: item[0] != root):
        prefix = "" if name == root else f"{name}: "
        for field, of in struct.get("properties", {}).items():
            yield f"| {prefix}`{field}` | {_type(of)} |"


def _struct(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    return found


def _type(of: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in of:
        return str(of["$ref"].rpartition("/")[2])
    if "anyOf" in of:
        return " or ".join(_type(part) for part in of["anyOf"])
    if "enum" in of:
        return " or ".join(f"`{json.dumps(value)}`" for value in of["enum"])
    if of.get("type") == "array":
        return _list(of)
    if of.get("type") == "object":
        return f"object of {_type(of.get('additionalProperties') or {})}"
    return f"{of.get('type', 'anything')}{_range(of)}"


def _list(of: Mapping[str, Any]) -> str:
    if "prefixItems" in of:
        return f"[{', '.join(_type(part) for part in of['prefixItems'])}]"
    return f"list of {_type(of.get('items') or {})}"


def _range(of: Mapping[str, Any]) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    told = [f"{sign} {of[name]}" for name, sign in signs.items() if name in of]
    return f" {', '.join(told)}" if told else ""


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return value
