"""Other formats to Markdown, in a process of its own.

A document comes from anywhere: it may be broken, protected, or made to fill the memory of whoever opens it. What
converts it therefore has a limit of memory and time, and when it dies only that one file is refused.
"""

import json
import select
import subprocess
import sys

from knowledge_base.loaders.loaded import Loaded, Unreadable

CONVERTED = frozenset({".html", ".htm", ".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".tsv"})
_SECONDS = 90
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Converter:
    """The process that converts; started with the first file that needs it."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def convert(self, suffix: str, data: bytes) -> Loaded:
        """The file as Markdown. Raises Unreadable with the reason."""
        if suffix in (".docx", ".pptx", ".xlsx") and data.startswith(_OLD_OFFICE):
            raise Unreadable(f"it is protected by a password, or an old format; save it as {suffix} without one")
        process = self._running()
        assert process.stdin is not None  # noqa: S101  (both are pipes)
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(json.dumps({"suffix": suffix, "size": len(data)}).encode() + b"\n")
            process.stdin.write(data)
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], self._seconds)
            reply = process.stdout.readline() if ready else b""
        except BrokenPipeError:
            ready, reply = [process.stdout], b""
        if not reply:
            self.close()
            took = f"it took longer than {self._seconds:g} seconds to read"
            raise Unreadable("it is damaged, or too large to be read" if ready else took)
        answer = json.loads(reply)
        if "reason" in answer:
            raise Unreadable(answer["reason"])
        return Loaded(answer["text"], is_markdown=True)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "knowledge_base.loaders.conversion"]
            self._process = subprocess.Popen(  # noqa: S603  (our own module, and nothing of the file is in the command)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._process
