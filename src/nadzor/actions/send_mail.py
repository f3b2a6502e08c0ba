# SPDX-License-Identifier: Apache-2.0
"""Send notices by e-mail to those who have an address; a failure loses nothing: the portal has them all."""

from __future__ import annotations

import smtplib
from datetime import datetime
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from nadzor.actions.tell_account import account_addresses
from nadzor.people.queries import addresses
from nadzor.records import notices
from nadzor.records.notices import Unmailed

TRIES: Final = (
    20  # at the job's pace some ten minutes of one letter being refused; then the portal alone has it
)
AT_ONCE: Final = 100
log = structlog.get_logger()


def send_mail(*, now: datetime) -> int:
    """Send what has not gone out yet, one letter an addressee; returns how many notices went out.

    Why: an unreachable server ends the run and counts against no notice; a refused letter does.  A house to
    practise in mails nobody: its notices stand in the portal alone.
    """
    if settings.HOME.settings.practice:
        return 0
    waiting = notices.unmailed(tries=TRIES, limit=AT_ONCE)
    if not waiting:
        return 0
    connection = get_connection()
    try:
        connection.open()
        return sum(_sent(notice, connection, now=now) for notice in waiting)
    except OSError as error:
        log.warning("mail.server.unreachable", kind=type(error).__name__)
        return 0
    finally:
        connection.close()


def _sent(notice: Unmailed, connection: BaseEmailBackend, *, now: datetime) -> bool:
    """Send one notice; a letter somebody's server refuses is noted and does not keep the others back."""
    to = _addresses(notice)
    refused = [kind for address in to if (kind := _posted(notice, address, connection))]
    if refused and len(refused) == len(to):
        notices.mark_failed(notice.id, fault=refused[0])
        return False
    notices.mark_mailed(notice.id, now=now)
    return bool(to)


def _addresses(notice: Unmailed) -> list[str]:
    """Whom a notice goes to; the addresses of a role that is none are nobody's."""
    if notice.account:
        return account_addresses(notice.account, home=settings.HOME)
    return addresses(role=notice.role, organisation=notice.organisation)


def _posted(notice: Unmailed, address: str, connection: BaseEmailBackend) -> str:
    """Nothing, or the kind of the refusal; the server's words may hold an address and are not kept."""
    letter = EmailMessage(
        subject=" ".join(f"nadzor: {notice.subject}".split()),
        body=f"{notice.text.ru}\n\n{notice.text.en}\n\n{settings.HOME.settings.portal_url}\n",
        to=[address], connection=connection,
    )  # fmt: skip
    try:
        letter.send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        log.warning("mail.letter.refused", notice=notice.id, kind=type(error).__name__)
        return type(error).__name__
    return ""
