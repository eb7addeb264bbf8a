"""Front matter as people write it: nearly YAML, now and then."""

import time

import pytest

from knowledge_base.cards import UNREADABLE, read_front_matter, read_sidecar


@pytest.mark.parametrize(
    "line",
    [
        "questions: [How long is the warranty?, 保修期多长？]",
        "questions: ['How long is the warranty?', 保修期多长？]",
        "questions:\n  - How long is the warranty?\n  - 保修期多长？",
    ],
)
def test_questions_may_be_listed_with_their_question_marks(line: str) -> None:
    front = read_front_matter(f"---\ntitle: Warranty\n{line}\n---\nTwo years.\n")
    assert front.problems == ()
    assert front.card.title == "Warranty"
    assert front.card.questions == ("How long is the warranty?", "保修期多长？")


def test_one_slip_costs_only_its_own_key() -> None:
    front = read_front_matter(
        '---\ntitle: "Floor prices\nowner: Priya Raman\naudience: [managers]\nvalid_to: 2026-12-31\n---\nSecret.\n'
    )
    assert front.card.owner == "Priya Raman"
    assert front.card.audience == ("managers",)
    assert front.card.valid_to is not None
    assert front.problems == ("the front matter is not readable YAML at 'title', so that was left out",)


@pytest.mark.parametrize(
    "line", ["audience: [managers", "audience: [[managers]]", 'audience: "managers', "Audience: {"]
)
def test_an_audience_that_cannot_be_read_is_nobody(line: str) -> None:
    assert read_front_matter(f"---\ntitle: Floor prices\n{line}\n---\nSecret.\n").card.audience == (UNREADABLE,)
    assert read_sidecar(line).card.audience == (UNREADABLE,)


def test_an_audience_that_is_not_given_is_not_given() -> None:
    assert read_front_matter("---\ntitle: x\naudience:\n---\n").card.audience == ()


@pytest.mark.parametrize("key", ["title", "verified", "review_every", "questions", "audience"])
def test_a_list_of_lists_of_lists_is_not_written_out(key: str) -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    began = time.monotonic()
    front = read_front_matter(f"---\n{bomb}{key}: *a11\n---\nText.\n")
    assert time.monotonic() - began < 5
    assert front.card.title == ""


def test_prose_between_two_rules_is_text() -> None:
    assert read_front_matter("---\nDoes it? Yes: it does.\n---\nMore.\n").card.owner is None
