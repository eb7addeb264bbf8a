"""What a message asks for, and having it done. The Slack side and the command line call only this.

`Understanding(assistant).reply(message)` gives the replies, each with `understood_by`.
"""

from bot.understanding.agent import ModelRoute
from bot.understanding.hearing import Message, Said, Understood
from bot.understanding.router import Understanding

__all__ = ["Message", "ModelRoute", "Said", "Understanding", "Understood"]
