# SPDX-License-Identifier: Apache-2.0
"""The software bill of materials: CycloneDX 1.6, the same bytes from the same lock."""

from __future__ import annotations

import hashlib
import json
import tomllib
import uuid
from typing import Any, Final

from .lock import LOCK, ROOT, Pin
from .looked import Page

SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:nadzor:sbom")
OWN: Final = "pkg:pypi/{name}@{version}"
Part = dict[str, Any]


def bill(found: list[Pin], seen: Page) -> str:
    """The document as JSON; its serial number is the digest of the lock, and it carries no time.

    Why: whoever has the lock draws the same bill, byte by byte, and compares.
    """
    own = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    serial = uuid.uuid5(SPACE, hashlib.sha256(LOCK.read_bytes()).hexdigest())
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": OWN.format(**own),
                "name": own["name"],
                "version": own["version"],
                "purl": OWN.format(**own),
                "licenses": [{"license": {"id": own["license"]}}],
            },
        },
        "components": [_component(pin, seen) for pin in sorted(found, key=lambda pin: pin.purl)],
        "dependencies": [
            {"ref": OWN.format(**own), "dependsOn": sorted({pin.purl for pin in found})},
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _component(pin: Pin, seen: Page) -> Part:
    look = seen.packages[pin.name]
    files = {"type": "distribution", "url": f"https://pypi.org/project/{pin.name}/{pin.version}/"}
    told: Part = {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        "scope": "required" if look.needed == "run" else "excluded",
        "licenses": _licences(look.licence),
        "externalReferences": [
            {**files, "hashes": [{"alg": "SHA-256", "content": digest} for digest in sorted(pin.hashes)]}
        ],
    }
    if pin.marker:
        told["properties"] = [{"name": "nadzor:marker", "value": pin.marker}]
    return told


def _licences(expression: str) -> list[Part]:
    """One SPDX id as such, several as an expression: the schema keeps them apart."""
    if " " in expression:
        return [{"expression": expression}]
    return [{"license": {"id": expression}}]
