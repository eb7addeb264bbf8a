"""`python -m bot.local_workspace --roster FILE.json --port N`: the workspace alone, for any Slack app to connect to."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import sys
from pathlib import Path

from bot.local_workspace.roster import Roster, RosterError
from bot.local_workspace.workspace import Workspace


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.local_workspace", description=__doc__)
    parser.add_argument("--roster", type=Path, required=True, help="who is there: the JSON that Roster.to_json writes")
    parser.add_argument("--port", type=int, default=8765, help="port on 127.0.0.1 (default 8765, 0 for a free one)")
    parser.add_argument("--request-url", help="deliver signed HTTP requests to this address instead of Socket Mode")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        roster = Roster.from_file(options.roster)
    except RosterError as problem:
        print(problem.args[0], file=sys.stderr)
        return 1
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_serve(roster, options.port, options.request_url))
    return 0


async def _serve(roster: Roster, port: int, request_url: str | None) -> int:
    try:
        async with Workspace(roster).serve(port) as workspace:
            workspace.deliver_over_http(request_url)
            print(
                f"Workspace: {workspace.page_url}\n"
                f"For the app: SLACK_API_URL={workspace.api_url} SLACK_BOT_TOKEN={workspace.bot_token} "
                f"SLACK_APP_TOKEN={workspace.app_token} SLACK_SIGNING_SECRET={workspace.signing_secret}",
                flush=True,
            )
            await asyncio.Event().wait()
    except OSError:
        print(f"Port {port} is taken. Choose another with --port.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
