# SPDX-License-Identifier: Apache-2.0
"""Reading a page of YAML with the quick parser where the machine has it: the law is read at every start."""

from __future__ import annotations

from typing import Any, Final

import yaml

LOADER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def page(text: str) -> Any:
    """The one document a text holds, as plain mappings, lists and scalars; nothing for an empty text.

    Raises: yaml.YAMLError when it is no YAML.
    """
    loader = LOADER(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
