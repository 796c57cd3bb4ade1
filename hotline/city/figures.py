"""The city's other figures as settings: from which confidence a model may dispatch, what is alike, whose word
stands in a document number, where a danger is told. They take effect at once or on a day to come, and move no clock."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from cases.phones import understand
from hotline.alike.rules import FIGURES, AlikeRules, Series, packaged_rules
from hotline.city.sorts import Foreseen, Line, changed_rows, none_wrong, number_in, whole_in
from hotline.fields import Field
from hotline.house import House
from hotline.office.captions import WORDS
from routing.topics import Surge

SORT = FIGURES
TITLE = "其他设置"
LEAD = "自动派单的把握、相似诉求和热点的界限、发文字号里各单位的代字、紧急部门的值班手机。保存后立即生效，也可以定在以后的某一天。"
DATED = False


class Opinion(Struct, frozen=True):
    """From which confidence on a learned model dispatches what no rule claims; None: never."""

    least: float | None = None


class Words(Struct, frozen=True):
    """The word of each office in a document number."""

    words: dict[str, str]


class Contacts(Struct, frozen=True):
    """The duty desk's mobile of each emergency service; a service that is not here is told by telephone."""

    phones: dict[str, str]


KINDS: Mapping[str, type[Any]] = {"second_opinion": Opinion, "alike": AlikeRules, "words": Words, "emergency": Contacts}
TITLES = {"second_opinion": "自动派单的把握", "alike": "相似诉求与热点", "words": "发文字号的单位代字", "emergency": "紧急部门值班手机"}
SERVICES = {service: WORDS[service] for service in ("110", "119", "120", "122")}
UNSET = "没有设置，由值班席电话通报"
CHANGES = {
    "words": "已经编出的文号不变，新的代字用于以后签发的文书。",
    "emergency": "以后的险情用新的号码通报；没有通报到的，可以在“未送达短信”里再发一次。",
}
ALIKE = {
    "near": "相似到多少算同一件事（0.05至0.95）",
    "shown": "最多向话务员显示几件相似的",
    "web_people": "另有几人反映过才告诉来电人",
    "series_cases": "一人就同一件事来电几次算反复",
    "series_days": "反复来电看最近几天",
    "surge_people": "热点：几天内新增多少人",
    "surge_days": "热点：看最近几天",
    "surge_times": "热点：达到平时的几倍",
}


def least_confidence(house: House) -> float | None:
    """From which confidence on a model may dispatch by itself; None where a person always does."""
    found: Opinion = standing(house, "second_opinion", house.now())
    return found.least


def word_of(house: House, office: str) -> str:
    """The word of an office in a document number; its title where it has none."""
    found: Words = standing(house, "words", house.now())
    return found.words.get(office) or house.city.offices.get(office, office)


def contacts(house: House) -> Mapping[str, str]:
    """The mobile that takes the news of a danger, by service."""
    found: Contacts = standing(house, "emergency", house.now())
    return found.phones


def listed(house: House) -> list[Line]:
    """All of them."""
    now, found = house.now(), []
    for name, title in TITLES.items():
        lines = told(house, name, standing(house, name, now))
        more = "等" if len(lines) > 3 else ""
        found.append(Line(name=name, title=title, value="；".join(f"{label}：{said}" for label, said in lines[:3]) + more))
    return found


def title_of(house: House, name: str) -> str:
    """What it is called."""
    return TITLES[name]


def standing(house: House, name: str, at: datetime) -> Any:
    """The figures in force then."""
    version = house.papers.standing(SORT, name, at)
    return (version.read(KINDS[name]) if version else None) or packaged(house, name)


def packaged(house: House, name: str) -> Any:
    """The figures of the city's folder."""
    if name == "alike":
        return packaged_rules(house.settings.city)
    if name == "second_opinion":
        return Opinion(house.city.edition(house.city.calendar.day_of(house.now())).second_opinion)
    if name == "emergency":
        return Contacts({service: phone for service, phone in _table(house, "emergency.toml").items() if phone})
    return Words(_table(house, "letters.toml").get("words", {}))


def _table(house: House, name: str) -> dict[str, Any]:
    file = house.settings.city / name
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


def understood(name: str, content: str) -> Any:
    """From JSON."""
    return msgspec.json.decode(content, type=KINDS[name])


