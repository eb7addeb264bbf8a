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
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_base.errors import NotCertified
from knowledge_base.evidence import Confidence
from knowledge_base.index import CHANGED, MODEL, text_hash
from knowledge_base.lexical import get_tokens, is_cjk
from knowledge_base.rows import FoundPassage, Rows
from knowledge_base.synonyms import SYNONYMS

if TYPE_CHECKING:
    from knowledge_base.answer import Answering

CALIBRATION = "calibration"
CONFIDENCE = 0.95
_UNSURE_TIMES = 5
_UNSURE_MOST = 0.5
_MOST_QUESTIONS = 800
_SAMPLE = 2000
_STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class GoldenQuestion:
    """A question and the files that answer it (none: nothing does); ``start`` and ``end`` say where in the first one.

    ``hidden``: it stands in the knowledge base as a form or title and is taken out while it is asked.
    """

    text: str
    files: tuple[str, ...]
    start: int | None = None
    end: int | None = None
    hidden: bool = False

    def is_right(self, file: str, start: int, end: int) -> bool:
        """Whether a quote from there answers."""
        if not self.files or file != self.files[0]:
            return file in self.files
        return self.start is None or self.end is None or (start < self.end and self.start < end)


@dataclass(frozen=True)
class Outcome:
    """What came of asking once: how sure, whether it was right, and whether a strange word keeps it from "sure"."""

    confidence: float
    right: bool
    strange: bool
    scale: str
    test: bool


@dataclass(frozen=True)
class Step:
    """A row of the risk–coverage table: what is answered from ``threshold`` on, and the share of mistakes in that."""

    threshold: float
    coverage: float
    answered: int
    mistakes: int

    @property
    def risk(self) -> float:
        """Mistakes among what is answered, 0 to 1."""
        return self.mistakes / self.answered if self.answered else 0.0


@dataclass(frozen=True)
class Threshold:
    """Where a band begins and what speaks for it: counts and bounds on the half it was chosen on and on the other.

    ``bound`` holds for the share of mistakes among what is answered from there on, with 95 % confidence;
    ``test_bound`` is the one to believe, because nothing was chosen on that half.
    """

    value: float
    target: float
    answered: int
    mistakes: int
    bound: float
    test_answered: int
    test_mistakes: int
    test_bound: float

    @property
    def is_confirmed(self) -> bool:
        """Whether the half that was not looked at gives at most the target of mistakes."""
        return self.test_mistakes <= self.target * self.test_answered


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

    def get_rating(self, scale: str, rating: Confidence) -> Confidence:
        """The scale with its own bands, or as it came."""
        bands = self.scales.get(scale)
        return replace(rating, unsure=bands["unsure"], sure=bands["sure"]) if bands else rating


@dataclass(frozen=True)
class CalibrationReport:
    """The outcome of ``calibrate``."""

    calibration: Calibration
    scales: tuple[ScaleReport, ...]


