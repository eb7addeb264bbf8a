"""Words that people use when they change, add or log something, in English and Chinese."""
# ruff: noqa: E501, ISC004  (a pattern is easier to read on one line than in pieces)

import re

from skills.references.day_readers import CHINESE_UNIT, UNIT
from skills.references.numerals import WHOLE

DEAL_WORDS = re.compile(
    r"\b(?:it|this one|that one|this|that|the deal|(?:this|that) (?:deal|opp|opportunity|one|account)|them)\b"
    r"|它|这个(?:商机|单子|项目|客户)?|这单|该商机|那个(?:商机|单子|项目)?|这家",
    re.IGNORECASE,
)

TARGET = r"\bto|\binto|\bin|\bat|->|=>|→|=|:|\bas|\bis|\bstage|\bfrom .{0,30} to|到|至|进入|为|成|是|在"

ARROWS = r"->|=>|→|➡️?|>>"

VERBS = re.compile(
    rf"\b(?:mov(?:e[ds]?|ing)|push(?:e[ds]|ing)?|advanc(?:e[ds]?|ing)|put|set(?:ting)?|chang(?:e[ds]?|ing)|updat(?:e[ds]?|ing)|mark(?:ed)?|make|made|bump(?:ed)?|"
    r"rais(?:e[ds]?|ing)|lower(?:ed)?|increase[ds]?|decrease[ds]?|reduce[ds]?|slip(?:s|ped|ping)?|delay(?:s|ed)?|postpone[ds]?|pull(?:ed)?|bring|brought|"
    r"switch(?:ed)?|shift(?:ed)?|progress(?:es|ed)?|promote[ds]?|drop(?:ped)?|cut|add|give|assign(?:ed)?|reassign(?:ed)?|transfer(?:red)?|"
    r"hand(?:ed)?(?: over)?|edit|correct|fix|flip|slide|slid|drag(?:ged)?|got to|get|gets|take|took|goes|went|gone|go|enter(?:s|ed)?|reach(?:es|ed)?|is now|now|is (?:in|at|on)|(?:stuck|sitting|sits) (?:in|at|with)|are (?:in|at)|'s (?:in|at|now)|"
    r"is worth|worth|became|becomes|will close|closes|closing|close date|re-?open(?:s|ed|ing)?|sign(?:s|ing)?|expected|due|stage|amount|value|next step|double|triple|halve|is a|forecast|category|owner|competitor|"
    r"back (?:to|in)|resched\w*|extend(?:ed)?|call it|count)\b"
    rf"|{ARROWS}|[=:]|把|将|改|设|调|推|移|更新|变更|转|进入|到了|已经|变成|预计|延|提前|加|减|打|涨|降|交给|分配|负责人|金额|阶段|关闭日期|签|成交|折",
    re.IGNORECASE,
)

WON = re.compile(
    r"\b(?:we|i)(?:'ve| have)?(?: just| finally)? won\b|\bjust won\b|\b(?:closed?|mark(?:ed)?|is|as|to|stage|[=:]) ?[- ]?(?:as )?won\b|^won\b|\bwon\s*[!.]*$|\bwon [!]|"
    r"\bsigned\b|\bis ours\b|\bwin it\b|\bmark .* won\b|\bwon the\b|\bhas been won\b|\bwon\b(?= (?:on|for|at|today|yesterday|last|this))"
    r"|🎉|赢单|赢了|赢下|拿下|签下|签约了|已签|签了|签单|成交|中标",
    re.IGNORECASE,
)

LOST = re.compile(
    r"\b(?:lost|closed? ?-?lost|dead|died|killed|fell through|went cold|ghosted us|lose it)\b|丢单|丢了|输单|输了|黄了|没戏|失败了",
    re.IGNORECASE,
)

CLOSED = re.compile(
    r"\bclosed?\b(?! date| to)|\bclose (?:it|out)\b|^close\b|关闭(?!日期)|关了|关单|结单|关掉", re.IGNORECASE
)

