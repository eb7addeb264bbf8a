"""Words that ask for figures and reports, by the skill's name, as in `cues`: (pattern over the masked text, weight)."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

from collections.abc import Mapping

FIGURE_CUES: Mapping[str, tuple[tuple[str, float], ...]] = {
    "morning": (
        (r"\bmorning (?:digest|report|brief(?:ing)?|summary|update|list)\b|\b(?:brief me|catch me up) (?:for|on) (?:the |my )?(?:day|\[when\]|today)\b|\bstart (?:of )?my day\b|\bovernight\b|^(?:good )?morning\W*$|\bbrief me for \[when\]|早报|晨报|早间|早上好", 4.6),
    ),
    "digest": (
        (r"\b(?:manager'?s?|team|daily|\[rhythm\]) (?:digest|summary|exceptions)\b|\bdigest (?:for|of|on)\b|\bwhat should i know about\b|\bexceptions\b|\bdigest\b", 4.6),
        (r"(?:团队|每日|今日|\[rhythm\]).{0,4}(?:摘要|简报|日报)|有什么异常|异常情况|摘要|日报", 4.6),
    ),
    "week": (
        (r"\b(?:monday|weekly|week's|start[- ]of[- ](?:the )?week) (?:commit(?:ment)?s?|meeting|report|plan)\b|(?:\bweek|\[when\]) ahead\b|\bcommit(?:ment)?s? (?:for|to|of) (?:(?:this|the) week|\[when\])|\bwhat (?:does|do) .{0,20}\bcommit to\b|\[when\] (?:commit|meeting)\b|start of (?:the week|\[when\]) report|^start .{0,12}report", 6),
        (r"(?:周一|本周|\[when\]).{0,4}(?:承诺|例会|计划)|周计划|一周计划|周一例会", 4.6),
    ),
    "review": (
        (r"(?:\b(?:friday|weekly|week's|end[- ]of[- ](?:the )?week)|\[when\]) (?:review|retro|wrap[- ]?up)\b|\bend of (?:the )?week report\b|\bhow (?:did|was) (?:the|our|my|this) week\b|\[when\] report\b|\bsaid (?:vs\.?|against|versus) happened\b", 4.4),
        (r"(?:周五|本周|每周|\[when\]).{0,4}(?:复盘|回顾|总结)|周报复盘|周复盘", 4.6),
    ),
    "rollup": (
        (r"\broll[- ]?ups?\b|\bforecast by team\b", 5),
        (r"预测汇总|汇总预测", 5),
    ),
    "close": (
        (r"^(?:the )?close of \w|\bend of (?:the |this |last )?(?:month|quarter|year) re(?:port|view)\b", 6),
        (r"^\[when\] report\b", 3.4),
        (r"(?:季度|月度|季|月)总结", 5.6),
        (r"\b(?:month|quarter|year|monthly|quarterly)(?:'s)?[- ]?(?:end )?close\b(?! date)|\bclose of (?:the )?(?:\[when\]|month|quarter|last)|\b(?:month|quarter)[- ]end(?: report| review)?\b|\bend of (?:the )?(?:month|quarter|\[when\]) report\b|\b(?:close|closing) report\b", 4.6),
        (r"(?:月末|季末|月度|季度|\[when\]).{0,3}(?:结算|关账|总结报告|结账|收官)", 4.6),
    ),
    "winpost": (
        (r"\bwin (?:post|story|report|announcement)\b|\bwrite (?:up )?(?:how|that|about|the story of).{0,12}\bwon\b|\bwrite up (?:the |our )?\[deal\]", 6.4),
        (r"战报|喜报|赢单故事", 6.4),
    ),
    "onboarding": (
        (r"\bonboarding\b(?!.*\b(?:card|policy|guide|materials?)\b).{0,20}|\bnew[- ]hire (?:path|progress)\b|\bas a new hire\b|\bmy (?:first 90 days|gates)\b|\bmy new hires\b", 3.4),
        (r"新人(?:路径|进展|进度|关口)|入职(?:进度|路径|的下一步)|我的新人", 4),
    ),
    "quiz": (
        (r"\bquiz\b|\btest me\b|\b(?:ask|give) me (?:a|another|one) (?:quiz )?question\b|\bcheck (?:what i know|myself|my knowledge)\b|\bpracti[sc]e for\b", 5),
        (r"考考我|考我|出(?:一)?道.{0,8}题|测(?:试|验)(?:一下)?我|小测", 5),
    ),
    "verify": (
        (r"\bcards?\b.{0,30}\b(?:due|verify|review|check|confirm)\b|\b(?:verify|review|check)\b.{0,20}\bcards?\b", 4.4),
        (r"卡片.{0,8}(?:复核|确认|核实|到期)|(?:复核|核实)卡片", 4.4),
    ),
    "usage": (
        (r"\b(?:which|what) (?:\w+ )?(?:cards?|documents?|pages?)\b.{0,20}\b(?:reads?|used?|uses|unused|opened?|looks? at|helpful|popular|cited|visited)\b", 4.6),
        (r"\b(?:most|least|never) (?:used|read|cited|helpful)\b.{0,20}\b(?:cards?|documents?|pages?)\b|\b(?:playbook|knowledge base|card) usage\b", 4.6),
        (r"(?:哪些|哪张|什么|哪几张)(?:知识)?卡片?.{0,6}(?:用|看|读|查)|卡片?(?:的)?使用(?:情况|率|量|次数)|没(?:有)?人(?:用|看|读)的?卡片?", 4.6),
    ),
    "gaps": (
        (r"\b(?:what|which)\b.{0,20}\b(?:questions?|(?:could|can) (?:nobody|no one|not))\b.{0,25}\b(?:no answers?|answer(?:ed)?|unanswered|in vain|without an answer)\b|\bunanswered\b|\bno answers? (?:for|to)\b|\b(?:knowledge|playbook) gaps\b", 4.6),
        (r"(?:哪些|什么)问题.{0,8}(?:没有?(?:人)?(?:答案|回答|能?答)|回答不了|答不上|查不到)|没(?:有)?(?:答案|人(?:能)?回答)的问题|知识(?:库)?缺口", 4.6),
    ),
    "waterfall": (
        (r"\bopening (?:to|and|vs\.?) closing\b.{0,12}\bpipeline\b|\b(?:why did|what moved) (?:the |my |our |\[team\]'s |\[person\]'s )?(?:company |team )?pipeline\b.{0,12}\bsince\b", 3.9),
        (r"\bwaterfall\b|\bpipeline (?:bridge|movements?|flow|walk)\b", 4),
        (r"\b(?:what happened to|how (?:did|has)|how come)\b.{0,30}\bpipeline\b(?:.{0,15}\b(?:change|move|develop|grow|shrink)\w*)?", 4),
        (r"\bpipeline\b.{0,25}\b(?:changed|moved|grew|shrank|developed) since\b|\b(?:in|out) of the pipeline\b", 4),
        (r"瀑布|管道(?:的)?(?:变化|变动|增减|走势)|商机(?:的)?增减|(?:商机|管道).{0,8}(?:怎么|如何)变(?:化|的)?", 4),
    ),
    "slippage": (
        (r"\bslippage\b|\bslip(?:ped)? rate\b|\bpush (?:count|rate)s?\b|\bhow much\b.{0,30}\b(?:slip(?:s|ped)?|push(?:ed|es)?)\b", 4),
        (r"\b(?:which|what) (?:deals?|opps?|opportunities)\b.{0,25}\b(?:pushed|slipped|slipping|delayed|moved out|keep (?:slipping|moving))\b|\b(?:most|often) pushed\b|\bpushed (?:most|twice|the most|more than)\b|\bwho (?:keeps |is always |always )?push(?:es|ing)\b", 4),
        (r"(?:延期|推迟|滑单|顺延)(?:率|次数|情况|最多)|哪些.{0,8}(?:推迟|延期|滑)|(?:推迟|延期)了多少", 4),
    ),
    "changes": (
        (r"\banything (?:move|change|happen)(?:d|ed)?\b", 3.2),
        (r"\bwhat(?:'s| has| is|s)? (?:been )?(?:changed|new|different|moved|happened)\b(?!.*\bpipeline\b)", 3.2),
        (r"\b(?:any|all|list|show|recent|latest) (?:the )?(?:changes|updates|movements?)\b|\bchanges (?:since|on|at|in|for|this|of)\b|\bwhat (?:did|have) .{0,25}\b(?:change|update)d?\b", 3.4),
        (r"\b(?:changed|moved|happened)\b.{0,20}\bsince\b", 3.4),
        (r"(?:有|发生)(?:了)?(?:什么|哪些)?(?:变化|变动|更新|改动)|变了什么|有什么新(?:的|变化|情况|动态)|最近的?(?:变化|动态)", 3.4),
    ),
    "coverage": (
        (r"\bpipeline\b.{0,15}\benough\b|\bhow much (?:more )?pipeline\b.{0,40}\b(?:need|create|build)\b|(?:还要|需要)(?:新建|新增|创建|多少).{0,6}(?:商机|管道)", 5.4),
        (r"\bcoverage\b(?! by (?:class|account))|\bcovered\b", 3.6),
        (r"\benough (?:open )?(?:pipeline|deals|pipe)\b|\bhow much (?:more )?pipeline (?:do|does|will) (?:i|we|\[person\]|\[team\])\b.{0,12}\bneed\b", 4),
        (r"覆盖(?:率|倍数|情况|够)|(?:商机|管道).{0,6}(?:够不够|够吗|足够)", 4),
    ),
    "forecast": (
        (r"\bhow much (?:will|are) (?:i|we|\[person\]|\[team\]|my team|the team)\b.{0,20}\b(?:close|win|book|sell|land|bring in)\b|\bwill (?:i|we|\[person\]|\[team\]|my team|the team) (?:make|hit|reach|get to)\b", 4),
        (r"\bforecasts?\b(?! categor)(?!ed? as)", 3.6),
        (r"\b(?:where|how) (?:will|are|do) (?:i|we|\[person\]|\[team\]|my team|the team).{0,20}\b(?:land|end up|finish|come out)\b|\blanding\b|\bgoing to land\b", 3.6),
        (r"\bwhat(?:'s| is| are) (?:my|our|the|\[person\]'s|\[team\]'s) (?:commit|call)\b(?! (?:for|to|of) (?:the|this) week)", 6.8),
        (r"\bbest[- ]case\b|\bcommit(?:ted)? (?:forecast|number|deals)\b|\bwhat(?:'s| is| are) (?:in )?(?:my|our|the|\[person\]'s|\[team\]'s) (?:commit|call)\b|\bin commit\b", 3.4),
        (r"预测(?!.{0,4}(?:准|偏|误))|预计(?:能)?(?:完成|做到|落)多少|能做(?:到)?多少|承诺(?:了)?多少", 3.6),
    ),
    "accuracy": (
        (r"\b(?:forecast|call|commit)(?:ing|s)?(?:'s)? (?:accuracy|bias|error|track record)\b|\bwape\b|\bmape\b|\bbias\b|\bsandbag\w*\b(?!.*\[amount\])", 4.4),
        (r"\btoo (?:optimistic|pessimistic|conservative)\b|\bhow far off\b", 4.4),
        (r"\bhow (?:accurate|good|reliable|far off|right|wrong)\b.{0,40}\b(?:forecasts?|calls?|commits?|predictions?)\b", 4.4),
        (r"预测.{0,6}(?:准|偏差|误差|准确)", 4.4),
    ),
    "winrate": (
        (r"\b(?:win|hit|success|closing|close|closed[- ]won)[- ]?(?:rates?|ratios?)\b|\bwinrate\b|\bwin percentage\b", 4),
        (r"\bwhat (?:share|part|percentage|fraction) of\b.{0,30}\b(?:win|won|lose|lost)\b|\bhow many of the deals\b.{0,40}\b(?:won|win)\b", 4),
        (r"\bhow (?:often|many times|much of (?:what|the))\b.{0,20}\b(?:win|lose|won|lost)\b|\b(?:win|lose|won|lost) (?:more )?(?:against|versus|vs\.?|to)\b|\bwho wins against\b|\bwins? vs\.?\b|\bwhy do (?:we|i) (?:lose|win)\b|\b(?:loss|lost) reasons?\b|\breasons? (?:for|of) (?:the |our )?loss(?:es)?\b", 3.6),
        (r"赢单率|胜率|赢率|成功率|成单率|丢单(?:原因|率)|输单(?:原因|率)|为什么(?:会)?(?:丢|输)", 4),
    ),
    "cycle": (
        (r"\b(?:sales|deal|selling|buying) cycles?\b|\bcycle (?:time|length)s?\b|\bdays to (?:close|win)\b|\btime to (?:close|win)\b", 4),
        (r"\bhow (?:long|many days|fast|quickly)\b.{0,40}\b(?:to (?:close|win|sell|sign)|(?:deals?|sales?|it) takes?|do (?:we|i) close|close)\b", 3.6),
        (r"(?:销售|成交|成单|赢单)周期|(?:成交|签|赢).{0,4}要?多(?:久|长时间|少天)|多(?:久|长时间|少天)(?:才)?(?:能)?(?:成交|签|赢|拿下)|周期(?:多长|是多少)", 4),
    ),
    "velocity": (
        (r"\bhow fast (?:is|are|does)\b.{0,25}\b(?:pipeline|deals|opportunities|move|moving)\b|\b(?:shorter|shortening|longer)\b.{0,20}\bcycle\b.{0,20}\b(?:bring|worth|mean|do)\b|(?:缩短|延长).{0,4}周期", 5),
        (r"\bvelocity\b|\bper day\b.{0,15}\bpipeline\b|\bvalue per day\b", 4),
        (r"销售(?:速度|流速|速率)|管道(?:速度|流速)", 4),
    ),
    "funnel": (
        (r"\bfunnel\b|\bconversions?(?: rates?)?\b|\bstage[- ]to[- ]stage\b|\bdrop[- ]?offs?\b|\bleak(?:s|age|ing)?\b", 4),
        (r"\b(?:in|at) (?:which|what) stages?\b.{0,30}\b(?:stuck|stall|lose|lost|leak|die|drop)\w*", 4.6),
        (r"\bbottle ?necks?\b|\bwhere (?:do|are|does|is) .{0,25}\b(?:stuck|stall(?:ing|ed)?|get lost|losing|lose|leak)\b|\btime in (?:each )?(?:stage|\[stage\])\b|\bhow long .{0,20}\bin (?:each stage|\[stage\])", 3.8),
        (r"漏斗|转化(?:率|情况)|瓶颈|卡在哪|阶段(?:停留|时长|转化)", 4),
    ),
    "concentration": (
        (r"\bconcentrat\w+\b|\b80[/-]20\b|\bpareto\b|\bgini\b|\babc (?:analysis|classes|classification)\b|\bherfindahl\b|\bhhi\b", 4),
        (r"\bdepend(?:ent|s|ence)? (?:\w+ )?(?:on|upon) (?:a )?(?:few|one|single|big|large|the top|the biggest)\b|\b(?:top|biggest|largest) (?:\d+ )?(?:customers|accounts)\b|\bshare of (?:our |the )?(?:top|biggest|largest)\b", 3.6),
        (r"集中度|二八|帕累托|(?:大|前[\d一二三五十几]+(?:个|名|大)?)客户(?:占比|占|贡献)|依赖.{0,6}客户|最大的?客户", 4),
    ),
    "activity": (
        (r"\bactivit(?:y|ies)\b|\bcalls? (?:per|a|each) (?:day|week|account)\b|\bcall (?:volume|rate|numbers?)\b|\bconnect rate\b|\bdials?\b", 3.6),
        (r"\bhow many (?:calls?|meetings?|visits?|e-?mails?|demos?|touches|conversations|activities)\b|\bhow (?:busy|active)\b|\b(?:calls|meetings|emails|demos) (?:did|have|has|by|this|last|\[when\])|\bnot (?:been )?(?:called|visited|contacted)\b|\btime (?:on|with) new customers\b", 3.8),
        (r"打(?:了)?(?:几|多少)个?电话", 5),
        (r"(?:电话|通话|会面|会议|见面|拜访|演示|邮件)(?:的)?(?:数量?|次数|总数|量)", 4),
        (r"活动量|拜访(?:量|次数|了多少)|打了?多少(?:个)?电话|多少(?:个|次)?(?:电话|拜访|会议|演示)|通话量|每天(?:打)?(?:几|多少)(?:个)?电话|客户覆盖", 4),
    ),
    "risks": (
        (r"\b(?:deals?|opps?|opportunities)\b.{0,20}\b(?:with(?:out)?|no)\b.{0,6}\b(?:activity|next steps?|close dates?|amounts?|buyer|contact)\b", 4.2),
        (r"\bat[- ]risk\b|\brisk(?:s|y)?\b|\bred flags?\b|\bwarnings?\b|\bin (?:trouble|danger)\b", 3.6),
        (r"\bsingle[- ]?thread\w*\b|\bghost(?:ed|ing)\b|\b(?:were|was)\b.{0,20}\bflagged\b|\b(?:going|turning|getting) (?:stale|cold|quiet|silent)\b|\bflagged (?:deals|opps|opportunities)\b", 4.2),
        (r"\b(?:stale|stuck|stalled|ghosted|neglected|quiet|cold|silent|rotting) (?:deals?|opps?|opportunities|accounts)\b|\b(?:deals?|opps?|opportunities)\b.{0,25}\b(?:gone (?:quiet|cold|silent|stale)|stuck|stalled|ghosted|no next step|without (?:a )?next step|single[- ]thread\w*)\b", 3.8),
        (r"\bwhat(?:'s| is)(?: all)? (?:stuck|stalled|stalling|rotting|going cold)\b|风险|有危险|停滞|卡住|没(?:有)?动静|预警", 3.6),
    ),
    "targets": (
        (r"\btargets\b(?!.*\bmy (?:number|target)\b)|\btarget tree\b|\b(?:un|over-?|under-?)allocat\w+\b|\ballocation\b|\bgoal tree\b", 3.4),
        (r"\b(?:who|which|have|has)\b.{0,25}\baccept(?:ed)?\b.{0,20}\b(?:targets?|quotas?|numbers?)\b|\bhow (?:is|are|was|were)\b.{0,25}\b(?:target|quota|number)s?\b.{0,15}\b(?:split|divided|distributed|spread)\b", 4),
        (r"目标.{0,4}(?:怎么|如何|怎样).{0,2}(?:分解|分配|拆)|目标(?:树|分解|分配|拆解)(?:情况|表|图|怎么样)?|未分配|超额分配|谁.{0,6}(?:接受|确认)了?目标", 4),
    ),
    "math": (
        (r"\bwhat(?:'s| is) behind\b|\bwhich (?:records|deals|opportunities) are (?:in|behind|part of)\b|怎么来的", 5.4),
        (r"\bhow (?:is|was|are|were|do you|did you|does it|have you)\b.{0,45}\b(?:counted|calculated|computed|count|calculate|compute|defined|get (?:to )?(?:this|that)|work(?:ed)? (?:that|this|it) out|come(?:s)? (?:up with|to))\b", 5),
        (r"\bshow (?:me )?(?:the )?(?:math|maths|workings?|calculation|records)\b|\bwhere (?:does|do|did|is)\b.{0,25}\b(?:number|figure|amount|total|it|that|this)s?\b.{0,10}\b(?:come|from)\b|\b(?:what(?:'s| is)|which (?:deals|records|opps|opportunities)(?: are)?) (?:in|behind) (?:this|that|it|the (?:number|figure|total))", 5),
        (r"怎么(?:算|计算|统计|得)(?:出来)?的|如何(?:计算|统计)|(?:数字|金额|结果)(?:是)?怎么来的|计算(?:过程|方法|口径)|口径", 5),
    ),
    "why": (
        (r"\bwhat moved\b", 3.6),
        (r"\bwhy (?:did|has|is|was|have|are)\b.{0,40}\b(?:chang\w+|drop\w*|fall\w*|fell|rise\w*|rose|gone (?:up|down)|go(?:ne)? (?:up|down)|went|lower|higher|less|more|different|down|up|grow\w*|grew|shr[aiu]nk\w*|increas\w+|decreas\w+)\b", 5),
        (r"\bwhat (?:changed|moved) (?:it|this|that|the (?:number|figure|total))\b|\bwhat(?:'s| is| was) the (?:difference|reason for the (?:change|drop|rise))\b|\bwhat made (?:it|that|this)\b", 5),
        (r"为什么.{0,10}(?:变了?|涨了?|跌了?|降了?|升了?|少了?|多了?|增加|减少|下降|上升|不一样)|怎么(?:变|少|多|降|涨)了", 5),
    ),
    "export": (
        (r"\bexport(?:ed|s)?\b|\bdownload\b|\b(?:as|in|into|to) (?:an? )?(?:csv|excel|xlsx?|spread ?sheet)\b|\b(?:csv|xlsx|excel)\b", 5),
        (r"导出|下载|(?:做成|转成|发|给我)(?:一份|个)?(?:excel|csv|表格)|excel|csv", 5),
    ),
}  # fmt: skip
"""Writing skills are recognised by what they say of their values, in `figure_writes`."""
