"""The order in which a message is understood, in one place.

The thread's open question → an exact command → a follow-up → a sentence → a language model, if one is configured →
help with "did you mean". Only the first that fits is used, and a guess never writes: it is asked about.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.understanding.agent import ModelRoute
from bot.understanding.conversation import load_state, set_state
from bot.understanding.courtesies import answered_thanks
from bot.understanding.drafts import NEGATED, Draft, is_question, stripped
from bot.understanding.entities import Kind, find_entities
from bot.understanding.examples import Encode, Examples
from bot.understanding.figure_writes import read_two_calls
from bot.understanding.followups import (
    Answered,
    corrected,
    follow_up,
    next_question,
    posted_where,
    read_answer,
    redrafted,
    switched,
)
from bot.understanding.full_names import with_full_names
from bot.understanding.grammar import names_skill, read_command
from bot.understanding.hearing import Hearing, Message, Route, Understood
from bot.understanding.intents import Ranked, rank
from bot.understanding.labels import label
from bot.understanding.parts import split_parts
from bot.understanding.questions import CHINESE, HINTS, OWN_DEALS, did_you_mean, which_deal, which_meaning, which_offer
from bot.understanding.refusals import refused
from bot.understanding.updates import read_one_by_one
from knowledge_base.follow_up import goes_on
from skills.answer import Action, Answer, Invocation, Status
from skills.contract import Actor, Effect, calendar_of
from skills.errors import Unclear
from skills.language import get_language
from skills.permissions import rights_of
from skills.references.vocabulary import Vocabularies
from skills.runner import Assistant, Reply, cancel, confirm, run_skill
from skills.text import text
from store.models import Person, Source
from store.people import get_organisation
from store.scope import Scope

CLEAR_LEAD = 0.35
"""By how much the likeliest meaning must lead before it is taken without asking."""
AS_GOOD_AS_SAID = 3.0
DEFINITION = re.compile(
    r"^(?:what(?:'s| is| are| does)|define|explain|meaning of) (?!(?:my|our|the|your|his|her|their|this|next|up|new)\b)"
    r"[\w -]+$",
    re.IGNORECASE,
)
"""Asks what a word means, rather than for the figure that bears its name."""
THEY_SAY = re.compile(
    r"^(?:they|he|she|it|(?:the |our |my )?(?:customer|client|prospect|buyer|cfo|procurement))\b"
    r"|\b(?:says?|said|told)\b|^(?:客户|对方|他们|他|她|采购)|说",
    re.IGNORECASE,
)
"""Tells what somebody at the customer's says."""


