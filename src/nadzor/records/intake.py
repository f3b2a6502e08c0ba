# SPDX-License-Identifier: Apache-2.0
"""What an uploaded file really is: its size, its type by its own bytes, active content, a scanner's word.

Why: a file is kept for years and opened by experts; a programme under the name of a document never gets in.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.records.files import SIZE_MAX
from nadzor.records.pdf import active_content

NAME_MAX: Final = 120
SCAN_S: Final = 60.0  # a scanner that takes longer has failed, and what was not scanned is not kept
NOT_SCANNED: Final = "no scanner configured"


class FileType(Struct, frozen=True):
    """A kind of file: its media types, its extensions, how its bytes begin."""

    media: tuple[str, ...]
    extensions: tuple[str, ...]
    starts: tuple[bytes, ...]

    @property
    def media_type(self) -> str:
        """The type it is kept and served under."""
        return self.media[0]


TYPES: Final[Mapping[str, FileType]] = {
    "pdf": FileType(("application/pdf",), (".pdf",), (b"%PDF-",)),
    "png": FileType(("image/png",), (".png",), (b"\x89PNG\r\n\x1a\n",)),
    "jpeg": FileType(("image/jpeg", "image/jpg"), (".jpg", ".jpeg"), (b"\xff\xd8\xff",)),
    "webp": FileType(("image/webp",), (".webp",), (b"RIFF",)),
    "tiff": FileType(("image/tiff",), (".tif", ".tiff"), (b"II*\x00", b"MM\x00*")),
    "xml": FileType(("application/xml", "text/xml"), (".xml",), (b"<?xml", b"\xef\xbb\xbf<?xml")),
    "sig": FileType(
        ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/octet-stream"),
        (".sig", ".p7s"),
        (b"\x30\x80", b"\x30\x82", b"\x30\x83", b"-----BEGIN "),
    ),
}  # fmt: skip
_UNKNOWN_MEDIA: Final = ("", "application/octet-stream")


class Checked(Struct, frozen=True):
    """A file that may be kept: a safe name, its true type, what the scanner said."""

    name: str
    media_type: str
    scan: str


def checked(
    content: bytes, *, name: str, declared: str = "", allowed: Iterable[str] = tuple(TYPES), scanner: str = ""
) -> Checked:
    """The file's safe name and true type, if it may be kept.

    Raises: Refusal file.empty, file.too-large, file.type, file.disguised, file.active, file.too-deep,
    file.infected, file.not-scanned.
    """
    if not content:
        raise Refusal("file.empty")
    if len(content) > SIZE_MAX:
        raise Refusal("file.too-large", limit=SIZE_MAX)
    kind = _type(content, safe_name(name), declared, tuple(allowed))
    if kind == "pdf" and (found := active_content(content)):
        raise Refusal("file.active", found=found)
    return Checked(safe_name(name), TYPES[kind].media_type, scanned(content, scanner))


def safe_name(name: str) -> str:
    """A file name without path, control or bidirectional characters, its extension kept.

    >>> safe_name("../../etc/report\\u202efdp.pdf")
    'reportfdp.pdf'
    """
    bare = PurePosixPath(PureWindowsPath(name).name).name
    plain = "".join(
        c for c in unicodedata.normalize("NFC", bare) if unicodedata.category(c)[0] not in "CZ" or c == " "
    )
    stem, dot, extension = plain.strip(" .").rpartition(".")
    return f"{stem[: max(NAME_MAX - len(extension) - 1, 0)]}{dot}{extension}"[:NAME_MAX] or "file"


def scanned(content: bytes, scanner: str) -> str:
    """What the scanner said; the command is given the file's path and answers 0 for clean, 1 for infected.

    Raises: Refusal file.infected; file.not-scanned when a scanner is configured and did not answer.
    """
    if not scanner:
        return NOT_SCANNED
    command = shlex.split(scanner)
    with tempfile.NamedTemporaryFile(prefix="nadzor-scan-") as file:
        file.write(content)
        file.flush()
        try:
            done = subprocess.run([*command, file.name], capture_output=True, timeout=SCAN_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Refusal("file.not-scanned") from error
    if done.returncode == 1:
        raise Refusal("file.infected")
    if done.returncode:
        raise Refusal("file.not-scanned")
    return f"clean: {Path(command[0]).name}"


def _type(content: bytes, name: str, declared: str, allowed: tuple[str, ...]) -> str:
    """The type all three agree on: extension, declared type, bytes."""
    extension = PurePosixPath(name).suffix.lower()
    kind = next((key for key in allowed if extension in TYPES[key].extensions), None)
    if kind is None:
        raise Refusal("file.type", types=", ".join(allowed).upper())
    stated = declared.split(";", maxsplit=1)[0].strip().lower()
    if not content.startswith(TYPES[kind].starts):
        raise Refusal("file.disguised", extension=extension)
    if stated not in _UNKNOWN_MEDIA and stated not in TYPES[kind].media:
        raise Refusal("file.disguised", extension=extension)
    return kind
