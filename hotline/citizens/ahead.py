"""What comes next in a case and what its citizen can still do, each in plain words with the last day and why.

The words are a table by procedure and stage, the days are readings of the clocks named beside them, so that the
page promises nothing the file does not count. Pure, like `progress`, of which this is the half that looks on.
"""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from cases.choices import choices
from cases.city import City
from cases.clocks import Reading
from cases.explaining import Day
from cases.people import CITIZEN
from cases.procedure import File
from cases.remedies import WAYS, Remedy


class Ahead(Struct, frozen=True, kw_only=True):
    """The next thing that happens, by when it has to, by which rule, and every day that counts."""

    what: str
    until: datetime | None = None
    provisional: bool = False
    because: str = ""
    days: tuple[Day, ...] = ()
    late: bool = False  # it should have happened by now


class Way(Struct, frozen=True, kw_only=True):
    """Something the citizen can do: here (`href`), or at whom. `until` is its last day, None where it has none."""

    title: str
    what: str = ""
    href: str = ""
    whom: str = ""
    party: str = ""
    article: str = ""
    because: str = ""
    until: date | None = None
    provisional: bool = False
    days: tuple[Day, ...] = ()


Said = tuple[str, str]  # what happens, and the clocks that say until when, the first that runs

NEXT: Mapping[str, Mapping[str, Said]] = {
    "work_order": {
        "registered": ("热线中心确定由哪个单位办理", "wo.dispatch"),
        "dispatched": ("承办单位签收", "wo.sign_for"),
        "signed": ("承办单位联系您或者到现场，开始办理", "wo.handle"),
        "in_hand": ("承办单位办好，并写出给您的答复", "wo.handle"),
        "returning": ("热线中心重新确定由哪个单位办理", "wo.rule_on_return"),
        "answered": ("承办单位负责人审核答复，通过后就告诉您", "wo.review"),
        "reviewed": ("热线中心打电话回访，问您是否解决、是否满意", "wo.call_back"),
        "called_back": ("热线中心归档，您仍然可以评价", "wo.close"),
    },
    "petition": {
        "registered": ("确定有权处理的单位，转送过去", "xf.dept.dispatch xf.agency.notify_direct"),
        "sent": ("收到转送的单位签收，并书面告诉您", "xf.agency.notify_forwarded"),
        "with_agency": ("单位书面告诉您是否受理", "xf.agency.notify_direct xf.agency.notify_forwarded"),
        "objecting": ("核实这件事应当由哪个单位办理", "xf.agency.notify_forwarded"),
        "accepted": ("单位调查核实，出具处理意见书", "xf.handle"),
        "answered": ("处理意见书送达您，由您决定接受还是请求复查", ""),
        "reviewing": ("上一级单位出具复查意见", "xf.review.decide"),
        "reviewed": ("复查意见书送达您，由您决定接受还是请求复核", ""),
        "rechecking": ("上一级单位出具复核意见", "xf.recheck.decide"),
    },
    "reconsideration": {
        "received": (
            "复议机构审查是否受理；到期没有说不受理，就视为受理",
            "ar.accept.review ar.accept.review_after_supplement ar.transfer.via_penalty_agency",
        ),
        "unclear": ("等您把材料补齐", "ar.supplement.submit"),
        "deemed": ("指定两名以上承办人，开始审理", "ar.decide.ordinary"),
        "trial": ("听取您和对方的意见，作出复议决定", "ar.decide.ordinary"),
        "simplified": ("按简易程序审理，作出复议决定", "ar.decide.simplified"),
        "moving": ("案件移交上级复议机关审理", "ar.takeover.transfer"),
        "decided": ("复议决定书送达您", ""),
    },
    "mediation": {
        "applied": ("问另一方是否愿意调解，双方都愿意才开始", "md.consent"),
        "mediating": ("调解员约双方见面商量", "md.people.close md.admin.hunan md.court_online"),
        "agreed": ("双方按协议履行，也可以共同申请法院确认", "md.confirm.apply"),
        "confirming": ("人民法院审查协议", "md.confirm.decide md.confirm.accept"),
        "confirmed": ("双方按法院确认的协议履行", "md.perform"),
    },
    "disclosure": {
        "received": ("单位书面答复您", "gi.bulk gi.reply"),
        "unclear": ("等您把要的信息说得更清楚", "gi.correct.submit"),
        "charged": ("等您缴纳信息处理费", "gi.fee.pay"),
    },
}
HERE: Mapping[str, tuple[str, str, str, str]] = {  # step → its name, what it is for, where, its last day's clocks
    "rate": ("评价", "告诉我们答复好不好，每件评价一次", "#rate", ""),
    "reopen": ("申请重新办理", "问题没有解决的，由原单位再办一次", "#reopen", "wo.reopen"),
    "supplement": ("提交补正材料", "把通知里要求的材料交来", "steps/supplement", "ar.supplement.submit gi.correct.submit"),
    "give_reasons": ("说明理由", "说明为什么需要这么多信息", "steps/give_reasons", ""),
    "request_review": ("请求复查", "不服处理意见的，请上一级单位重新看一遍", "steps/request_review", "xf.review.request"),
    "request_recheck": ("请求复核", "不服复查意见的，请再上一级单位看最后一遍", "steps/request_recheck", "xf.recheck.request"),
    "accept_outcome": ("接受意见，办结", "认可处理结果，这件事就办结了", "steps/accept_outcome", ""),
    "add_material": ("补充材料", "补充情况、照片或文件", "#more", ""),
}
WITHDRAWAL = ("撤回", "不需要办了，撤回以后不能恢复", "withdrawal", "")
CORRECTED = "更正内容、地点或联系方式"
IN_HOUSE = frozenset({"wo.reopen", "xf.review.request", "xf.recheck.request"})  # remedies that are steps above
DOORS = {"ar.apply.general": "applications/reconsideration"}  # remedies whose application is made in this house


