# SPDX-License-Identifier: Apache-2.0
"""What axe finds: by every rule in the light theme, by those that look at colours in the dark one."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS: Final = ["color-contrast", "link-in-text-block"]

#: Both looks in one go; of what passes only the number comes back, for its nodes are most of the work.
BOTH: Final = """async ([rules, colours]) => {
    const look = only => axe.run({runOnly: only, resultTypes: ["violations"]});
    const light = await look(rules);
    document.documentElement.dataset.theme = "dark";
    const dark = await look(colours);
    return {passed: light.passes.length, faults: [...light.violations, ...dark.violations]};
}"""


def faults(page: Page) -> list[str]:
    """The rules that a page breaks, each with the first places; the page is left in the dark theme."""
    page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate(BOTH, [RULES, COLOURS])
    assert found["passed"] > 10
    return [f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found["faults"]]
