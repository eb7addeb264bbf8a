"""A message as it goes to Slack."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

Json = dict[str, Any]

CHART = "data_visualization"


@dataclass(frozen=True)
class Drawing:
    """Notification text and blocks."""

    text: str
    blocks: tuple[Json, ...] = ()

    @property
    def has_charts(self) -> bool:
        return any(block["type"] == CHART for block in self.blocks)

    def without_charts(self) -> "Drawing":
        return replace(self, blocks=tuple(block for block in self.blocks if block["type"] != CHART))


def kept_blocks(blocks: Sequence[Json], unwanted: Callable[[Json], bool]) -> list[Json]:
    """Without the buttons that `unwanted` picks, and without the rows that are then empty."""
    kept = []
    for block in blocks:
        if block.get("type") == "actions":
            elements = [element for element in block.get("elements", ()) if not unwanted(element)]
            if not elements:
                continue
            block = {**block, "elements": elements}
        kept.append(block)
    return kept
