# SPDX-License-Identifier: Apache-2.0
"""Notices go out by e-mail once, to those they are for; what fails is tried again and never lost."""

from __future__ import annotations

import socketserver
import threading
from datetime import timedelta

import pytest

from nadzor.actions import send_mail as sending
from nadzor.actions.send_mail import send_mail
from nadzor.base.problems import Text
from nadzor.people.models import Organisation, User
from nadzor.records import notices
from nadzor.records.models import Notice
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
TEXT = Text("Ждёт вас: 2026-000001", "Waits for you: 2026-000001")


class Post(socketserver.StreamRequestHandler):
    """One SMTP conversation: enough of RFC 5321 to take or refuse a letter."""

    def handle(self):
        """Answer line by line."""
        self.say("220 here")
        for line in self.rfile:
            self.answer(line.decode().strip())

    def answer(self, line):
        """One answer; a recipient called nobody is refused."""
        server, word = self.server, line[:4].upper()
        if word == "RCPT":
            server.asked.append(line)
            self.say("550 no such box" if "nobody" in line else "250 ok")
        elif word == "DATA":
            self.say("354 go on")
            server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            self.say("250 ok")
        else:
            self.say("221 bye" if word == "QUIT" else "250 ok")

    def say(self, line):
        """Send one line."""
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def post(settings, home):
    """A post office on this machine, which Django's settings name."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post)
    server.daemon_threads = True
    server.letters, server.asked = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield server
    server.shutdown()
    server.server_close()


def account(name, role="registrar", **more):
    """An account with an address."""
    return User.objects.create(username=name, role=role, email=f"{name}@example.org", **more)


def tell(subject="filing 2026-000001", role="registrar"):
    """A notice to a role."""
    notices.to_role(role, subject=subject, text=TEXT, now=NOW)


def test_each_addressee_gets_a_letter_once(post):
    """Both languages, no other addressee in it; a second run sends nothing."""
    account("anna")
    account("boris")
    account("gone", is_active=False)
    User.objects.create(username="without", role="registrar")
    tell("filing 2026-000001\nBcc: x@y")
    assert send_mail(now=NOW) == 1
    assert send_mail(now=NOW) == 0
    assert sorted(line.split("<")[1] for line in post.asked) == ["anna@example.org>", "boris@example.org>"]
    assert all("nadzor: filing 2026-000001 Bcc" in letter for letter in post.letters)
    assert not any("boris" in letter and "anna" in letter for letter in post.letters)
    assert Notice.objects.get().mailed_at == NOW


def test_an_organisation_is_told_through_its_people(post):
    """And nobody of another one."""
    luchik = Organisation.objects.create(code="luchik", name_ru="Л", name_en="L", kind="manufacturer")
    account("vera", "manufacturer_admin", organisation=luchik)
    account("other", "manufacturer_admin")
    notices.to_organisation("luchik", subject="filing 1", text=TEXT, now=NOW)
    assert send_mail(now=NOW) == 1
    assert ["vera" in line for line in post.asked] == [True]


def test_a_refused_letter_is_tried_again_and_keeps_nobody_back(post, monkeypatch):
    """The others go out; after so many tries the notice stays in the portal alone."""
    monkeypatch.setattr(sending, "TRIES", 2)
    account("nobody")
    account("anna", "head")
    tell()
    tell(role="head")
    assert [send_mail(now=NOW + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    refused = Notice.objects.get(role="registrar")
    assert (refused.mailed_at, refused.mail_tries, refused.mail_fault) == (None, 2, "SMTPRecipientsRefused")
    assert len(notices.of("registrar", None)) == 1


def test_one_addressee_of_two_is_enough(post):
    """Whoever could be reached is not written to again because of the other."""
    account("nobody")
    account("anna")
    tell()
    assert [send_mail(now=NOW), send_mail(now=NOW)] == [1, 0]
    assert len(post.letters) == 1


def test_an_unreachable_server_counts_against_nobody(post, capsys):
    """The run ends, the log names no address and no password, and the next run sends."""
    account("anna")
    tell()
    host = sending.settings.EMAIL_PORT
    sending.settings.EMAIL_PORT = 1
    assert send_mail(now=NOW) == 0
    assert (Notice.objects.get().mail_tries, Notice.objects.get().mailed_at) == (0, None)
    assert "mail.server.unreachable" in capsys.readouterr().out
    sending.settings.EMAIL_PORT = host
    assert send_mail(now=NOW) == 1


def test_a_notice_for_nobody_with_an_address_is_done(mailoutbox, home):
    """It stands in the portal; there is nothing to send."""
    tell()
    assert send_mail(now=NOW) == 0
    assert Notice.objects.get().mailed_at == NOW and mailoutbox == []
