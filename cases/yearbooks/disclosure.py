"""依申请公开 by the year, in the shape of the yearly report of 《政府信息公开条例》第五十条.

The report's own rows: an answer of each kind has its place there, the ground of a refusal is a row of its own.
"""

from collections.abc import Iterator, Mapping

from cases.history import Event
from cases.procedures.disclosure_facts import ANSWERS, GROUNDS
from cases.yearly import (
    BEGIN,
    CARRIED,
    CONCLUDED,
    IN_TIME,
    Line,
    Past,
    Span,
    Yearbook,
    happened,
    kind,
    lines_of,
    office_of,
)

_GROUP = {  # 答复的种类在年度报告中的栏目
    "public": "granted", "granted": "granted", "corrected": "granted", "partial": "partial", "register": "refused",
    "absent": "unable", "not_ours": "unable", "to_make": "unable", "passed_on": "unable",
    "petition": "declined", "repeated": "declined", "excessive": "declined",
}  # fmt: skip
_REFUSED = {**GROUNDS, "none": "未注明理由", "register": "属于行政查询事项（第三十六条第七项）"}


def _answered(past: Past, event: Event) -> str:
    said = event.facts.kind
    if said == "refused":
        return f"refused.{event.facts.ground}"
    group = _GROUP[said]
    return group if group == "partial" else f"{group}.{said}"


def _group(name: str) -> Mapping[str, str]:
    return {key: ANSWERS[key] for key, group in _GROUP.items() if group == name and key in ANSWERS}


def _disclosure(past: Past, span: Span, end: Event | None) -> Iterator[str]:
    yield from happened(past, span, {"extend": "extended", "challenge": "challenged"})


DISCLOSURE = Yearbook(
    procedure="disclosure",
    title="依申请公开",
    basis="《政府信息公开条例》第五十条，政府信息公开工作年度报告",
    lines=(
        *BEGIN,
        CONCLUDED,
        Line(key="concluded.granted", title="（一）予以公开", article="《政府信息公开条例》第三十六条", whole="concluded"),
        *lines_of("concluded.granted", _group("granted")),
        Line(key="concluded.partial", title="（二）部分公开", article="《政府信息公开条例》第三十七条", whole="concluded"),
        Line(key="concluded.refused", title="（三）不予公开", article="《政府信息公开条例》第十四条至第十六条", whole="concluded"),
        *lines_of("concluded.refused", _REFUSED),
        Line(key="concluded.unable", title="（四）无法提供", article="《政府信息公开条例》第三十六条、第三十八条", whole="concluded"),
        *lines_of("concluded.unable", _group("unable")),
        Line(key="concluded.declined", title="（五）不予处理", article="《政府信息公开条例》第三十五条、第三十九条", whole="concluded"),
        *lines_of("concluded.declined", _group("declined")),
        Line(key="concluded.other", title="（六）其他处理", whole="concluded"),
        *lines_of("concluded.other", {"lapsed": "逾期不补正，不再处理", "unpaid": "逾期不缴费，不再处理", "withdrawn": "申请人撤回"}),
        *IN_TIME,
        CARRIED,
        Line(key="extended", title="延长答复期限（件次）", article="《政府信息公开条例》第三十三条"),
        Line(key="challenged", title="申请人登记复议或者起诉", article="《政府信息公开条例》第五十一条"),
    ),
    ends={"answer": _answered, "lapse": kind("other.lapsed"), "lapse_unpaid": kind("other.unpaid"),
          "withdraw": kind("other.withdrawn")},
    done=frozenset({"answered", "lapsed", "withdrawn"}),
    timed=frozenset({"answer"}),
    clocks=frozenset({"gi.reply", "gi.bulk"}),
    more=_disclosure,
    counted=frozenset({"extend", "challenge"}),
    columns=("carried_in", "received", "concluded", "concluded.granted", "concluded.refused", "timed.late", "carried_out"),
    respondent=office_of,
)  # fmt: skip