TO_COME = re.compile(
    r"\b(?:will|going to|gonna|expect(?:s|ed)?(?: to)?|should|about to|plans? to|hopes? to|want(?:s)? to|to be) (?:be )?(?:close[ds]?|sign(?:ed)?|won|win)\b"
    r"|\b(?:closes|closing|signs|signing|wins)\b|预计|计划|打算|准备签|要签|将签|会签|有望",
    re.IGNORECASE,
)

CLOSE_CUE = re.compile(
    r"clos(?:e[sd]?|ing)|sign|push|slip|slid|delay|postpone|pull|bring|forward|expected|land|resched|extend|move|date|shift|"
    r"预计|签|关闭|推|延|提前|改到|成交|日期|时间",
    re.IGNORECASE,
)

SHIFT = re.compile(
    rf"\b(?P<verb>push(?:e[ds]|ing)?|slip(?:s|ped|ping)?|slid(?:es?|ing)?|delay(?:s|ed|ing)?|postpon(?:e[ds]?|ing)|mov(?:e[ds]?|ing)|shift(?:ed|s)?|extend(?:ed|s)?|drag(?:ged|s)?|"
    rf"pull(?:s|ed|ing)?|br(?:ing|ought)|kick(?:ed|s)?|bump(?:ed|s)?)\b(?P<mid>[^,;.\n]{{0,40}}?)\s(?:by |for |another |about |an extra )*"
    rf"(?P<n>{WHOLE})(?: more| extra)? ?(?P<u>{UNIT})(?![A-Za-z])(?! (?:from (?:now|today)|ago))(?P<after>(?: (?:later|earlier|sooner|out|back|forward|in|up))?)"
    rf"|(?P<zh>推迟|延后|延期|拖后|拖|往后推|后推|顺延|晚|提前|往前提)了?\s*(?P<n2>{WHOLE})\s?(?P<u2>{CHINESE_UNIT})",
    re.IGNORECASE,
)
"""The close date moves by so much."""
EARLIER = re.compile(r"\b(?:pull|bring|brought|earlier|sooner|forward|up|in)\w*\b|提前|往前提", re.IGNORECASE)
SEVERAL = re.compile(
    r"\b(?:everything|all (?:my |our |the )?(?:deals|opps|opportunities|of them)|every (?:deal|opp|opportunity)|each deal)\b|(?:所有|全部|每个)的?(?:商机|单子|项目)?",
    re.IGNORECASE,
)
"""Said of many at once, whichever one was spoken of before."""
ADVANCE = re.compile(
    r"\b(?:advance|progress|promote)s?d?\b(?! to)|\b(?:to |into |in )?(?:the )?next stage\b|\b(?:one|a) stage (?:up|forward|on|further)\b|(?:进入|推进到|进|到|推到)?下一?个?阶段",
    re.IGNORECASE,
)
BACK = re.compile(
    r"\b(?:one|a) stage back\b|\bback (?:one|a) stage\b|\bprevious stage\b|(?:退回|回到|退到)?上一?个?阶段",
    re.IGNORECASE,
)
REOPEN = re.compile(
    r"\bre-?open(?:s|ed|ing)?\b|\bis (?:open|alive) again\b|\bback from the dead\b|重新打开|重启|重开|又活了",
    re.IGNORECASE,
)

NEXT_STEP = re.compile(
    r"(?:\bnext[ _-]?steps?\b|\bns\b(?=[:=])|下一步|后续)(?P<due> due\b)?(?P<mid>[^:：=]{0,60}?)"
    r"(?:\s*(?::|：|=>|=|->|→)\s*|\s+(?:is|are|will be|to|should be)\s+|(?:是|为|改成|改为|要))(?P<step>.+)$",
    re.IGNORECASE | re.DOTALL,
)

NEXT_STEP_BARE = re.compile(
    r"\bnext[ _-]?step\s+(?P<step>(?!for\b|on\b|due\b|of\b|is\b|from\b).+)$|下一步(?P<zh>.+)$",
    re.IGNORECASE | re.DOTALL,
)

STEP_ENDS = re.compile(
    r"[,;，；]\s*(?:and |also )?(?=(?:close|closing|close date|amount|value|stage|owner|category|competitor|expected|move|set|push)\b|金额|阶段|预计|关闭)",
    re.IGNORECASE,
)

