"""What the steps of the waterfall are called, and how each is counted (domain 3.10)."""

from collections.abc import Mapping

from skills.measures.waterfall import Flow
from skills.text import Text, text

LABELS: Mapping[Flow, Text] = {
    Flow.CREATED: text("Created"),
    Flow.REOPENED: text("Reopened"),
    Flow.TRANSFERRED_IN: text("Taken over"),
    Flow.PULLED_IN: text("Pulled in"),
    Flow.SLIPPED_IN: text("Slipped in"),
    Flow.INCREASED: text("Increased"),
    Flow.DECREASED: text("Decreased"),
    Flow.RECURRENCED: text("Currency changed"),
    Flow.WON: text("Won"),
    Flow.LOST: text("Lost"),
    Flow.SLIPPED: text("Slipped"),
    Flow.PULLED_OUT: text("Pulled forward"),
    Flow.TRANSFERRED_OUT: text("Handed over"),
}
DEFINITIONS: Mapping[Flow, Text] = {
    Flow.CREATED: text("Opportunities that were not there at the beginning, with their amounts at the end."),
    Flow.REOPENED: text(
        "Opportunities that were won or lost at the beginning and opened again, with their new amounts."
    ),
    Flow.TRANSFERRED_IN: text("Open opportunities that came from other owners, with their amounts at the end."),
    Flow.PULLED_IN: text("Open opportunities moved into the closing period from a later date or from none."),
    Flow.SLIPPED_IN: text("Open opportunities moved into the closing period from an earlier date."),
    Flow.INCREASED: text("By how much the amounts of opportunities of the opening pipeline grew."),
    Flow.DECREASED: text("By how much the amounts of opportunities of the opening pipeline shrank."),
    Flow.RECURRENCED: text(
        "Opportunities of the opening pipeline that are in another currency now: new less old amount."
    ),
    Flow.WON: text("Opportunities won between the two days, with the amounts at which they were won."),
    Flow.LOST: text("Opportunities lost between the two days, with their last amounts."),
    Flow.SLIPPED: text("Opportunities moved out of the closing period to a later date or to none."),
    Flow.PULLED_OUT: text("Opportunities moved out of the closing period to an earlier date."),
    Flow.TRANSFERRED_OUT: text("Opportunities that other owners have now, with their amounts at the beginning."),
}
