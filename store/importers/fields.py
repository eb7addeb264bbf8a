"""What a file may bring for each kind of record: its fields, how their cells are read, and their usual headers."""
# ruff: noqa: E501  (a table reads best with one line for each field)

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Cell(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    NAME = "name"
    """The name (or e-mail, or id) of another record."""
    WHOLE = "whole number"
    AMOUNT = "amount"
    SIGNED = "amount that may be negative"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "moment"
    MONTH = "month"
    CURRENCY = "currency"


@dataclass(frozen=True)
class Field:
    """One field; of two headers that mean it, the one whose synonym stands further left is taken."""

    name: str
    cell: Cell = Cell.TEXT
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of record: `needed` lists the fields without which there is nothing to import, as alternatives."""

    name: str
    fields: tuple[Field, ...]
    needed: tuple[tuple[str, ...], ...]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)


OWNER = (
    "sales agent", "sales rep", "rep", "salesperson", "seller", "owner", "opportunity owner", "deal owner",
    "account owner", "contact owner", "record owner", "owner name", "owner email", "owner full name", "account executive",
    "负责人", "销售", "销售人员", "销售代表", "业务员", "所有人", "商机负责人", "客户负责人",
)  # fmt: skip
CURRENCY = Field(
    "currency", Cell.CURRENCY, ("amount currency", "currency iso code", "opportunity currency", "币种", "货币")
)
ACCOUNT = (
    "account name", "company", "company name", "customer", "customer name", "client", "organization", "organisation",
    "associated company", "primary associated company", "客户", "客户名称", "公司", "公司名称",
)  # fmt: skip

PEOPLE = Kind(
    "people",
    (
        Field("name", Cell.TEXT, ("sales agent", "full name", "sales rep", "rep", "salesperson", "employee", "user", "agent", "姓名", "名字", "销售", "员工", "销售人员")),
        Field("first_name", Cell.TEXT, ("given name", "forename", "名")),
        Field("last_name", Cell.TEXT, ("family name", "surname", "姓")),
        Field("email", Cell.TEXT, ("email address", "e-mail", "mail", "user email", "work email", "邮箱", "电子邮件", "邮件")),
        Field("external_id", Cell.TEXT, ("id", "user id", "employee id", "record id", "person id", "hubspot owner id", "工号", "编号")),
        Field("slack_id", Cell.TEXT, ("slack", "slack user", "slack user id", "slack member id")),
        Field("role", Cell.TEXT, ("user role", "access", "角色", "权限")),
        Field("title", Cell.TEXT, ("job title", "position", "职位", "头衔", "岗位")),
        Field("manager", Cell.NAME, ("sales manager", "reports to", "manager name", "manager email", "supervisor", "line manager", "上级", "主管", "经理", "汇报对象", "直属上级")),
        Field("team", Cell.TEXT, ("team name", "sales team", "group", "department", "团队", "小组", "部门", "销售团队")),
        Field("region", Cell.TEXT, ("regional office", "territory", "office", "area", "区域", "大区", "地区", "办公室")),
        Field("zone", Cell.TEXT, ("time zone", "timezone", "时区")),
        Field("locale", Cell.TEXT, ("language", "语言")),
        Field("active_from", Cell.DATE, ("hire date", "start date", "hired", "joined", "date hired", "入职日期", "入职时间")),
        Field("active_to", Cell.DATE, ("end date", "last day", "leave date", "termination date", "left", "离职日期", "离职时间")),
    ),
    (("name", "first_name", "email"),),
)  # fmt: skip

ACCOUNTS = Kind(
    "accounts",
    (
        Field("name", Cell.TEXT, ("account name", "account", *ACCOUNT[1:])),
        Field("external_id", Cell.TEXT, ("id", "account id", "company id", "record id", "18 character id", "客户编号", "编号")),
        Field("industry", Cell.TEXT, ("sector", "vertical", "行业", "所属行业")),
        Field("region", Cell.TEXT, ("territory", "billing state/province", "billing state", "state/region", "state", "区域", "地区", "省份")),
        Field("country", Cell.TEXT, ("office location", "billing country", "country/region", "headquarters", "location", "国家", "所在地")),
        Field("website", Cell.TEXT, ("web site", "company domain name", "domain", "url", "网站", "网址", "官网")),
        Field("employees", Cell.WHOLE, ("number of employees", "no. of employees", "headcount", "employee count", "员工数", "员工人数", "人数")),
        Field("founded_year", Cell.WHOLE, ("year established", "year founded", "founded", "year started", "成立年份", "成立年", "创立年份")),
        Field("revenue", Cell.AMOUNT, ("annual revenue", "yearly revenue", "turnover", "sales", "年收入", "营业额", "年营业额", "营收")),
        CURRENCY,
        Field("parent", Cell.NAME, ("subsidiary of", "parent account", "parent company", "parent account name", "parent name", "上级客户", "母公司", "上级公司", "集团")),
        Field("owner", Cell.NAME, OWNER),
    ),
    (("name",),),
)  # fmt: skip

CONTACTS = Kind(
    "contacts",
    (
        Field("name", Cell.TEXT, ("full name", "contact name", "contact", "姓名", "联系人", "联系人姓名")),
        Field("first_name", Cell.TEXT, ("given name", "名")),
        Field("last_name", Cell.TEXT, ("family name", "surname", "姓")),
        Field("external_id", Cell.TEXT, ("id", "contact id", "record id", "18 character id", "编号", "联系人编号")),
        Field("email", Cell.TEXT, ("email address", "e-mail", "mail", "邮箱", "电子邮件")),
        Field("phone", Cell.TEXT, ("phone number", "mobile", "mobile phone", "telephone", "business phone", "电话", "手机", "联系电话")),
        Field("title", Cell.TEXT, ("job title", "position", "role", "职位", "职务")),
        Field("account", Cell.NAME, ACCOUNT),
    ),
    (("name", "first_name", "last_name", "email"),),
)  # fmt: skip

PRODUCTS = Kind(
    "products",
    (
        Field("name", Cell.TEXT, ("product", "product name", "产品", "产品名称", "商品")),
        Field("external_id", Cell.TEXT, ("id", "product id", "product code", "sku", "record id", "产品编号", "编号")),
        Field("family", Cell.TEXT, ("series", "product family", "category", "product line", "系列", "产品系列", "类别")),
        Field("price", Cell.AMOUNT, ("list price", "sales price", "unit price", "standard price", "单价", "价格", "标价")),
        Field("cost", Cell.AMOUNT, ("unit cost", "cost price", "standard cost", "cogs", "成本", "单位成本", "成本价")),
        CURRENCY,
        Field("active", Cell.TEXT, ("is active", "active (product)", "enabled", "状态", "启用", "在售")),
    ),
    (("name",),),
)  # fmt: skip

OPPORTUNITIES = Kind(
    "opportunities",
    (
        Field("external_id", Cell.TEXT, ("id", "opportunity id", "deal id", "record id", "opportunityid", "18 character id", "商机编号", "商机id", "编号")),
        Field("name", Cell.TEXT, ("opportunity name", "opportunity", "deal name", "deal", "dealname", "商机名称", "商机", "名称")),
        Field("account", Cell.NAME, ACCOUNT),
        Field("owner", Cell.NAME, OWNER),
        Field("product", Cell.NAME, ("product name", "products", "line item", "产品", "产品名称")),
        Field("stage", Cell.TEXT, ("deal stage", "stage name", "dealstage", "sales stage", "opportunity stage", "status", "阶段", "销售阶段", "商机阶段")),
        Field("amount", Cell.AMOUNT, ("close value", "deal amount", "deal value", "value", "opportunity amount", "amount converted", "total amount", "acv", "金额", "商机金额", "合同金额", "预计金额", "成交金额")),
        CURRENCY,
        Field("quantity", Cell.WHOLE, ("units", "qty", "total opportunity quantity", "seats", "licences", "licenses", "数量", "件数")),
        Field("engaged_on", Cell.DATE, ("engage date", "engaged date", "engagement date")),
        Field("opened_on", Cell.DATE, ("created date", "create date", "created", "date created", "open date", "created at", "createdate", "创建日期", "创建时间")),
        Field("close_date", Cell.DATE, ("closed date", "expected close date", "close date", "closedate", "expected close", "actual close date", "closed on", "won date", "预计成交日期", "成交日期", "结单日期", "预计结单日期", "关闭日期")),
        Field("probability", Cell.PERCENT, ("probability (%)", "deal probability", "win probability", "赢率", "成交概率", "可能性")),
        Field("category", Cell.TEXT, ("forecast category", "forecast", "预测类别", "预测分类")),
        Field("next_step", Cell.TEXT, ("next steps", "next action", "下一步", "下一步计划")),
        Field("next_step_due", Cell.DATE, ("next step date", "next step due date", "next activity date", "下一步日期")),
        Field("source", Cell.TEXT, ("lead source", "original source", "original source type", "deal source", "来源", "商机来源", "线索来源")),
        Field("competitor", Cell.TEXT, ("main competitor", "competitors", "primary competitor", "main competitor(s)", "竞争对手")),
        Field("loss_reason", Cell.TEXT, ("lost reason", "closed lost reason", "reason lost", "loss reason detail", "输单原因", "丢单原因", "失败原因")),
    ),
    (("external_id", "name"), ("owner",), ("stage",)),
)  # fmt: skip

ACTIVITIES = Kind(
    "activities",
    (
        Field("external_id", Cell.TEXT, ("id", "activity id", "task id", "event id", "record id", "engagement id", "编号")),
        Field("kind", Cell.TEXT, ("type", "activity type", "task type", "task subtype", "engagement type", "类型", "活动类型", "跟进方式")),
        Field("when", Cell.MOMENT, ("date", "activity date", "occurred at", "start", "start time", "due date", "completed date", "activity datetime", "timestamp", "时间", "日期", "跟进时间", "活动时间")),
        Field("person", Cell.NAME, ("assigned", "assigned to", "activity assigned to", "created by", "user", *OWNER)),
        Field("account", Cell.NAME, ACCOUNT),
        Field("contact", Cell.NAME, ("contact name", "name", "associated contact", "联系人")),
        Field("opportunity", Cell.NAME, ("opportunity name", "opportunity id", "deal", "deal name", "associated deal", "deal id", "商机", "商机名称", "商机编号")),
        Field("direction", Cell.TEXT, ("call direction", "call type", "inbound/outbound", "方向", "呼叫方向")),
        Field("duration", Cell.TEXT, ("duration minutes", "duration (minutes)", "call duration", "minutes", "时长", "时长分钟")),
        Field("outcome", Cell.TEXT, ("call outcome", "call result", "result", "meeting outcome", "结果")),
        Field("note", Cell.TEXT, ("notes", "subject", "comments", "description", "full comments", "body", "备注", "内容", "跟进内容", "主题")),
    ),
    (("kind",), ("when",), ("person",)),
)  # fmt: skip

QUOTAS = Kind(
    "quotas",
    (
        Field("person", Cell.NAME, ("quota owner", "name", "person name", "email", *OWNER)),
        Field("team", Cell.NAME, ("team name", "sales team", "团队", "小组", "部门")),
        Field("region", Cell.NAME, ("territory", "area", "区域", "大区", "地区")),
        Field("month", Cell.MONTH, ("period", "date", "start date", "quota month", "forecast period", "月份", "月", "期间")),
        Field("amount", Cell.AMOUNT, ("quota", "target", "quota amount", "goal", "配额", "目标", "业绩目标", "金额", "任务")),
        CURRENCY,
        Field("metric", Cell.TEXT, ("measure", "quota type", "指标")),
        Field("level", Cell.TEXT, ("target level", "quota level", "tier", "档位", "级别", "目标级别")),
        Field("ramp", Cell.PERCENT, ("ramp percent", "ramp %", "ramp (%)", "ramp factor", "爬坡", "爬坡比例")),
        Field("reason", Cell.TEXT, ("comment", "note", "原因", "备注")),
    ),
    (("person", "team", "region"), ("month",), ("amount",)),
)  # fmt: skip

DEAL = ("deal", "deal name", "deal id", "opportunity id", "opportunity name", "商机", "商机名称", "商机编号")

LEAVE = Kind(
    "leave",
    (
        Field("external_id", Cell.TEXT, ("id", "leave id", "request id", "record id", "编号", "申请编号")),
        Field("person", Cell.NAME, ("name", "employee", "employee name", "user", "email", "姓名", "员工", *OWNER)),
        Field("first_day", Cell.DATE, ("from", "start", "start date", "first day of leave", "begin", "开始日期", "开始时间", "起始日期")),
        Field("last_day", Cell.DATE, ("to", "until", "end", "end date", "last day of leave", "结束日期", "结束时间", "截止日期")),
        Field("kind", Cell.TEXT, ("type", "leave type", "absence type", "假期类型", "请假类型", "类型")),
    ),
    (("person",), ("first_day",)),
)  # fmt: skip

HOLIDAYS = Kind(
    "holidays",
    (
        Field("day", Cell.DATE, ("date", "holiday date", "日期")),
        Field("region", Cell.NAME, ("country", "office", "area", "区域", "地区", "国家")),
        Field("works", Cell.TEXT, ("working", "working day", "is working day", "work", "上班", "是否上班", "工作日")),
        Field("name", Cell.TEXT, ("holiday", "holiday name", "description", "名称", "节日", "假日")),
    ),
    (("day",),),
)  # fmt: skip

SPLITS = Kind(
    "splits",
    (
        Field("opportunity", Cell.NAME, DEAL),
        Field("person", Cell.NAME, ("name", "credited to", "team member", "split owner", "user", "email", "姓名", *OWNER)),
        Field("share", Cell.TEXT, ("split", "percent", "percentage", "split percentage", "share (%)", "split (%)", "credit", "比例", "分成", "份额", "占比")),
        Field("kind", Cell.TEXT, ("type", "split type", "credit type", "类型", "分成类型")),
    ),
    (("opportunity",), ("person",), ("share",)),
)  # fmt: skip

PAYMENTS = Kind(
    "payments",
    (
        Field("external_id", Cell.TEXT, ("id", "payment id", "receipt", "transaction id", "reference", "record id", "编号", "流水号", "回款编号")),
        Field("opportunity", Cell.NAME, DEAL),
        Field("paid_on", Cell.DATE, ("date", "payment date", "paid", "received", "received on", "value date", "回款日期", "收款日期", "到账日期", "日期")),
        Field("amount", Cell.SIGNED, ("payment", "payment amount", "amount paid", "received amount", "回款金额", "收款金额", "到账金额", "金额")),
        CURRENCY,
    ),
    (("opportunity",), ("paid_on",), ("amount",)),
)  # fmt: skip

RATES = Kind(
    "rates",
    (
        Field("currency", Cell.CURRENCY, ("from currency", "currency code", "iso code", "币种", "货币")),
        Field("valid_from", Cell.DATE, ("date", "from", "start date", "valid from", "effective date", "生效日期", "日期")),
        Field("rate", Cell.TEXT, ("exchange rate", "conversion rate", "value", "汇率")),
        Field("kind", Cell.TEXT, ("type", "rate type", "类型")),
    ),
    (("currency",), ("valid_from",), ("rate",)),
)  # fmt: skip

STAGES = Kind(
    "stages",
    (
        Field("name", Cell.TEXT, ("stage", "stage name", "deal stage", "阶段", "阶段名称", "名称")),
        Field("position", Cell.WHOLE, ("order", "sort order", "number", "display order", "顺序", "序号")),
        Field("kind", Cell.TEXT, ("type", "status", "stage type", "类型", "状态")),
        Field("probability", Cell.PERCENT, ("probability (%)", "win probability", "赢率", "成交概率", "可能性")),
        Field("category", Cell.TEXT, ("forecast category", "预测类别", "预测分类")),
        Field("qualified", Cell.TEXT, ("is qualified", "counts as qualified", "合格", "已验证")),
    ),
    (("name",),),
)  # fmt: skip

LOSS_REASONS = Kind(
    "loss-reasons",
    (
        Field("name", Cell.TEXT, ("reason", "loss reason", "lost reason", "closed lost reason", "输单原因", "丢单原因", "原因", "名称")),
        Field("position", Cell.WHOLE, ("order", "sort order", "number", "顺序", "序号")),
        Field("no_decision", Cell.TEXT, ("no decision", "is no decision", "未决定", "无决策")),
    ),
    (("name",),),
)  # fmt: skip

KINDS = {
    kind.name: kind
    for kind in (
        PEOPLE, ACCOUNTS, CONTACTS, PRODUCTS, OPPORTUNITIES, ACTIVITIES, QUOTAS, LEAVE, HOLIDAYS, SPLITS, PAYMENTS,
        RATES, STAGES, LOSS_REASONS,
    )
}  # fmt: skip
