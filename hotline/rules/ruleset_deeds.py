"""What may be done to a rule set by one button: checked, rehearsed, published, recalled, rolled back, brought up
to date, withdrawn. One table of deeds, one way to take them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from cases.procedure import Refused
from hotline.house import House
from hotline.office.casework import moment_typed
from hotline.problems import Problem
from hotline.rules.publishing import in_force, keep, line, open_draft, publish, recall, roll_back, try_out
from hotline.rules.rehearsing import ask
from hotline.rules.rulesets import Act, Stale, rule_set, updated, withdraw
from hotline.sent import whole_number

Told = dict[str, Any]
Deed = Callable[[House, Act, int, Mapping[str, str]], Told]
STEPS = {
    "check": "已检查",
    "rehearse": "已提交试算，由后台进行",
    "publish": "已发布",
    "recall": "已撤回发布",
    "rollback": "已恢复",
    "update": "已并入现行版本，请核对",
    "withdraw": "草稿已撤销",
}
BACK = timedelta(days=30)  # rehearsed where nobody says since when


def take(house: House, act: Act, number: int, said: Mapping[str, str]) -> Told:
    """Does what `said["step"]` names; what it led to, for a program."""
    deed = DEEDS.get(said.get("step", ""))
    if deed is None:
        raise Problem("没有这个步骤", {"step": f"应为{'、'.join(DEEDS)}之一"})
    return deed(house, act, number, said)


def _check(house: House, act: Act, number: int, said: Mapping[str, str]) -> Told:
    with house.reading() as connection:  # what takes long stands outside the writing transaction
        mine = open_draft(connection, number)
        outcome = try_out(connection, mine.texts, act.now, house.city)
    with house.writing() as connection:
        mine = keep(connection, act, mine, outcome)
    return {"state": mine.state, "digest": mine.digest, "findings": mine.findings}


def _rehearse(house: House, act: Act, number: int, said: Mapping[str, str]) -> Told:
    try:
        since = moment_typed(said.get("since"), house, act.now - BACK)
    except Problem:
        raise Problem("没有开始试算", {"since": "应为日期，例如2026-11-01"}) from None
    with house.writing() as connection:
        return {"rehearsal": ask(connection, act, number, since)}


def _publish(house: House, act: Act, number: int, said: Mapping[str, str]) -> Told:
    try:
        from_at = moment_typed(said["from_at"], house, act.now) if said.get("from_at") else None
    except Problem:
        raise Problem("没有发布", {"from_at": "应为日期和时间，例如2026-12-01T00:00"}) from None
    with house.writing() as connection:
        return {"from_at": publish(connection, act, number, _revision(said), from_at)}


def _recall(house: House, act: Act, number: int, said: Mapping[str, str]) -> Told:
    with house.writing() as connection:
        recall(connection, act, number)
    return {}


def _roll_back(house: House, act: Act, number: int, said: Mapping[str, str]) -> Told:
    with house.writing() as connection:
        return {"from_at": roll_back(connection, act, number)}


def _update(house: House, act: Act, number: int, said: Mapping[str, str]) -> Told:
    try:
        with house.writing() as connection:
            onto = rule_set(connection, in_force(line(connection), act.now))
            return {"clashes": updated(connection, act, number, _revision(said), onto)}
    except Stale:
        raise Refused("草稿刚刚被别人修改，请核对后再并入") from None


def _withdraw(house: House, act: Act, number: int, said: Mapping[str, str]) -> Told:
    with house.writing() as connection:
        withdraw(connection, act, number)
    return {}


def _revision(said: Mapping[str, str]) -> int:
    seen = whole_number(said.get("revision"))
    if seen is None:
        raise Problem("没有办理", {"revision": "请注明您所看到的修订"})
    return seen


DEEDS: dict[str, Deed] = {
    "check": _check,
    "rehearse": _rehearse,
    "publish": _publish,
    "recall": _recall,
    "rollback": _roll_back,
    "update": _update,
    "withdraw": _withdraw,
}
