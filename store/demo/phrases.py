"""What people write: next steps, reasons, and notes of calls, mails, meetings and demos; a "reply" is a mail to us."""

from store.demo.catalogue import DISCOVERY, NEGOTIATION, PILOT, PROPOSAL, QUALIFIED

NEXT_STEPS = {
    DISCOVERY: (
        "Call the maintenance manager about last year's stops",
        "Send the machine list template",
        "Fix the second meeting, with the plant manager",
        "Ask what an hour of standstill costs them",
        "Find out who pays for {machine}",
    ),
    QUALIFIED: (
        "Walk the plant and complete the machine list",
        "Meet IT about the network path",
        "Send the business case for {machine}",
        "Get the plant manager's yes to the pilot price",
        "Agree the success measure in writing",
    ),
    PILOT: (
        "Mount the sensors on {machine}",
        "Week 4 review with the analyst",
        "Invite the CFO to the final meeting",
        "Go through the first alerts with the crew",
        "Write up the finding on {machine}",
    ),
    PROPOSAL: (
        "Send the revised quote",
        "Answer the security questionnaire",
        "Present the three-year price to the CFO",
        "Get the order path from procurement",
        "Follow up on the redlines",
    ),
    NEGOTIATION: (
        "List every open point with procurement",
        "Get the payment terms approved",
        "Send the supplier forms",
        "Chase the signature",
        "Fix the kick-off date",
    ),
}
CHINESE_NEXT_STEPS = {
    DISCOVERY: ("约设备部了解去年停机情况", "发送设备清单模板", "确认{machine}的预算归谁", "约厂长第二次会议"),
    QUALIFIED: (
        "现场走访并补全设备清单",
        "与信息部确认网络方案",
        "书面确认试点验收标准",
        "提交{machine}的投资回报测算",
    ),
    PILOT: ("在{machine}上安装传感器", "第四周试点复盘", "邀请财务总监参加总结会", "整理{machine}的报警记录"),
    PROPOSAL: ("发送修改后的报价", "答复安全问卷", "向采购确认招标流程", "汇报三年价格方案"),
    NEGOTIATION: ("与采购逐条确认未决事项", "走完付款条件审批", "催盖章", "确定启动会日期"),
}

PUSH_REASONS = (
    "Budget meeting moved",
    "Legal needs longer",
    "Plant manager on leave",
    "Shutdown comes first",
    "Waiting for the pilot report",
    "New procurement contact",
    "Supplier approval not through",
    "",
    "",
)

OUTCOMES = {
    "call": ("Reached", "Reached", "Reached", "Voicemail", "Asked to call back"),
    "email": ("",),
    "meeting": ("Held", "Held", "Held", "Held, next one fixed"),
    "demo": ("Held", "Held, questions open"),
    "note": ("",),
}

NOTES = {
    ("call", DISCOVERY): (
        "{contact} told me about two stops last winter, both {machine}. No number yet for the cost.",
        "Short call. They measure with a handheld four times a year. Happy enough, except for {machine}.",
        "{contact} will ask who owns the maintenance budget. Call again next week.",
        "Not the right person; {contact} passes me on to the plant manager.",
    ),
    ("call", QUALIFIED): (
        "{contact} confirmed {count} machines in scope. IT wants to see the network drawing first.",
        "An hour of standstill costs them about {cost}, says {contact}. That is the number for the case.",
        "{competitor} was there last month. {contact} found the demo good and the price vague.",
    ),
    ("call", PILOT): (
        "First alert on {machine}. {contact} goes and looks on Thursday.",
        "{contact} says the crew reads the alerts now. Two false ones, both explained.",
        "Baseline finished. {contact} asks whether night shift can get them as well.",
    ),
    ("call", PROPOSAL): (
        "{contact} has read the quote. Scope fine, wants to see two and three years side by side.",
        "CFO asks for the payback without {machine}. Sending it tonight.",
        "{contact}: {competitor} offered less, without gateways. Will send me the list.",
    ),
    ("call", NEGOTIATION): (
        "Two points left: payment in 45 days, and the tier lock. {contact} takes both to procurement.",
        "{contact} expects the signature once the board has met.",
        "Legal has four remarks, none about data. Ours answers within three days.",
    ),
    ("email", DISCOVERY): (
        "Sent the machine list template and the one-page intro.",
        "Summary of the first talk in three sentences.",
    ),
    ("reply", DISCOVERY): (
        "{contact} wrote back: interested, but after the shutdown.",
        "{contact} asks for a reference in their industry.",
    ),
    ("email", QUALIFIED): (
        "Sent the business case: {machine}, two stops a year.",
        "Answered how the gateway talks to our servers.",
    ),
    ("reply", QUALIFIED): (
        "{contact} sent the list: {count} machines, speeds included.",
        "{contact} asks what the pilot costs and when it could start.",
    ),
    ("email", PILOT): (
        "Week 4 report sent; one finding on {machine}.",
        "Invited the CFO to the final meeting.",
    ),
    ("reply", PILOT): (
        "{contact} sent the photo of the damaged bearing.",
        "{contact} wants two more sensors on {machine}.",
    ),
    ("email", PROPOSAL): (
        "Quote sent, valid 30 days.",
        "Security questionnaire returned, 61 answers.",
    ),
    ("reply", PROPOSAL): (
        "{contact} asks for delivery in two lots.",
        "{contact} forwarded 14 questions from procurement.",
    ),
    ("email", NEGOTIATION): (
        "Sent the redlined contract back.",
        "Asked again for the purchase order number.",
    ),
    ("reply", NEGOTIATION): (
        "{contact} confirmed the delivery address and the billing contact.",
        "{contact}: signature is with the board, agenda of next week.",
    ),
    ("meeting", DISCOVERY): (
        "45 minutes with {contact}. Three stops last year, the worst one {machine}, {cost} an hour.",
        "Plant tour with {contact}. Closed network, everything through one firewall.",
    ),
    ("meeting", QUALIFIED): (
        "{contact} and IT at the table. Own network segment is possible. Success measure: one finding confirmed.",
        "Went through the machine list: {count} in, slow rollers out.",
    ),
    ("meeting", PILOT): (
        "Week 4 review. {contact} believes it since {machine}. CFO was not there.",
        "Mounted in half a day. {contact}'s foreman chose the machines.",
    ),
    ("meeting", PROPOSAL): (
        "Presented to {contact}. Price range accepted, wants the term price for 36 months.",
        "Procurement joined late. They compare with {competitor} line by line.",
    ),
    ("meeting", NEGOTIATION): (
        "Listed all open points with {contact}: five, three closed in the room.",
        "{contact} asked for another 6 %. Offered the 24-month term instead.",
    ),
    ("demo", DISCOVERY): (
        "First look for {contact}: live data of a plant like theirs. Liked the trend of the bearing.",
    ),
    ("demo", QUALIFIED): ("Demo for the crew, {count} people. Most questions about false alarms.",),
    ("demo", PILOT): ("Showed {contact} their own data. {machine} stands out at once.",),
    ("demo", PROPOSAL): ("Demo of the work orders for {contact} and IT. Interface is a must.",),
    ("demo", NEGOTIATION): ("Short demo of roles and rights for the security officer.",),
    ("note", DISCOVERY): ("Reorganisation ahead, {contact} may move to another plant.",),
    ("note", QUALIFIED): ("Budget round closes at the end of next month.",),
    ("note", PILOT): ("Crew mutes alerts at weekends; talk to {contact}.",),
    ("note", PROPOSAL): ("Signature limit of the plant manager is 100,000.",),
    ("note", NEGOTIATION): ("New procurement person since Monday.",),
}