DUE_BEFORE = re.compile(r"[,，\s]*(?:\b(?:by|on|until|before|due|till|for|at|in)\s*)?$", re.IGNORECASE)

DUE_AFTER = re.compile(r"^\s*(?:之前|以前|前|内)?")

REASON = re.compile(
    r"\b(?:because(?: of)?|due to|since|cos|cuz|bc|b/c|reason(?: is|:|=)?|thanks to|over(?= (?:price|budget|timing))|on(?= (?:price|pricing|budget|timing|features?|cost))|(?<=lost to )|to(?= (?:a |the )?competit))\s*(?P<a>.+)$"
    r"|(?:因为|由于|原因(?:是|：|:)?|输给|败给)(?P<b>.+)$",
    re.IGNORECASE | re.DOTALL,
)

CHOSE = re.compile(
    r"\b(?:lost\b.{0,40}?\bto|(?:went|going|gone|signed|sticking|stayed) with|chose|picked|prefer(?:red)?|beaten by|beat by)\s+(?P<rival>[\w&-]+(?: [A-Z][\w&-]*)?)(?=\s*(?:$|[,.;!]|because|on price|over|for|instead|after|at|since))"
    r"|(?:输给了?|败给了?|被)\s*(?P<zh>[A-Za-z][\w&-]*(?: [A-Z][\w&-]*)?|[\u4e00-\u9fff]{2,8}?)(?=\s*(?:$|[,，。.;；!！]|抢|拿|签|赢|截|了))"
    r"|选了?\s*(?P<zh2>[A-Za-z][\w&-]*)",
)
"""Who got it instead."""
NO_NAME = frozenset(
    re.split(
        r"\s+",
        "a an the another other others someone somebody them him her us it their his its our my no nobody competitor competitors rival "
        "rivals price budget timing pricing cost cheaper something nothing in inertia spreadsheets 别人 对手 竞争对手 别家 其他人 同行",
    )
)

REASON_TAIL = re.compile(r"^[^,，:：;；—–]*?[,，:：;；—–]\s*(?P<tail>[^\d].+)$", re.DOTALL)

COMPETITOR = re.compile(
    r"\b(?:competitors?\b.{0,40}?(?:\bis\b|\bare\b|:|=)|competing (?:with|against)|up against|against)\s*(?P<a>[\w][\w .&-]{1,40}?)(?=$|[,;.!]| and )"
    r"|竞争对手(?:是|为|：|:)?\s*(?P<b>[\w\u4e00-\u9fff]{2,20})",
    re.IGNORECASE,
)

CATEGORY = re.compile(
    r"(?:\b(?:category|forecast(?:ed)?|as|is(?: now)?(?: a| in| my)?|in|to|call it|count(?: it)? as|=|:)\s+(?:a |as )?)(?P<a>commit|best[ -_]?case|omitted)\b"
    r"|(?P<b>承诺|最佳情况)|\b(?:forecast category|category)[ =:]+(?:to )?(?P<c>pipeline|commit|best[ -_]?case|omitted)\b|(?P<d>omit) (?:it|from)",
    re.IGNORECASE,
)

CATEGORY_WORDS = {"承诺": "commit", "最佳情况": "best case", "omit": "omitted"}

OWNER = re.compile(
    r"\b(?:give|assign|reassign|hand|transfer|owner|owned|takes? over|goes to|belongs to)\b|转给|交给|分配给|负责人|转交",
    re.IGNORECASE,
)

BARE_AMOUNT = re.compile(
    r"(?:\bamount\b|\bvalue\b|\bworth\b|金额)[^\d]{0,25}?(?P<a>[$€£¥]?\d[\d.,]*)(?![\d%:/.-]|\s*(?:am|pm|%|days?|weeks?))|\bmake it (?P<b>\d[\d.,]*)(?!\S)",
    re.IGNORECASE,
)

STAGE_IS_WORD = re.compile(
    r"\b(?:the|a|our|your|paid|free|signed?|send|sent|on|for|of|my) $|发|一份|试用$", re.IGNORECASE
)

