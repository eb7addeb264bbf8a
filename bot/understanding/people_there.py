"""Who takes part in a decision, read from a text: "helen park is the economic buyer at acme", "acme的决策人是张伟"."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re

from bot.understanding.deals import deal_of
from bot.understanding.drafts import Draft, is_question, is_unreal, stripped
from bot.understanding.entities import Frame

PART = (
    r"economic buyer|decision[- ]maker|budget (?:holder|owner)|signer|signatory|champion|coach|technical (?:buyer|evaluator)|end user|key user|influencer"
    r"|blocker|(?:executive |exec )?sponsor|economic decision maker"
)
PART_CHINESE = "经济决策人|经济决策者|经济买家|拍板人|签字人|预算负责人|决策人|决策者|内部支持者|支持者|拥护者|教练|内线|技术把关人|技术负责人|影响者|反对者|阻碍者|发起人|高层支持者"
DEAL = r"(?:\s*(?:deal|opp|opportunity))?"
NAME = r"(?!(?:i|we|he|she|they|it|who|what|the|our|my|this|that)\b)(?P<name>[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,3}?)"
SAID = re.compile(
    rf"^{NAME}(?:(?:, (?:the |their )?| \()(?P<title>[\w ]{{2,30}}?)[,)])? (?:is|'s|will be|becomes|became) (?P<gone>no longer |not )?(?:the |our |a |an |their |now the )*(?P<part>{PART})(?: (?:at|on|for|in|of|with) \[deal\]{DEAL})?$"
    rf"|^(?:the |our )?(?:\[deal\](?:'s|s)? )?(?P<part2>{PART})(?: (?:at|on|for|in|of|with) \[deal\]{DEAL})? is (?P<name2>[^\W\d_][\w'’. -]*?)$"
    rf"|^(?:add|set|name|mark|make|put)(?: in)? (?P<name3>[^\W\d_][\w'’. -]*?) (?:as|to be) (?:the |our |a |an )?(?P<part3>{PART})(?: (?:at|on|for|in|of|to|with) \[deal\]{DEAL})?$"
    rf"|^\[deal\](?:的|那边的?)?(?P<part4>{PART_CHINESE})(?P<gone4>不再)?是(?P<name4>[\u4e00-\u9fffA-Za-z·. ]{{2,20}})$"
    rf"|^(?P<name5>[\u4e00-\u9fff·]{{2,8}}|[A-Za-z. ]{{2,30}}?)(?P<gone5>不再|已经不)?是\[deal\](?:的|那边的?)?(?P<part5>{PART_CHINESE})(?:了)?$",
    re.IGNORECASE,
)
KNOWN = re.compile(
    r"^(?:who (?:do|did) we (?:know|have)|whom do we know|(?:list |show )?(?:the )?(?:people|contacts|stakeholders|buying (?:group|committee|centre|center)))(?: do we (?:know|have))? (?:at|on|for|in) \[deal\]"
    r"|^\[deal\](?:'s)? (?:contacts|stakeholders|buying (?:group|committee))$|^\[deal\].{0,6}(?:认识谁|有哪些联系人|联系人(?:有哪些|列表)?)$",
    re.IGNORECASE,
)


def read_contact(frame: Frame, subject: str | None) -> Draft | None:
    """Somebody's part in a deal, that they no longer play it, or who is known there."""
    deal = deal_of(frame)
    opportunity = deal.words.strip() if deal else subject
    masked = _masked(frame)
    if opportunity and KNOWN.search(masked):
        return Draft("contact", {"opportunity": opportunity})
    found = SAID.search(masked)
    if found is None or is_question(frame.clean):
        return None
    groups = {name.rstrip("2345"): words for name, words in found.groupdict().items() if words}
    if opportunity is None or not groups.get("name") or "[" in groups["name"]:
        return None
    params = {"opportunity": opportunity, "contact": groups["name"].strip(), "role": groups["part"].lower()}
    if "title" in groups:
        params["title"] = groups["title"]
    if "gone" in groups:
        params["remove"] = "yes"
        return Draft("contact", params)
    return Draft("contact", params, not is_unreal(frame.clean))


def _masked(frame: Frame) -> str:
    """The deal as [deal], everything else as it was said: what looks like a colleague may be somebody of theirs."""
    deal = deal_of(frame)
    words = frame.clean if deal is None else f"{frame.clean[: deal.start]}[deal]{frame.clean[deal.end :]}"
    return " ".join(stripped(words.strip(" .!。！")).split())
