"""行政应诉 by the year: suits, judgments, what took effect, and whether the head of the agency came to court.

A case is concluded when its judgment takes effect; a suit that is withdrawn is concluded by that.
"""

from collections.abc import Iterator

from cases.history import Event
from cases.procedures.litigation_facts import EXCUSES, OUTCOMES
from cases.yearly import (
    BEGIN,
    CARRIED,
    CONCLUDED,
    CORRECTED,
    RESULTS,
    Line,
    Past,
    Span,
    Yearbook,
    happened,
    kind,
    last_before,
    lines_of,
    office_of,
    result,
)

_SUITS = {"act": "行政行为", "omission": "不履行职责", "reconsidered": "经复议的案件", "disclosure": "政府信息公开",
          "compensation": "行政赔偿"}  # fmt: skip
_RULINGS = {"dismissed": "裁定驳回起诉", "withdrawn": "裁定准许撤诉", "ended": "裁定终结诉讼", "other": "其他裁定"}
_AL_ALSO = {"appeal": "appealed", "grant_retrial": "retried", "advice_norm": "advice", "advice_governance": "advice",
            "reply_advice": "advice_replied", "perform": "performed", "apply_execution": "enforced"}  # fmt: skip


def _first(past: Past, event: Event) -> str:
    """The first-instance outcome that stood when `event` came."""
    found = last_before(past, event, "judge", "rule")
    if found is None:
        return "other"
    return str(found.facts.outcome if found.step == "judge" else f"ruled_{found.facts.kind}")


def _taken_effect(past: Past, event: Event) -> str:
    return f"first.{_first(past, event)}"


def _hearings(past: Past, span: Span) -> Iterator[str]:
    """Who came to each hearing of the year, and why the head did not (行政诉讼法第三条第三款)."""
    for held in past.of("hold_hearing"):
        if not span.holds(held):
            continue
        yield "hearing"
        facts = held.facts
        yield "hearing.head" if facts.head_came else "hearing.officer" if facts.officer_came else "hearing.neither"
        if not facts.head_came:
            said = [e.facts.excuse for e in past.of("name_appearance") if e.facts.hearing == facts.hearing]
            yield "excuse"
            yield f"excuse.{said[-1] if said else 'none'}"


def _litigation(past: Past, span: Span, end: Event | None) -> Iterator[str]:
    if span.holds(past.opening):
        yield f"received.{past.opening.facts.kind}"
    yield from happened(past, span, _AL_ALSO)
    yield from _hearings(past, span)
    yield from _defended(past, span)
    judged = next(iter(past.of("judge", "rule")), None)
    if judged and span.holds(judged):
        yield "judged"
        yield f"judged.{_first(past, judged)}"
    outcome = _first(past, end) if end and end.step == "take_effect" else ""
    if span.holds(end) and outcome in frozenset(OUTCOMES) - {"reject"}:
        yield CORRECTED
    if past.opening.facts.kind != "disclosure" and past.source != "disclosure":
        return
    way = "after" if past.source == "reconsideration" else "direct"
    if span.holds(end):
        yield f"disclosure_{way}"
        yield f"disclosure_{way}.{result(outcome, frozenset(OUTCOMES) - {'reject'}, frozenset({'reject'}))}"
    elif end is None or end.at >= span.until:
        yield f"disclosure_{way}"
        yield f"disclosure_{way}.pending"


_OUTCOMES = {**OUTCOMES, **{f"ruled_{key}": title for key, title in _RULINGS.items()}}

def _defended(past: Past, span: Span) -> Iterator[str]:
    filed = next(iter(past.of("file_defence")), None)
    if filed and span.holds(filed):
        yield "timed"
        yield "timed.late" if past.due and filed.at >= past.due else "timed.in_time"


LITIGATION = Yearbook(
    procedure="litigation",
    title="行政诉讼应诉",
    basis="《行政诉讼法》，行政应诉案件年度统计",
    lines=(
        *BEGIN,
        *lines_of("received", _SUITS),
        Line(key="judged", title="本年一审裁判", article="《行政诉讼法》第六十九条至第七十八条"),
        *lines_of("judged", _OUTCOMES),
        CONCLUDED,
        Line(key="concluded.first", title="一审裁判生效", article="《行政诉讼法》第八十五条", whole="concluded"),
        *lines_of("concluded.first", {**_OUTCOMES, "other": "其他"}),
        Line(key="concluded.second", title="二审、再审终审", article="《行政诉讼法》第八十九条", whole="concluded"),
        Line(key="concluded.withdrawn", title="原告撤诉（含协调和解）", article="《行政诉讼法》第六十二条", whole="concluded"),
        Line(key=CORRECTED, title="其中一审败诉并生效", whole="concluded", part=False),
        CARRIED,
        Line(key="timed", title="提交答辩状和证据", article="《行政诉讼法》第六十七条"),
        *lines_of("timed", {"in_time": "按期", "late": "逾期"}),
        Line(key="hearing", title="开庭（次）", article="《行政诉讼法》第三条第三款"),
        *lines_of("hearing", {"head": "负责人出庭", "officer": "负责人未出庭，由工作人员出庭", "neither": "负责人、工作人员均未出庭"}),
        Line(key="excuse", title="负责人未出庭的理由（次）", article="《关于行政机关负责人出庭应诉若干问题的规定》第八条"),
        *lines_of("excuse", {**EXCUSES, "none": "没有说明正当理由"}),
        Line(key="appealed", title="上诉（件次）", article="《行政诉讼法》第八十五条"),
        Line(key="retried", title="裁定再审（件次）", article="《行政诉讼法》第九十二条"),
        Line(key="advice", title="收到司法建议（份）"),
        Line(key="advice_replied", title="回复司法建议（份）"),
        Line(key="performed", title="履行生效裁判（项次）", article="《行政诉讼法》第九十四条"),
        Line(key="enforced", title="当事人申请强制执行（项次）", article="《行政诉讼法》第九十五条"),
        Line(key="disclosure_direct", title="因政府信息公开未经复议直接起诉", article="《政府信息公开条例》第五十条"),
        *lines_of("disclosure_direct", RESULTS),
        Line(key="disclosure_after", title="因政府信息公开复议后起诉", article="《政府信息公开条例》第五十条"),
        *lines_of("disclosure_after", RESULTS),
    ),
    ends={"take_effect": _taken_effect, "judge_second": kind("second"), "withdraw_suit": kind("withdrawn")},
    done=frozenset({"effective", "closed", "withdrawn"}),
    timed=frozenset(),
    clocks=frozenset({"al.defence"}),
    more=_litigation,
    counted=frozenset(_AL_ALSO) | {"judge", "rule", "hold_hearing", "name_appearance", "file_defence"},
    columns=("carried_in", "received", "judged", "concluded", CORRECTED, "hearing.head", "carried_out"),
    respondent=office_of,
)  # fmt: skip
