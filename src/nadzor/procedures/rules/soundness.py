# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with an item that is filled: digits, dates, bodies, files, sums, and facts that clash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from nadzor.base.identifiers import inn_ok, ogrn_ok, registration_number_ok
from nadzor.base.problems import Text
from nadzor.law.conflict import Body
from nadzor.law.norm import NormMissing
from nadzor.procedures.rules.checklist import WORKS, Item, checklist
from nadzor.procedures.rules.dossier import Dossier, DossierRoute, Evidence, Payment, Upload
from nadzor.procedures.rules.duties import Act, Bill, duty

IMAGES: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/tiff"})
ACTS: Final[dict[DossierRoute, Act]] = {
    "registration_simplified": "registration",
    "registration_accelerated": "registration",
    "amendment_new_registration": "registration",
    "amendment_version": "amendment_version",
    "amendment_plain": "amendment_plain",
    "amendment_expertise": "amendment_expertise",
}


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with an item: the sentence, the rule broken; `advice`: no more, whatever the rule."""

    code: str
    fact: str
    facts: dict[str, Any] = {}
    advice: bool = False


class Case(msgspec.Struct, frozen=True):
    """What a check looks at: the item and its value in a dossier, on a day, with the lists of bodies."""

    key: str
    item: Item
    value: Any
    dossier: Dossier
    on: date
    bodies: Sequence[Body]


Check = Callable[[Case], Iterator[Fault]]


def faults(case: Case) -> Iterator[Fault]:
    """Everything wrong with a filled item.

    Law: each fault names its own rule.
    """
    for check in (*_BY_INPUT.get(case.item.input, ()), *_BY_KEY.get(case.key, ())):
        yield from check(case)


def _inn(case: Case) -> Iterator[Fault]:
    if not inn_ok(case.value.strip()):
        yield Fault("inn", "T-01")


def _ogrn(case: Case) -> Iterator[Fault]:
    if not ogrn_ok(case.value.strip()):
        yield Fault("ogrn", "T-01")


def _files(case: Case) -> Iterator[Fault]:
    uploads: tuple[Upload, ...] = case.value
    if any(upload.size == 0 for upload in uploads):
        yield Fault("empty_file", case.item.fact)


def _images(case: Case) -> Iterator[Fault]:
    yield from _files(case)
    if any(upload.media_type not in IMAGES for upload in case.value):
        yield Fault("not_an_image", case.item.fact)


def _past(case: Case) -> Iterator[Fault]:
    if case.value > case.on:
        yield Fault("in_future", case.item.fact, {"day": _day(case.value)})


def _number(case: Case) -> Iterator[Fault]:
    if not registration_number_ok(case.value):
        yield Fault("number_unusual", case.item.fact, advice=True)


def _class(case: Case) -> Iterator[Fault]:
    if case.dossier.product.ai and case.value != "3":
        yield Fault("ai_class", "R-033")


def _route(case: Case) -> Iterator[Fault]:
    product = case.dossier.product
    if case.value == "registration_accelerated" and (product.ai is False or product.radiology is False):
        yield Fault("not_accelerated", "R-044")
    if case.value == "amendment_version" and product.ai is False:
        yield Fault("not_ai_version", "R-110")
    if case.value == "amendment_version" and product.transmits is False:
        yield Fault("not_transmitting", "R-111")


def _role(case: Case) -> Iterator[Fault]:
    if case.value == "manufacturer" and case.dossier.applicant.maker.foreign:
        yield Fault("foreign_alone", "R-048")


def _resident(case: Case) -> Iterator[Fault]:
    if case.dossier.applicant.representative.foreign:
        yield Fault("representative_foreign", "R-048")


def _powers(case: Case) -> Iterator[Fault]:
    yield from _past(case)
    until = case.dossier.powers.until
    if until is not None and until < case.on:
        yield Fault("powers_ended", "R-048", {"day": _day(until)})


def _liability(case: Case) -> Iterator[Fault]:
    if case.value is False:
        yield Fault("liability_refused", "R-113")


def _new_version(case: Case) -> Iterator[Fault]:
    if case.value.strip() == case.dossier.product.version.strip():
        yield Fault("same_version", "R-113")


def _evidence(case: Case) -> Iterator[Fault]:
    for each in case.value:
        yield from _body(case, each)
        if not each.number.strip() or each.issued is None:
            yield Fault("report_bare", case.item.fact)
        elif each.issued > case.on:
            yield Fault("in_future", case.item.fact, {"day": _day(each.issued)})


#: Who may do the work: the rule that names the bodies.
_BODY_RULES: Final = {"inspection": "R-096", "clinical_trial_accelerated": "R-045"}


def _body(case: Case, evidence: Evidence) -> Iterator[Fault]:
    fact = _BODY_RULES.get(case.key, case.item.fact)
    if not evidence.body:
        yield Fault("body_missing", fact)
        return
    work = WORKS.get(case.key, evidence.kind)
    body = next((each for each in case.bodies if each.code == evidence.body and work in each.may), None)
    if body is None:
        yield Fault("body_not_allowed", fact)
    elif body.rule is not None and not evidence.name.strip():
        yield Fault("body_unnamed", fact)


def _validity(case: Case) -> Iterator[Fault]:
    ends = [day for each in case.value if (day := _ends(each)) is not None]
    if ends and max(ends) < case.on:
        yield Fault("report_expired", "R-097", {"day": _day(max(ends))})


def _ends(evidence: Evidence) -> date | None:
    if evidence.until is not None or evidence.issued is None:
        return evidence.until
    return years_later(evidence.issued, checklist().inspection_years)


def _subjects(case: Case) -> Iterator[Fault]:
    if case.value == 0:
        yield Fault("no_subjects", "R-070")


def _length(case: Case) -> Iterator[Fault]:
    starts = case.dossier.plan.starts
    if starts is None:
        return
    wanted = years_later(starts, checklist().monitoring_years)
    if case.value < wanted:
        yield Fault("plan_short", "monitoring.span", {"day": _day(wanted)})


def _payments(case: Case) -> Iterator[Fault]:
    payments: tuple[Payment, ...] = case.value
    if any(not each.order.strip() or each.paid_on is None for each in payments):
        yield Fault("order_bare", case.item.fact)
    for each in payments:
        if each.paid_on is not None and each.paid_on > case.on:
            yield Fault("in_future", case.item.fact, {"day": _day(each.paid_on)})
    yield from _sum(sum(each.amount for each in payments), _bill(case), case.item.fact)


def _sum(paid: int, bill: Bill | None, fact: str) -> Iterator[Fault]:
    if bill is None or bill.total is None or not bill.confirmed:
        yield Fault("amount_open", fact, {"paid": paid}, advice=True)
    elif paid < bill.total:
        yield Fault("underpaid", fact, {"paid": paid, "total": bill.total})
    elif paid > bill.total:
        yield Fault("overpaid", fact, {"paid": paid, "total": bill.total}, advice=True)


def _bill(case: Case) -> Bill | None:
    route, risk_class = case.dossier.route, case.dossier.product.risk_class
    needs_class = route is not None and ACTS[route] in {"registration", "amendment_expertise"}
    if route is None or (needs_class and risk_class is None):
        return None
    try:
        return duty(ACTS[route], risk_class, case.on)
    except NormMissing:
        return None


def years_later(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes 1 March where there is none.

    Law: Civil Code art. 192: a term of years ends on the corresponding day.
    Why: a mistyped year may stand at the end of the calendar, and the check must still answer.
    """
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)


def _day(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def sentence(fault: Fault, label: Text) -> Text:
    """What is wrong, in both languages.

    Law: none; words only.
    """
    told = {"label": label.ru, **fault.facts}, {"label": label.en, **fault.facts}
    words = checklist().wrong[fault.code]
    return Text(words.ru.format_map(told[0]), words.en.format_map(told[1]))


_BY_INPUT: Final[dict[str, tuple[Check, ...]]] = {
    "inn": (_inn,), "ogrn": (_ogrn,), "upload": (_files,), "images": (_images,),
    "evidence": (_evidence,), "payments": (_payments,),
}  # fmt: skip
_BY_KEY: Final[dict[str, tuple[Check, ...]]] = {
    "route": (_route,), "product.risk_class": (_class,), "applicant.role": (_role,),
    "applicant.representative.name": (_resident,), "powers.issued": (_powers,),
    "amendment.number": (_number,), "amendment.entry": (_number,), "amendment.registered_on": (_past,),
    "amendment.version": (_new_version,), "amendment.liability": (_liability,),
    "inspection": (_validity,), "plan.sample_size": (_subjects,), "plan.ends": (_length,),
}  # fmt: skip
