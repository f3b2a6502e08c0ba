# SPDX-License-Identifier: Apache-2.0
"""`python -m nadzor_sdk enrol|rotate|verify`: exit codes 0 done, 1 refused or not proved, 2 wrong use."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Runs one command."""
    parser = argparse.ArgumentParser(prog="python -m nadzor_sdk", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    enrolling = commands.add_parser("enrol", help="make a key here and enrol this installation")
    enrolling.add_argument("--url", required=True, help="address of the portal")
    enrolling.add_argument("--token", required=True, help="the one-time token")
    enrolling.add_argument("--out", required=True, type=Path, help="credential file to write")
    enrolling.add_argument("--suite", default="ed25519+sha256", help="of the key; the portal may offer more")
    rotating = commands.add_parser("rotate", help="make a new key here; the present one asks for it")
    rotating.add_argument("--credential", required=True, type=Path, help="credential file, changed in place")
    rotating.add_argument("--url", help="address of the portal, if the file does not say it")
    rotating.add_argument("--suite", help="another suite for the new key")
    verifying = commands.add_parser("verify", help="check a receipt offline")
    verifying.add_argument("file", type=Path, help="receipt or answer, JSON")
    verifying.add_argument("--key", required=True, help="verifier key of the log, or a file that holds it")
    chosen = parser.parse_args(arguments)
    return {"enrol": _enrol, "rotate": _rotate, "verify": _verify}[chosen.command](chosen)


def _enrol(chosen: argparse.Namespace) -> int:
    from nadzor_sdk.enrol import EnrolmentError, enrol
    from nadzor_wire.suites import UnknownSuite

    try:
        credential = enrol(chosen.url, chosen.token, chosen.out, suite_name=chosen.suite)
    except FileExistsError as there:
        return _fail(f"{there} exists already; move it away first", code=2)
    except UnknownSuite as bad:
        return _fail(str(bad), code=2)
    except EnrolmentError as refused:
        return _fail(str(refused))
    print(f"enrolled {credential.installation} for {credential.device}, key {credential.keyid}")
    return 0


def _rotate(chosen: argparse.Namespace) -> int:
    from nadzor_sdk.rotate import RotationError, rotate
    from nadzor_wire.enrolment import CredentialError

    try:
        rotated = rotate(chosen.credential, portal=chosen.url, suite=chosen.suite)
    except (CredentialError, OSError) as bad:
        return _fail(str(bad), code=2)
    except RotationError as refused:
        return _fail(str(refused))
    made, until = rotated.credential, rotated.former_until.isoformat(timespec="minutes")
    print(f"{made.installation} has key {made.keyid}; {rotated.former} counts until {until}")
    return 0


def _verify(chosen: argparse.Namespace) -> int:
    from nadzor_wire.note import NoteError, parse_vkey
    from nadzor_wire.receipt import ReceiptError, decode_receipt, verify_receipt

    try:
        path = Path(chosen.key)
        vkey = path.read_text().strip() if path.exists() else chosen.key
        parse_vkey(vkey)
        content = chosen.file.read_bytes()
    except (OSError, NoteError) as bad:
        return _fail(str(bad), code=2)
    try:
        receipt = decode_receipt(content)
        checkpoint = verify_receipt(receipt, vkey)
    except ReceiptError as bad:
        return _fail(f"not proved: {bad}")
    leaf = receipt.leaf
    print(f"proved: {leaf['installation']} events {leaf['first']}..{leaf['last']}, {leaf['received_at']}")
    print(f"leaf {receipt.index} of {checkpoint.size} in {checkpoint.origin}")
    return 0


def _fail(text: str, *, code: int = 1) -> int:
    print(text, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