def get_bound(mistakes: int, answered: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided Clopper–Pearson upper bound on the share of mistakes; 1 when nothing was answered."""
    if mistakes >= answered:
        return 1.0
    low, high = mistakes / answered, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _binomial(mistakes, answered, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _binomial(most: int, n: int, p: float) -> float:
    """The chance of at most so many in n, for 0 < p < 1."""
    logs = math.log(p), math.log1p(-p)
    total = math.lgamma(n + 1)
    return math.fsum(
        math.exp(total - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * logs[0] + (n - k) * logs[1])
        for k in range(most + 1)
    )


def get_least(target: float, confidence: float = CONFIDENCE) -> int:
    """How many answers without a mistake it takes to certify the target: 59 for 5 %."""
    return math.ceil(math.log(1 - confidence) / math.log1p(-target) - 1e-9)


def read_questions(path: Path) -> list[GoldenQuestion]:
    """Objects with "question" and "file" (null: nothing answers), optional "start", "end", "also_ok"; one a line."""
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            files = [*([row["file"]] if row["file"] else []), *row.get("also_ok", ())]
            question = GoldenQuestion(str(row["question"]), tuple(files), row.get("start"), row.get("end"))
            if not all(isinstance(file, str) for file in files):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NotCertified(
                f'{path} line {number} is not an object with "question" and "file", such as '
                '{"question": "…", "file": "pricing/discounts.md"}. Nothing was changed.'
            ) from None
        questions.append(question)
    return questions


def list_questions(rows: Rows) -> list[GoldenQuestion]:
    """What the documents themselves ask: forms and titles of cards; headings of those that have no forms."""
    questions = []
    for document_id, file, title, card, superseded_by, _ in rows.list_documents():
        if superseded_by is not None:
            continue
        forms = dict.fromkeys([*([card.title] if card.title else []), *card.questions])
        if card.questions:
            # Without its one Chinese form nothing of an English card could be found in Chinese; nor the other way.
            is_chinese = is_cjk(rows.get_text(document_id)[-_SAMPLE:])
            own = (form for form in forms if is_cjk(form) == is_chinese)
            questions += [GoldenQuestion(form, (file,), hidden=True) for form in own]
            continue
        paths = dict.fromkeys(passage.path for passage in rows.list_passages(document_id))
        questions += [GoldenQuestion(_as_question(title, path[-1]), (file,)) for path in paths if path]
    if len(questions) <= _MOST_QUESTIONS:
        return questions
    # Always the same ones, spread over all documents.
    return sorted(questions, key=lambda q: hashlib.sha256(q.text.encode()).digest())[:_MOST_QUESTIONS]


def _as_question(title: str, heading: str) -> str:
    """A heading as a person would ask for it."""
    subject = heading if heading.casefold() == title.casefold() else f"{heading} ({title})"
    if subject.rstrip().endswith(("?", "？")):
        return subject
    return f"{subject}是怎样的？" if is_cjk(heading) else f"What do we say about {subject}?"


def get_halves(questions: Sequence[GoldenQuestion]) -> dict[str, bool]:
    """First file of a question to whether it is tested; documents whole, both halves of about as many questions."""
    counts = Counter(_document(question) for question in questions)
    halves: dict[str, bool] = {}
    sizes = [0, 0]
    for name in sorted(counts, key=lambda name: (-counts[name], hashlib.sha256(name.encode()).digest())):
        halves[name] = sizes[1] < sizes[0]
        sizes[halves[name]] += counts[name]
    return halves


def _document(question: GoldenQuestion) -> str:
    return question.files[0] if question.files else f"? {question.text}"


def get_outcomes(
    answering: "Answering", questions: Sequence[GoldenQuestion], progress: Callable[[str, int, int], None]
) -> list[Outcome]:
    """Every question with its documents in place, and without them."""
    halves = get_halves(questions)
    outcomes = []
    for at, question in enumerate(questions):
        progress("asking", at, len(questions))
        hidden = frozenset({text_hash(question.text)}) if question.hidden else frozenset()
        outcomes.append(_ask(answering, question, hidden, frozenset(), test=halves[_document(question)]))
        if question.files:
            gone = frozenset(question.files)
            outcomes.append(_ask(answering, question, hidden, gone, test=halves[_document(question)]))
    progress("asking", len(questions), len(questions))
    return outcomes


def _ask(
    answering: "Answering", golden: GoldenQuestion, hidden: frozenset[str], gone: frozenset[str], *, test: bool
) -> Outcome:
    def is_there(found: FoundPassage) -> bool:
        return found.file not in gone

    question = answering.make_ready(golden.text, hidden)
    scale = answering.get_scale(question)
    judged = answering.judge_current(question, is_there)
    if not judged:
        return Outcome(0.0, False, True, scale, test)
    first, rating = judged[0], answering.get_rating(question)
    cited = answering.get_citations([first])[0][0]
    right = not gone and golden.is_right(cited.file, cited.start, cited.end)
    plain = rating.get_plain(first.evidence, direct=first.candidate.direct)
    return Outcome(plain, right, rating.is_strange(first.evidence), scale, test)


def get_table(outcomes: Sequence[Outcome]) -> tuple[Step, ...]:
    """Risk at each tenth of coverage, the surest first; all with the same confidence are answered together."""
    ranked = sorted(outcomes, key=lambda one: -one.confidence)
    table: list[Step] = []
    for share in _STEPS:
        if not ranked:
            break
        threshold = ranked[max(1, round(share * len(ranked))) - 1].confidence
        answered = [one for one in ranked if one.confidence >= threshold]
        mistakes = sum(not one.right for one in answered)
        table.append(Step(threshold, len(answered) / len(ranked), len(answered), mistakes))
    return tuple(table)


def get_auroc(outcomes: Sequence[Outcome]) -> float | None:
    """The chance that a right answer is surer than a wrong one; None when either kind is missing."""
    right = [one.confidence for one in outcomes if one.right]
    wrong = [one.confidence for one in outcomes if not one.right]
    if not right or not wrong:
        return None
    above = sum((r > w) + 0.5 * (r == w) for r in right for w in wrong)
    return above / (len(right) * len(wrong))


def get_threshold(outcomes: Sequence[Outcome], target: float, *, least: float = 0.0) -> Threshold | None:
    """The lowest threshold, not below ``least``, whose bound on the chosen half is at most the target."""
    chosen = sorted((o for o in outcomes if not o.test), key=lambda one: -one.confidence)
    best: tuple[float, int, int, float] | None = None
    mistakes = 0
    for at, one in enumerate(chosen, 1):
        mistakes += not one.right
        is_last_of_its_value = at == len(chosen) or chosen[at].confidence < one.confidence
        if one.confidence >= least and is_last_of_its_value and (b := get_bound(mistakes, at)) <= target:
            best = one.confidence, at, mistakes, b
    if best is None:
        return None
    # A little below the value itself, which the rounding in the rows might otherwise push above.
    value = math.floor(best[0] * 10_000) / 10_000
    tested = [one for one in outcomes if one.test and one.confidence >= value]
    wrong = sum(not one.right for one in tested)
    return Threshold(value, target, best[1], best[2], best[3], len(tested), wrong, get_bound(wrong, len(tested)))


def get_report(
    scale: str, questions: Sequence[GoldenQuestion], outcomes: Sequence[Outcome], target: float
) -> ScaleReport:
    """Thresholds of one scale, with the table of the half that no choice has seen."""
    tested = [one for one in outcomes if one.test]
    certain = [one for one in outcomes if not one.strange]
    sure = get_threshold(certain, target)
    unsure = get_threshold(outcomes, min(_UNSURE_MOST, _UNSURE_TIMES * target))
    if sure and unsure and unsure.value > sure.value:
        unsure = replace(unsure, value=sure.value)
    reason = ""
    if sure is None or unsure is None:
        reason = _reason([one for one in certain if not one.test], len(questions), target)
        sure = unsure = None
    documents = len({_document(question) for question in questions})
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
    return (
        f"at no threshold are there few enough mistakes: the best bound is {best:.1%}, above {target:.1%}; "
        f"--target {math.ceil(best * 100) / 100:.2f} can be certified"
    )


def get_rating_mark(ratings: Sequence[Confidence]) -> str:
    """What the thresholds belong to: the weights of the scales."""
    return hashlib.sha256(repr([(r.bias, r.weights) for r in ratings]).encode()).hexdigest()[:16]


def get_state(rows: Rows) -> str:
    """What the index holds now: another state makes a calibration stale."""
    parts = [rows.get_meta(name) or "" for name in (MODEL, CHANGED, SYNONYMS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def load(rows: Rows) -> Calibration | None:
    """The calibration in the rows."""
    kept = rows.get_meta(CALIBRATION)
    return Calibration(**json.loads(kept)) if kept else None


def save(rows: Rows, calibration: Calibration) -> None:
    """Use this one from now on."""
    rows.set_meta(CALIBRATION, json.dumps(asdict(calibration), ensure_ascii=False))


def calibrate(
    answering: "Answering",
    rows: Rows,
    questions: Sequence[GoldenQuestion],
    *,
    source: str,
    target: float,
    at: str,
    ratings: Sequence[Confidence],
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
    outcomes = get_outcomes(answering, questions, progress)
    reports = []
    for scale in dict.fromkeys(one.scale for one in outcomes):
        own = [q for q in questions if answering.get_scale(answering.make_ready(q.text)) == scale]
        reports.append(get_report(scale, own, [one for one in outcomes if one.scale == scale], target))
    scales = {r.scale: {"unsure": r.unsure.value, "sure": r.sure.value} for r in reports if r.sure and r.unsure}
    if not scales:
        reasons = "; ".join(f"{r.scale}: {r.reason}" for r in reports)
        raise NotCertified(f"At most {target:.0%} mistakes cannot be certified ({reasons}). Nothing was changed.")
    calibration = Calibration(at, source, target, len(questions), scales, get_rating_mark(ratings), get_state(rows))
    save(rows, calibration)
    return CalibrationReport(calibration, tuple(reports))


def to_json(report: CalibrationReport) -> dict[str, Any]:
    """The stable form for scripts."""
    return asdict(report)