INTENDED = re.compile(
    r"^\s*(?:please )?(?:remind me (?:to )?|i (?:need|have|want) to |i'?ll |i must |to-?do:? |don'?t forget to |提醒我|我要|记得)?"
    r"(?P<step>(?:(?:call|e-?mail|meet|visit|send|ping|follow up|write|ring|phone)\b|给|打电话|拜访|联系|跟进).+)$",
    re.IGNORECASE | re.DOTALL,
)

POINTED = re.compile(
    r"(?:\b(?:to|into|in|at|is|now|as|with|stage|gone|went|entered)|->|=>|→|=|:|到|至|进入|在|成|为|是|走)\s*(?:the |now )?$",
    re.IGNORECASE,
)

SHRINKS = re.compile(r"\b(?:reduc|decreas|lower|cut|drop|down|shrink|shav|knock|minus)\w*|减|降|少", re.IGNORECASE)

BY_PERCENT = re.compile(r"\bby\s+(?P<percent>\d+(?:[.,]\d+)?\s?%)", re.IGNORECASE)

NEW = re.compile(
    r"\b(?:new|create|open(?: up)?|add|register|start)\b(?:(?! step).){0,30}?\b(?:deal|opp|oppty|opportunity|opportunities)\b|\b(?:deal|opp|opportunity)\b.{0,20}\bnew\b|as a new (?:deal|opp)"
    r"|(?:新建|新增|创建|添加|建一个|新开|录入|建个|加一个)(?!了?的).{0,20}(?:商机|单子|项目|机会)?|有(?:个|一个)新(?:的)?(?:商机|单子|项目|机会)",
    re.IGNORECASE,
)

UNKNOWN_ACCOUNT = re.compile(
    r"\b(?:with|at|for|from)\s+(?P<a>[A-Z][\w&.' -]{1,50}?)(?=$|,|;| worth| for| closing| [$€£]|\d)|[:：]\s*(?P<b>[^,，;]{2,40})"
)

KINDS: tuple[tuple[str, str], ...] = (
    (
        "demo",
        r"\b(?:had|did|gave|held|ran|log)\b.{0,20}\bdemo\b|\bdemo (?:with|at|for) \[deal\] (?:went|was|is done|done|\[when\])|\bdemo(?:ed|'d)\b|演示了|做了?(?:个|一个|一次)?演示|demo完",
    ),
    (
        "call",
        r"\b(?:called|phoned|rang|spoke|talked|call with|phone call|off the phone|got off (?:a|the) (?:call|phone)|had a call|call (?:with|at) \[deal\] (?:went|was)|log (?:a |the )?(?:\[duration\] )?call|voicemail|left a message|caught up)\b"
        r"|打了?(?:个|一个|过)?电话|通了?(?:个|一个)?电话|电话沟通|打电话给?|通话",
    ),
    (
        "meeting",
        r"\b(?:met(?: with)?|visited|meeting with|had (?:a |an? )?(?:\[duration\] )?(?:meeting|lunch|coffee|workshop)|log (?:a |the )?(?:\[duration\] )?meeting|site visit|came by|saw|(?:meeting|lunch|workshop) (?:with|at) \[deal\] (?:went|was))\b"
        r"|拜访了?|见了|开[了完过]?(?:个|一个|次|完)?会|聊了|沟通了|谈了|会议|面谈|见面",
    ),
    (
        "email",
        r"\b(?:e-?mailed|mailed|sent .{0,30}(?:an? )?e-?mail|wrote(?: back)?|replied|log (?:an? )?e-?mail|emailed)\b|发了?(?:封|个|一封)?邮件|回了?邮件|邮件",
    ),
    ("note", r"\b(?:note|notes|jot|write down|remember that)\b|备注|笔记|记一下|记录|记下"),
)

LOG_COMMAND = re.compile(r"\b(?:log|note|record|jot)\b|记录|备注|记一下|记下|登记", re.IGNORECASE)

