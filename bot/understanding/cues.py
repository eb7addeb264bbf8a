"""Words that ask for a skill, by the skill's name: (pattern over the masked text, weight).

Skills that are not listed here are recognised by their examples alone. A weight of 3 and more is as good as a command.
"""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re
from collections.abc import Mapping

from bot.understanding.figure_cues import FIGURE_CUES

CUES: Mapping[str, tuple[tuple[str, float], ...]] = {
    "pipeline": (
        (r"\bpipe(?:line)?s?\b", 3),
        (r"\bopen (?:deals?|opps?|opportunit(?:y|ies))\b|\b(?:deals?|opps?|opportunities) (?:are |that are )?(?:still )?open\b", 3),
        (r"\b(?:my|our|all|her|his|their|the team'?s|\[person\](?:'s)?|\[team\](?:'s)?) (?:current |active )?(?:deals|opps|opportunities)\b", 2.5),
        (r"(?<!\[)\b(?:deals?|opps?|opportunities|everything)\b.{0,20}\b(?:in|at) (?:the )?\[stage\]", 3),
        (r"^\[stage\] (?:deals|opps|opportunities)", 3),
        (r"\b(?:what|which|anything|everything|how much)\b.{0,30}\b(?:i|we|my|our|team|\[person\]|\[team\])\b.{0,15}\b(?:in|at) (?:the )?\[stage\]", 3),
        (r"(?<!\[)\b(?:deals?|opps?|opportunities|what|everything)\b.{0,25}\b(?:closing|due|to close|to sign|closes)\b", 2.6),
        (r"(?:要签|会签|能签|待签|到期|预计签)的?(?:约的)?(?:单子|商机|项目|客户|机会)", 3.4),
        (r"\bwhat(?:'s| is| am i| are we| do (?:i|we) have| does \[person\] have)\b.{0,20}\b(?:working on|cooking|in play|in the works|open)\b", 2.5),
        (r"(?:商机|管道|在跟|手上的?单子|在手)(?!.{0,6}(?:新建|创建|建一个|历史))", 2.5),
        (r"^(?:我|\[person\]|\[team\])?的?(?:商机|项目|单子)(?:列表|情况|有哪些)?", 1),
    ),
    "booked": (
        (r"\b(?:how much|how many|what)\b.{0,60}\b(?:win|won|wins|close|closed|book|booked|sell|sold|sign|signed|bring in|brought in|bring|land(?:ed)?|made|make)\b", 2.6),
        (r"\b(?:bookings?|booked|revenue|closed[- ]won|turnover)\b", 2.6),
        (r"\b(?:won|closed) (?:deals|opps|opportunities|business)\b|\bdeals (?:we |i )?(?:won|closed)\b|\bwins\b", 2.6),
        (r"^(?:what(?:'s| is| was) )?won (?:deals )?(?:by|per|in|this|last|so far|since|\[when\])", 3.2),
        (r"(?:按|每个?|各)(?:产品|月|季度?|地区|区域|大区|团队|经理|主管|人|销售|个人).{0,12}(?:赢|成交|签|卖|业绩)|(?:赢|成交|签|卖)了?多少", 3.2),
        (r"\b(?:total )?sales (?:in|for|by|of|this|last|so far|\[when\])|\bhow are sales\b", 2.4),
        (r"业绩(?:是|的)?(?:怎么|如何|怎样)(?:被)?(?:计?算|统计|得)", 2.6),
        (r"赢了多少|成交(?:了)?多少|一共成交|总共成交|销售额|签了多少|卖了多少|签单额|营收|收入(?:是)?多少|成交额|赢单金额", 3),
    ),
    "quota": (
        (r"\bquotas?\b|\battainments?\b", 3),
        (r"\b(?:my|his|her|their|the|our|\[person\]'s|\[team\]'s) (?:(?:stretch|challenge) )?(?:number|target|goal)s?\b", 2.6),
        (r"\bon (?:track|pace|plan)\b|\b(?:behind|ahead of|gap to) (?:plan|target|quota|goal|pace)\b|\bfrom target\b|\bto hit\b", 2.6),
        (r"\bhow (?:did|has|have) (?:i|we|\[person\]|\[team\]|my team) (?:do|done|perform(?:ed)?)\b|\bwhere (?:do|am) (?:i|we) (?:stand|at)\b|\bhow am i doing\b|\bhow(?:'?s| is| are) .{0,30} doing\b", 2.4),
        (r"\bhow far\b.*(?:target|goal|quota|off)|\bshort of\b", 2.4),
        (r"指标|完成率|达成率?|完成(?:了)?(?:多少|情况)|业绩(?:怎么样|如何|情况|咋样)|离目标|配额|任务(?:完成|量)|差多少|业绩完成", 3),
    ),
    "leaderboard": (
        (r"\bleader ?boards?\b|\branking?s?\b|\bstandings\b|\bscore ?board\b|\bleague table\b|\bteams? (?:vs\.?|versus|against) teams?\b", 3.4),
        (r"\btop (?:\d+|three|five|ten|reps?|sellers?|performers?|people|sales)\b|\bbottom \d+\b", 3.2),
        (r"\b(?:who(?:'s| is| are|s)?|which rep|which team)\b.{0,30}\b(?:winning|leading|ahead|on top|first|best|number one|selling (?:the )?most|behind|closed the most|sold the most|won the most|booked the most)\b", 3),
        (r"\b(?:best|strongest) (?:rep|reps|seller|sellers|team|salesperson|performers?)\b|\bwho (?:sold|won|closed|booked|brought in|landed|made|got) (?:the )?most\b", 3),
        (r"\bmost improved\b|\bimproved (?:the )?most\b|\bwho improved\b|进步最(?:大|快)", 3.8),
        (r"\brank(?:ed)? (?:the |all |our )?(?:reps|teams|people|sellers|regions)\b|\bwho has the (?:highest|best|most|lowest)\b|\b(?:best|top|strongest) \d+ (?:reps|sellers|people|teams)\b", 3.8),
        (r"\b(?:my|our|his|her|their|\[person\]'s|\[team\]'s) (?:rank|place|position)\b|\b(?:where|how) do (?:i|we) rank\b|(?:排|列)(?:在)?第几", 3.4),
        (r"排行|排名|榜|前[三五十\d]+名|第一名|谁.{0,12}(?:最多|最好|第一|领先|最高)", 3.4),
    ),
    "opportunity": (
        (r"\b(?:show|open|see|view|pull up|look up|look at|display|find|get)(?: me)? (?:the )?(?:status of |details (?:of|on|for) |history (?:of|on|for) )?\[deal\]", 3),
        (r"\b(?:status|state|details?|history|info|information|latest|news|summary|story)\b.{0,20}\[deal\]|\[deal\](?:'s)? (?:\w+ )?(?:status|details?|history|info|news|summary|stage|next step|close date|amount|owner)\s*\??$", 2.8),
        (r"\b(?:what(?:'s| is)(?: up| happening| going on| new| the (?:story|deal|status|latest|next step|stage|amount|close date))?|how(?:'s| is| are (?:we|things))|where (?:is|are we|do we stand)|any news)\b.{0,25}\[deal\]", 2.8),
        (r"\b(?:who owns|who has|who's on|when (?:does|will|is|did)|how (?:big|much|large) is|which stage|what stage|why did|is|has|did|does|are)\b.{0,20}\[deal\]", 2),
        (r"^\[deal\](?: deal| opp| opportunity)?\s*\?*$", 2.2),
        (r"\[deal\](?: ?\[product\])?\s*的?(?:下一步|金额|阶段|负责人|(?:预计)?(?:成交|关闭)日期)(?:是什么|是啥|呢)?[\s?？。]*$", 2.8),
        (r"\[deal\]\s*(?:的)?(?:情况|进展|历史|详情|状态|怎么样|现在|在哪个阶段|到哪|什么阶段|金额是多少|多少钱|谁负责|下一步是什么)", 2.8),
        (r"(?:看看|看一下|查一下|查看|打开|显示|查)\s*\[deal\]", 3),
    ),
    "prep": (
        (r"\bprep(?:are|ping|aration|s)?\b|\bbrief(?:ing)?(?: me)?\b|\bcall plan\b|\bget me ready\b|\bready for\b", 3.4),
        (r"\b(?:meeting|seeing|calling|visiting|talking to|speaking (?:to|with)|call with|meeting with) \[deal\] (?:\[when\]|later|in|soon|next)", 3),
        (r"\bwhat (?:do|should|can) i (?:need to )?(?:ask|know|aim|say|bring)\b.{0,40}\[deal\]", 3),
        (r"\[deal\].{0,40}\bwhat (?:do|should) i (?:need to |have to )?(?:know|ask|bring|aim)\b", 4),
        (r"准备|会前|拜访前|见面前|打电话前", 3.4),
    ),
    "objection": (
        (r"\bobjections?\b|\bpush(?:es|ed|ing)? back\b|\bpushback\b", 3.6),
        (r"(?:\b(?:they|he|she|customer|client|prospect|buyer|cfo|procurement|it|the customer|the client)\b|\[deal\]).{0,12}\b(?:say|says|said|saying|think|thinks|told|tells|claim|claims|feel|feels|worr\w+|complain\w*|insist\w*|argue\w*|object\w*|want to think|don'?t (?:want|see|trust|need)|refuse\w*|wants? (?:to build|it cheaper|a discount))\b", 2.6),
        (r"\bwhat (?:do|should|can) i (?:say|answer|reply|respond|tell)\b|\bhow (?:do|should|can) i (?:answer|respond|handle|reply|counter|react|deal with)\b|\bhandle\b", 3),
        (r"\btoo expensive\b|\btoo pricey\b|\bno budget\b|\bnot the right time\b|\balready have a (?:vendor|supplier|solution)\b|\bsend (?:me |us )?(?:some )?info", 2.4),
        (r"异议|(?:客户|对方|他们|\[deal\]).{0,4}(?:说|觉得|嫌|认为|担心|抱怨|问)|怎么(?:回答|应对|回复?|说)|太贵", 3.2),
    ),
    "ask": (
        (r"^(?:what|which|where|who|how|when|why|can|do|does|is|are|may)\b", 0.8),
        (r"\b(?:playbook|policy|policies|process|procedure|guideline|rule|template|discount|payment terms|terms|pricing|price list|certificat\w+|security|hosting|hosted|gdpr|iso|soc|onboarding|training|first week|reference|case stud\w+|contract|warranty|sla|competitor|hand ?over|expenses?|glossary|definition|mean(?:s|ing)?|approve[sd]?|allowed)\b", 1.2),
        (r"\bwhat (?:is|are|does|do)\b(?!.*\[(?:deal|person|team)\])", 0.8),
        (r"什么是|是什么|怎么|如何|哪里|政策|流程|折扣|付款|条款|规定|谁(?:批|审批)|多少折扣|认证|新人|培训|部署|竞争对手", 1.4),
    ),
    "today": (
        (r"\bwhat (?:should|do|must|can) i (?:do|work on|focus on|start)\b(?!.*\b(?:first|if|say|before)\b)|\bwhere should i start\b|\bneeds? (?:me|my|some)? ?(?:attention|work|action)?\b.{0,12}(?:today|attention|work)|\bneeds me\b", 3),
        (r"\banything (?:i|we) (?:should|must|need to|have to) (?:do|look at|handle|work on)\b|\banything urgent\b", 3),
        (r"\bwhat(?:'s| is) on(?: for (?:me|us))?(?: \[when\]| today)?\s*\??$", 3.6),
        (r"\bon my plate\b|\bto-?do'?s?\b|\boverdue\b|\bmy (?:tasks|agenda|day)\b|\bforgetting\b|\bneglect\w*\b", 3),
        (r"(?:今天|\[when\]).{0,6}(?:做什么|做啥|待办|要做|忙)|待办|需要我处理|要我处理|该做什么", 3.4),
    ),
    "reports": (
        (r"\bwhat (?:are you sending|do you send|did i schedule|have i scheduled)\b|\bwhat (?:reports )?(?:am|do) i (?:get|getting|receiv\w+)\b|我的定时|查看.{0,4}定时", 3.8),
        (r"\b(?:my|list|show|which|what|all)\b.{0,25}\b(?:scheduled |recurring |automatic )?(?:reports|schedules|digests|subscriptions)\b", 3.2),
        (r"我的(?:定时)?(?:报告|推送|订阅)|有哪些(?:定时|订阅|报告)|定时报告", 3.2),
    ),
    "undo": (
        (r"\b(?:delete|remove|cancel) (?:my|the) last change", 4),
        (r"^(?:oops|wait|no|sorry|ah|damn|shit)?[ ,!.]*(?:please )?(?:undo|revert|roll ?back)\b|\bundo\b", 4),
        (r"\b(?:take|put|change|roll|switch) (?:that|it|this) back\b(?!.*(?:\[stage\]|\[amount\]|\[when\]))|\brevert\b|\bthat was (?:wrong|a mistake)\b|\bmy mistake\b", 3.4),
        (r"撤销|撤回|恢复(?:原|之前|上)?|改错了|弄错了|取消刚才", 3.6),
    ),
    "help": (
        (r"^(?:help|help me|hi|hello|hallo|hola|moin|bonjour|hey|hi there|hello there|\?+|menu|commands?|start|get started|help me get started|what now|你好|您好|嗨)[\s!.?]*$", 3),
        (r"\bwhat (?:can|do) you do\b|\bhow does this work\b|\bwhich commands\b|\bhow do i use\b|\bwhat are you\b|\bwho are you\b|\bhow (?:can|do) you help\b", 3.4),
        (r"(?<!有)(?<!没)帮助(?!了)|(?:能|可以)帮我(?:做)?(?:什么|哪些)|你能做什么|你会什么|怎么用|有什么功能|使用说明", 3.4),
    ),
}  # fmt: skip
COMPILED = {
    # ASCII, so that a word ends where Chinese begins ("张磊的pipeline").
    skill: tuple((re.compile(pattern, re.IGNORECASE | re.ASCII), weight) for pattern, weight in cues)
    for skill, cues in {**CUES, **FIGURE_CUES}.items()
}
MORE = 0.25
"""A second cue of the same skill adds this share of its weight."""