class Understanding:
    """Understands messages and has them done. Safe between threads; blocking."""

    def __init__(self, assistant: Assistant, model: ModelRoute | None = None, encode: Encode | None = None) -> None:
        self._assistant = assistant
        self._model = model
        self._examples = Examples(assistant.skills, encode)
        self._vocabularies = Vocabularies()

    def reply(self, message: Message) -> tuple[Understood, ...]:
        """Understand one message, do what it asks for, and remember what the thread is about."""
        hearing = self._hear(message)
        thanks = None if read_answer(message.text, hearing.state) else answered_thanks(message.text)
        if thanks is not None:
            return (_asking(thanks),)  # What the thread is about, and what waits in it, stays as it is.
        reply = self._reply(hearing)
        self.remember(message.conversation, message.actor, reply)
        return (reply,)

    __call__ = reply

    def remember(self, conversation: str, actor: Actor, reply: Reply) -> None:
        """Keep what a reply was about; also for replies to buttons, which come in by another way."""
        now = self._assistant.clock()
        with self._assistant.database.writing() as session:
            if session.get(Person, actor.id) is None:
                return
            state = load_state(session, conversation, actor.id, now)
            after = state.after(reply, now, get_language(actor.language))
            set_state(session, conversation, actor.id, after, now)

    def _hear(self, message: Message) -> Hearing:
        now = self._assistant.clock()
        with self._assistant.database.session() as session:
            organisation = get_organisation(session)
            person = session.get(Person, message.actor.id)
            scope = rights_of(session, person, organisation).read if person else Scope.of(())
            vocabulary = self._vocabularies.get(session, scope)
            state = load_state(session, message.conversation, message.actor.id, now)
            calendar = calendar_of(organisation)
            today = now.astimezone(ZoneInfo(organisation.zone)).date()
            actor = message.actor
            if CHINESE.search(message.text) and person is not None and not person.locale:
                actor = replace(actor, language="zh")
            frame = find_entities(message.text, vocabulary, today, calendar)
            frame = with_full_names(session, scope, frame)
        return Hearing(message, actor, frame, state, vocabulary)

    def _reply(self, hearing: Hearing) -> Understood:
        if not hearing.frame.clean.strip():
            return self._nothing_said(hearing)
        answered = read_answer(hearing.message.text, hearing.state)
        if answered is not None:
            return self._answered(hearing, answered)
        found = read_command(hearing.frame, self._assistant.skills, hearing.state.deal)
        if found is not None:
            # "top 3" after a leaderboard is about that one.
            again = follow_up(hearing.frame, hearing.state, self._assistant.skills)
            same = again is not None and again.skill == found[0].skill and not names_skill(hearing.frame, again.skill)
            return self._run(hearing, again if again and same else found[0], "command")
        switch = switched(hearing.frame, hearing.state)
        channel = posted_where(hearing.frame, hearing.state)
        if channel is not None:
            return self._posted(hearing, channel)
        refusal = None if switch else refused(hearing.frame)
        if refusal is not None:
            return _asking(refusal.answer())
        continued = (
            corrected(hearing.frame, hearing.state)
            or switch
            or next_question(hearing.frame, hearing.state)
            or redrafted(hearing.frame, hearing.state, self._assistant.skills)
            or self._continued(hearing)
        )
        if continued is not None:
            if hearing.state.token:
                cancel(self._assistant, hearing.state.token, hearing.actor)
            return self._run(hearing, continued, "sentence")
        return self._sentence(hearing)

    def _posted(self, hearing: Hearing, channel: str) -> Understood:
        """The win post that was drafted last, as it was drafted, in a channel."""
        last = hearing.state.last or Invocation(skill="winpost")
        again = self._invoke(hearing, last, "sentence")
        posts = [action.invocation for action in again.answer.actions if action.invocation]
        post = next((each for each in posts if each.skill == "post"), None)
        if post is None:
            return again
        return self._invoke(hearing, Invocation.of(post.skill, {**post.params, "channel": channel}), "sentence")

    def _nothing_said(self, hearing: Hearing) -> Understood:
        if not hearing.frame.text.strip():
            return self._help(hearing)
        answer = Unclear(
            text("That looks like something you quote or forward."),
            text("Tell me in your own words what I should do with it."),
        ).answer()
        return _asking(answer)

    def _answered(self, hearing: Hearing, answered: Answered) -> Understood:
        """The answer to what was asked in this thread."""
        state, message = hearing.state, hearing.message
        if answered.yes and state.token:
            return Understood.of(
                confirm(self._assistant, state.token, hearing.actor, message.audience, Source.SENTENCE), "sentence"
            )
        if answered.no:
            if state.token:
                return Understood.of(cancel(self._assistant, state.token, hearing.actor), "sentence")
            return _asking(Answer(headline=text("All right, nothing was changed."), private=True))
        if answered.invocation is not None:
            return self._invoke(hearing, answered.invocation, "sentence")
        last = state.asked.invocation if state.asked else Invocation(skill="")
        return _asking(which_offer(hearing), last.skill, last.params)

    def _continued(self, hearing: Hearing) -> Draft | None:
        draft = follow_up(hearing.frame, hearing.state, self._assistant.skills)
        if draft is not None:
            return draft
        asked, words = hearing.state.asked, hearing.message.text.strip()
        goes_on_asking = bool(hearing.state.question) and goes_on(words)
        if asked is None and not goes_on_asking:
            return None
        ranked = self._ranked(hearing)
        if ranked and ranked[0].score >= AS_GOOD_AS_SAID:
            return None
        if asked is None:
            return Draft("ask", {"question": words})
        if asked.param == "when":
            words = f"{asked.invocation.params.get('when', '')} {words}".strip()
        return Draft(asked.invocation.skill, {**asked.invocation.params, asked.param: words})

    def _ranked(self, hearing: Hearing) -> list[Ranked]:
        return rank(hearing.frame, self._assistant.skills, self._examples, hearing.state.deal, hearing.state.shown)

    def _sentence(self, hearing: Hearing) -> Understood:
        if not hearing.frame.items and DEFINITION.search(stripped(hearing.frame.clean).rstrip("?？ ")):
            return self._run(hearing, Draft("ask", {"question": hearing.message.text}), "sentence")
        parts = read_two_calls(hearing.frame) or split_parts(
            hearing.frame, lambda frame: rank(frame, self._assistant.skills, self._examples, None)
        )
        if parts is not None:
            first, second = parts
            done = self._run(hearing, first, "sentence")
            return _with_action(done, second, self._assistant)
        ranked = self._ranked(hearing)
        if not ranked:
            return self._by_model(hearing)
        best = ranked[0]
        rivals = [item for item in ranked[1:] if best.score - item.score < CLEAR_LEAD]
        writes = self._assistant.skills[best.draft.skill].effect is Effect.WRITE
        if writes and not best.draft.sure:
            return self._unsure(hearing, ranked)
        if best.score < AS_GOOD_AS_SAID and rivals and (writes or self._writes(rivals)):
            return self._unsure(hearing, ranked)
        return self._run(hearing, best.draft, "sentence")

    def _writes(self, rivals: Sequence[Ranked]) -> bool:
        return any(self._assistant.skills[item.draft.skill].effect is Effect.WRITE for item in rivals)

    def _unsure(self, hearing: Hearing, ranked: Sequence[Ranked]) -> Understood:
        """Ask, with the likeliest meanings as choices."""
        if self._model is not None:
            modelled = self._model.choose(hearing.message.text, hearing.actor)
            if modelled is not None:
                return self._invoke(hearing, modelled, "model")
        reads = [item for item in ranked if self._assistant.skills[item.draft.skill].effect is Effect.READ]
        if reads and reads[0].score >= AS_GOOD_AS_SAID:
            return self._run(hearing, reads[0].draft, "sentence")
        if ranked[0].draft.skill == "update" and NEGATED.search(hearing.frame.clean):
            left = Answer(
                status=Status.CLARIFY,
                headline=text("I changed nothing."),
                notes=(text("If something is different now, tell me what it should be."),),
                private=True,
            )
            return _asking(left)
        drafts = [item.draft for item in ranked if item.draft.missing is None][:HINTS]
        if ranked[0].draft.skill == "update" and len(hearing.frame.of(Kind.DEAL)) > 1:
            drafts = read_one_by_one(hearing.frame)[:OWN_DEALS]
        if not drafts:
            return self._written_down(hearing) or self._help(hearing)
        return _asking(which_meaning(drafts, self._assistant.skills), ranked[0].draft.skill, ranked[0].draft.params)

    def _by_model(self, hearing: Hearing) -> Understood:
        if self._model is not None:
            invocation = self._model.choose(hearing.message.text, hearing.actor)
            if invocation is not None:
                return self._invoke(hearing, invocation, "model")
        return self._written_down(hearing) or self._help(hearing)

    def _written_down(self, hearing: Hearing) -> Understood | None:
        """A question about nothing else is put to the playbook; so is what a customer says, if it knows that."""
        words = hearing.message.text.strip()
        if is_question(words) and "ask" in self._assistant.skills:
            return self._run(hearing, Draft("ask", {"question": words}), "sentence")
        if THEY_SAY.search(stripped(words)) and "objection" in self._assistant.skills:
            reply = self._run(hearing, Draft("objection", {"objection": words}), "sentence")
            return reply if reply.answer.status is Status.ANSWER else None
        return None

    def _help(self, hearing: Hearing) -> Understood:
        return _asking(did_you_mean(hearing, self._assistant.skills, self._examples), "help")

    def _run(self, hearing: Hearing, draft: Draft, by: Route) -> Understood:
        if draft.skill == "ask" and hearing.state.question:
            draft = Draft("ask", {**draft.params, "after": hearing.state.question})
        if draft.missing in {"opportunity", "about", "account"}:
            named = self._named_elsewhere(hearing)
            if named is None:
                with self._assistant.database.session() as session:
                    answer = which_deal(session, hearing, draft)
                return Understood.of(Reply(skill=draft.skill, params=draft.params, answer=answer), by)
            draft = Draft(draft.skill, {**draft.params, draft.missing: named}, draft.sure)
        return self._invoke(hearing, Invocation.of(draft.skill, draft.params), by)

    def _named_elsewhere(self, hearing: Hearing) -> str | None:
        """A misspelt name among the words that nothing else accounts for."""
        for match in re.finditer(r"[A-Za-z][A-Za-z'&-]{4,}", hearing.frame.clean):
            inside = any(item.start < match.end() and match.start() < item.end for item in hearing.frame.items)
            if not inside and hearing.vocabulary.near(match.group()) is not None:
                return match.group()
        return None

    def _invoke(self, hearing: Hearing, invocation: Invocation, by: Route) -> Understood:
        source = {"command": Source.COMMAND, "sentence": Source.SENTENCE, "model": Source.MODEL}[by]
        reply = run_skill(self._assistant, invocation, hearing.actor, hearing.message.audience, source)
        return Understood.of(reply, by)


def _asking(answer: Answer, skill: str = "", params: Mapping[str, Any] | None = None) -> Understood:
    """What no skill answers: a question back, a refusal, help."""
    return Understood(skill=skill, params=dict(params or {}), answer=answer)


def _with_action(reply: Understood, draft: Draft, assistant: Assistant) -> Understood:
    """The second thing that was asked for, as a button under the first."""
    skill = assistant.skills[draft.skill]
    action = Action(label=label(skill, draft.params), invocation=Invocation.of(draft.skill, draft.params))
    note = text("You asked for two things; the second waits for your click.")
    answer = reply.answer.model_copy(
        update={"actions": (*reply.answer.actions, action), "notes": (*reply.answer.notes, note)}
    )
    return reply.model_copy(update={"answer": answer})