INBOUND = re.compile(
    r"\[deal\](?:'s)? (?:just )?(?:called|wrote|e-?mailed|replied|got back|rang|phoned|came)|(?:called|emailed|wrote) (?:me|us)|来电|打来|回复",
    re.IGNORECASE,
)

OUTCOME = re.compile(
    r"\boutcome(?: is|:| =|=)?\s*(?P<a>[\w ]{2,40})|\b(?P<b>no answer|left (?:a )?voicemail|voicemail)\b(?! on)|结果[:：是]\s*(?P<c>[^,，。]{2,20})",
    re.IGNORECASE,
)

NOTE_AFTER = re.compile(r"^\s*(?:\[when\]|\[duration\]|today|for|at|on|in|just now|again|了|,|，)*\s*", re.IGNORECASE)

FUTURE = re.compile(
    r"\b(?:in (?:\d+|an?|half an?|one|two|five|ten) ?(?:min(?:ute)?s?|h|hrs?|hours?)|(?:got|have) an? (?:call|meeting|demo)|tomorrow|next|later|will|going to|need to|have to|must|remind|schedule|upcoming|prepare|prep|before the)\b|明天|下周|后天|准备|要去|提醒",
    re.IGNORECASE,
)

MANAGE = re.compile(
    r"\b(?:(?P<pause>pause|mute|suspend)|(?P<resume>resume|unpause|restart|turn on)|(?P<delete>stop|delete|cancel|remove|turn off|unsubscribe(?: from)?))\s+"
    r"(?=.*\b(?:report|reports|digest|schedule|scheduled|every|daily|weekly|monday|leaderboard|pipeline|quota)\b)(?:sending |posting )?(?:me )?(?:my |the |that |this )?"
    r"|^\W*(?:please )?(?:(?P<hold>hold|pause|suspend) (?:all )?(?:of )?my (?=reports|digests|everything)|(?P<off>stop|quit) sending (?:me )?(?=that|this|it|those|these|everything|anything|all)"
    r"|(?P<leave>unsubscribe me from )(?=everything|all|that|this|it))|(?P<off_zh>(?:别|不要|不用)再?(?:给我)?发)(?=.{0,6}(?:报告|日报|周报|推送|了$))"
    r"|^\W*(?:please )?(?P<send>send|post|deliver|give)\b (?:me )?(?:my |the |that |this )?(?=.*\breports?\b.*\b(?:now|right away|at once|immediately)\b|(?:it|that|this) (?:right )?now\b)"
    r"|(?P<send_zh>(?:现在|马上|立刻)就?(?:给我)?发)(?=.*报告|.*日报|一下)"
    r"|(?P<pause_zh>暂停)(?=.*(?:报告|日报|周报|推送|排名|定时))|(?P<delete_zh>取消|删除|停止|不要再发)(?=.*(?:报告|日报|周报|推送|定时|每))",
    re.IGNORECASE,
)

SCHEDULE = re.compile(
    r"\b(?:schedule|subscribe|automate|send me .* (?:daily|weekly)|recurring)\b|定时|订阅|每天发|每周发|定期",
    re.IGNORECASE,
)
NOTHING_SAID = re.compile(
    r"(?:call|meeting|demo|e-?mail|note|today|just now|again|earlier|for|at|on|in|with|an?|的|了|电话|邮件|\s)*",
    re.IGNORECASE,
)
"""What is left of "had a call with acme today" when its parts are taken away."""
DATED = re.compile(r"(?:\b(?:on|as of|dated|closed|signed|won|lost|since)|[=:])\s*$", re.IGNORECASE)
"""Stands before the day on which something was won or lost."""
ELSE_SPOKEN_OF = re.compile(
    r"\b(?:budget|discount|rebate|offers?|quotes?|savings?|penalty|fees?|agenda|slides|deck|look at|email about|invoice|costs?|"
    r"spend(?:s|ing)?|saves?|offered|asked|asks|wants?|worried|complain\w*)\b|预算|折扣|报价单|发票|费用|想要|要求|希望",
    re.IGNORECASE,
)
"""The amounts and stages beside these are somebody's budget or wish, not the opportunity's."""
