"""Who handles a reconsideration, and what stands in the way of its steps.

条例第三十九条 lets one person handle a simplified case; this house keeps two everywhere, because a case may be
switched to the ordinary procedure on any day and must then have two already.
"""

from collections.abc import Iterator

from cases.clocks import latest
from cases.guards import is_pending
from cases.history import Event
from cases.law import Length
from cases.periods import Period, end_of, moment_on
from cases.procedure import Attempt, File, Guard

LEAST = 2  # 《行政复议法实施条例》第三十九条: 二名以上行政复议人员参加
TRIAL = frozenset({"trial", "simplified", "moving"})
TOO_FEW = "行政复议案件自受理至决定应当始终有二名以上承办人"
PENDING = {
    "suspend": ("resume", "案件已中止，请先恢复审理"),
    "inspect": ("end_inspection", "现场勘验尚未结束"),
    "appraise": ("end_appraisal", "鉴定尚未结束"),
    "ask_takeover": ("answer_takeover", "提级审理的请示尚未答复"),
    "ask_committee": ("committee_opinion", "尚未取得行政复议委员会的意见"),
    "stay_execution": ("lift_stay", "停止执行尚未解除"),
}


def standing_handlers(history: tuple[Event, ...]) -> Iterator[tuple[Event, tuple[str, ...]]]:
    """After each event of a history, who handles the case."""
    now: tuple[str, ...] = ()
    for event in history:
        facts = event.facts
        if event.step in ("accept", "accept_simplified", "assign_handlers", "take_over"):
            now = tuple(dict.fromkeys(facts.handlers))
        elif event.step == "add_handlers":
            now = tuple(dict.fromkeys((*now, *facts.handlers)))
        elif event.step in ("replace_handler", "recuse"):
            now = tuple(who for who in now if who != facts.handler)
            if facts.replacement:
                now = tuple(dict.fromkeys((*now, facts.replacement)))
        elif event.step == "release_handler":
            now = tuple(who for who in now if who != facts.handler)
        yield event, now


def handlers_of(file: File) -> tuple[str, ...]:
    """Who handles the case now."""
    return [who for _, who in standing_handlers(file.history)][-1]


def two_handlers(file: File) -> str | None:
    """Never fewer than two from acceptance to decision: after every event, also one recorded late."""
    stage = ""
    for event, who in standing_handlers(file.history):
        stage = file.procedure.step(event.step).to or stage
        if stage in TRIAL and len(who) < LEAST:
            return f"{TOO_FEW}（《行政复议法实施条例》第三十九条）"
    return None


def none_recused(file: File) -> str | None:
    """Who has withdrawn once handles the case no more."""
    gone: set[str] = set()
    for event, who in standing_handlers(file.history):
        if event.step == "recuse":
            gone.add(event.facts.handler)
        if back := gone.intersection(who):
            return f"{'、'.join(sorted(back))}已经回避，不得承办本案"
    return None


def all_qualified(file: File) -> str | None:
    """Everybody who handles the case came with a certificate (第六条、第四十五条第二款)."""
    bare: set[str] = set()
    for event, who in standing_handlers(file.history):
        if hasattr(event.facts, "certificates"):
            numbers = (*event.facts.certificates, *[""] * len(event.facts.handlers))
            named = dict(zip(event.facts.handlers, numbers, strict=False))
        elif getattr(event.facts, "replacement", ""):
            named = {event.facts.replacement: event.facts.certificate}
        else:
            continue
        bare = (bare - {name for name, number in named.items() if number.strip()}) & set(who)
        bare |= {name for name, number in named.items() if not number.strip()}
        if bare:
            return f"{'、'.join(sorted(bare))}没有登记行政复议人员资格（《行政复议法》第六条）"
    return None


# -- guards ------------------------------------------------------------------------------------------


def enough_handlers(attempt: Attempt) -> str | None:
    """At least two different people are named."""
    if attempt.facts is None:
        return None
    return TOO_FEW if len(set(attempt.facts.handlers)) < LEAST else None


def not_a_handler(attempt: Attempt) -> str | None:
    """Only one who handles the case can leave it."""
    if attempt.facts is None or attempt.facts.handler in handlers_of(attempt.file):
        return None
    return f"{attempt.facts.handler}不是本案承办人"


def handles_already(attempt: Attempt) -> str | None:
    """Who comes is not one of those who are there."""
    if attempt.facts is None or attempt.facts.replacement not in handlers_of(attempt.file):
        return None
    return f"{attempt.facts.replacement}已经是本案承办人"


