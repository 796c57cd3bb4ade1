"""信访 by the year: what came in, was sent on, answered in time, led to a legal path, reviewed and rechecked."""

from collections.abc import Iterator

from cases.history import Event
from cases.procedures.petition_facts import KINDS, PATHS
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
    kind_by,
    lines_of,
    office_of,
)

_OPINIONS = {"support": "支持", "explain": "解释说明", "refuse": "不支持"}
_DECLINED = {"in_hand": "正在办理或者已有法定程序", "final": "复核已经终结", "not_ours": "不属于职责范围"}
_XF_ALSO = {
    "forward": "forwarded", "assign": "assigned", "accept": "accepted", "settle": "settled",
    "request_review": "review_asked", "issue_review": "review", "request_recheck": "recheck_asked",
    "issue_recheck": "recheck", "supervise": "supervised", "extend": "extended",
}  # fmt: skip


def _petition(past: Past, span: Span, end: Event | None) -> Iterator[str]:
    asked = past.opening.facts
    if span.holds(past.opening):
        yield f"received.{asked.kind}"
        if asked.people > 1:
            yield "joint"
            yield from ["joint.five"] if asked.people >= 5 else []
    yield from happened(past, span, _XF_ALSO)
    for event in past.of("issue_review", "issue_recheck"):
        if span.holds(event):
            yield f"{_XF_ALSO[event.step]}.{event.facts.result}"


PETITION = Yearbook(
    procedure="petition",
    title="信访",
    basis="《信访工作条例》，信访情况年度报告",
    lines=(
        *BEGIN,
        *lines_of("received", KINDS, "《信访工作条例》第二十九条至第三十一条"),
        Line(key="joint", title="其中多人共同信访", article="《信访工作条例》第二十条第三款", whole="received", part=False),
        Line(key="joint.five", title="五人以上", whole="joint", part=False),
        Line(key="forwarded", title="转送（件次）", article="《信访工作条例》第二十二条"),
        Line(key="assigned", title="交办（件次）", article="《信访工作条例》第二十二条"),
        Line(key="accepted", title="受理", article="《信访工作条例》第二十三条"),
        CONCLUDED,
        Line(key="concluded.answered", title="出具处理意见", article="《信访工作条例》第三十二条", whole="concluded"),
        *lines_of("concluded.answered", _OPINIONS),
        Line(key="concluded.diverted", title="导入法定途径", article="《信访工作条例》第三十一条", whole="concluded"),
        *lines_of("concluded.diverted", PATHS),
        Line(key="concluded.declined", title="不予受理", article="《信访工作条例》第二十三条", whole="concluded"),
        *lines_of("concluded.declined", _DECLINED),
        Line(key="concluded.suggestion", title="研究答复建议", article="《信访工作条例》第二十九条", whole="concluded"),
        Line(key="concluded.handed_over", title="转纪检监察等机关", article="《信访工作条例》第三十条", whole="concluded"),
        Line(key="concluded.withdrawn", title="撤回", whole="concluded"),
        *IN_TIME,
        CARRIED,
        Line(key="extended", title="延长办理期限（件次）", article="《信访工作条例》第三十四条"),
        Line(key="settled", title="达成调解、和解（件次）", article="《信访工作条例》第三十三条"),
        Line(key="review_asked", title="请求复查", article="《信访工作条例》第三十五条"),
        Line(key="review", title="出具复查意见", article="《信访工作条例》第三十五条"),
        *lines_of("review", _OPINIONS),
        Line(key="recheck_asked", title="请求复核", article="《信访工作条例》第三十六条"),
        Line(key="recheck", title="出具复核意见", article="《信访工作条例》第三十六条"),
        *lines_of("recheck", _OPINIONS),
        Line(key="supervised", title="督办和改进建议（件次）", article="《信访工作条例》第四十条"),
    ),
    ends={
        "answer": kind_by("answered", "result"), "divert": kind_by("diverted", "path"),
        "decline": kind_by("declined", "ground"), "answer_suggestion": kind("suggestion"),
        "hand_over": kind("handed_over"), "withdraw": kind("withdrawn"),
    },
    done=frozenset({"answered", "reviewing", "reviewed", "rechecking", "final", "closed", "declined", "diverted",
                    "handed_over", "withdrawn"}),
    timed=frozenset({"answer"}),
    clocks=frozenset({"xf.handle"}),
    more=_petition,
    counted=frozenset(_XF_ALSO),
    columns=("carried_in", "received", "accepted", "concluded", "concluded.diverted", "timed.late", "carried_out"),
    respondent=office_of,
)  # fmt: skip