def cue_score(skill: str, masked: str) -> float:
    """How strongly the words ask for the skill; 0 when they do not."""
    weights = sorted((weight for cue, weight in COMPILED.get(skill, ()) if cue.search(masked)), reverse=True)
    return weights[0] + MORE * sum(weights[1:]) if weights else 0.0


OUTSIDE = re.compile(
    r"\b(?:delete|erase|wipe|drop|purge|destroy|remove)\b.{0,25}\b(?:everything|all|database|data|tables?|records?|account|accounts|deal|deals|"
    r"opportunit(?:y|ies)|\[deal\])|\bdrop table\b|(?:删除|清空|删掉).{0,12}(?:所有|全部|数据|商机|客户|\[deal\]|单子)",
    re.IGNORECASE,
)
"""Nothing is ever deleted by a sentence."""
SENDING = re.compile(
    r"\b(?:send|text|sms|write(?! up)|email|e-mail|message|whatsapp|dm|call|phone|ring)\b (?:an? )?(?:text|sms|e-?mail|mail|message|whatsapp|invite|note )?.{0,12}"
    r"\b(?:to|the) (?:the )?(?:customer|client|buyer|prospect|cfo|champion|\[deal\])|\bbook (?:a |me )?(?:flight|room|meeting|hotel)|给客户发(?:短信|邮件|消息)",
    re.IGNORECASE,
)
APPROVING = re.compile(
    r"\bapprove\b (?:my|the|this|it|a|an|\d)|\bsign off on my\b|批准(?:我的|这个)|帮我批|给我批", re.IGNORECASE
)
PAY = re.compile(
    r"\b(?:commissions?|salar(?:y|ies)|pay(?:check|slip)?|bonus(?:es)?|earn(?:s|ed|ing|ings)?|compensation|ote|makes? a year|get paid|paid)\b"
    r"(?!.*\b(?:terms|pilot|payment|policy|plan rules)\b)|提成|工资|薪水|奖金|薪资|收入.{0,3}(?:同事|他|她)",
    re.IGNORECASE,
)
