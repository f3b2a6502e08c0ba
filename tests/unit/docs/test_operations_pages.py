# SPDX-License-Identifier: Apache-2.0
"""The operator's pages do what they say: commands run, units are sound, nginx takes its files."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from typer.testing import CliRunner

from nadzor.cli.app import app
from nadzor.law.protection_map import parse_map, protection_page
from tests.unit.cli.console import Frame
from tests.unit.gateway.house import lines_of, study
from tests.unit.journal.entries import entry

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
PLACE = DOCS / "operations"
UNITS = sorted(PLACE.glob("*.service"))
HARD = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictSUIDSGID": "yes",
    "RestrictNamespaces": "yes",
    "LockPersonality": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
    "User": "nadzor",
}
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
ANALYZE = shutil.which("systemd-analyze")


class Planned(Frame):
    """A frame whose register needs nothing."""

    def planned(self, home):
        """No SQL."""
        return ""


def commands(page):
    """The house's own commands of a page, in order."""
    lines = (DOCS / page).read_text("utf-8").splitlines()
    return [line.strip() for line in lines if re.match(r" {4,}nadzor ", line)]


def run(line, places):
    """A command of a page, with the places of a test."""
    words = [places.get(word, word) for word in shlex.split(line)[1:]]
    done = CliRunner().invoke(app, words, obj=Planned())
    assert done.exit_code == 0, (line, done.output, done.exception)


@pytest.mark.django_db
def test_the_commands_of_both_pages_run(home, tmp_path, postgres):
    """In the order of the pages, each on the state that the ones before it left."""
    from nadzor.journal.opening import open_journal

    journal = open_journal(home)
    journal.append([entry(1, 2, body=b"\n".join(lines_of(study(1), study(2))) + b"\n")])
    journal.close()
    places = {"DATA": str(home.root), "SHELF": str(tmp_path / "shelf")}
    for name in ("PHRASE", "FIRST", "SECOND"):
        (tmp_path / name).write_text(f"a phrase of several words {name}\n")
        places[name] = str(tmp_path / name)
    mine = X25519PrivateKey.generate()
    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "recipient.pem").write_bytes(mine.public_key().public_bytes(*form))
    places["recipient.pem"] = str(tmp_path / "recipient.pem")
    every = commands("operations.md") + commands("operations/backup.md")
    night, fire = (
        [line for line in every if " restore " not in line],
        [line for line in every if " restore " in line],
    )
    assert (len(night), len(fire)) == (13, 3)
    for number, line in enumerate(night):
        if "KEYFILE" in line:
            places["KEYFILE"] = str(tmp_path / f"keys-{number}")
        if "--passphrase-file PHRASE" in line:
            kept = places["KEYFILE"]
        run(line, places)
    (tmp_path / "last").write_text(_newest(home))
    again = {"DATA": str(tmp_path / "again"), "KEYFILE": kept, "LAST": str(tmp_path / "last")}
    served = {"DATA": str(tmp_path / "served"), "ADDRESS": postgres.database()}
    for line in fire:
        run(line, places | again | (served if "ADDRESS" in line else {}))


def _newest(home):
    from contextlib import closing

    from nadzor.journal.opening import open_reader

    with closing(open_reader(home)) as reader:
        return reader.checkpoint()


def unit(path):
    """A unit's settings; a key that comes twice keeps its last value."""
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str
    found.read_string(path.read_text())
    return found


@pytest.mark.parametrize("path", UNITS, ids=[path.name for path in UNITS])
def test_every_unit_is_hardened(path):
    """No new privileges, a system that cannot be written, one directory that can; a command that is there."""
    service = unit(path)["Service"]
    assert {name: service.get(name) for name in HARD} == HARD
    assert service["ReadWritePaths"].split()[0] == "/var/lib/nadzor"
    for line in re.findall(r"^ExecStart=(\S+) (.*)$", path.read_text(), re.MULTILINE):
        assert line[0] == "/opt/nadzor/bin/nadzor"
        done = CliRunner().invoke(app, [*shlex.split(line[1])[:1], "--help"])
        assert done.exit_code == 0


