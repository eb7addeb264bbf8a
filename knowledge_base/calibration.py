"""Where "sure" and "unsure" begin for one knowledge base, by its own questions and with a bound that holds.

1. Golden questions: those of a file, else the question forms and titles of the cards, else headings put as questions.
   A form or title is taken out of the card while it is asked (see Question.hidden), or it would only find itself.
2. Each is asked twice: with the documents that answer it, and with these left out. Answered then is a mistake, as is a
   first quote from elsewhere.
3. The documents are dealt into two halves with about as many questions each. On one of them each band gets the lowest
   threshold from which on the one-sided 95 % Clopper–Pearson bound on the share of mistakes among what is answered is
   at most the target. The other half, which no choice has seen, tells what to believe.

English and Chinese questions are judged on different scales (see knowledge_base.evidence), so each gets its own
thresholds; a scale with too few questions keeps those it came with.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from knowledge_base.certainty import (
    Outcome,
    Step,
    Threshold,
    get_auroc,
    get_bound,
    get_least,
    get_table,
    get_threshold,
)
from knowledge_base.errors import NotCertified
from knowledge_base.evidence import Confidence
from knowledge_base.golden import GoldenQuestion, get_halves
from knowledge_base.index import CHANGED, MODEL, text_hash
from knowledge_base.judging import SCALES, Judging
from knowledge_base.lexical import get_tokens
from knowledge_base.rows import FoundPassage, Rows
from knowledge_base.synonyms import SYNONYMS

CALIBRATION = "calibration"
_UNSURE_TIMES = 5
_UNSURE_MOST = 0.5
_WORTH = 0.25
"""A bound above this is not worth calling "sure", so no target there is advised."""


@dataclass(frozen=True)
class ScaleReport:
    """One scale: "meaning" (with cosines) or "words"; thresholds, or the reason why there are none."""

    scale: str
    questions: int
    documents: int
    chosen_on: int
    tested_on: int
    sure: Threshold | None
    unsure: Threshold | None
    reason: str
    table: tuple[Step, ...]
    auroc: float | None


@dataclass(frozen=True)
class Calibration:
    """What is kept in the rows and used by ``ask``: thresholds by scale, when, on what, and for which state."""

    at: str
    source: str
    target: float
    questions: int
    scales: Mapping[str, Mapping[str, float]]
    rating: str
    state: str

    @property
    def is_usable(self) -> bool:
        """Whether it belongs to the scales of this version."""
        return self.rating == _get_mark()

    def get_ratings(self) -> dict[str, Confidence]:
        """Each scale with its own bands, or as it came."""
        return {
            name: replace(rating, unsure=bands["unsure"], sure=bands["sure"]) if bands else rating
            for name, rating in SCALES.items()
            for bands in (self.scales.get(name),)
        }


@dataclass(frozen=True)
class CalibrationReport:
    """The outcome of ``calibrate``."""

    calibration: Calibration
    scales: tuple[ScaleReport, ...]


def get_outcomes(
    judging: Judging, questions: Sequence[GoldenQuestion], progress: Callable[[str, int, int], None]
) -> list[Outcome]:
    """Every question with its documents in place, and without them."""
    halves = get_halves(questions)
    outcomes = []
    for at, question in enumerate(questions):
        progress("asking", at, len(questions))
        hidden = frozenset({text_hash(question.text)}) if question.hidden else frozenset()
        outcomes.append(_ask(judging, question, hidden, frozenset(), test=halves[question.document]))
        if question.files:
            gone = frozenset(question.files)
            outcomes.append(_ask(judging, question, hidden, gone, test=halves[question.document]))
    progress("asking", len(questions), len(questions))
    return outcomes


def _ask(
    judging: Judging, golden: GoldenQuestion, hidden: frozenset[str], gone: frozenset[str], *, test: bool
) -> Outcome:
    def is_there(found: FoundPassage) -> bool:
        return found.file not in gone

    question = judging.make_ready(golden.text, hidden)
    scale = judging.get_scale(question)
    judged = judging.judge_current(question, is_there)
    if not judged:
        return Outcome(0.0, False, True, scale, test)
    first, rating = judged[0], judging.get_rating(question)
    cited = judging.get_citations([first])[0][0]
    right = not gone and golden.is_right(cited.file, cited.start, cited.end)
    plain = rating.get_plain(first.evidence, direct=first.candidate.direct)
    barred = rating.is_barred(first.evidence, direct=first.candidate.direct)
    return Outcome(plain, right, barred, scale, test)


def get_report(
    scale: str, questions: Sequence[GoldenQuestion], outcomes: Sequence[Outcome], target: float
) -> ScaleReport:
    """Thresholds of one scale, with the table of the half that no choice has seen."""
    tested = [one for one in outcomes if one.test]
    certain = [one for one in outcomes if not one.barred]
    sure = get_threshold(certain, target)
    unsure = get_threshold(outcomes, min(_UNSURE_MOST, _UNSURE_TIMES * target))
    if sure and unsure and unsure.value > sure.value:
        unsure = replace(unsure, value=sure.value)
    reason = ""
    if sure is None or unsure is None:
        reason = _reason([one for one in certain if not one.test], len(questions), target)
        sure = unsure = None
    documents = len({question.document for question in questions})
    return ScaleReport(
        scale,
        len(questions),
        documents,
        len(outcomes) - len(tested),
        len(tested),
        sure,
        unsure,
        reason,
        get_table(tested),
        get_auroc(tested),
    )


def _reason(chosen: Sequence[Outcome], questions: int, target: float) -> str:
    least = get_least(target)
    right = sum(one.right for one in chosen)
    if right < least:
        return (
            f"{questions} questions are too few: of the half that the threshold is chosen on {right} are answered "
            f"rightly, and to certify at most {target:.0%} mistakes it takes {least} without any mistake, "
            f"so at least {2 * least} questions in all"
        )
    best = min(
        get_bound(sum(not one.right for one in answered), len(answered))
        for threshold in {one.confidence for one in chosen}
        if (answered := [one for one in chosen if one.confidence >= threshold])
    )
    advice = (
        f"--target {math.ceil(best * 100) / 100:.2f} can be certified"
        if best <= _WORTH
        else "give --questions as people ask them, with also_ok where another document answers as well"
    )
    return f"at no threshold are there few enough mistakes: the best bound is {best:.1%}, above {target:.1%}; {advice}"


def _get_mark() -> str:
    """What the thresholds belong to: the weights of the scales."""
    return hashlib.sha256(repr([(r.bias, r.weights, r.pages) for r in SCALES.values()]).encode()).hexdigest()[:16]


def get_state(rows: Rows) -> str:
    """What the index holds now: another state makes a calibration stale."""
    parts = [rows.get_meta(name) or "" for name in (MODEL, CHANGED, SYNONYMS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def load(rows: Rows) -> Calibration | None:
    """The calibration in the rows."""
    kept = rows.get_meta(CALIBRATION)
    return Calibration(**json.loads(kept)) if kept else None


def get_ratings(rows: Rows) -> Mapping[str, Confidence]:
    """The scales as they count here: calibrated, where a calibration of this version is kept."""
    kept = load(rows)
    return kept.get_ratings() if kept and kept.is_usable else SCALES


def save(rows: Rows, calibration: Calibration) -> None:
    """Use this one from now on."""
    rows.set_meta(CALIBRATION, json.dumps(asdict(calibration), ensure_ascii=False))


def calibrate(
    judging: Judging,
    rows: Rows,
    questions: Sequence[GoldenQuestion],
    *,
    source: str,
    target: float,
    at: str,
    progress: Callable[[str, int, int], None],
) -> CalibrationReport:
    """Ask, choose, and keep the thresholds. Raises NotCertified, with nothing changed, when no scale has enough."""
    if not 0 < target < 1:
        raise NotCertified("Give a target between 0 and 1, such as 0.05.")
    known = {file for _, file, *_ in rows.list_documents()}
    for question in questions:
        if question.files and not known & set(question.files):
            raise NotCertified(
                f"No document is called {question.files[0]}, which should answer {question.text[:80]!r}. "
                "Give file names as status and search show them. Nothing was changed."
            )
    questions = [question for question in questions if get_tokens(question.text)]
    answerable = sum(bool(question.files) for question in questions)
    if answerable < 2 * get_least(target):
        raise NotCertified(
            f"There are {answerable} questions that the knowledge base answers; to certify at most {target:.0%} "
            f"mistakes it takes at least {2 * get_least(target)}, better three times as many. "
            "Add question forms to the cards, give --questions, or a higher --target. Nothing was changed."
        )
    outcomes = get_outcomes(judging, questions, progress)
    reports = []
    for scale in dict.fromkeys(one.scale for one in outcomes):
        own = [q for q in questions if judging.get_scale(judging.make_ready(q.text)) == scale]
        reports.append(get_report(scale, own, [one for one in outcomes if one.scale == scale], target))
    scales = {r.scale: {"unsure": r.unsure.value, "sure": r.sure.value} for r in reports if r.sure and r.unsure}
    if not scales:
        reasons = "; ".join(f"{r.scale}: {r.reason}" for r in reports)
        raise NotCertified(f"At most {target:.0%} mistakes cannot be certified ({reasons}). Nothing was changed.")
    calibration = Calibration(at, source, target, len(questions), scales, _get_mark(), get_state(rows))
    save(rows, calibration)
    return CalibrationReport(calibration, tuple(reports))


def to_json(report: CalibrationReport) -> dict[str, Any]:
    """The stable form for scripts."""
    return asdict(report)
