"""What a citizen can still do against a decision, at whom, and until which day.

The days are readings of the citizen's own clocks, which start at the service on each party; nothing is counted
here. A decision that is not served yet has its remedy named, and no day.
"""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from cases.city import City
from cases.clocks import Reading
from cases.law import Article
from cases.procedure import File

COURT = "有管辖权的人民法院"
ABOVE = "原办理机关、单位的上一级机关、单位"


class Way(Struct, frozen=True):
    """A remedy as the law names it, and to whom one turns."""

    title: str
    whom: str


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
    "wo.reopen": Way("申请重新办理", "12345热线"),
}
UNSERVED = {  # procedure and stage of a decision → the clock that its service will start
    ("reconsideration", "decided"): "al.sue.after_reconsideration",
    ("petition", "answered"): "xf.review.request",
    ("petition", "reviewed"): "xf.recheck.request",
    ("disclosure", "answered"): "ar.apply.general",
}
JOINT = "作出原行政行为的机关和行政复议机关为共同被告"
DEFENDANT = {"uphold": JOINT, "dismiss_request": JOINT, "change": "行政复议机关为被告"}  # 行政诉讼法第二十六条第二款
WITHOUT_DAY: Mapping[tuple[str, str], tuple[Way, ...]] = {
    ("mediation", "failed"): (
        Way("依法申请仲裁", "仲裁机构"), Way("通过行政途径处理（包括行政复议）", "有权处理的行政机关"),
        Way("提起诉讼", COURT),
    ),
    ("mediation", "broken"): (Way("就协议的履行提起诉讼", COURT),),
}  # fmt: skip


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


def remedies(file: File, city: City, now: datetime) -> tuple[Remedy, ...]:
    """The ways that remain at `now`, the first to end first."""
    runs = [r for r in file.readings(city) if r.clock.id in WAYS and not _judges_opening(file, r)]
    found = [_running(file, run) for run in runs if run.open and run.end and now < run.end.moment]
    found.sort(key=lambda remedy: (remedy.until or date.max, remedy.party))
    return (*found, *_unserved(file, runs), *_without_day(file))


def _judges_opening(file: File, run: Reading) -> bool:
    return run.started_by == file.opening.seq


def _running(file: File, run: Reading) -> Remedy:
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
    )


def _defendant(file: File, clock: str) -> str:
    """Whom to sue after a reconsideration, by the kind of its decision."""
    kinds = [event.facts.kind for event in file.history if event.step == "decide"]
    return DEFENDANT.get(kinds[-1], "") if kinds and clock == "al.sue.after_reconsideration" else ""


def _unserved(file: File, runs: list[Reading]) -> tuple[Remedy, ...]:
    name = UNSERVED.get((file.procedure.name, file.stage), "")
    if not name or any(run.clock.id == name and run.begun_at >= file.entered.at for run in runs):
        return ()
    way, clock = WAYS[name], file.procedure.clock(name)
    because = f"尚未登记送达，自送达起{clock.length}"
    return (Remedy(title=way.title, whom=way.whom, article=clock.article, because=because),)


def _without_day(file: File) -> tuple[Remedy, ...]:
    ways = WITHOUT_DAY.get((file.procedure.name, file.stage), ())
    article = file.procedure.step(file.entered.step).article
    return tuple(
        Remedy(title=way.title, whom=way.whom, article=article, because="按该途径自身的期限") for way in ways
    )
