# SPDX-License-Identifier: Apache-2.0
"""`python -m supply check | sbom [FILE] | advisories [--daily]`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from . import advisories, bill, lock, looked

SBOM: Final = lock.ROOT / "build" / "sbom.cdx.json"
ASKED: Final = lock.ROOT / "build" / "advisories-asked"


def main(words: list[str]) -> int:
    """0 where all is well; what is wrong goes to stderr, a line each."""
    today = datetime.now(UTC).date()
    match words:
        case ["check"]:
            return _check(today)
        case ["sbom", *rest]:
            return _sbom(Path(rest[0]) if rest else SBOM)
        case ["advisories", *rest]:
            return _advisories(today, daily=rest == ["--daily"])
    sys.stderr.write(f"{__doc__}\n")
    return 2


def _check(today: date) -> int:
    found, seen = lock.pins(), looked.page()
    wrong = list(looked.faults(found, seen, on=today))
    old = [(days, name) for days, name in looked.ages(found, seen, on=today) if days > seen.old_after_days]
    sys.stdout.write(f"supply: {len(found)} pins, {len(old)} not looked at for {seen.old_after_days} days\n")
    sys.stdout.writelines(f"supply: {name}, {days} days ago\n" for days, name in old)
    sys.stderr.writelines(f"supply: {each}\n" for each in wrong)
    return bool(wrong)


def _sbom(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bill.bill(lock.pins(), looked.page()), "utf-8")
    sys.stdout.write(f"supply: {path}\n")
    return 0


def _advisories(today: date, *, daily: bool) -> int:
    """Once a day is enough for a build; a service that is away is said, and fails nothing."""
    stamp = f"{today} {lock.LOCK.stat().st_size}"
    if daily and ASKED.exists() and ASKED.read_text("utf-8") == stamp:
        return 0
    try:
        found = advisories.open_ones(advisories.known(), looked.page())
    except advisories.Silent as silent:
        sys.stdout.write(f"supply: advisories were not reached ({silent}); `make audit` asks again\n")
        return 0
    sys.stderr.writelines(f"supply: {each}\n" for each in found)
    if not found:
        ASKED.parent.mkdir(parents=True, exist_ok=True)
        ASKED.write_text(stamp, "utf-8")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
