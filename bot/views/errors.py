"""What people read when something failed in a way that nobody foresaw."""

from skills.answer import Answer, Status
from skills.text import text


def unforeseen(reference: str) -> Answer:
    """The apology; `reference` stands in the log too."""
    return Answer(
        status=Status.REFUSED,
        headline=text("Sorry, something went wrong on my side, so I can't answer that."),
        notes=(text("Please try again. If it stays, give an administrator this number: {id}", id=reference),),
        private=True,
    )


def outdated() -> Answer:
    """A button of a version that is gone."""
    return Answer(
        status=Status.REFUSED,
        headline=text("This button no longer works."),
        notes=(text("Ask again, and use the buttons of the new answer."),),
        private=True,
    )


def too_slow() -> Answer:
    """Slack waits three seconds for a form."""
    return Answer(
        status=Status.REFUSED,
        headline=text("The form took too long to open."),
        notes=(text("Press the button once more."),),
        private=True,
    )
