"""The agreement: what it must contain to stand, from which day, and until when each duty and each right runs.

A last day that the sides wrote down is a date and not a period: it does not roll. The periods that follow
from it (confirmation, enforcement) do; their lengths are those of the mediation procedure.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from cases.calendar import Calendar
from cases.law import Article, Length
from cases.periods import End, Period, add_months, end_of, moment_on
from cases.procedures.mediation import MEDIATION
from cases.procedures.mediation_guards import UNRECORDED, lacking

CONTENT = Article("人民调解法", "29(1)")
WRITTEN = Article("人民调解法", "29(2)")
MOST = 60  # instalments: five years of months


class Duty(Struct, frozen=True, kw_only=True):
    """One thing owed: by which side, what, until when; a sum in fen where it is money."""

    part: str
    side: str
    what: str
    last_day: date
    amount_fen: int = 0


class Agreement(Struct, frozen=True, kw_only=True):
    """调解协议. `signed` are the days on which each side signed; for an oral one `recorded` is the day on which
    the mediator wrote it down."""

    reached: date
    facts: str
    duties: tuple[Duty, ...]
    oral: bool = False
    signed: dict[str, date] = {}
    mediator_signed: date | None = None
    sealed: date | None = None
    recorded: date | None = None
    willing: bool = True
    harms_others: bool = False


def faults(agreement: Agreement) -> list[str]:
    """What an agreement lacks, each a whole sentence; an empty list when it can stand."""
    found = [said for said, wrong in _checks(agreement) if wrong]
    return found + [said for duty in agreement.duties if (said := _duty_fault(duty, agreement))]


def _checks(agreement: Agreement) -> Sequence[tuple[str, bool]]:
    parts = [duty.part for duty in agreement.duties]
    return (
        (f"应当写明纠纷的主要事实、争议事项（{CONTENT}）", not agreement.facts.strip()),
        (f"应当写明协议的内容、履行的方式和期限（{CONTENT}）", not agreement.duties),
        ("各项义务应当分别命名", len(parts) != len(set(parts))),
        ("协议应当出于双方自愿", not agreement.willing),
        ("协议不得损害国家利益、社会公共利益和他人合法权益", agreement.harms_others),
        (f"书面协议缺少{'、'.join(_unsigned(agreement))}，尚不生效（{WRITTEN}）", bool(_unsigned(agreement))),
        (UNRECORDED, agreement.oral and agreement.recorded is None),
    )


def _unsigned(agreement: Agreement) -> list[str]:
    days = {**agreement.signed, "mediator": agreement.mediator_signed, "seal": agreement.sealed}
    return [] if agreement.oral else lacking(name for name, day in days.items() if day is not None)


def _duty_fault(duty: Duty, agreement: Agreement) -> str | None:
    if not duty.what.strip():
        return f"“{duty.part}”没有写明内容"
    if duty.side not in ("applicant", "respondent"):
        return f"“{duty.part}”没有写明由哪一方履行"
    if duty.amount_fen < 0:
        return f"“{duty.part}”的数额不能为负"
    return f"“{duty.part}”的期限早于协议达成之日" if duty.last_day < agreement.reached else None


def effective_day(agreement: Agreement) -> date | None:
    """The day from which it binds: written, the last of both signatures, the mediator's and the seal (第二十九条);
    oral, the day it was reached, once it is recorded (第三十条). None while something is missing."""
    if agreement.oral:
        return agreement.reached if agreement.recorded is not None else None
    both = [agreement.signed.get("applicant"), agreement.signed.get("respondent")]
    days = [*both, agreement.mediator_signed, agreement.sealed]
    return None if None in days else max(day for day in days if day is not None)


def instalments(total_fen: int, first_day: date, count: int) -> tuple[tuple[date, int], ...]:
    """`total_fen` in `count` monthly parts, each with its last day: the day of the first, or the last of a
    shorter month (民法典第二百零二条), counted from the first; the odd fen go with the last."""
    if not 1 <= count <= MOST:
        raise ValueError(f"count: {count} is not between 1 and {MOST}")
    if total_fen < count:
        raise ValueError(f"total_fen: {total_fen} cannot be parted in {count}")
    each, odd = divmod(total_fen, count)
    amounts = [each] * (count - 1) + [each + odd]
    return tuple((add_months(first_day, n), amount) for n, amount in enumerate(amounts))


def overdue(duties: Sequence[Duty], done: Sequence[str], on: date) -> tuple[Duty, ...]:
    """The duties not done whose last day is over on `on`, the oldest first."""
    late = [duty for duty in duties if duty.part not in done and duty.last_day < on]
    return tuple(sorted(late, key=lambda duty: duty.last_day))


def confirmation_end(agreement: Agreement, calendar: Calendar) -> End | None:
    """Until when both sides may ask the court to confirm it (民事诉讼法第二百零五条); None while it does not bind."""
    day = effective_day(agreement)
    return None if day is None else _end("md.confirm.apply", day, calendar)


def enforcement_end(duty: Duty, calendar: Calendar) -> End:
    """Until when enforcement of a confirmed duty may be asked for (民事诉讼法第二百五十条): each from its own day."""
    return _end("md.enforce", duty.last_day, calendar)


def _end(clock_id: str, day: date, calendar: Calendar) -> End:
    clock = MEDIATION.clock(clock_id)
    assert isinstance(clock.length, Length), "the Code sets these"
    end = end_of(Period(start=moment_on(day, calendar), lengths=(clock.length,), rolls=clock.rolls), calendar)
    assert end is not None, "nothing is left out of it"
    return end
