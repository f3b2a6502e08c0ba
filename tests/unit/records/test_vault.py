# SPDX-License-Identifier: Apache-2.0
"""A clinic becomes a site, and only the vault key leads back."""

from __future__ import annotations

import re

import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import vault
from nadzor.records.models import VaultEntry
from tests.register_samples import CLINIC_OID, NOW, OTHER_OID

CLINIC = vault.Clinic(CLINIC_OID, "7707083893", "Больница", "Hospital")


def test_a_clinic_is_one_site_for_all_devices(home):
    """The same OID gives the same site, another OID another."""
    site = vault.pseudonym(CLINIC_OID, home=home)
    assert re.fullmatch(r"s-[a-z2-7]{12}", site)
    assert vault.pseudonym(CLINIC_OID, home=home) == site
    assert vault.pseudonym(OTHER_OID, home=home) != site


def test_the_site_depends_on_the_vault_key(home, tmp_path):
    """Without the key the public list of clinics cannot be tried."""
    other = Home.create(tmp_path / "other")
    assert vault.pseudonym(CLINIC_OID, home=home) != vault.pseudonym(CLINIC_OID, home=other)


def test_what_is_no_clinic_has_no_site(home):
    """An INN in the place of an OID is refused before anything is stored."""
    with pytest.raises(Refusal, match=r"vault\.oid"):
        vault.pseudonym("7707083893", home=home)


@pytest.mark.django_db
def test_the_way_back_is_sealed(home):
    """The row holds neither OID nor name; the key opens it."""
    site = vault.seal(CLINIC, home=home, now=NOW)
    row = VaultEntry.objects.get(site=site)
    assert CLINIC_OID.encode() not in bytes(row.sealed) + bytes(row.nonce) + site.encode()
    assert vault.unseal(site, home=home) == CLINIC


@pytest.mark.django_db
def test_sealing_again_is_sealing_anew(home):
    """One row a site, and no nonce used twice."""
    site = vault.seal(CLINIC, home=home, now=NOW)
    before = bytes(VaultEntry.objects.get(site=site).nonce)
    assert vault.seal(CLINIC, home=home, now=NOW) == site
    assert VaultEntry.objects.count() == 1
    assert bytes(VaultEntry.objects.get(site=site).nonce) != before


@pytest.mark.django_db
def test_a_seal_moved_to_another_site_does_not_open(home):
    """An entry is bound to its site; a swap is not an answer."""
    site, other = (
        vault.seal(CLINIC, home=home, now=NOW),
        vault.seal(vault.Clinic(OTHER_OID), home=home, now=NOW),
    )
    row = VaultEntry.objects.get(site=site)
    VaultEntry.objects.filter(site=other).update(nonce=row.nonce, sealed=row.sealed)
    with pytest.raises(Refusal, match=r"vault\.damaged"):
        vault.unseal(other, home=home)


@pytest.mark.django_db
def test_a_site_nobody_sealed_is_unknown(home):
    """There is no way back from a guess."""
    with pytest.raises(Refusal, match=r"vault\.unknown"):
        vault.unseal("s-aaaaaaaaaaaa", home=home)
