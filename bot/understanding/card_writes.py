"""Requests about the playbook's cards, posts and quiet hours, read from a text."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re
from collections.abc import Mapping

from bot.understanding.drafts import Draft, is_question, is_unreal
from bot.understanding.entities import Frame, Kind

CARD = re.compile(r"\b(?:battle ?)?cards?\b|\bplaybook\b|\bknowledge base\b|卡片|张卡|知识库", re.IGNORECASE)
NEW_CARD = re.compile(
    r"\b(?:write|add|make|create|new|draft)\b (?:up )?(?:an?|the|this as an?|me an?)? ?(?:new )?(?:playbook |knowledge )?card\b(?: for the playbook)?(?:\s*(?:called|named|titled|on|about|:|：)\s*(?P<title>[^:：\n]+))?(?:[:：]\s*(?P<body>.+))?$"
    r"|(?:写|建|加|新建|新增)(?:一)?张?(?:(?:关于|有关|讲)(?P<title_about>[^，,:：\n]+?)的)?(?:知识)?卡片?(?:[，,]?\s*标题(?:是|为|[:：])?\s*(?P<title_zh>[^:：\n，,]+))?(?:[:：，,]\s*(?P<body_zh>.+))?$",
    re.IGNORECASE | re.DOTALL,
)
UPLOAD = re.compile(
    r"^\W*(?:please )?(?:add|put|file|save|store|upload)\b.{0,20}\b(?:this|that|it|the file|these|file|document|attachment)?\b.{0,15}\b(?:to|into|in) (?:the |our )?(?:playbook|knowledge base|kb)\b|把(?:这个|这份|它|文件|这个文件)?.{0,4}(?:加入|放进|放到|存到|加到|添加到|上传到)(?:知识库|手册)",
    re.IGNORECASE,
)
REMOVE = re.compile(
    r"\b(?:remove|delete|drop|take)\b (?:the |my |that )?(?:playbook |knowledge )?card (?P<a>.+?)(?: out of the playbook| from the (?:playbook|knowledge base))?$"
    r"|(?:删除|移除|删掉)(?:知识)?卡片(?P<b>.+)$|把(?:知识)?卡片(?P<c>.+?)(?:从知识库)?(?:删掉|删除|移除|拿掉)",
    re.IGNORECASE,
)
STILL_TRUE = re.compile(
    r"^(?:the )?(?:(?:playbook )?card )?(?P<a>(?:battlecard )?.+?) is (?:still|all) (?:true|valid|right|correct|current|good|up to date)\b|^(?P<b>.+?)(?:这张)?(?:卡片)?(?:仍然|还|依然)(?:有效|正确|对|成立)",
    re.IGNORECASE,
)
OUTDATED = re.compile(
    r"^(?:mark )?(?:the )?(?:(?:playbook )?card )?(?P<a>.+?)(?: card)? (?:is|as) (?:out ?of ?date|outdated|wrong|no longer (?:true|valid|right)|not (?:true|valid) any ?more)\b[\s:：,，–-]*(?P<why_a>.*)$"
    r"|^(?P<b>.+?)(?:[这那]张)?卡片?(?:已经)?(?:过时|过期|不对|错)了?[\s:：,，]*(?P<why_b>.*)$",
    re.IGNORECASE | re.DOTALL,
)
HELPFUL = re.compile(
    r"^\W*(?:that|this|it|the answer|that answer|your answer|the last answer|thanks,? that)\b.{0,12}\b(?:was |is |really )?(?:very )?(?P<yes>helpful|helped|useful|good answer|great answer)\b"
    r"|^(?:这个|刚才的?)?(?:回答|答案)(?:很)?(?P<yes_zh>有帮助|有用|不错)",
    re.IGNORECASE,
)
UNHELPFUL = re.compile(
    r"^\W*(?:no,? )?(?:that|this|it|the answer|that answer|your answer|the last answer)(?:'s|\b).{0,10}\b(?:(?P<no>not helpful|unhelpful|didn'?t help|not useful|useless|no help)|(?P<missing>not what i (?:asked|meant|wanted)))"
    r"|^\W*(?:no,? )?(?:the|that|this|your|the last) answer(?:'s|\b).{0,10}\b(?:(?P<wrong>wrong|incorrect|false)|(?P<outdated>out ?of ?date|outdated|old|stale)|(?P<unclear>unclear|confusing|hard to (?:read|understand)))"
    r"|^\W*(?P<no_alone>not (?:very |really |at all )?(?:helpful|useful)|unhelpful|useless)\W*$|^(?:这个|这)(?:已经)?(?P<outdated_alone>过时|过期)了?\W*$"
    r"|^(?:这个|刚才的?)?(?:回答|答案)(?:是)?(?:(?P<no_zh>没用|没帮助|没有帮助)|(?P<outdated_zh>过时|过期)|(?P<wrong_zh>错|不对)|(?P<unclear_zh>不清楚|看不懂)|(?P<missing_zh>答非所问))",
    re.IGNORECASE,
)
POST = re.compile(
    r"\b(?:post|publish|share|announce|tell)\b.{0,40}\b(?:win post|win|won|wins)\b|(?:发布|发|发到|公布).{0,12}(?:战报|喜报)|(?:战报|喜报).{0,6}(?:发到|发布|发)",
    re.IGNORECASE,
)
LATEST = re.compile(r"\b(?:my )?(?:latest|last|newest) win\b|我的(?:战报|喜报)", re.IGNORECASE)


def read_cards(frame: Frame) -> Draft | None:
    """A card to be written, removed, kept in force, or put into the playbook from a file."""
    words = frame.text.strip().rstrip(".。!！")
    if UPLOAD.search(words):
        return Draft("upload", {})
    new = NEW_CARD.search(words)
    if new is not None:
        said = {"title": new["title"] or new["title_zh"] or new["title_about"], "body": new["body"] or new["body_zh"]}
        return Draft("card", {name: value.strip() for name, value in said.items() if value and value.strip()})
    removed = REMOVE.search(words)
    if removed is not None and CARD.search(words):
        return Draft("remove", {"card": next(value for value in removed.groups() if value).strip(" ：:")})
    return _read_check(words)


def _read_check(words: str) -> Draft | None:
    if not CARD.search(words) or is_question(words):
        return None
    old = OUTDATED.search(words)
    if old is not None:
        params = {"card": (old["a"] or old["b"]).strip(), "holds": "no"}
        why = (old["why_a"] or old["why_b"] or "").strip()
        return Draft("check", {**params, **({"reason": why} if why else {})})
    held = STILL_TRUE.search(words)
    if held is None:
        return None
    return Draft("check", {"card": (held["a"] or held["b"]).strip(), "holds": "yes"})


def read_feedback(frame: Frame) -> Draft | None:
    """Whether the last answer of the playbook helped."""
    words = frame.clean.strip()
    no = UNHELPFUL.search(words)
    if no is not None:
        kind = next(name for name, value in no.groupdict().items() if value).split("_")[0]
        return Draft("feedback", {"helpful": "no", **({"reason": kind} if kind != "no" else {})})
    return Draft("feedback", {"helpful": "yes"}) if HELPFUL.search(words) else None


def read_post(frame: Frame, subject: str | None) -> Draft | None:
    """A win that shall be told in a channel."""
    channels = frame.of(Kind.CHANNEL)
    here = re.search(r"(?i)\bhere\b|这里", frame.clean)
    if POST.search(frame.clean) is None or not (channels or here):
        return None
    params: dict[str, str] = {"channel": channels[0].words if channels else "here"}
    deals = frame.of(Kind.DEAL)
    if deals:
        params["opportunity"] = deals[0].words.strip()
    elif subject and not LATEST.search(frame.clean):
        params["opportunity"] = subject
    return Draft("post", params)


ENQUIRED = re.compile(
    r"^\W*(?:please )?ask (?:(?:the )?(?:card )?owner|(?:in )?(?P<channel>#\S+|<#[^>]+>)|(?P<person>[^:：]+?))(?:\s*[:：]\s*| (?=whether|if|how|what|when|where|who|which|why|about)\s*)(?P<question>.+)$"
    r"|^(?:请)?(?:问一下|问问|去问)(?:负责人|(?P<person_zh>[^:：,，]+?))[:：，,]\s*(?P<question_zh>.+)$|^在(?P<channel_zh>#\S+?)里?问(?:一下)?[:：，,]?\s*(?P<question_zh2>.+)$",
    re.IGNORECASE | re.DOTALL,
)
ASK_CHINESE = re.compile(r"^\s*(?:请|帮我|麻烦)?(?:去)?(?:问一下|问问|问下)\s*")
SOUNDS = "阿埃艾安奥巴贝本比伯布查达戴黛丹德迪蒂多厄尔菲芙弗福盖戈格古哈海汉赫霍吉加贾杰卡凯科克肯库拉莱兰劳勒雷里莉丽利琳卢鲁路露伦罗洛马玛麦曼梅蒙米莫姆娜纳内尼妮诺帕佩皮普奇乔琼瑞若萨塞桑莎珊史斯丝苏索塔泰汤特托瓦威维温沃西希谢辛休雅亚伊尤约泽扎詹珍朱"
"""Characters that spell foreign names."""
SPELT = re.compile(rf"(?P<person>[{SOUNDS}·]{{3,8}})(?P<question>.+)$", re.DOTALL)


def _asked_of_a_person(frame: Frame) -> Mapping[str, str | None] | None:
    """ "问一下李娜保修怎么算": nothing stands between the person and the question."""
    start = ASK_CHINESE.match(frame.clean)
    if start is None or not is_question(frame.clean):
        return None
    people = [item for item in frame.of(Kind.PERSON) if item.start == start.end()]
    spelt = SPELT.match(frame.text, start.end())
    said = dict.fromkeys(ENQUIRED.groupindex)
    if people:
        return {**said, "person": people[0].words, "question": frame.text[people[0].end :].lstrip(" ，,：:")}
    return {**said, "person": spelt["person"], "question": spelt["question"]} if spelt else None


NOBODY = re.compile(r"\s*(?:the )?(?:playbook|knowledge base|kb|me|us|you|yourself)\b", re.IGNORECASE)
LEARNING = re.compile(
    r"\b(?:my )?(?:onboarding|learning|new[- ]hire|training) (?:progress|mode)\b|\bmy progress\b|\bteaching me\b"
    r"|新人(?:模式|进度)|学习进度",
    re.IGNORECASE,
)
STEP = re.compile(
    r"\bcertif(?:y|ied|ication)\b|\b(?:done|finished|completed?|passed|reopen) (?:with )?the step\b|\bon my (?:onboarding )?path\b|\breopen the step\b"
    r"|认证|新人步骤|(?:完成|做完)了?(?:新人)?步骤",
    re.IGNORECASE,
)
STEP_NAME = re.compile(
    r"\bstep (?P<a>[^.,;!?]+?)(?: (?:as|is) done)?$|\bmark (?P<b>.+?) as done\b|\bcertify (?:\S+'s |the |my )?(?P<c>[\w -]+?)$|(?:'s|\bmy) (?P<d>[\w -]+?) (?:is|was|has been) certified|\bpassed (?:the )?(?P<e>[\w -]+?) certification"
    r"|的(?P<f>[^的]{1,8}?)(?:已经)?(?:通过)?认证",
    re.IGNORECASE,
)
OPEN_AGAIN = re.compile(r"\breopen\b|\bopen again\b|\bnot done\b|改回未完成|重新打开", re.IGNORECASE)
SHARING = re.compile(
    r"\b(?:share|sharing|private|hide|to myself)\b|\b(?:let|allow|show|see)\b.*\b(?:managers?|boss|lead|supervisor|others?|anyone|anybody)\b|\b(?:managers?|boss|lead|supervisor)\b.*\bsee\b"
    r"|分享|共享|隐藏|保密|(?:经理|上级|主管|领导|别人).{0,6}看|看.{0,6}(?:经理|上级|主管|领导)",
    re.IGNORECASE,
)
MINE = re.compile(r"\bmy\b|\bmyself\b|我", re.IGNORECASE)
WHO_SEES = re.compile(
    r"^\W*(?:who|does|is|am i|do i|must i|should i|can (?:my|anyone|anybody|others?|the))\b|谁|是否|要不要|该不该|需不需要|能不能看|能看到|看得到",
    re.IGNORECASE,
)
WITHOUT = re.compile(
    r"\b(?:stop|don'?t|do not|no longer|not|never|private|to myself|hide|off|disable|end)\b|不要|不想|别|关闭|关掉|停止|取消|隐藏|保密",
    re.IGNORECASE,
)
SWITCHING = re.compile(r"\b(?:turn|switch|start|stop|enable|disable|end)\b|打开|开启|关闭|关掉|停止", re.IGNORECASE)
QUIET = re.compile(
    r"\bquiet hours?\b|\b(?:keep|stay|be) quiet (?:from|between|after)\b|\bdo not disturb\b|\b(?:no|do(?: not|n'?t) (?:send|give|message|ping|disturb|bother)(?: me)?|stop|without)(?: any)?(?: reports| digests| messages| anything)?\b.{0,20}\b(?:between|from|after|before|at night|until)\b|免打扰|勿扰|(?:不要|别|勿)(?:再)?(?:来)?打扰|(?:不要|别)(?:给我)?(?:发|推送).{0,8}(?:点|晚上|之间|到)|(?:点|晚上).{0,12}(?:不要|别)(?:给我)?(?:发|推送)",
    re.IGNORECASE,
)
HOUR = re.compile(
    r"(?P<part>下午|傍晚|晚上|今晚|夜里)?\s?(?<!\d)(?P<h>[01]?\d|2[0-4])(?:[:：.](?P<m>[0-5]\d))?\s?(?P<half>am|pm|点半|点|时)?(?![\d%])",
    re.IGNORECASE,
)
QUIET_OFF = re.compile(
    r"\b(?:off|no more|cancel|remove|end|stop) .{0,10}quiet|\bquiet hours? (?:off|away)\b|(?:取消|关闭|不要)免打扰",
    re.IGNORECASE,
)


def read_enquiry(frame: Frame) -> Draft | None:
    """A question that is to be put to a person or into a channel."""
    found = ENQUIRED.search(frame.text.strip()) or _asked_of_a_person(frame)
    if found is None or NOBODY.match(found["person"] or ""):
        return None
    said = {
        "question": found["question"] or found["question_zh"] or found["question_zh2"],
        "person": found["person"] or found["person_zh"],
        "channel": found["channel"] or found["channel_zh"],
    }
    return Draft("enquire", {name: value.strip() for name, value in said.items() if value})


def read_quiet(frame: Frame) -> Draft | None:
    """Hours in which nothing shall come by itself."""
    if QUIET.search(frame.clean) is None:
        return None
    if QUIET_OFF.search(frame.clean):
        return Draft("quiet", {"off": True})
    besides = frame.without(*(match.span() for match in QUIET.finditer(frame.clean)))
    meant = not is_question(frame.clean) and not is_unreal(besides.clean)
    hours = [_hour(found) for found in HOUR.finditer(frame.clean)]
    if len(hours) >= 2:
        return Draft("quiet", {"start": hours[0], "until": hours[1]}, meant)
    if hours:
        is_end = re.search(r"(?i)\b(?:before|until|till)\b|之前|以前|前", frame.clean)
        return Draft("quiet", {"until" if is_end else "start": hours[0]}, meant)
    return Draft("quiet", {}) if re.search(r"(?i)quiet hours?|免打扰|勿扰", frame.clean) else None


def _hour(found: re.Match[str]) -> str:
    half = (found["half"] or "").lower()
    hour = int(found["h"]) % 24
    if (half == "pm" or found["part"]) and hour < 12:
        hour += 12
    elif hour == 12 and (half == "am" or found["part"] in {"晚上", "今晚", "夜里"}):
        hour = 0
    minutes = "30" if half == "点半" else found["m"] or "00"
    return f"{hour:02}:{minutes}"


def read_learning(frame: Frame) -> Draft | None:
    """Whether somebody's way of learning is on, and whether their manager sees how far they are."""
    if LEARNING.search(frame.clean) is None or (frame.of(Kind.PERSON) and not MINE.search(frame.clean)):
        return None
    state = "off" if WITHOUT.search(frame.clean) else "on"
    if WHO_SEES.search(frame.clean):
        return Draft("learning", {})
    if SHARING.search(frame.clean):
        return Draft("learning", {"share": state})
    return Draft("learning", {"mode": state}) if SWITCHING.search(frame.clean) else None


def read_step(frame: Frame) -> Draft | None:
    """A step of a new hire's path that is done, certified, or open again."""
    if STEP.search(frame.clean) is None or is_question(frame.clean):
        return None
    words = frame.text.strip().rstrip(".。!！")
    named = STEP_NAME.search(words)
    quotes = frame.of(Kind.QUOTE)
    name = quotes[0].words if quotes else next((value for value in named.groups() if value), None) if named else None
    if not name:
        return None
    params = {"step": name.strip()}
    people = frame.of(Kind.PERSON)
    if people:
        params["owner"] = people[0].words
    if OPEN_AGAIN.search(frame.clean):
        params["state"] = "open"
    return Draft("step", params)
