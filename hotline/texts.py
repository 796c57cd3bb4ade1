"""What the house says by SMS: one short sentence a template, never a word of what the citizen wrote.

A text message is read by whoever holds the telephone, so it carries the number, the query code and the day,
and nothing of the matter. Short enough for one segment where it can be: a second one is paid for twice.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from cases.calendar import Calendar
from cases.city import City
from cases.parties import Vault
from cases.procedures import PROCEDURES

UCS2_ALONE, UCS2_JOINED = 70, 67  # characters in a message of its own, and in a part of a longer one
GSM_ALONE, GSM_JOINED = 160, 153
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_DOUBLE = frozenset("^{}\\[~]|€")  # escaped: two places each

Facts = Mapping[str, Any]
Wording = Callable[[Facts, City, Vault], str]


def render(template: str, facts: Facts, city: City, vault: Vault) -> str:
    """The message of `template`, signed. `KeyError` when there is no such template."""
    return signature(city) + WORDINGS[template](facts, city, vault)


def signature(city: City) -> str:
    """Who speaks, as operators ask for it: 【武陵区12345】."""
    return f"【{city.name.rpartition('市')[2] or city.name}12345】"


def segments(text: str) -> int:
    """How many messages an operator counts for `text`."""
    if all(letter in GSM or letter in GSM_DOUBLE for letter in text):
        size = len(text) + sum(letter in GSM_DOUBLE for letter in text)
        alone, joined = GSM_ALONE, GSM_JOINED
    else:
        size = len(text.encode("utf-16-be")) // 2
        alone, joined = UCS2_ALONE, UCS2_JOINED
    return 1 if size <= alone else -(-size // joined)


def promised_day(moment: datetime, calendar: Calendar) -> date:
    """The last day of a promise that is over at `moment`: 24:00 belongs to the day before."""
    return calendar.day_of(moment - timedelta(microseconds=1))


def until(moment: Any, calendar: Calendar) -> str:
    """A promise in words: 12月1日前, or to the minute where it ends within a day; 1月6日（暂定）前 in a year whose
    holidays are not published; empty for none."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    day = promised_day(at, calendar)
    local = at.astimezone(calendar.zone)
    firm = "" if calendar.firm(day) else "（暂定）"
    hour = "" if at == calendar.end_of(day) else f"{local:%H:%M}"
    return f"{day.month}月{day.day}日{hour}{firm}前"


def _receipt(facts: Facts, city: City, vault: Vault) -> str:
    number, day = facts["number"], until(facts.get("promised"), city.calendar)
    told = f"，{day}答复" if day else ""
    return f"诉求已受理，编号{number}，查询码{vault.code(number)}{told}。回复CX加编号可查进度"


def _signed(facts: Facts, city: City, vault: Vault) -> str:
    day = until(facts.get("promised"), city.calendar)
    return f"工单{facts['number']}已由承办单位签收办理" + (f"，{day}答复您。" if day else "。")


def _extended(facts: Facts, city: City, vault: Vault) -> str:
    day = until(facts.get("promised"), city.calendar)
    return f"工单{facts['number']}情况复杂，经批准延期" + (f"，{day}答复您。" if day else "。")


def _status(facts: Facts, city: City, vault: Vault) -> str:
    procedure = PROCEDURES.get(facts.get("procedure", "work_order"))
    stage = procedure.stages.get(facts["stage"], "") if procedure else ""
    open_until = "" if facts.get("ended") else until(facts.get("promised"), city.calendar)
    return f"工单{facts['number']}：{plain_stage(facts['stage'], stage)}" + (
        f"，承诺{open_until}答复。" if open_until else "。"
    )


def _alert(facts: Facts, city: City, vault: Vault) -> str:
    clocks = {clock.id: clock.title for procedure in PROCEDURES.values() for clock in procedure.clocks}
    rung = city.rung(facts["rung"])
    due = until(facts.get("due"), city.calendar)
    return (
        f"工单{facts['number']}“{clocks.get(facts['clock'], facts['clock'])}”{rung.title if rung else '提醒'}"
        + (f"，期限{due.removesuffix('前')}，请办理。" if due else "，请办理。")
    )


def _digest(facts: Facts, city: City, vault: Vault) -> str:
    numbers = facts.get("numbers", [])
    return f"您有{facts['count']}件工单需要处理：{'、'.join(numbers[:1])}等，请登录系统查看。"


def _moved(facts: Facts, city: City, vault: Vault) -> str:
    day = until(facts.get("promised"), city.calendar)
    return f"因放假安排公布，工单{facts['number']}改为{day}答复您。"


def _moved_work(facts: Facts, city: City, vault: Vault) -> str:
    numbers = facts.get("numbers", [])
    return f"因放假安排公布，您有{facts['count']}件案件的期限调整：{'、'.join(numbers[:1])}等，请登录系统查看。"


def plain_stage(stage: str, title: str) -> str:
    """A stage as a citizen is told: what goes on between offices is no stage of theirs."""
    return PLAIN.get(stage, title or "办理中")


PLAIN = {
    "registered": "已登记，正在确定承办单位",
    "dispatched": "已转承办单位，等待签收",
    "signed": "承办单位已签收",
    "in_hand": "正在办理",
    "returning": "正在确认承办单位",
    "answered": "已办理，答复正在审核",
    "reviewed": "已答复",
    "called_back": "已答复并回访",
    "closed": "已办结",
    "handed_over": "已转紧急部门处置",
    "diverted": "已告知法定途径",
    "merged": "已并入同类诉求一并办理",
    "withdrawn": "已撤回",
}

WORDINGS: dict[str, Wording] = {
    "receipt": _receipt,
    "signed": _signed,
    "extended": _extended,
    "suspended": lambda f, c, v: f"工单{f['number']}因客观原因暂停计时，恢复办理后继续，详情凭查询码查看。",
    "result": lambda f, c, v: (
        f"工单{f['number']}已有答复，凭查询码{v.code(f['number'])}查看并评价，不满意可申请重办。"
    ),
    "diverted": lambda f, c, v: (
        f"工单{f['number']}应通过法定途径解决，办理途径凭查询码{v.code(f['number'])}查看。"
    ),
    "merged": lambda f, c, v: f"工单{f['number']}已并入同类诉求一并办理，办好后同样答复您。",
    "reopened": lambda f, c, v: (
        f"工单{f['number']}已重新办理"
        + (f"，{until(f.get('promised'), c.calendar)}答复您。" if f.get("promised") else "。")
    ),
    "danger": lambda f, c, v: (
        f"如有危险请立即拨打110、119、120或122！工单{f['number']}已登记，值班席会联系紧急部门。"
    ),
    "alarm": lambda f, c, v: f"工单{f['number']}疑似正在发生险情，请立即与12345值班席联系核实处置。",
    "alert": _alert,
    "digest": _digest,
    "moved": _moved,
    "moved_work": _moved_work,
    "surge": lambda f, c, v: f"热点预警：近日有{f['people']}人反映同一件事，请登录系统“热点”核实处置。",
    "status": _status,
    "help": lambda f, c, v: "请发短信写明事情、地点，我们登记后回复编号；查进度发“CX编号”；急事请拨12345。",
    "refused": lambda f, c, v: "没有查到，请核对编号；非登记手机查询请发“CX 编号 查询码”，或拨打12345。",
}
