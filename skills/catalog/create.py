"""Add an opportunity."""

import datetime as dt
from typing import Any

from pydantic import Field
from sqlmodel import col, select

from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible
from skills.lifecycle import followed
from skills.references import find_account, find_person, find_product, find_stage, read_amount, read_date
from skills.text import Text, text
from store.change_log import FieldChange, RecordChange, RecordKind, to_json
from store.models import Opportunity, Stage, Status
from store.money import Money
from store.opportunities import get_last_currency


class CreateParams(SkillParams):
    account: str = Field(description=text("which customer it is with").template)
    name: str | None = Field(
        default=None, description=text("its name; made from customer and product when left out").template
    )
    amount: str | None = Field(default=None, description=text("expected amount").template)
    close_date: str | None = Field(default=None, description=text("expected close date").template)
    product: str | None = Field(default=None, description=text("what is sold").template)
    stage: str | None = Field(
        default=None, description=text("stage it starts in; the first one when left out").template
    )
    owner: str | None = Field(default=None, description=text("whose it is; yours when left out").template)
    next_step: str | None = Field(default=None, description=text("what happens next").template)


def run(context: SkillContext, params: CreateParams) -> Change:
    doubts: list[Text] = []
    account = find_account(context, params.account)
    owner = find_person(context, params.owner or "me")
    product = find_product(context, params.product) if params.product else None
    stage = find_stage(context, params.stage).value if params.stage else _first_stage(context)
    for found in (account, owner, product):
        doubts += [found.doubt] if found and found.doubt else []
    currency = _currency(context, account.value.id, owner.value.id)
    money: Money | None = None
    if params.amount:
        amount = read_amount(params.amount, currency)
        doubts += [amount.doubt] if amount.doubt else []
        money = amount.money
        if money.minor < 0:
            raise Impossible(text("An amount can't be below zero."))
    close: dt.date | None = None
    if params.close_date:
        day = read_date(params.close_date, context.today, calendar=context.calendar)
        doubts += [day.doubt] if day.doubt else []
        close = day.day
    sold = product.value if product else None
    name = (params.name or "").strip() or (f"{account.value.name} – {sold.name}" if sold else account.value.name)
    wanted: dict[str, Any] = {
        "name": name,
        "account_id": account.value.id,
        "owner_id": owner.value.id,
        "product_id": sold.id if sold else None,
        "amount_minor": money.minor if money else None,
        "currency": money.currency if money else currency,
        "expected_close": close,
        "opened_on": context.today,
        "next_step": (params.next_step or "").strip(),
        "created_at": context.now,
        "updated_at": context.now,
    }
    blank = Opportunity(**wanted, stage_id=stage.id or 0)
    values = followed(blank, wanted, stage, day=context.today, rates=context.rates)
    hidden = {"status", "booked_minor", "category", "opened_on", "created_at", "updated_at", "currency"}
    fields = tuple(
        FieldChange(field=field, new=to_json(new), derived=field in hidden)
        for field, new in values.items()
        if new is not None and new != ""
    )
    record = RecordChange(kind=RecordKind.OPPORTUNITY, label=name, fields=fields)
    return Change(records=(record,), headline=text("New opportunity **{name}**.", name=name), doubts=tuple(doubts))


def _currency(context: SkillContext, account_id: int | None, owner_id: int | None) -> str:
    """The one that this customer was last quoted in, else the one its owner last sold in, else the organisation's."""
    for by in ({"account_id": account_id}, {"owner_id": owner_id}):
        if (found := get_last_currency(context.session, context.own_scope, **by)) is not None:
            return found
    return context.organisation.currency


def _first_stage(context: SkillContext) -> Stage:
    stage = context.session.exec(select(Stage).where(Stage.kind == Status.OPEN).order_by(col(Stage.position))).first()
    if stage is None:
        raise Impossible(
            text("There are no stages yet, so an opportunity has nowhere to start."),
            text("An administrator can import opportunities with their stages first."),
        )
    return stage


SKILL = Skill(
    name="create",
    summary=text("Add an opportunity"),
    params=CreateParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("new", "add"),
    form=("account", "name", "amount", "close_date", "product", "stage", "next_step"),
    examples=(
        Example(
            "new opportunity with acme, 45k, closing in March",
            CreateParams(account="acme", amount="45k", close_date="in March"),
        ),
        Example("create a deal for acme worth 30,000", CreateParams(account="acme", amount="30,000")),
        Example("add an opportunity: acme, Watch, $80k", CreateParams(account="acme", product="Watch", amount="$80k")),
        Example("I have a new deal at acme", CreateParams(account="acme")),
        Example("open a new opp for acme", CreateParams(account="acme")),
        Example(
            "acme wants Predict, put it in as a new opportunity for 25k",
            CreateParams(account="acme", product="Predict", amount="25k"),
        ),
        Example("新建商机 acme 30万", CreateParams(account="acme", amount="30万")),
        Example("给 acme 建一个商机，下个月签", CreateParams(account="acme", close_date="下个月")),
        Example("新增一个 acme 的单子，金额 5万", CreateParams(account="acme", amount="5万")),
    ),
)
