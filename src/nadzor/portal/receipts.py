# SPDX-License-Identifier: Apache-2.0
"""Is this receipt genuine?  Anyone may ask; the answer says what was proved and what was not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.portal.frame import house
from nadzor.portal.sheets import Fact
from nadzor.portal.words import number
from nadzor_wire.note import parse_vkey
from nadzor_wire.receipt import Receipt, ReceiptError, assurance, decode_receipt, verify_receipt

RECEIPT_MAX = 64 * 1024  # a receipt with a proof of 63 steps is under 8 KiB


class Finding(Struct, frozen=True):
    """The outcome of a check: what was proved, or where and why it fails."""

    holds: bool
    facts: list[Fact]
    field: str = ""
    reason: str = ""


class ReceiptForm(forms.Form):
    """A receipt, pasted or as a file."""

    text = forms.CharField(
        label=gettext_lazy("Text of the receipt (JSON)"),
        help_text=gettext_lazy("The whole answer of the gateway will do as well."),
        required=False,
        max_length=RECEIPT_MAX,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(label=gettext_lazy("or a file"), required=False)

    def clean_file(self) -> Any:
        """Refuse a file that no receipt can be as large as."""
        file = self.cleaned_data["file"]
        if file and file.size > RECEIPT_MAX:
            raise forms.ValidationError(_("No receipt is larger than 64 KiB."))
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two must be given."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not given.get("text", "").strip() and not given.get("file"):
            self.add_error("text", _("Paste a receipt or choose a file."))
        return given

    def body(self) -> bytes:
        """The bytes to check."""
        file = self.cleaned_data.get("file")
        return file.read() if file else self.cleaned_data["text"].strip().encode()


def check_page(request: HttpRequest) -> HttpResponse:
    """The form, and under it the outcome."""
    is_sent = request.method == "POST"
    form = ReceiptForm(request.POST, request.FILES) if is_sent else ReceiptForm()
    home = house()
    finding = check_all(form.body(), home) if form.is_bound and form.is_valid() else None
    page = {"form": form, "finding": finding, "vkey": home.log_vkey, "origin": home.log_origin}
    page["successions"] = [file.read_text("utf-8", "replace") for file in _notes(home)]
    status = 422 if form.is_bound and (form.errors or finding is None) else 200
    return render(request, "portal/receipt.html", page, status=status)


def check_all(body: bytes, home: Home) -> Finding:
    """Verify a receipt under the log's key, else under that of a log that ended with a restore."""
    finding = check(body, home.log_vkey)
    if finding.holds or finding.field != "checkpoint":
        return finding
    for ended in home.settings.former_logs:
        earlier = check(body, ended.vkey)
        if earlier.holds:
            name = Fact(_("Former log, ended"), f"{parse_vkey(ended.vkey).name}, {ended.ended_at:%Y-%m-%d}")
            return Finding(holds=True, facts=[name, *earlier.facts])
    return finding


def _notes(home: Home) -> list[Path]:
    return sorted((home.root / "successions").glob("*.note"))


def check(body: bytes, vkey: str) -> Finding:
    """Verify a receipt under the log's key, without asking the log."""
    try:
        receipt = decode_receipt(body)
        checkpoint = verify_receipt(receipt, vkey)
    except ReceiptError as fault:
        return Finding(holds=False, facts=[], field=fault.field, reason=_reason(fault.field))
    proved = [
        Fact(_("Place in the log"), _("leaf %(index)s of %(size)s") % _place(receipt, checkpoint.size)),
        Fact(_("Root of the tree"), checkpoint.root.hex(), mono=True),
    ]
    return Finding(holds=True, facts=[*leaf_facts(receipt.leaf), *proved])


def leaf_facts(leaf: dict[str, Any]) -> list[Fact]:
    """What the platform signed for, in words."""
    span = {"first": number(leaf["first"]), "last": number(leaf["last"])}
    return [
        Fact(_("Device"), leaf["device"]),
        Fact(_("Installation"), leaf["installation"], mono=True),
        Fact(_("Site (pseudonym)"), leaf["site"], mono=True),
        Fact(_("Events of the stream"), _("from %(first)s to %(last)s inclusive") % span),
        Fact(_("Received at (UTC)"), leaf["received_at"]),
        Fact(_("SHA-256 of the batch as sent"), leaf["body"], mono=True),
        Fact(_("Digest of the verdicts"), leaf["verdicts"], mono=True),
        Fact(_("Key of the sender"), leaf["keyid"], mono=True),
        Fact(_("Assurance level"), _assurance(leaf)),
    ]


def _assurance(leaf: dict[str, Any]) -> str:
    if assurance(leaf) == "A":
        return _("A: signed by the key of the installation")
    return _("B: forwarded under a bearer token; nobody has signed the events")


def _place(receipt: Receipt, size: int) -> dict[str, str]:
    return {"index": number(receipt.index), "size": number(size)}


def _reason(field: str) -> str:
    reasons = {
        "receipt": _(
            "This is not the JSON of a receipt. A copied text may have lost characters: use the file."
        ),
        "leaf": _("The leaf does not have the fields of a receipt: it was altered or is of another version."),
        "checkpoint": _("The checkpoint is not signed by this log, or its text was altered."),
        "proof": _(
            "The leaf is not in the tree that the checkpoint signs: leaf, index or proof was altered."
        ),
    }
    return reasons.get(field.partition(".")[0], reasons["receipt"])
