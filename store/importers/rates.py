"""Exchange rates out of files, refused row by row."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from store.importers.names import folded
from store.importers.problems import RowRefused
from store.importers.work import Record, Work
from store.models import ExchangeRate, RateKind
from store.rates import add_rates

KINDS = {
    **dict.fromkeys(("", "daily", "spot", "day", "日", "每日"), RateKind.DAILY),
    **dict.fromkeys(("plan", "planned", "budget", "plan rate", "计划"), RateKind.PLAN),
}


def import_rates(work: Work, records: Sequence[Record]) -> None:
    """Known by currency, kind and first day; a changed one leaves what is booked as it is."""
    home = work.organisation.currency
    rates: dict[tuple[str, str, object], tuple[ExchangeRate, Record]] = {}
    for record in records:
        try:
            rate = _rate(record, home)
            key = (rate.currency, rate.kind, rate.valid_from)
            earlier = rates.get(key)
            if earlier and Decimal(earlier[0].rate) != Decimal(rate.rate):
                number = earlier[1].row.number
                raise RowRefused("rate", f"row {number} of this import is about the same rate and says otherwise")
        except RowRefused as refused:
            work.refuse(record, refused.field, refused.reason)
            continue
        if earlier:
            work.report.unchanged += 1
        else:
            rates[key] = (rate, record)
    done = add_rates(work.session, [rate for rate, _ in rates.values()], work.author, home)
    work.report.added += done.added
    work.report.changed += done.changed
    work.report.unchanged += done.unchanged
    if done.booked:
        work.report.notes.append(f"{done.booked:,} of the opportunities won could be booked only now.")
    if done.unbooked:
        work.report.warnings.append(
            f"{done.unbooked:,} of the opportunities won have no rate for their close date: they are in no total yet."
        )


def _rate(record: Record, home: str) -> ExchangeRate:
    currency = record.get("currency")
    if currency is None:
        raise RowRefused("currency", "the currency is missing")
    if currency == home:
        raise RowRefused("currency", f"{home} is the organisation's own currency and needs no rate")
    kind = KINDS.get(folded(record.text("kind")))
    if kind is None:
        raise RowRefused("kind", f"“{record.text('kind')}” is neither daily nor plan")
    if record.get("valid_from") is None:
        raise RowRefused("valid_from", "the first day is missing")
    said = record.text("rate")
    try:
        rate = Decimal(said.replace(",", ".") if "." not in said else said)
    except InvalidOperation as error:
        raise RowRefused("rate", f"“{said}” is not a rate such as 1.0842" if said else "the rate is missing") from error
    if not rate.is_finite() or rate <= 0:
        raise RowRefused("rate", f"a rate is greater than zero, not {said}")
    return ExchangeRate(currency=currency, kind=kind.value, valid_from=record.get("valid_from"), rate=f"{rate:f}")
