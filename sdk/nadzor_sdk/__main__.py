# SPDX-License-Identifier: Apache-2.0
"""`python -m nadzor_sdk COMMAND`: exit codes 0 done, 1 refused, not proved or not all done, 2 wrong use."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from nadzor_wire.enrolment import Credential

T = TypeVar("T")


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
    _pinning(commands)
    _by_hand(commands)
    chosen = parser.parse_args(arguments)
    return _COMMANDS[chosen.command](chosen)


def _pinning(commands: Any) -> None:
    pinning = commands.add_parser("pin", help="pin the key of the log that follows the pinned one")
    pinning.add_argument("--credential", required=True, type=Path, help="credential file, changed in place")
    one = pinning.add_mutually_exclusive_group(required=True)
    one.add_argument("--succession", type=Path, help="statement that both keys signed")
    one.add_argument("--key", help="the key itself, compared by you, where the former one is lost")


def _by_hand(commands: Any) -> None:
    """The three commands of a network without a way out."""
    exporting = commands.add_parser("export", help="seal and sign all that waits, into a file to carry out")
    settling = commands.add_parser("settle", help="forget what the answers prove to have arrived")
    for command in (exporting, settling):
        command.add_argument("--credential", required=True, type=Path, help="credential file")
        command.add_argument("--spool", type=Path, help="spool, if it does not lie beside the credential")
    exporting.add_argument("--out", required=True, type=Path, help="file to write")
    settling.add_argument("answers", type=Path, help="file that `carry` wrote")
    settling.add_argument(
        "--believe", action="store_true", help="also change or give up batches that answers refuse, unsigned"
    )
    carrying = commands.add_parser("carry", help="post the batches of a file; needs no key")
    carrying.add_argument("file", type=Path, help="file that `export` wrote")
    carrying.add_argument("--out", required=True, type=Path, help="file of answers to write")
    carrying.add_argument("--url", help="another way to the gateway than its own address")


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


def _pin(chosen: argparse.Namespace) -> int:
    from nadzor_sdk.repin import PinError, follow, pin_by_hand
    from nadzor_wire.enrolment import CredentialError

    try:
        if chosen.succession:
            told = follow(chosen.credential, chosen.succession.read_text("utf-8", "replace"))
            print(f"the former log ended with {told.size} leaves; pinned {told.next}")
        else:
            print(f"pinned {pin_by_hand(chosen.credential, chosen.key)}")
    except (CredentialError, OSError) as bad:
        return _fail(str(bad), code=2)
    except PinError as refused:
        return _fail(str(refused))
    print("start every program that uses this credential anew")
    return 0


def _export(chosen: argparse.Namespace) -> int:
    from nadzor_sdk.carry import export

    done = _with_spool(chosen, lambda credential, spool: export(credential, spool, chosen.out))
    if isinstance(done, int):
        return done
    print(f"{done.batches} batches, {done.events} events in {chosen.out}")
    if done.in_use:
        return _fail(f"{done.in_use} streams are in use by running processes; export again")
    return 0


def _carry(chosen: argparse.Namespace) -> int:
    from nadzor_sdk.carry import carry
    from nadzor_sdk.parcels import ParcelError

    try:
        done = carry(chosen.file, chosen.out, url=chosen.url)
    except (ParcelError, OSError) as bad:
        return _fail(str(bad), code=2)
    print(f"{done.taken} batches taken; answers in {chosen.out}")
    if done.refused:
        return _fail(f"not taken: {_counted(done.refused)}; {done.left} batches left behind them")
    return 0


def _settle(chosen: argparse.Namespace) -> int:
    from nadzor_sdk.carry import settle

    done = _with_spool(
        chosen, lambda credential, spool: settle(credential, spool, chosen.answers, believe=chosen.believe)
    )
    if isinstance(done, int):
        return done
    print(f"{done.events} events receipted, {done.known} answers were settled before")
    if done.given_up:
        print(f"batches given up: {_counted(done.given_up)}")
    if done.waiting:
        return _fail(f"still waiting: {_counted(done.waiting)}")
    return 0


def _with_spool(chosen: argparse.Namespace, work: Callable[[Credential, Path], T]) -> T | int:
    """What the work returns, or the exit code of why it could not be done."""
    from nadzor_sdk.parcels import ParcelError
    from nadzor_sdk.turns import Busy
    from nadzor_wire.enrolment import CredentialError, parse_credential

    try:
        credential = parse_credential(chosen.credential.read_bytes())
        return work(credential, chosen.spool or chosen.credential.with_suffix(".spool"))
    except Busy:
        return _fail("another export or settlement is at work on this spool")
    except (CredentialError, ParcelError, OSError) as bad:
        return _fail(str(bad), code=2)


def _counted(codes: Mapping[str, int]) -> str:
    return ", ".join(f"{code} ({count})" for code, count in sorted(codes.items()))


def _fail(text: str, *, code: int = 1) -> int:
    print(text, file=sys.stderr)
    return code


_COMMANDS = {
    "enrol": _enrol,
    "rotate": _rotate,
    "verify": _verify,
    "pin": _pin,
    "export": _export,
    "carry": _carry,
    "settle": _settle,
}


if __name__ == "__main__":
    sys.exit(main())
