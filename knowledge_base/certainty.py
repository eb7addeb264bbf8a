"""How sure is sure enough: thresholds with a bound on the mistakes, and how risk grows with what is answered.

Nothing here knows what a question is: an outcome is a confidence and whether it was right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95
_STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Outcome:
    """What came of asking once: how sure, whether it was right, and whether anything keeps it from "sure"."""

    confidence: float
    right: bool
    barred: bool
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
