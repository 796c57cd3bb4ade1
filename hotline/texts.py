"""What the house says by SMS: one short sentence a template, never a word of what the citizen wrote.

A text message is read by whoever holds the telephone, so it carries the number, the query code and the day,
and nothing of the matter. Short enough for one segment where it can be: a second one is paid for twice. The
words are the city's (`texts.toml`, and over it what was set at the desk); what they must keep is said here.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from cases.calendar import Calendar
from cases.city import City
from cases.parties import Vault
from cases.procedures import PROCEDURES
from hotline.settings import Misconfigured

UCS2_ALONE, UCS2_JOINED = 70, 67  # characters in a message of its own, and in a part of a longer one
GSM_ALONE, GSM_JOINED = 160, 153
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_DOUBLE = frozenset("^{}\\[~]|€")  # escaped: two places each

PACKAGED = Path(__file__).parent / "city"
FILE = "texts.toml"
PLACE, OPTIONAL = re.compile(r"\{([^{}\[\]]*)\}"), re.compile(r"\[([^\[\]]*)\]")

Facts = Mapping[str, Any]


class Wording(Struct, frozen=True):
    """What a text is for, and of which places (`PLACES`) and words it may say and must say something."""

    title: str
    to: str
    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()  # words that save a life or bring the answer


def render(template: str, facts: Facts, city: City, vault: Vault, words: str = "") -> str:
    """The message of `template`, signed; `words` are those in force, else the packaged ones. `KeyError` when there
    is no such template."""
    return signature(city) + filled(words or packaged(PACKAGED)[template], facts, city, vault)


def filled(words: str, facts: Facts, city: City, vault: Vault) -> str:
    """The words with their places filled in; what stands in […] is left out where one of its places is empty."""
    said = {name: PLACES[name](facts, city, vault) for name in PLACE.findall(words)}

    def kept(part: re.Match[str]) -> str:
        return part[1] if all(said[name] for name in PLACE.findall(part[1])) else ""

    return PLACE.sub(lambda place: said[place[1]], OPTIONAL.sub(kept, words))


@cache
def packaged(folder: Path) -> Mapping[str, str]:
    """The words of the city's folder, and of this house where it has none; `Misconfigured` names what is wrong."""
    found = dict(packaged(PACKAGED)) if folder != PACKAGED else {"trial": "{正文}"}
    path = folder / FILE
    if path.exists():
        try:
            found |= {str(name): str(words) for name, words in tomllib.loads(path.read_text("utf-8")).items()}
        except tomllib.TOMLDecodeError as error:
            raise Misconfigured(f"{path}: {error}") from error
    for name, words in found.items():
        if name not in WORDINGS or faults(name, words):
            raise Misconfigured(f"{path}: {name}: {'；'.join(faults(name, words)) if name in WORDINGS else 'unknown'}")
    return found


def faults(template: str, words: str) -> list[str]:
    """What is wrong with the words of a template, a sentence each; none when they may be sent."""
    wording, named = WORDINGS[template], PLACE.findall(words)
    found = [f"没有“{{{name}}}”这一项，可用的有：{_listed(wording)}" for name in named if name not in _known(wording)]
    always = PLACE.findall(OPTIONAL.sub("", words))
    found += [f"不能缺少“{{{name}}}”（也不能放在方括号里）" for name in wording.must if name not in always]
    found += [f"不能缺少“{word}”" for word in wording.keeps if word not in OPTIONAL.sub("", words)]
    if _unpaired(words):
        found.append("花括号、方括号应当成对，方括号里应有一项花括号")
    return found


def _unpaired(words: str) -> bool:
    rest = OPTIONAL.sub(lambda part: part[1] if PLACE.search(part[1]) else part[0], words)
    return bool(re.search(r"[{}\[\]]", PLACE.sub("", rest)))


def _known(wording: Wording) -> tuple[str, ...]:
    return wording.must + wording.may


def _listed(wording: Wording) -> str:
    return "、".join(f"{{{name}}}" for name in _known(wording)) or "（这条短信没有可填的项）"


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


