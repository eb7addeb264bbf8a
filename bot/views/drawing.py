"""A message as it goes to Slack."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.views.picture import Picture
from skills.answer import File

Json = dict[str, Any]

CHART = "data_visualization"
MENU = "overflow"


@dataclass(frozen=True)
class Drawing:
    """Notification text and blocks, and what is attached below them."""

    text: str
    blocks: tuple[Json, ...] = ()
    pictures: tuple[Picture, ...] = ()
    """Charts that Slack's own do not hold."""
    spare: tuple[Picture, ...] = ()
    """The charts among the blocks, to be sent as pictures where the workspace refuses them."""
    files: tuple[File, ...] = ()
    excuse: str = ""
    """What is said where nothing can be attached."""

    @property
    def has_charts(self) -> bool:
        return any(block["type"] == CHART for block in self.blocks)

    @property
    def has_attachments(self) -> bool:
        return bool(self.pictures or self.files)

    def without_charts(self) -> "Drawing":
        """Its charts as pictures."""
        blocks = tuple(block for block in self.blocks if block["type"] != CHART)
        return replace(self, blocks=blocks, pictures=(*self.spare, *self.pictures), spare=())


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