def with_agency(attempt: Attempt) -> str | None:
    """The application still lies with the agency that imposed the penalty."""
    return "申请由作出处罚的机关收到，尚未转送复议机关" if _lies_with_agency(attempt.file) else None


def not_with_agency(attempt: Attempt) -> str | None:
    """Only the agency that has the application can correct itself or forward it."""
    return None if _lies_with_agency(attempt.file) else "申请不在作出处罚的机关"


def _lies_with_agency(file: File) -> bool:
    return file.opening.facts.channel == "agency" and not file.has("forward")


def open_pairs(*names: str) -> Guard:
    """Forbids while one of these pairs is open."""

    def guard(attempt: Attempt) -> str | None:
        for name in names:
            shuts, reason = PENDING[name]
            if is_pending(attempt, name, (shuts,)):
                return reason
        return None

    return guard


def never_heard(attempt: Attempt) -> str | None:
    """In the ordinary procedure the parties are heard before the decision (第四十九条)."""
    heard = any(attempt.file.has(step) for step in ("hear_opinions", "hold_hearing"))
    return None if heard or attempt.file.stage == "simplified" else "普通程序应当先听取当事人的意见（第四十九条）"


def hearing_open(attempt: Attempt) -> str | None:
    """A hearing that is arranged is held or called off first."""
    waits = is_pending(attempt, "arrange_hearing", ("hold_hearing", "call_off_hearing"))
    return "已安排的听证尚未举行" if waits else None


def reply_awaited(attempt: Attempt) -> str | None:
    """The respondent keeps the whole of its time to reply."""
    if not attempt.file.has("send_copy"):
        return "尚未将申请书副本送被申请人"
    if not any(attempt.file.has(step) for step in ("reply", "copy_received", "copy_received_simplified")):
        return "尚未登记被申请人收到副本的日期"
    for clock in ("ar.reply.ordinary", "ar.reply.simplified"):
        reading = latest(attempt.file.readings(attempt.city), clock)
        if reading and reading.open and reading.end and attempt.at < reading.end.moment:
            return "被申请人的答复期限尚未届满"
    return None


def hearing_too_soon(attempt: Attempt) -> str | None:
    """Five full working days lie between the notice and the hearing (第五十一条第一款)."""
    if attempt.facts is None:
        return None
    clock = attempt.file.procedure.clock("ar.hearing.notice")
    calendar = attempt.city.calendar
    held = moment_on(attempt.facts.held_on, calendar)
    assert isinstance(clock.length, Length), "the Act sets it"
    period = Period(start=held, lengths=(clock.length,), backward=True)
    end = end_of(period, calendar)
    assert end is not None
    too_soon = calendar.day_of(attempt.at) > end.due
    return f"听证应当于举行的五个工作日前通知，该日至迟须在{end.due}通知" if too_soon else None


def not_suspended_sixty_days(attempt: Attempt) -> str | None:
    """Ending a case because it stood still asks for the sixty days (第四十一条第五项)."""
    if attempt.facts is None or attempt.facts.ground != "suspended":
        return None
    reading = latest(attempt.file.readings(attempt.city), "ar.suspend.terminate")
    if reading is None or not reading.open or reading.end is None:
        return "案件不是因申请人死亡、丧失行为能力或终止而中止"
    return "中止尚未满六十日" if attempt.at < reading.end.moment else None


def norm_not_ours(ours: bool) -> Guard:
    """Steps of a norm review belong to the way that was taken: handled here, or forwarded."""

    def guard(attempt: Attempt) -> str | None:
        last = [event for event in attempt.file.history if event.step == "suspend"]
        if not last or last[-1].facts.norm_ours is None or not is_pending(attempt, "suspend", ("resume",)):
            return "案件没有因附带审查规范性文件而中止"
        if last[-1].facts.norm_ours is not ours:
            return "本机关对该规范性文件" + ("无权处理，应当转送" if ours else "有权处理，不必转送")
        return None

    return guard


def unfinished(attempt: Attempt) -> str | None:
    """A file is put away when nothing ordered in it is outstanding."""
    names = ("ar.remake", "ar.opinion.report")
    open_runs = [r for r in attempt.file.readings(attempt.city) if r.clock.id in names and r.open]
    return "责令重作或意见书要求报告的事项尚未完成" if open_runs else None