CHINESE_NOTES = {
    ("call", DISCOVERY): ("{contact}说去年{machine}停了两次，损失还没算过。", "目前靠人工巡检，{contact}愿意再谈。"),
    ("call", QUALIFIED): (
        "{contact}确认范围{count}台设备，信息部要先看网络图。",
        "停机一小时约{cost}，这个数可以写进方案。",
    ),
    ("call", PILOT): ("{machine}第一次报警，{contact}周四去现场看。", "基线已完成，班组开始看报警了。"),
    ("call", PROPOSAL): ("{contact}看过报价，想比较两年和三年。", "{contact}说{competitor}报价更低，但不含网关。"),
    ("call", NEGOTIATION): ("还剩两点：账期45天和价格锁定。", "{contact}说等领导签字，下周有消息。"),
    ("email", DISCOVERY): ("已发设备清单模板和一页介绍。",),
    ("reply", DISCOVERY): ("{contact}回信：检修以后再谈。", "{contact}问有没有同行业案例。"),
    ("email", QUALIFIED): ("已答复数据存放位置的问题。", "已发{machine}的收益测算。"),
    ("reply", QUALIFIED): ("{contact}发来清单，共{count}台，含转速。",),
    ("email", PILOT): ("第四周报告已发，{machine}有一处异常。",),
    ("reply", PILOT): ("{contact}发来{machine}轴承的照片。",),
    ("email", PROPOSAL): ("报价已发，有效期30天，不含税。",),
    ("reply", PROPOSAL): ("{contact}要求分两批交货。", "{contact}转来采购的问题，共{count}条。"),
    ("email", NEGOTIATION): ("合同修改稿已发回。", "再次询问采购订单号。"),
    ("reply", NEGOTIATION): ("{contact}确认了收货地址和开票信息。",),
    ("meeting", DISCOVERY): ("与{contact}谈了45分钟，去年三次停机，最严重的是{machine}。",),
    ("meeting", QUALIFIED): ("{contact}和信息部都在，可以单独划网段。验收标准：确认一处故障。",),
    ("meeting", PILOT): ("第四周复盘，{contact}认可{machine}的发现，财务没有来。",),
    ("meeting", PROPOSAL): ("向{contact}汇报方案，价格区间可以接受，要走招标。",),
    ("meeting", NEGOTIATION): ("与{contact}逐条过合同，五条里当场定了三条。",),
    ("demo", DISCOVERY): ("给{contact}看了同行业的实时数据。",),
    ("demo", QUALIFIED): ("给班组演示，来了{count}人，主要问误报。",),
    ("demo", PILOT): ("看他们自己的数据，{machine}很明显。",),
    ("demo", PROPOSAL): ("演示工单接口，信息部也在。",),
    ("demo", NEGOTIATION): ("给信息安全主管演示权限设置。",),
    ("note", DISCOVERY): ("客户在调整组织，{contact}可能换岗位。",),
    ("note", QUALIFIED): ("预算下个月底截止。",),
    ("note", PILOT): ("周末班组关掉了提醒，要和{contact}谈。",),
    ("note", PROPOSAL): ("厂长签字权限60万。",),
    ("note", NEGOTIATION): ("周一起换了采购负责人。",),
}

COSTS = ("4,800", "6,150", "7,300", "9,400", "11,700", "13,250")