def test_there_is_a_unit_for_each_door_and_for_the_backup():
    """Gateway, portal, jobs, backup, and its timer."""
    assert [path.stem for path in UNITS] == [
        "nadzor-backup",
        "nadzor-gateway",
        "nadzor-jobs",
        "nadzor-portal",
    ]
    assert unit(PLACE / "nadzor-backup.timer")["Timer"]["Persistent"] == "yes"


@pytest.mark.parametrize("path", UNITS, ids=[path.name for path in UNITS])
def test_systemd_takes_every_unit(path, tmp_path):
    """Where systemd is at hand it reads them without a word."""
    text = re.sub(r"^ExecStart=.*$", "ExecStart=/bin/true", path.read_text(), flags=re.MULTILINE)
    text = text.replace("User=nadzor", "User=root").replace("Group=nadzor", "Group=root")
    text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
    (tmp_path / path.name).write_text(text)
    if ANALYZE is None:
        assert "[Service]" in text
        return
    command = [ANALYZE, "verify", "--man=no", str(tmp_path / path.name)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    told = [line for line in ran.stderr.splitlines() if path.name in line]
    assert told == []


def certificate(folder):
    """A key and a certificate that signs itself; of an authority, too."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nadzor.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=24))
        .sign(key, SHA256())
    )
    (folder / "a.crt").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "a.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.mark.parametrize("marks", [(), ("TLS",), ("TLS", "TLS-CLIENT")], ids=["plain", "tls", "client"])
@pytest.mark.parametrize("name", ["nginx.conf", "nginx-portal.conf"])
def test_nginx_takes_the_shipped_files(tmp_path, name, marks):
    """As they stand, with TLS, and with client certificates."""
    text = (PLACE / name).read_text()
    for mark in marks:
        text = re.sub(rf"^(\s*)# {mark} ", r"\1", text, flags=re.MULTILINE)
    if "TLS" in marks:
        text = text.replace("listen 8080;", "")
    text = re.sub(r"/etc/nadzor/tls/\S+\.crt", str(tmp_path / "a.crt"), text)
    text = re.sub(r"/etc/nadzor/tls/\S+\.key", str(tmp_path / "a.key"), text)
    text = re.sub(r"/run/nadzor\S*\.pid", str(tmp_path / "pid"), text).replace(
        "/var/log/nginx/", f"{tmp_path}/"
    )
    certificate(tmp_path)
    (tmp_path / "nginx.conf").write_text(text)
    if NGINX is None:
        pytest.skip("no nginx")
    command = [
        NGINX,
        "-t",
        "-p",
        str(tmp_path),
        "-c",
        str(tmp_path / "nginx.conf"),
        "-e",
        str(tmp_path / "early"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stderr


def test_the_map_of_measures_is_the_drawn_one():
    """The page is what its table says, and it says that it attests nothing."""
    text = (DOCS / "security" / "fstec-map.yaml").read_text("utf-8")
    page = (DOCS / "reference" / "fstec-map.md").read_text("utf-8")
    assert page == protection_page(text)
    assert "No attestation" in page


def test_every_measure_names_tests_that_are_there():
    """A row without a feature says so; every other one has a test, found by its path and name."""
    rows = parse_map((DOCS / "security" / "fstec-map.yaml").read_text("utf-8")).rows
    for row in rows:
        assert bool(row.tests) is not row.feature.startswith("none"), row.feature
        for test in row.tests:
            path, _, name = test.partition("::")
            assert (ROOT / path).is_file(), test
            assert f"def {name}" in (ROOT / path).read_text("utf-8")


def test_every_link_of_the_first_page_leads_somewhere():
    """Pages, units and configurations are where the page says."""
    text = (DOCS / "operations.md").read_text("utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert len(links) > 12
    assert [link for link in links if not (DOCS / link).exists()] == []
