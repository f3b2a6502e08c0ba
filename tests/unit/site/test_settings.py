# SPDX-License-Identifier: Apache-2.0
"""Django as it is set up: hardened, and the same in tests, demo and production."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from nadzor.base.home import Home
from nadzor.people.models import User
from nadzor.people.roles import Role

SCRIPT = """
import json, sys
from nadzor.site.django import setup
setup(sys.argv[1])
from django.conf import settings
from django.core.checks import run_checks
names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_SSL_REDIRECT",
         "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "COOKIE_PREFIX",
         "SECURE_HSTS_SECONDS", "ALLOWED_HOSTS", "SECURE_PROXY_SSL_HEADER", "DEBUG"]
warned = [found.id for found in run_checks(include_deployment_checks=True)]
print(json.dumps({"warned": warned, **{name: getattr(settings, name) for name in names}}))
"""


def settled(path, **environment):
    """The settings of a fresh process on a directory."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env=clean | environment,
        timeout=60,
    )
    return json.loads(done.stdout)


def test_under_https_everything_is_secure(tmp_path):
    """Cookies, redirect and HSTS follow the portal's address; Django's own deployment checks are silent."""
    Home.create(tmp_path / "home", portal_url="https://nadzor.example")
    told = settled(tmp_path / "home", NADZOR_PROXY="true", NADZOR_HOSTS="inner.example")
    secure = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    assert [told[name] for name in secure] == [True] * 4
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "COOKIE_PREFIX")
    assert [told[name].startswith("__Host-") for name in names] == [True] * 4
    assert told["SECURE_HSTS_SECONDS"] == 31_536_000
    assert {"nadzor.example", "inner.example"} <= set(told["ALLOWED_HOSTS"])
    assert told["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert set(told["warned"]) <= {"security.W021"}  # preloading HSTS is the owner's decision
    assert told["DEBUG"] is False


def test_over_plain_http_cookies_still_work(tmp_path):
    """On a laptop nothing is redirected, and no proxy's word is believed."""
    Home.create(tmp_path / "home")
    told = settled(tmp_path / "home")
    assert (told["SESSION_COOKIE_SECURE"], told["SECURE_SSL_REDIRECT"], told["SECURE_HSTS_SECONDS"]) == (
        False,
        False,
        0,
    )
    assert told["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.django_db
def test_a_program_is_refused_over_plain_http_and_a_browser_led_on(client, settings):
    """No redirect repeats a token; a page leads to HTTPS; over HTTPS, and on a laptop, both are answered."""
    assert client.get("/api/v1/me").status_code == 401
    settings.SECURE_SSL_REDIRECT, settings.SECURE_REDIRECT_EXEMPT = True, ["^health/", "^api/"]
    browser = Client()
    told = browser.get("/api/v1/me")
    assert (told.status_code, told.json()["code"], "Location" in told) == (403, "api.plain-http", False)
    assert browser.get("/register/")["Location"].startswith("https://")
    assert browser.get("/api/v1/me", secure=True).status_code == 401


@pytest.mark.django_db
def test_every_answer_carries_the_policy(client):
    """Nothing from elsewhere, no frames, no plugins, no form to elsewhere."""
    headers = client.get("/health/live").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "font-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_a_stranger_host_is_refused():
    """A name nobody configured gets no answer it could poison a cache with."""
    assert Client(headers={"host": "evil.example"}).get("/health/live").status_code == 400


@pytest.mark.django_db
def test_guessing_a_password_locks_the_pair_of_name_and_address():
    """After five failures that name is closed from that address, and open from another."""
    from django.contrib.auth import authenticate
    from django.test import RequestFactory

    User.objects.create_user("inspector", password="correct horse battery", role=Role.INSPECTOR)

    def sign_in(password, address):
        request = RequestFactory().post("/login/", REMOTE_ADDR=address)
        return authenticate(request, username="inspector", password=password)

    assert [sign_in("wrong", "10.0.0.1") for _ in range(5)] == [None] * 5
    assert sign_in("correct horse battery", "10.0.0.1") is None
    assert sign_in("correct horse battery", "10.0.0.2") is not None


@pytest.mark.django_db
def test_whoever_is_locked_out_is_told_for_how_long(client):
    """A page of the portal in the reader's language, with the time to wait."""
    User.objects.create_user("inspector", password="correct horse battery", role=Role.INSPECTOR)
    guess = {"username": "inspector", "password": "wrong"}
    answers = [client.post("/login/", guess, headers={"accept-language": "en"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert "people.locked" in answers[-1].content.decode()
    assert "again in 15 min" in answers[-1].content.decode()
    assert answers[-1].headers["Retry-After"] == "900"


@pytest.mark.django_db
def test_models_and_migrations_agree():
    """No change of a table waits for a migration."""
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert "No changes detected" in said.getvalue()


def test_the_time_is_moscows_and_the_language_russian():
    """English is the other one."""
    assert (settings.TIME_ZONE, settings.LANGUAGE_CODE) == ("Europe/Moscow", "ru")
    assert [code for code, _ in settings.LANGUAGES] == ["ru", "en"]
    assert settings.AUTH_USER_MODEL == "people.User"
