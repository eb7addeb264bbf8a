"""Where "sure" begins, by the knowledge base's own questions: bounds that hold, and a refusal where they cannot."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase, NotCertified
from knowledge_base.__main__ import main
from knowledge_base.calibration import get_report
from knowledge_base.certainty import Outcome, get_auroc, get_bound, get_least, get_table, get_threshold
from knowledge_base.golden import GoldenQuestion, get_halves, read_questions

OpenBase = Callable[..., KnowledgeBase]

SUBJECTS = [
    "anchors",
    "bearings",
    "compressors",
    "dampers",
    "encoders",
    "flanges",
    "gaskets",
    "hoists",
    "inverters",
    "jigs",
    "kilns",
    "lathes",
    "mixers",
    "nozzles",
    "ovens",
    "pumps",
    "quills",
    "rollers",
    "shafts",
    "turbines",
    "unions",
    "valves",
    "winches",
    "extruders",
    "yokes",
    "zippers",
    "boilers",
    "cranes",
    "drills",
    "engines",
    "furnaces",
    "grinders",
    "heaters",
    "impellers",
]


@pytest.mark.parametrize(
    ("mistakes", "answered", "bound"),
    [(0, 59, 0.0495), (0, 29, 0.0981), (3, 124, 0.0612), (1, 18, 0.2377), (9, 35, 0.4060), (0, 0, 1.0), (4, 4, 1.0)],
)
def test_the_bound_is_clopper_and_pearsons(mistakes: int, answered: int, bound: float) -> None:
    assert get_bound(mistakes, answered) == pytest.approx(bound, abs=0.0005)


@pytest.mark.parametrize(("target", "least"), [(0.05, 59), (0.1, 29), (0.2, 14), (0.01, 299)])
def test_so_many_answers_without_a_mistake_certify_a_target(target: float, least: int) -> None:
    assert get_least(target) == least
    assert get_bound(0, least) <= target < get_bound(0, least - 1)


def made(count: int, confidence: float, *, right: bool, test: bool = False) -> list[Outcome]:
    return [Outcome(confidence, right, False, "meaning", test)] * count


def test_the_lowest_threshold_that_holds_the_bound_is_chosen_on_one_half_only() -> None:
    half = made(60, 0.9, right=True) + made(40, 0.7, right=True) + made(1, 0.7, right=False)
    half += made(20, 0.5, right=False)
    other = made(10, 0.95, right=False, test=True) + made(50, 0.8, right=True, test=True)
    found = get_threshold([*half, *other], 0.05)
    assert found is not None
    assert (found.value, found.answered, found.mistakes) == (0.7, 101, 1)
    assert found.bound == pytest.approx(get_bound(1, 101))
    assert (found.test_answered, found.test_mistakes) == (60, 10)
    assert not found.is_confirmed
    assert get_threshold(made(58, 0.9, right=True), 0.05) is None


def test_a_report_says_why_a_scale_keeps_its_thresholds() -> None:
    questions = [GoldenQuestion(str(i), (f"{i}.md",)) for i in range(80)]
    few = get_report("meaning", questions, made(40, 0.9, right=True) + made(40, 0.1, right=False), 0.05)
    assert few.sure is few.unsure is None
    assert "40 are answered rightly" in few.reason
    assert "at least 118 questions" in few.reason
    bad = get_report("meaning", questions, made(80, 0.9, right=True) + made(80, 0.9, right=False), 0.05)
    assert "the best bound is 5" in bad.reason
    assert "also_ok" in bad.reason
    barred = [replace(one, barred=True) for one in made(200, 0.99, right=False)]
    good = get_report("meaning", questions, made(300, 0.9, right=True) + barred, 0.1)
    assert good.sure is not None
    assert good.sure.mistakes == 0


def test_the_table_and_the_area_tell_how_well_right_and_wrong_are_told_apart() -> None:
    outcomes = made(5, 0.9, right=True) + made(4, 0.4, right=False) + made(1, 0.4, right=True)
    assert get_auroc(outcomes) == pytest.approx((5 * 4 + 0.5 * 4) / 24)
    table = get_table(outcomes)
    assert [step.answered for step in table] == [5] * 5 + [10] * 5
    assert table[-1].risk == pytest.approx(0.4)
    assert get_auroc(made(3, 0.5, right=True)) is None
    assert get_table([]) == ()


def test_documents_are_dealt_whole_into_halves_of_like_size() -> None:
    questions = [GoldenQuestion(f"{i} {n}", (f"{i}.md",)) for i in range(20) for n in range(1 + i % 4)]
    halves = get_halves(questions)
    assert set(halves) == {f"{i}.md" for i in range(20)}
    tested = sum(halves[q.files[0]] for q in questions)
    assert abs(2 * tested - len(questions)) <= 4


@pytest.fixture
def workshop(open_base: OpenBase, tmp_path: Path) -> KnowledgeBase:
    """One card for each subject, with nothing in common but the way it is written."""
    folder = tmp_path / "workshop"
    folder.mkdir()
    for at, subject in enumerate(SUBJECTS):
        (folder / f"{subject}.md").write_text(
            f"---\ntitle: Care of {subject}\nquestions:\n  - How often are {subject} inspected?\n---\n"
            f"The {subject} are inspected every {at + 3} weeks by crew {at}.\n"
        )
    knowledge = open_base()
    knowledge.add([folder])
    return knowledge


def test_a_knowledge_base_is_calibrated_by_a_file_and_ask_uses_it(
    workshop: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYMAKER_HOME", str(tmp_path / "home"))
    file = tmp_path / "golden.jsonl"
    rows: list[dict[str, str | None]] = [
        {"question": f"how often do we inspect the {s}", "file": f"{s}.md"} for s in SUBJECTS
    ]
    rows.append({"question": "who won the football world cup", "file": None})
    file.write_text("\n".join(json.dumps(row) for row in rows))
    assert "none, the bands are those it came with" in workshop.status().calibration
    assert main(["calibrate", "--questions", str(file), "--target", "0.2"]) == 0
    said = capsys.readouterr().out
    assert f"{len(rows)} questions: golden.jsonl" in said
    assert "with 95 % confidence at most" in said
    assert "on the other half" in said
    assert "coverage" in said
    assert "AUROC" in said
    status = workshop.status().calibration
    assert "golden.jsonl" in status
    assert "stale" not in status
    calibration = workshop.calibrate(read_questions(file), target=0.2).calibration
    bands = calibration.scales["meaning"]
    answer = workshop.ask("how often do we inspect the turbines")
    assert answer.citations[0].file == "turbines.md"
    assert (answer.band == "sure") == (answer.confidence >= bands["sure"])
    assert workshop.ask("who won the football world cup").status == "refused"

    (tmp_path / "workshop" / "anchors.md").write_text("# Anchors\n\nAnchors are painted red.\n")
    workshop.add([tmp_path / "workshop"])
    assert "stale, for the documents have changed since" in workshop.status().calibration


def test_its_own_forms_are_asked_as_if_the_cards_did_not_have_them(workshop: KnowledgeBase) -> None:
    report = workshop.calibrate(target=0.4)
    assert report.calibration.questions == 2 * len(SUBJECTS)
    assert report.calibration.source.startswith("forms, titles and headings")
    assert all(one.chosen_on + one.tested_on == 2 * one.questions for one in report.scales)


def test_too_few_questions_are_refused_with_how_many_it_takes(workshop: KnowledgeBase) -> None:
    with pytest.raises(NotCertified, match="at least 118, better three times as many"):
        workshop.calibrate([GoldenQuestion("how often are pumps inspected", ("pumps.md",))])
    with pytest.raises(NotCertified, match=r"No document is called gone\.md"):
        workshop.calibrate([GoldenQuestion("how often are pumps inspected", ("gone.md",))])
    assert "none, the bands" in workshop.status().calibration


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    file = tmp_path / "golden.jsonl"
    file.write_text('{"question": "a", "file": "b.md", "start": 3, "end": 9, "also_ok": ["c.md"]}\n{"question": "a"}\n')
    with pytest.raises(NotCertified, match="line 2 is not an object"):
        read_questions(file)
    file.write_text(file.read_text().splitlines()[0])
    (question,) = read_questions(file)
    assert question.is_right("b.md", 0, 4)
    assert not question.is_right("b.md", 9, 20)
    assert question.is_right("c.md", 100, 120)
