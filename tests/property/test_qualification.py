# SPDX-License-Identifier: Apache-2.0
"""Whatever a person answers, the opinion is an opinion, and it follows the four criteria."""

from __future__ import annotations

from datetime import date

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nadzor.base.problems import Refusal
from nadzor.procedures.rules.answers import FUNCTIONS, NATURES, PARTS, PURPOSES, Answers, Part
from nadzor.procedures.rules.interview import answer, asked, next_question, parts_of, value_of
from nadzor.procedures.rules.qualification import determine, replayed

DAY = date(2026, 11, 22)
maybe = st.none() | st.booleans()
words = st.sampled_from(["", " ", "a", "данные"])
texts = st.none() | words


def lists(keys):
    """No answer, or some of these in any order, even twice."""
    return st.none() | st.lists(st.sampled_from(keys), max_size=4).map(tuple)


parts = st.builds(
    Part,
    program=maybe, integral_part=maybe, purposes=lists(PURPOSES), health_care=maybe,
    functions=lists(FUNCTIONS), decisions=maybe,
    mode=st.sampled_from([None, "automatic", "set_by_clinician", "neither"]),
    natures=lists(NATURES), interpretation=texts, source=texts, use=texts, platform=texts, access=texts,
)  # fmt: skip
answers_of_any_kind = st.builds(
    Answers,
    route=st.sampled_from([None, "national", "eaeu"]), product=texts, complex=maybe, parts=lists(PARTS),
    components=st.dictionaries(st.sampled_from(PARTS), parts, max_size=4),
)  # fmt: skip
several = {"purposes", "functions", "natures", "parts"}


@st.composite
def interviews(draw):
    """A finished interview, answered question by question."""
    answers = Answers()
    while question := next_question(answers):
        answers = answer(answers, question.key, draw(_value(question)))
    return answers


def _value(question):
    if question.page.kind == "yes_no":
        return st.booleans()
    if question.page.kind == "text":
        return st.just("text")
    keys = st.sampled_from(sorted(question.page.choices))
    if question.page.kind == "choice":
        return keys
    return st.lists(keys, min_size=question.field == "parts", max_size=4)


@given(answers=answers_of_any_kind)
@settings(max_examples=300, deadline=None)
def test_any_answers_come_to_an_opinion_or_a_refusal(answers):
    """Nothing a person can say breaks the house; a refusal comes exactly while a question is open."""
    try:
        found = determine(answers, DAY)
    except Refusal as refusal:
        assert refusal.code in {"rules.answer-missing", "rules.answer-contradicts"}
        assert refusal.code != "rules.answer-missing" or next_question(answers).at == refusal.at
    else:
        assert next_question(answers) is None
        assert (found.verdict is None) == (answers.route == "eaeu")


@given(answers=interviews())
@settings(max_examples=150, deadline=None)
def test_a_finished_interview_has_a_verdict_that_can_be_replayed(answers):
    """The guided way always ends, and the same answers give the same digest again."""
    found = determine(answers, DAY)
    assert found.verdict in ({None} if answers.route == "eaeu" else {"yes", "no", "manual_review"})
    assert replayed(found)
    assert not replayed(msgspec.structs.replace(found, product=found.product + "!"))


@given(answers=interviews())
@settings(max_examples=150, deadline=None)
def test_a_failed_criterion_is_never_a_device(answers):
    """If any of c1 to c4 is false, no part of that kind is found to be a device."""
    for part in determine(answers, DAY).parts:
        if False in msgspec.structs.astuple(part.criteria):
            assert part.verdict != "yes"


@given(answers=interviews())
@settings(max_examples=150, deadline=None)
def test_all_criteria_and_no_negative_rule_make_a_device(answers):
    """R-002: when all four hold and nothing on the letter's list fits, the answer is yes."""
    for part in determine(answers, DAY).parts:
        if part.criteria.all_met and not answers.part(part.part).natures:
            assert part.verdict == "yes"


@given(answers=interviews(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_meeting_one_more_criterion_never_speaks_against_a_device(answers, data):
    """Monotone: turning a failed criterion into a met one cannot turn a yes into anything else."""
    assume(parts_of(answers) == ("software",))
    part = answers.part("software")
    assume(part.program)
    better = data.draw(
        st.sampled_from([{"integral_part": False}, {"health_care": True}, {"purposes": ("diagnosis",)}])
    )
    improved = msgspec.structs.replace(
        answers, components={"software": msgspec.structs.replace(part, **better)}
    )
    if determine(answers, DAY).verdict == "yes":
        assert determine(improved, DAY).verdict == "yes"


@given(answers=interviews(), seed=st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_saying_changes_nothing(answers, seed):
    """Lists in another order, entries twice, parts in another order: the same digest."""
    plain = msgspec.to_builtins(answers)
    for holder in [plain, *plain.get("components", {}).values()]:
        for name in several & holder.keys():
            holder[name] = seed.sample(holder[name], len(holder[name])) + list(holder[name][:1])
    told = list(plain.get("components", {}).items())
    seed.shuffle(told)
    mixed = msgspec.convert(plain | ({"components": dict(told)} if told else {}), Answers)
    assert determine(mixed, DAY).digest == determine(answers, DAY).digest


@given(answers=interviews(), data=st.data())
@settings(max_examples=100, deadline=None)
def test_going_back_forgets_only_what_no_longer_applies(answers, data):
    """Answering an earlier question otherwise keeps every answer that is still asked for, and no other."""
    question = data.draw(st.sampled_from(asked(answers)))
    changed = answer(answers, question.key, data.draw(_value(question)))
    kept = {one.key: value_of(changed, one) for one in asked(changed) if one.key != question.key}
    before = {one.key: value_of(answers, one) for one in asked(answers)}
    assert all(value in (None, before.get(key)) for key, value in kept.items())