def ahead(file: File, city: City, now: datetime) -> Ahead | None:
    """What happens next; None at the end and where only people of the house know."""
    what, clocks = NEXT.get(file.procedure.name, {}).get(file.stage, ("", ""))
    if not what or file.ended:
        return None
    run = _run(file, city, clocks)
    if run is None or run.end is None:
        return Ahead(what=what)
    return Ahead(
        what=what,
        until=run.end.moment,
        provisional=run.end.provisional,
        because=f"{run.lengths}，{run.article}",
        days=run.explain(city.calendar),
        late=now >= run.end.moment,
    )


def ways(file: File, city: City, now: datetime, left: tuple[Remedy, ...]) -> tuple[Way, ...]:
    """What can still be done, the steps of this house first; `left` are the remedies that remain."""
    open_here = {choice.step.name for choice in choices(file, CITIZEN, now, city) if not choice.refused}
    found = [_here(file, city, name) for name in HERE if name in open_here]
    if "add_material" in open_here:
        what = "写错了、搬家了、换号码了，都可以改；原来的会留着"
        article = str(file.procedure.step("add_material").article)
        found.append(Way(title=CORRECTED, what=what, href=_at(file, "corrections"), article=article))
    if "withdraw" in open_here:
        found.append(_here(file, city, "withdraw"))
    here = {WAYS[clock].title for clock in IN_HOUSE}
    doors = {WAYS[clock].title: door for clock, door in DOORS.items()}
    return (*found, *(_outside(file, one, doors.get(one.title, "")) for one in left if one.title not in here))


def _here(file: File, city: City, name: str) -> Way:
    title, what, place, clocks = HERE.get(name, WITHDRAWAL)
    step, run = file.procedure.step(name), _run(file, city, clocks)
    return Way(
        title=title,
        what=what,
        href=place if place.startswith("#") else _at(file, place),
        article=str(step.article),
        until=run.end.due if run and run.end else None,
        provisional=bool(run and run.end and run.end.provisional),
        days=run.explain(city.calendar) if run else (),
    )


def _at(file: File, place: str) -> str:
    return f"/requests/{file.number}/{place}"


def _outside(file: File, remedy: Remedy, door: str) -> Way:
    return Way(
        title=remedy.title,
        href=_at(file, door) if door else "",
        whom=remedy.whom,
        party=remedy.party,
        article=str(remedy.article),
        because=remedy.because,
        until=remedy.until,
        provisional=remedy.provisional,
        days=remedy.days,
    )


def _run(file: File, city: City, clocks: str) -> Reading | None:
    """The run that is still open of the first of `clocks` that has one."""
    runs = [run for run in file.readings(city) if run.open]
    return next((run for name in clocks.split() for run in reversed(runs) if run.clock.id == name), None)
