# SPDX-License-Identifier: Apache-2.0
"""The only place that reads the environment: one frozen struct, read once, bounds checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

PREFIX: Final = "NADZOR_"


class Configuration(Struct, frozen=True, forbid_unknown_fields=True):
    """What may differ between two runs over one data directory; all else lies in the directory itself."""

    home: Annotated[str, Meta(min_length=1)]
    hosts: tuple[str, ...] = ()  # names the portal answers to, beside the host of its own address
    proxy: bool = False  # a trusted proxy ends TLS and sets X-Forwarded-Proto
    # A session's longest life and longest silence; staff see every device, so theirs are shorter.
    session_s: Annotated[int, Meta(ge=300, le=86_400)] = 43_200
    session_idle_s: Annotated[int, Meta(ge=60, le=86_400)] = 7_200
    staff_session_s: Annotated[int, Meta(ge=300, le=86_400)] = 28_800
    staff_idle_s: Annotated[int, Meta(ge=60, le=86_400)] = 1_800
    sessions_max: Annotated[int, Meta(ge=1, le=50)] = 5  # of one account; a new one ends the oldest
    proof_s: Annotated[int, Meta(ge=60, le=3_600)] = 600  # how long a proof is good for a decision
    lockout_failures: Annotated[int, Meta(ge=3, le=20)] = 5  # fewer locks out honest typing errors
    lockout_s: Annotated[int, Meta(ge=60, le=86_400)] = 900  # slows guessing to 480 tries a day and account
    enrol_per_minute: Annotated[int, Meta(ge=1, le=10_000)] = (
        60  # tokens are 256 bits; this bounds the work, not the luck
    )
    security_contact: Annotated[str, Meta(pattern=r"^(|(mailto:|https://|tel:)[^\s]{3,300})$")] = (
        ""  # for security.txt; empty: mailto:security@ the portal's host
    )
    scan: str = ""  # a virus scanner: given a file's path it answers 0 for clean, 1 for infected
    mail_host: str = ""  # empty: letters go to the console; notices stand in the portal in any case
    mail_port: Annotated[int, Meta(ge=1, le=65_535)] = 587
    mail_user: str = ""
    mail_password: str = ""
    mail_from: Annotated[str, Meta(max_length=320)] = "nadzor@localhost"
    signer: Literal["ed25519", "cms"] = "ed25519"  # what the house seals with; cms needs keys/seal-cms.pem
    mail_tls: Literal["starttls", "tls", "none"] = "starttls"


class ConfigurationError(Exception):
    """The environment says something we cannot follow; the message says what to change."""


def read(environment: Mapping[str, str]) -> Configuration:
    """The configuration that an environment describes.

    Raises: ConfigurationError naming the variable and the remedy.
    """
    given = {name: text for name, text in environment.items() if name.startswith(PREFIX)}
    known = {PREFIX + field.upper(): field for field in Configuration.__struct_fields__}
    if unknown := sorted(set(given) - set(known)):
        raise ConfigurationError(f"unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    if PREFIX + "HOME" not in given:
        raise ConfigurationError("NADZOR_HOME is not set: name the data directory, or pass --data DIR")
    values: dict[str, Any] = {known[name]: text for name, text in given.items()}
    if "hosts" in values:
        values["hosts"] = [host.strip() for host in values["hosts"].split(",") if host.strip()]
    try:
        return msgspec.convert(values, Configuration, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{error}: correct the NADZOR_ variable of that name") from error


def current() -> Configuration:
    """The configuration of this process; Django's settings keep the answer."""
    return read(os.environ)


def name_home(path: str) -> None:
    """Tell this process, and those it starts, which data directory to use."""
    os.environ[PREFIX + "HOME"] = path


def one_thread_of_algebra() -> None:
    """Let the linear algebra of this process and of those it starts run in one thread, unless told otherwise.

    Why: our matrices are small; threads that wait for each other took 27 times the work of fitting a prior.
    Must come before numpy is loaded.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