def _clock_title(facts: Facts, city: City, vault: Vault) -> str:
    clocks = {clock.id: clock.title for procedure in PROCEDURES.values() for clock in procedure.clocks}
    return clocks.get(facts["clock"], str(facts["clock"]))


def _rung_title(facts: Facts, city: City, vault: Vault) -> str:
    rung = city.rung(facts["rung"])
    return rung.title if rung else "提醒"


def _number(facts: Facts, city: City, vault: Vault) -> str:
    return str(facts["number"]) if "number" in facts else "、".join(facts.get("numbers", [])[:1])


def _stage(facts: Facts, city: City, vault: Vault) -> str:
    procedure = PROCEDURES.get(facts.get("procedure", "work_order"))
    return plain_stage(facts["stage"], procedure.stages.get(facts["stage"], "") if procedure else "")


PLACES: dict[str, Callable[[Facts, City, Vault], str]] = {
    "编号": _number,
    "查询码": lambda f, c, v: v.code(f["number"]),
    "期限": lambda f, c, v: "" if f.get("ended") else until(f.get("promised"), c.calendar),
    "到期": lambda f, c, v: until(f.get("due"), c.calendar).removesuffix("前"),
    "时限": _clock_title,
    "提醒": _rung_title,
    "环节": _stage,
    "件数": lambda f, c, v: str(f["count"]),
    "人数": lambda f, c, v: str(f["people"]),
    "文号": lambda f, c, v: str(f.get("norm", "")),
    "失效日": lambda f, c, v: str(f.get("on", "")),
    "正文": lambda f, c, v: str(f.get("text", "")),
    "验证码": lambda f, c, v: v.open(bytes.fromhex(f.get("sealed", ""))),
    "链接": lambda f, c, v: v.open(bytes.fromhex(f.get("link", ""))),
}


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

CITIZEN, OFFICE_STAFF, STAFF = "来电人", "承办人员", "工作人员"
WORDINGS: dict[str, Wording] = {
    "receipt": Wording("受理回执", CITIZEN, ("编号", "查询码"), ("期限",)),
    "signed": Wording("签收告知", CITIZEN, ("编号",), ("期限",)),
    "extended": Wording("延期告知", CITIZEN, ("编号",), ("期限",)),
    "suspended": Wording("暂停计时告知", CITIZEN, ("编号",)),
    "result": Wording("答复告知", CITIZEN, ("编号", "查询码")),
    "diverted": Wording("告知法定途径", CITIZEN, ("编号", "查询码")),
    "merged": Wording("并案告知", CITIZEN, ("编号",)),
    "reopened": Wording("重办告知", CITIZEN, ("编号",), ("期限",)),
    "moved": Wording("期限调整告知", CITIZEN, ("编号", "期限")),
    "danger": Wording("险情自救提示", CITIZEN, ("编号",), (), ("110", "119", "120")),
    "handed_over": Wording("转紧急部门告知", CITIZEN, ("编号",), (), ("110", "119", "120")),
    "one_time": Wording("手机验证码", CITIZEN, ("验证码",), (), ("10分钟",)),
    "status": Wording("进度查询答复", CITIZEN, ("编号", "环节"), ("期限",)),
    "help": Wording("短信使用说明", CITIZEN, (), (), ("CX", "12345")),
    "refused": Wording("查询不到的答复", CITIZEN, (), (), ("CX", "12345")),
    "alert": Wording("期限提醒", OFFICE_STAFF, ("编号", "时限", "提醒"), ("到期",)),
    "digest": Wording("期限提醒汇总", OFFICE_STAFF, ("件数",), ("编号",)),
    "moved_work": Wording("期限调整通知", OFFICE_STAFF, ("件数",), ("编号",)),
    "alarm": Wording("险情核实通知", STAFF, ("编号",)),
    "danger_desk": Wording("险情值班提醒", STAFF, ("编号",)),
    "surge": Wording("热点预警", STAFF, ("人数",)),
    "norm_lapses": Wording("规范性文件即将失效", STAFF, ("文号", "失效日")),
    "invited": Wording("设置密码链接", STAFF, ("链接",)),
    "locked": Wording("登录暂停告知", STAFF),
    "trial": Wording("试发", "本人", ("正文",)),
}
