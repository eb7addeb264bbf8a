"""What can go wrong in a skill, as values that become a reply.

SkillError                 (status, headline, choices)
├── NotAllowed             the asker may not do or see this             refused
├── NotFound               no such person, account, opportunity …       refused, or clarify with near misses
├── Unclear                several things are meant, or one is missing   clarify
├── Impossible             understood, but cannot be done as asked       refused
└── Stale                  a newer change, or a question no longer open  refused
"""

from collections.abc import Sequence

from skills.answer import Action, Answer, Choice, Status, Subject
from skills.text import Text


class SkillError(Exception):
    """Known and explained: `headline` says what happened and why, `advice` what to do next."""

    status = Status.REFUSED

    def __init__(
        self,
        headline: Text,
        advice: Text | None = None,
        choices: Sequence[Choice] = (),
        actions: Sequence[Action] = (),
        subject: Subject | None = None,
    ) -> None:
        super().__init__(headline.template)
        self.headline = headline
        self.advice = advice
        self.choices = tuple(choices)
        self.actions = tuple(actions)
        self.subject = subject

    def answer(self) -> Answer:
        return Answer(
            status=Status.CLARIFY if self.choices else self.status,
            headline=self.headline,
            notes=(self.advice,) if self.advice else (),
            choices=self.choices,
            actions=self.actions,
            subject=self.subject,
            private=True,
        )


class NotAllowed(SkillError):
    pass


class NotFound(SkillError):
    pass


class Unclear(SkillError):
    status = Status.CLARIFY


class Impossible(SkillError):
    pass


class Stale(SkillError):
    pass