def form(house: House, name: str, content: Any) -> list[Field]:
    """One control a figure."""
    if name == "alike":
        return [
            Field(name=key, title=ALIKE[key], control="line", must=True, value=value, most=6)
            for key, value in _figures(content).items()
        ]
    if name == "second_opinion":
        value = "" if content.least is None else f"{content.least:g}"
        hint = "0.5至1之间；空着就是从不自动派单，一律由人决定"
        return [Field(name="least", title="模型有多大把握才自动派单", control="line", value=value, hint=hint, most=6)]
    if name == "emergency":
        return [
            Field(name=f"phone.{service}", title=title, control="line", value=content.phones.get(service, ""), most=20)
            for service, title in SERVICES.items()
        ]
    offices = _offices(house)
    return [
        Field(name=f"word.{code}", title=title, control="line", value=content.words.get(code, ""), most=12)
        for code, title in offices
    ]


def parsed(house: House, name: str, typed: Mapping[str, Any], at: datetime) -> Any:
    """The figures that were typed."""
    errors: dict[str, str] = {}
    found: Any
    if name == "alike":
        found = _alike(typed, errors)
    elif name == "second_opinion":
        said = str(typed.get("least", "")).strip()
        found = Opinion(number_in(typed, "least", 0.5, 1, errors) if said else None)
    elif name == "emergency":
        found = _contacts(typed, errors)
    else:
        found = _words(house, typed, errors)
    none_wrong(errors)
    return found


def told(house: House, name: str, content: Any) -> list[tuple[str, str]]:
    """In words."""
    if name == "alike":
        return [(ALIKE[key], value) for key, value in _figures(content).items()]
    if name == "second_opinion":
        return [("自动派单", "从不，一律由人决定" if content.least is None else f"把握不低于{content.least:g}时")]
    if name == "emergency":
        return [(title, content.phones.get(service, UNSET)) for service, title in SERVICES.items()]
    return [(title, content.words[code]) for code, title in _offices(house) if content.words.get(code)]


def foreseen(house: House, name: str, pair: tuple[Any, Any], at: datetime) -> Foreseen:
    """What differs."""
    before, after = (told(house, name, one) for one in pair)
    return Foreseen(says=(CHANGES.get(name, "已经派出、已经合并的案件不变。"),), head=("项目", "现行", "改后"), rows=changed_rows(before, after))


def _figures(content: AlikeRules) -> dict[str, str]:
    series, surge = content.series, content.surge
    found = (
        content.near, content.shown, content.web_people, series.cases, series.days, surge.people, surge.days, surge.times
    )  # fmt: skip
    return {key: f"{value:g}" for key, value in zip(ALIKE, found, strict=True)}


def _alike(typed: Mapping[str, Any], errors: dict[str, str]) -> AlikeRules:
    cases, days = whole_in(typed, "series_cases", 99, errors), whole_in(typed, "series_days", 366, errors)
    return AlikeRules(
        near=number_in(typed, "near", 0.05, 0.95, errors),
        shown=whole_in(typed, "shown", 20, errors),
        web_people=whole_in(typed, "web_people", 99, errors),
        series=Series(cases, days),
        surge=Surge(
            people=whole_in(typed, "surge_people", 999, errors),
            days=whole_in(typed, "surge_days", 90, errors),
            times=number_in(typed, "surge_times", 1, 100, errors),
        ),
    )


def _words(house: House, typed: Mapping[str, Any], errors: dict[str, str]) -> Words:
    """One word an office; two offices with one word would give one number to two letters."""
    found: dict[str, str] = {}
    for code, _ in _offices(house):
        said = str(typed.get(f"word.{code}", "")).strip()
        if len(said) > 12 or any(mark in said for mark in "〔〕[]（）() "):
            errors[f"word.{code}"] = "代字不超过12字，不含括号和空格"
        elif said and said in found.values():
            errors[f"word.{code}"] = f"代字“{said}”已经是别的单位的"
        elif said:
            found[code] = said
    return Words(found)


def _contacts(typed: Mapping[str, Any], errors: dict[str, str]) -> Contacts:
    """A mobile a service, or none."""
    found: dict[str, str] = {}
    for service in SERVICES:
        said = str(typed.get(f"phone.{service}", "")).strip()
        if said and not understand(said).takes_text:
            errors[f"phone.{service}"] = "应为可以接收短信的手机号；没有的请空着"
        elif said:
            found[service] = said
    return Contacts(found)


def _offices(house: House) -> list[tuple[str, str]]:
    own = [("government", f"{house.city.name}人民政府"), ("centre", "12345热线受理中心"), ("petition", "信访部门")]
    known = {code for code, _ in own}
    return own + sorted((code, title) for code, title in house.city.offices.items() if code not in known)


