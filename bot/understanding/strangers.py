"""A person whom a text names and nobody knows: what is asked about them must not be answered about somebody else."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re

from bot.understanding.entities import Frame
from skills.references.names import pieces
from skills.references.vocabulary import COMMON

FIGURE = r"(?:open |weighted |current )?(?:pipe(?:line)?|deals|opps|opportunities|quota|attainment|target|number|bookings|revenue|forecast|commit|win rate|funnel|activit(?:y|ies)|calls|meetings|risks|coverage|slippage|velocity|results?|performance|digest|week)"
NAME = r"[A-Z][\w’'-]+(?: (?:van |de |von )?[A-Z][\w’'-]+){0,2}"
OF_NAME = re.compile(rf"\b(?i:{FIGURE})(?: (?i:done|won|open|closed))? (?i:of|for|by) (?P<name>{NAME})(?![\w’'-])")
OF_WORDS = re.compile(
    r"\b(?:pipe(?:line)?|deals|opps|quota|attainment|bookings|forecast|win rate|funnel|activity) of (?P<name>[a-z’'-]+(?: [a-z’'-]+)?)[\s.?!]*$",
    re.IGNORECASE,
)
"""In a hurry nobody writes a name with a capital."""
OWN = re.compile(rf"(?<![\w-])(?P<name>(?:[A-Z][\w-]+ )?[A-Za-z][\w-]+)['’]s (?i:{FIGURE})\b")
NOBODY = frozenset(
    re.split(
        r"\s+",
        "they he she we us them mine yours his hers theirs ours him each every everybody everyone anyone someone nobody who whose what it that this "
        "these those there here where how let new old q1 q2 q3 q4 h1 h2 ytd today tomorrow yesterday tonight monday tuesday wednesday thursday "
        "friday saturday sunday month quarter year week weekend morning "
        "january february march april may june july august september october november december "
        "rep reps seller sellers manager managers boss team teams company organisation organization region regions territory group person people colleague "
        "customer customers client clients account accounts buyer prospect partner product products deals renewals renewal upsell upsells leads inbound outbound "
        "usd eur cny gbp last next previous won lost open closed enterprise smb",
    )
)
"""What stands where a name could stand, and names nobody."""
SURNAMES = "张王李刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾韦邹孟熊秦邱尹薛闫段雷侯陶黎贺顾毛郝龚邵钱覃戴莫孔汤"
NO_GIVEN = "价额值险率期量户品单区部州省市城们队级务上下大西南北季末初年日前后来去型端层管理产销"
CHINESE_OF = re.compile(
    rf"(?:^|[，,。、\s]|看看?|看一下|查(?:一下|看)?|显示|告诉我|给我|是|和|跟)(?P<name>[{SURNAMES}][^\W\dA-Za-z_{NO_GIVEN}的了在和跟]{{1,2}})\s*(?:的|那边的?|手上的?)\s*(?:在跟)?(?:商机|管道|单子|业绩|指标|完成率|达成|赢单|成交|销售额|预测|活动|电话|拜访|风险|团队|漏斗|目标)"
)


TEAM = re.compile(r"\b(?P<name>[A-Z][\w-]+(?: [A-Z][\w-]+)?)(?:['’]s)? (?i:team)\b(?! [A-Z])")
PLACES = "东南西北中华美欧亚太非洲港澳台日韩德英法印京沪江浙广深"
CHINESE_TEAM = re.compile(rf"(?P<name>(?:[{PLACES}]{{2,4}}|[{PLACES}]区|[\w]+大区)团队)")


def named_strange_team(frame: Frame) -> str | None:
    """The name that a team bears in the text, and that is no name that the text's vocabulary knows."""
    rest = frame.without(*[(item.start, item.end) for item in frame.items]).clean
    if found := CHINESE_TEAM.search(rest):
        return found["name"]
    found = TEAM.search(rest)
    return f"{found['name']} team" if found and not any(map(_is_common, found["name"].split())) else None


def named_stranger(frame: Frame) -> str | None:
    """The name that stands where a person's does and is no name that the text's vocabulary knows."""
    rest = frame.without(*[(item.start, item.end) for item in frame.items]).clean
    if found := CHINESE_OF.search(rest):
        return found["name"]
    for pattern in (OF_NAME, OF_WORDS, OWN):
        for found in pattern.finditer(rest):
            words = found["name"].split()
            while words and _is_common(words[0]):
                words = words[1:]
            if words and not any(_is_common(word) for word in words):
                return " ".join(words)
    return None


def _is_common(word: str) -> bool:
    return any(piece in NOBODY or piece in COMMON or piece.isdigit() for piece in pieces(word))
