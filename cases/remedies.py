"""What a citizen can still do against a decision, at whom, and until which day.

The days are readings of the citizen's own clocks, which start at the service on each party; nothing is counted
here. A decision that is not served yet has its remedy named, and no day.
"""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from cases.city import City
from cases.clocks import Reading
from cases.decisions import ARCHIVED, COURT, DECISIONS, Decision, Way
from cases.explaining import Day
from cases.history import Event
from cases.law import Article, Length
from cases.procedure import File

ABOVE = "原办理机关、单位的上一级机关、单位"

WAYS: Mapping[str, Way] = {
    "al.sue.after_reconsideration": Way("提起行政诉讼", COURT),
    "al.sue.reconsideration_overdue": Way("提起行政诉讼（复议逾期未决定）", COURT),
    "ar.sue.compulsory": Way("提起行政诉讼（复议前置）", COURT),
    "al.sue.direct": Way("提起行政诉讼", COURT),
    "ar.apply.general": Way("申请行政复议", "行政复议机关"),
    "xf.review.request": Way("请求复查", ABOVE),
    "xf.recheck.request": Way("请求复核", ABOVE),
    "al.appeal.judgment": Way("上诉", "上一级人民法院"),
    "al.appeal.ruling": Way("上诉", "上一级人民法院"),
    "al.retrial.apply": Way("申请再审", "上一级人民法院"),
    "al.supervision.apply": Way("申请检察监督", "人民检察院"),
    "md.confirm.apply": Way("共同申请司法确认", "人民法院"),
    "md.confirm.object_party": Way("对确认裁定提出异议", "作出裁定的人民法院"),
    "md.enforce": Way("申请强制执行", "人民法院"),
    "sc.sue": Way("提起诉讼（国家赔偿）", COURT),
    "wo.reopen": Way("申请重新办理", "12345热线"),
}
JOINT = "作出原行政行为的机关和行政复议机关为共同被告"
DEFENDANT = {"uphold": JOINT, "dismiss_request": JOINT, "change": "行政复议机关为被告"}  # 行政诉讼法第二十六条


class Remedy(Struct, frozen=True, kw_only=True):
    """One way that remains. `until` is its last day, None where it is not running yet or has none; `party` who
    has it, where each was served on another day."""

    title: str
    whom: str
    article: Article
    party: str = ""
    until: date | None = None
    provisional: bool = False
    because: str = ""
    days: tuple[Day, ...] = ()  # on the way to `until`, each with the reason it did or did not count


def remedies(file: File, city: City, now: datetime) -> tuple[Remedy, ...]:
    """The ways that remain at `now`, the first to end first."""
    runs = [r for r in file.readings(city) if r.clock.id in WAYS and not _judges_opening(file, r)]
    found = [_running(file, run, city) for run in runs if run.open and run.end and now < run.end.moment]
    found.sort(key=lambda remedy: (remedy.until or date.max, remedy.party))
    return (*found, *_unserved(file, runs), *_without_day(file))


def nothing_left(file: File, city: City, now: datetime) -> str:
    """Why the last decision leaves no way (any more), in a sentence; empty while one remains or nothing is decided."""
    event, decision = _decided(file)
    if event is None or decision is None or remedies(file, city, now):
        return ""
    title = file.procedure.step(event.step).title
    return f"“{title}”：{decision.none}" if decision.none else f"“{title}”：告知的期限已经届满，没有人提出"


def _decided(file: File) -> tuple[Event | None, Decision | None]:
    """The last event that decided something and what it leaves; nothing once the case has gone on to another stage.
    Putting the file away changes neither."""
    table = DECISIONS.get(file.procedure.name, ())
    for event in reversed(file.history):
        found = next((one for one in table if event.step in one.steps and _bears(event, one)), None)
        if found is not None and found.none != ARCHIVED:
            return event, found
        if found is None and file.procedure.step(event.step).to is not None:
            break
    return None, None


def _bears(event: Event, decision: Decision) -> bool:
    return all(getattr(event.facts, name, "") in wanted for name, wanted in decision.when.items())


def _judges_opening(file: File, run: Reading) -> bool:
    return run.started_by == file.opening.seq


def _running(file: File, run: Reading, city: City) -> Remedy:
    assert run.end is not None, "it runs"
    way = WAYS[run.clock.id]
    begun = next(event.step for event in file.history if event.seq == run.started_by)
    counted = f"自“{file.procedure.step(begun).title}”起{run.lengths}"
    return Remedy(
        title=way.title,
        whom=way.whom,
        article=run.article,
        party=run.key,
        until=run.end.due,
        provisional=run.end.provisional,
        because="；".join(filter(None, (counted, _defendant(file, run.clock.id)))),
        days=run.explain(city.calendar),
    )


def _defendant(file: File, clock: str) -> str:
    """Whom to sue after a reconsideration, by the kind of its decision."""
    kinds = [event.facts.kind for event in file.history if event.step == "decide"]
    return DEFENDANT.get(kinds[-1], "") if kinds and clock == "al.sue.after_reconsideration" else ""


def _unserved(file: File, runs: list[Reading]) -> tuple[Remedy, ...]:
    """The remedies of the last decision that no service has started yet."""
    event, decision = _decided(file)
    if event is None or decision is None:
        return ()
    begun = {run.clock.id for run in runs if run.begun_at >= event.at}
    waiting = [file.procedure.clock(name) for name in decision.clocks if name not in begun]
    return tuple(
        Remedy(
            title=WAYS[clock.id].title,
            whom=WAYS[clock.id].whom,
            article=clock.article,
            because=f"尚未登记送达，自送达起{clock.length}" if isinstance(clock.length, Length) else "尚未登记送达",
        )
        for clock in waiting
    )


def _without_day(file: File) -> tuple[Remedy, ...]:
    event, decision = _decided(file)
    if event is None or decision is None:
        return ()
    article = file.procedure.step(event.step).article
    return tuple(
        Remedy(title=way.title, whom=way.whom, article=article, because=way.until) for way in decision.ways
    )
