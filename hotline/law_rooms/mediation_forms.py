"""What the mediator types at the table, and the steps that it becomes once the rules of `mediation` have nothing
against it. What they refuse never reaches the ledger; what must never be, the ledger refuses by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from cases.calendar import Calendar
from cases.periods import moment_on
from cases.procedure import File, Refused
from cases.procedures.mediation_facts import SIDES, Mediator, Oral, Part, Planned, Session, Written
from cases.procedures.work_order_facts import Text
from hotline.problems import Problem
from mediation.agreement import MOST as MOST_PARTS
from mediation.agreement import Agreement, Duty, effective_day, faults, instalments
from mediation.panel import RECUSAL, Candidate, Tie, choose, why_not_sit
from mediation.sessions import RECORD, Record, Sitting, record_faults, why_not_held
from mediation.table import Table, ties_known

TIES = {"none": "没有", **{tie.value: tie.label for tie in Tie}}
Names = Annotated[tuple[str, ...], Meta(max_length=20)]
Side = Literal["applicant", "respondent"]
Steps = list[tuple[str, Any, datetime]]  # in their order, each with the moment that counts


class Choosing(Struct, frozen=True, kw_only=True):
    """选定调解员."""

    mediator: Annotated[str, Meta(title="调解员（不选则按双方意愿和名册推定）")] = ""
    first: Annotated[Names, Meta(title="申请人愿意选的（账号，依次）")] = ()
    second: Annotated[Names, Meta(title="被申请人愿意选的（账号，依次）")] = ()
    tie: Annotated[Literal["none", "kin", "interest", "other"], Meta(title="本人申报的利害关系")] = "none"
    both_accept: Annotated[bool, Meta(title="双方知道该关系，仍同意由其调解")] = False


class Planning(Struct, frozen=True, kw_only=True):
    """安排调解."""

    on: Annotated[date, Meta(title="日期")]
    start: Annotated[str, Meta(pattern=r"^\d{1,2}:\d{2}$", title="开始（如 09:30）")]
    end: Annotated[str, Meta(pattern=r"^\d{1,2}:\d{2}$", title="结束（如 11:00）")]
    room: Annotated[str, Meta(max_length=60, title="调解室")] = ""


class Minutes(Struct, frozen=True, kw_only=True):
    """调解笔录."""

    applicant_present: Annotated[bool, Meta(title="申请人到场")] = False
    applicant_heard: Annotated[bool, Meta(title="已听取申请人陈述")] = False
    applicant_signed: Annotated[bool, Meta(title="申请人在笔录上签名（拒绝签名的在记录中注明，并勾选）")] = False
    respondent_present: Annotated[bool, Meta(title="被申请人到场")] = False
    respondent_heard: Annotated[bool, Meta(title="已听取被申请人陈述")] = False
    respondent_signed: Annotated[bool, Meta(title="被申请人在笔录上签名（拒绝签名的在记录中注明，并勾选）")] = False
    text: Annotated[Text, Meta(title="调解记录")]
    next_on: Annotated[date | None, Meta(title="下次调解日期")] = None


class Owing(Struct, frozen=True, kw_only=True):
    """一项义务."""

    part: Annotated[str, Meta(min_length=1, max_length=50, title="义务名称")]
    side: Annotated[Side, Meta(title="由哪一方履行")]
    what: Annotated[str, Meta(min_length=1, max_length=500, title="内容和方式")]
    last_day: Annotated[date, Meta(title="履行的最后一日（分期的为首期）")]
    amount_fen: Annotated[int, Meta(ge=0, le=10**12, title="金额（分），没有的填0")] = 0
    count: Annotated[int, Meta(ge=1, le=MOST_PARTS, title="分几期，每月一期")] = 1


class Agreeing(Owing, frozen=True, kw_only=True):
    """达成协议, with its first duty."""

    text: Annotated[Text, Meta(title="协议内容")]
    oral: Annotated[bool, Meta(title="口头协议（双方认为无需制作协议书）")] = False
    recorded: Annotated[bool, Meta(title="口头协议已由调解员记录")] = False
    willing: Annotated[bool, Meta(title="双方自愿")] = False
    lawful: Annotated[bool, Meta(title="不损害国家利益、社会公共利益和他人合法权益")] = False
    applicant_signed_on: Annotated[date | None, Meta(title="申请人签名之日")] = None
    respondent_signed_on: Annotated[date | None, Meta(title="被申请人签名之日")] = None
    mediator_signed_on: Annotated[date | None, Meta(title="调解员签名之日")] = None
    sealed_on: Annotated[date | None, Meta(title="加盖印章之日")] = None


class Around(Struct, frozen=True, kw_only=True):
    """What an act is judged against beside its own case."""

    file: File
    table: Table
    roster: Sequence[Candidate]
    names: Mapping[str, str]  # of the roster, by account
    others: Sequence[Sitting]
    calendar: Calendar
    now: datetime


def sides(file: File) -> tuple[str, ...]:
    """The offices that are themselves a side of the dispute."""
    other = str(getattr(file.opening.facts, "other_office", ""))
    return (other,) if other else ()


def choosing(form: Choosing, around: Around) -> Steps:
    """Who is to sit, by the wish of both sides before that of the body."""
    roster = [ties_known(candidate, around.table) for candidate in around.roster]
    named, both = form.mediator, form.mediator in form.first and form.mediator in form.second
    if not named:
        able = [one for one in roster if one.mediator not in around.table.mediators]
        able = [one for one in able if why_not_sit(one, sides(around.file)) is None]
        try:
            chosen = choose(form.first, form.second, able)
        except ValueError:
            raise Problem("没有可以选定的调解员", {"mediator": "名册上没有可以选的调解员"}) from None
        named, both = chosen.mediators[0], chosen.by_both
    candidate = next((one for one in roster if one.mediator == named), None)
    if candidate is None:
        raise Problem("填写的内容有误", {"mediator": "名册上没有这位调解员"})
    own = frozenset() if form.tie == "none" else frozenset({Tie(form.tie)})
    candidate = replace(candidate, ties=candidate.ties | own)
    if said := why_not_sit(candidate, sides(around.file), form.both_accept):
        raise Refused(said, RECUSAL, "mediator")
    facts = Mediator(mediator=named, chosen_by="both" if both else "body", no_interest=True)
    return [("choose_mediator", facts, around.now)]


def planning(form: Planning, around: Around) -> Steps:
    """A sitting, where neither mediator nor room is bound elsewhere."""
    try:
        start, end = (_moment(form.on, said, around.calendar) for said in (form.start, form.end))
    except ValueError:
        raise Problem("填写的内容有误", {"start": "应为一天里的钟点，例如 09:30"}) from None
    sitting = Sitting(
        case=around.file.id, mediators=frozenset(around.table.mediators), start=start, end=end, room=form.room.strip()
    )
    if said := why_not_held(sitting, around.others, around.calendar, around.now):
        raise Refused(said, RECORD, "start")
    return [("plan_session", Planned(start=start, end=end, room=form.room.strip()), around.now)]


def minutes(form: Minutes, around: Around) -> Steps:
    """The record of a session."""
    had = {what: [s for s in SIDES if getattr(form, f"{s}_{what}")] for what in ("present", "heard", "signed")}
    record = Record(
        on=around.calendar.day_of(around.now),
        present=frozenset(had["present"]),
        heard=frozenset(had["heard"]),
        signed=frozenset(had["signed"]),
        mediators=frozenset(around.table.mediators),
        text=form.text,
        next_on=form.next_on,
    )
    _stop(record_faults(record), "笔录还不能成立")
    facts = Session(
        applicant_present=form.applicant_present,
        respondent_present=form.respondent_present,
        applicant_heard=form.applicant_heard,
        respondent_heard=form.respondent_heard,
        text=form.text,
        next_on=form.next_on,
        signed=tuple(had["signed"]),  # type: ignore[arg-type]
    )
    return [("hold_session", facts, around.now)]


def agreeing(form: Agreeing, around: Around) -> Steps:
    """The agreement, on the day from which it binds, and its duties."""
    today = around.calendar.day_of(around.now)
    duties = _duties(form)
    signed = {"applicant": form.applicant_signed_on, "respondent": form.respondent_signed_on}
    agreement = Agreement(
        reached=today,
        facts=str(getattr(around.file.opening.facts, "text", "")),
        duties=duties,
        oral=form.oral,
        signed={side: day for side, day in signed.items() if day is not None},
        mediator_signed=form.mediator_signed_on,
        sealed=form.sealed_on,
        recorded=today if form.oral and form.recorded else None,
        willing=form.willing,
        harms_others=not form.lawful,
    )
    _stop(faults(agreement), "协议还不能成立")
    day = effective_day(agreement)
    assert day is not None, "nothing is missing"
    at = around.now if day >= today else moment_on(day, around.calendar)
    if day > today:
        raise Problem("填写的内容有误", {"sealed_on": "签名和盖章的日期不能晚于今日"})
    facts = Oral(text=form.text, recorded=True) if form.oral else Written(
        text=form.text, applicant_signed=True, respondent_signed=True, mediator_signed=True, sealed=True
    )  # fmt: skip
    return [("agree_orally" if form.oral else "agree_in_writing", facts, at), *_parts(duties, around.now)]


def owing(form: Owing, around: Around) -> Steps:
    """One duty more."""
    return _parts(_duties(form), around.now)


def _duties(form: Owing) -> tuple[Duty, ...]:
    one = Duty(part=form.part, side=form.side, what=form.what, last_day=form.last_day, amount_fen=form.amount_fen)
    if form.count == 1:
        return (one,)
    try:
        parts = instalments(form.amount_fen, form.last_day, form.count)
    except ValueError:
        raise Problem("填写的内容有误", {"amount_fen": "分期履行的应当写明金额，且不少于期数"}) from None
    return tuple(
        replace(one, part=f"{form.part}第{n}期", last_day=day, amount_fen=fen) for n, (day, fen) in enumerate(parts, 1)
    )


def _parts(duties: Sequence[Duty], now: datetime) -> Steps:
    return [
        ("set_part", Part(part=d.part, side=d.side, last_day=d.last_day, what=d.what, amount_fen=d.amount_fen), now)  # type: ignore[arg-type]
        for d in duties
    ]


def _stop(found: Sequence[str], title: str) -> None:
    if found:
        raise Problem(title + "：" + "；".join(found), {})


def _moment(on: date, said: str, calendar: Calendar) -> datetime:
    hour, minute = (int(part) for part in said.split(":"))
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=calendar.zone)


ACTS: Mapping[str, tuple[type[Any], Any]] = {  # what is typed, and what it becomes
    "choose": (Choosing, choosing),
    "plan": (Planning, planning),
    "minutes": (Minutes, minutes),
    "agree": (Agreeing, agreeing),
    "duty": (Owing, owing),
}
