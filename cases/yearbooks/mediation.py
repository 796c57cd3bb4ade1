"""调解 by the year: what came in of which sort, agreed, failed, confirmed by the court and performed."""

from collections.abc import Iterator

from cases.history import Event
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

_SORTS = {"people": "人民调解", "admin": "行政调解", "court": "法院委派、特邀调解"}
_MD_ALSO = {"accept_people": "accepted", "accept_admin": "accepted", "accept_court": "accepted",
            "apply_confirmation": "confirmation_asked", "confirm": "confirmed", "close": "performed",
            "break": "broken", "enforce": "enforced"}  # fmt: skip


def _mediation(past: Past, span: Span, end: Event | None) -> Iterator[str]:
    if span.holds(past.opening):
        yield f"received.{past.opening.facts.kind}"
    yield from happened(past, span, _MD_ALSO)


MEDIATION = Yearbook(
    procedure="mediation",
    title="调解",
    basis="《人民调解法》，调解案件年度统计",
    lines=(
        *BEGIN,
        *lines_of("received", _SORTS),
        Line(key="accepted", title="受理", article="《人民调解法》第十七条、第十八条"),
        CONCLUDED,
        Line(key="concluded.agreed", title="达成协议", article="《人民调解法》第二十八条", whole="concluded"),
        *lines_of("concluded.agreed", {"written": "书面协议", "oral": "口头协议"}),
        Line(key="concluded.failed", title="调解不成", article="《人民调解法》第二十六条", whole="concluded"),
        Line(key="concluded.returned", title="期满转法院立案", whole="concluded"),
        Line(key="concluded.refused", title="一方不同意调解", article="《人民调解法》第十七条", whole="concluded"),
        Line(key="concluded.declined", title="不属于调解范围", whole="concluded"),
        Line(key="concluded.withdrawn", title="撤回", whole="concluded"),
        *IN_TIME,
        CARRIED,
        Line(key="confirmation_asked", title="申请司法确认", article="《民事诉讼法》第二百零五条"),
        Line(key="confirmed", title="裁定确认有效", article="《民事诉讼法》第二百零六条"),
        Line(key="performed", title="协议履行完毕", article="《人民调解法》第三十一条"),
        Line(key="broken", title="协议未履行，告知起诉", article="《人民调解法》第三十二条"),
        Line(key="enforced", title="申请强制执行", article="《民事诉讼法》第二百零六条"),
    ),
    ends={
        "agree_in_writing": kind("agreed.written"), "agree_orally": kind("agreed.oral"), "fail": kind("failed"),
        "return_to_court": kind("returned"), "refuse": kind("refused"), "decline": kind("declined"),
        "withdraw": kind("withdrawn"),
    },
    done=frozenset({"agreed", "confirming", "confirmed", "performed", "failed", "refused", "declined", "returned", "broken",
                    "enforcing", "withdrawn"}),
    timed=frozenset({"agree_in_writing", "agree_orally", "fail"}),
    clocks=frozenset({"md.people.close", "md.admin.hunan", "md.court_online"}),
    more=_mediation,
    counted=frozenset(_MD_ALSO),
    columns=("carried_in", "received", "accepted", "concluded", "concluded.agreed", "timed.late", "carried_out"),
    respondent=office_of,
)  # fmt: skip
