"""行政复议 by the year: what came in, how each case ended, in time or late, and what was set right."""

from collections.abc import Iterator

from cases.history import Event
from cases.procedures.reconsideration_facts import CHANNELS, DECISIONS, TERMINATION_GROUNDS
from cases.yearly import (
    BEGIN,
    CARRIED,
    COLUMNS,
    CONCLUDED,
    CORRECTED,
    IN_TIME,
    RESULTS,
    RIGHTED,
    Line,
    Past,
    Span,
    Yearbook,
    happened,
    kind,
    kind_by,
    lines_of,
    named,
    result,
)

_ACCEPT = {"accept": "ordinary", "accept_simplified": "simplified", "deem_accept": "deemed"}
_AR_ALSO = {
    "ask_to_correct": "corrected_papers", "hold_hearing": "hearing", "issue_opinion": "opinion",
    "issue_advice": "advice", "stay_execution": "stay", "ask_norm_maker": "norm", "forward_norm": "norm",
    "take_over": "taken_over", "sue": "sued",
}  # fmt: skip


def _reconsideration(past: Past, span: Span, end: Event | None) -> Iterator[str]:
    if span.holds(past.opening):
        yield f"received.{past.opening.facts.channel}"
    first = next(iter(past.of(*_ACCEPT)), None)
    if first and span.holds(first):
        yield "accepted"
        yield f"accepted.{_ACCEPT[first.step]}"
    yield from happened(past, span, _AR_ALSO)
    decided = end.facts.kind if end and end.step == "decide" else ""
    if span.holds(end) and decided in RIGHTED:
        yield CORRECTED
    if past.source != "disclosure":
        return
    if span.holds(end):
        yield "disclosure"
        yield f"disclosure.{result(decided, RIGHTED, frozenset({'uphold', 'dismiss_request'}))}"
    elif end is None or end.at >= span.until:
        yield "disclosure"
        yield "disclosure.pending"


RECONSIDERATION = Yearbook(
    procedure="reconsideration",
    title="行政复议",
    basis="《行政复议法》、《行政复议法实施条例》，行政复议案件年度统计",
    lines=(
        *BEGIN,
        *lines_of("received", CHANNELS, "《行政复议法》第二十二条、第三十二条"),
        Line(key="accepted", title="本年受理", article="《行政复议法》第三十条"),
        *lines_of("accepted", {"ordinary": "普通程序", "simplified": "简易程序", "deemed": "视为受理"}),
        CONCLUDED,
        Line(key="concluded.refused", title="未受理", article="《行政复议法》第三十条、第三十一条", whole="concluded"),
        *lines_of("concluded.refused", {"rejected": "不予受理", "not_again": "重复申请，不再处理", "abandoned": "视为放弃申请",
                                        "self_corrected": "处罚机关自行纠正", "withdrawn": "受理前撤回"}),
        Line(key="concluded.decide", title="作出复议决定", article="《行政复议法》第六十一条", whole="concluded"),
        *lines_of("concluded.decide", DECISIONS),
        Line(key="concluded.mediated", title="调解结案", article="《行政复议法》第七十三条", whole="concluded"),
        Line(key="concluded.terminated", title="终止", article="《行政复议法》第四十一条", whole="concluded"),
        *lines_of("concluded.terminated", {**TERMINATION_GROUNDS, "withdrawn": "撤回申请（含和解）"}),
        Line(key=CORRECTED, title="其中纠错", article="变更、撤销、确认违法、责令履行、确认无效", whole="concluded", part=False),
        *IN_TIME,
        CARRIED,
        Line(key="corrected_papers", title="通知补正（件次）", article="《行政复议法》第三十一条"),
        Line(key="hearing", title="听证（次）", article="《行政复议法》第五十条"),
        Line(key="norm", title="附带审查规范性文件（件次）", article="《行政复议法》第五十六条、第五十七条"),
        Line(key="stay", title="停止执行（件次）", article="《行政复议法》第四十二条"),
        Line(key="taken_over", title="提级审理（件次）", article="《行政复议法》第二十四条"),
        Line(key="opinion", title="制发意见书（份）", article="《行政复议法》第七十六条"),
        Line(key="advice", title="制发建议书（份）"),
        Line(key="sued", title="复议后起诉（件次）", article="《行政复议法》第三十四条"),
        Line(key="disclosure", title="因政府信息公开申请复议", article="《政府信息公开条例》第五十条"),
        *lines_of("disclosure", RESULTS),
    ),
    ends={
        "reject": kind("refused.rejected"), "decline_repeat": kind("refused.not_again"),
        "abandon": kind("refused.abandoned"), "self_correct": kind("refused.self_corrected"),
        "withdraw": kind("refused.withdrawn"), "decide": kind_by("decide", "kind"),
        "mediation_letter": kind("mediated"), "terminate": kind_by("terminated", "ground"),
    },
    done=frozenset({"decided", "closed", "rejected", "abandoned", "not_again", "self_corrected", "withdrawn", "terminated"}),
    timed=frozenset({"decide", "mediation_letter"}),
    clocks=frozenset({"ar.decide.ordinary", "ar.decide.simplified"}),
    more=_reconsideration,
    counted=frozenset(_ACCEPT) | frozenset(_AR_ALSO),
    columns=COLUMNS,
    respondent=lambda past: named(past, "respondent"),
)  # fmt: skip
