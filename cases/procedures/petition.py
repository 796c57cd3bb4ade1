"""信访 — one petition through all its levels: handling, review (复查), recheck (复核), and then no further.

《信访工作条例》(2022) has no rule for computing periods. By analogy with 民法典 the first day is not counted; an
authority's last day does not move off a day of rest, a petitioner's does. 60/30/30 days are those of 第三十一条第六项
alone: what has a legal channel of its own is led there. Missing a limit brings supervision, never a deemed result.
"""

from datetime import date

from cases.clocks import Binds, Clock, Extends, Given
from cases.guards import after_end, done_before, not_extendable, not_pending, not_silent, pending
from cases.history import Note, last_of
from cases.law import Law, Unit, days, working_days
from cases.people import CENTRE, OFFICE, Role
from cases.procedure import ANYTIME, OPEN, Attempt, File, Guard, Procedure, Step, Tell
from cases.procedures.follow import TO_DECIDE, TO_SERVE, follow
from cases.procedures.petition_facts import (
    PATHS,
    Acceptance,
    Agreement,
    Assignment,
    Declining,
    Divert,
    Extension,
    Forwarding,
    Objection,
    Opinion,
    PathFound,
    Petition,
    Representatives,
    ReviewRequest,
    Ruling,
    Supervision,
)
from cases.procedures.work_order_facts import Material, Unmasking

LAW = Law("信访工作条例", date(2022, 5, 1), key="XF", note="2022年2月25日中共中央、国务院")
art = LAW.article


def only(kind: str, reason: str) -> Guard:
    """Forbids for petitions of another kind."""
    return lambda attempt: None if attempt.file.opening.facts.kind == kind else reason


def not_direct(attempt: Attempt) -> str | None:
    """Only what the agency itself received is answered without being forwarded."""
    direct = attempt.file.opening.facts.received_by == "agency"
    return None if direct or attempt.file.stage != "registered" else "尚未转送、交办有权处理的机关"


def own_forwarding(attempt: Attempt) -> str | None:
    """A petition comes back to the department that sent it, so it needs to have been sent."""
    return None if attempt.file.office else "没有转送、交办，无从提出异议"


def same_level(attempt: Attempt) -> str | None:
    """Review and recheck are by another agency than the one whose opinion is contested."""
    if attempt.facts is None or attempt.facts.office != attempt.file.office:
        return None
    return "复查、复核由上一级机关、单位办理"


def path_of(file: File) -> str:
    """The legal path the matter was last found to have, at registration or since; `none` for none."""
    found = last_of(file.history, "find_path")
    return str(found.facts.path if found else file.opening.facts.path)


def has_legal_path(attempt: Attempt) -> str | None:
    """What has a channel of its own is led there, and not handled as a petition."""
    path = path_of(attempt.file)
    if path == "none":
        return None
    return f"本事项经甄别应当通过“{PATHS[path]}”解决（第三十一条），请办理“导入法定途径”；判断有误的，重新甄别并写明理由"


def other_path(attempt: Attempt) -> str | None:
    """It is led to the path that was found, where one was."""
    path = path_of(attempt.file)
    if attempt.facts is None or path in ("none", attempt.facts.path):
        return None
    return f"经甄别的途径是“{PATHS[path]}”，导入其他途径的，先重新甄别"


def report_day_passed(attempt: Attempt) -> str | None:
    """The day of the closing report lies ahead."""
    if attempt.facts and attempt.facts.report_by < attempt.city.calendar.day_of(attempt.at):
        return "办结报告的期限不能早于交办之日"
    return None


def not_assigned(attempt: Attempt) -> str | None:
    """A closing report answers an assignment."""
    waits = [r for r in attempt.file.readings(attempt.city) if r.clock.id == "xf.assigned.report" and r.open]
    return None if waits else "没有待报告的交办事项"


DEPARTMENT = CENTRE | {Role.LEGAL}  # 信访部门
BEFORE = frozenset({"registered", "with_agency"})
GRIEVANCE = only("grievance", "只有申诉求决类事项适用处理、复查、复核程序（第三十一条）")

STAGES = {
    "registered": "已登记",
    "sent": "已转送待签收",
    "with_agency": "待告知受理",
    "objecting": "异议核实中",
    "accepted": "办理中",
    "answered": "已出具处理意见",
    "reviewing": "复查中",
    "reviewed": "已出具复查意见",
    "rechecking": "复核中",
    "final": "复核终结",
    "closed": "已办结",
    "declined": "不予受理",
    "diverted": "已导入法定途径",
    "handed_over": "已转纪检监察等机关",
    "withdrawn": "已撤回",
}

STEPS = (
    Step("register", "登记", art("22(1)"), by=CENTRE | OFFICE | {Role.CITIZEN, Role.SYSTEM, Role.LEGAL},
         to="registered", asks=Petition, opens=True),
    Step("forward", "转送", art("22(1)(1)"), by=DEPARTMENT, at={"registered"}, to="sent", asks=Forwarding),
    Step("assign", "交办", art("22(1)(3)"), by=DEPARTMENT, at={"registered"}, to="sent", asks=Assignment,
         unless=(report_day_passed,)),
    Step("sign_for", "收到转送、交办", art("23(3)"), by=OFFICE, at={"sent"}, to="with_agency"),
    Step("object", "提出异议", art("23(3)"), by=OFFICE, at={"with_agency"}, to="objecting", asks=Objection,
         unless=(own_forwarding, after_end("xf.agency.object", "提出异议的期限已经届满"),
                 done_before("reject_objection", "异议已经核实，不得再次提出"))),
    Step("uphold_objection", "异议成立，收回", art("23(3)"), by=DEPARTMENT, at={"objecting"}, to="registered",
         asks=Ruling),
    Step("reject_objection", "异议不成立", art("23(3)"), by=DEPARTMENT, at={"objecting"}, to="with_agency",
         asks=Ruling),
    Step("settle_competence", "裁定主管机关", art("24"), by=DEPARTMENT, at={"objecting"}, to="sent", asks=Forwarding),
    Step("accept", "受理并书面告知", art("23(2)"), by=OFFICE, at=BEFORE, to="accepted", asks=Acceptance,
         unless=(not_direct, GRIEVANCE, has_legal_path)),
    Step("find_path", "甄别法定途径", art("31"), by=OFFICE | DEPARTMENT, at=BEFORE | {"accepted"}, asks=PathFound,
         unless=(GRIEVANCE,)),
    Step("decline", "告知不予受理", art("23"), by=OFFICE | DEPARTMENT, at=BEFORE, to="declined", asks=Declining),
    Step("divert", "导入法定途径", art("31"), by=OFFICE | DEPARTMENT, at=BEFORE | {"accepted"}, to="diverted",
         asks=Divert, unless=(GRIEVANCE, other_path)),
    Step("answer_suggestion", "研究答复建议", art("29"), by=OFFICE | DEPARTMENT, at=BEFORE, to="closed", asks=Note,
         unless=(only("suggestion", "不是建议意见类事项"),)),
    Step("hand_over", "转纪检监察等机关", art("30"), by=OFFICE | DEPARTMENT, at=BEFORE, to="handed_over", asks=Note,
         unless=(only("accusation", "不是检举控告类事项"),)),  # 第三十条第三款: 不得转给被检举、控告的人
    Step("report_urgent", "重大紧急事项报告", art("25"), by=OFFICE | DEPARTMENT, at=OPEN, asks=Note),
    Step("name_representatives", "推选代表", art("20(3)"), by=CENTRE | OFFICE | {Role.CITIZEN}, at=OPEN,
         asks=Representatives),
    Step("hear_petitioner", "听取陈述", art("31[6]"), by=OFFICE, at={"accepted"}, asks=Note),
    Step("open_handling_hearing", "办理中举行听证", art("31[6]"), by=OFFICE, at={"accepted"}, asks=Note),
    Step("settle", "达成调解、和解协议", art("33"), by=OFFICE, at={"accepted"}, asks=Agreement),
    Step("extend", "延长办理期限", art("34"), by={Role.CHIEF}, at={"accepted"}, asks=Extension,  # 本机关负责人批准
         unless=(not_extendable("xf.handle"),)),
    Step("answer", "出具处理意见", art("32"), by=OFFICE, at={"accepted"}, to="answered", asks=Opinion,
         unless=(has_legal_path,)),
    Step("serve_opinion", "信访人收到处理意见", art("35"), by=OFFICE, at={"answered"},
         unless=(done_before("serve_opinion", "送达已经登记"),)),
    Step("request_review", "请求复查", art("35"), by=DEPARTMENT | {Role.CITIZEN}, at={"answered"}, to="reviewing",
         asks=ReviewRequest, unless=(after_end("xf.review.request", "请求复查的期限已经届满"), same_level)),
    Step("issue_review", "出具复查意见", art("35"), by=OFFICE, at={"reviewing"}, to="reviewed", asks=Opinion),
    Step("serve_review", "信访人收到复查意见", art("36(1)"), by=OFFICE, at={"reviewed"},
         unless=(done_before("serve_review", "送达已经登记"),)),
    Step("request_recheck", "请求复核", art("36(1)"), by=DEPARTMENT | {Role.CITIZEN}, at={"reviewed"},
         to="rechecking", asks=ReviewRequest,
         unless=(after_end("xf.recheck.request", "请求复核的期限已经届满"), same_level)),
    Step("open_hearing", "复核听证开始", art("36(2)"), by=OFFICE, at={"rechecking"}, asks=Note,
         unless=(pending("open_hearing", ("end_hearing",), "听证正在进行"),)),
    Step("end_hearing", "复核听证结束", art("36(2)"), by=OFFICE, at={"rechecking"}, asks=Note,
         unless=(not_pending("open_hearing", ("end_hearing",), "没有在进行听证"),)),
    Step("issue_recheck", "出具复核意见", art("36(1)"), by=OFFICE, at={"rechecking"}, to="final", asks=Opinion,
         unless=(pending("open_hearing", ("end_hearing",), "听证尚未结束"),)),
    Step("lapse", "逾期未请求，办结", art("35"), by={Role.SYSTEM} | OFFICE, at={"answered", "reviewed"}, to="closed",
         unless=(not_silent(("xf.review.request", "xf.recheck.request"), "信访人请求复查、复核的期限尚未届满"),)),
    Step("accept_outcome", "信访人接受意见，办结", art("35"), by=OFFICE | {Role.CITIZEN}, at={"answered", "reviewed"},
         to="closed", asks=Note),
    Step("report_closing", "报送办结报告", art("22(1)(3)"), by=OFFICE, at=ANYTIME, asks=Note, unless=(not_assigned,)),
    Step("supervise", "督办", art("40"), by={Role.SUPERVISOR}, at=OPEN, asks=Supervision),
    Step("reply_supervision", "反馈督办", art("40"), by=OFFICE, at=OPEN, asks=Supervision,
         unless=(not_pending("supervise", ("reply_supervision",), "没有待反馈的督办"),)),
    Step("withdraw", "撤回", art("33"), by=CENTRE | {Role.CITIZEN},
         at=BEFORE | {"sent", "objecting", "accepted", "reviewing", "rechecking"}, to="withdrawn", asks=Note,
         confirm="撤回后本件不再办理，确认撤回？"),
    Step("add_material", "补充材料", art("22(1)"), by=CENTRE | OFFICE | {Role.CITIZEN}, at=OPEN, asks=Material),
    Step("note", "内部备注", art("21(2)"), by=DEPARTMENT | OFFICE, at=ANYTIME, asks=Note),
    Step("unmask", "查看个人信息", art("30(3)"), by=DEPARTMENT | OFFICE, at=ANYTIME, asks=Unmasking, hidden=True),
)

OUT = frozenset({"decline", "divert", "answer_suggestion", "hand_over", "withdraw"})
TOLD = OUT | {"accept"}

CLOCKS = (
    Clock("xf.dept.dispatch", "登记转送、交办", art("22(1)"), days(15), starts={"register", "uphold_objection"},
          when={"received_by": frozenset({"department"})}, stops=OUT | {"forward", "assign"}, binds=Binds.CENTRE),
    Clock("xf.agency.notify_direct", "书面告知是否受理", art("23(2)"), days(15), starts={"register"},
          when={"received_by": frozenset({"agency"}), "reachable": frozenset({True})}, stops=TOLD | {"forward", "assign"}),
    Clock("xf.agency.notify_forwarded", "书面告知接收情况、途径和程序", art("23(3)"), days(15),
          starts={"forward", "assign"},
          restarts={"sign_for", "settle_competence"},  # 自收到之日起；签收前以转送、裁定之日计，不使无人计时
          stops=TOLD | {"uphold_objection"}),
    Clock("xf.agency.object", "提出异议", art("23(3)"), working_days(5), starts={"forward", "assign"},
          restarts={"sign_for"}, stops=TOLD | {"object"}, watched=False),
    Clock("xf.assigned.report", "报送办结报告", art("22(1)(3)"), Given("report_by", Unit.DAY), starts={"assign"},
          stops={"report_closing", "uphold_objection", "settle_competence", "withdraw"}),
    Clock("xf.handle", "出具处理意见", art("34"), days(60), starts={"accept"}, stops={"answer", "divert", "withdraw"},
          extends=Extends("extend", Given("days", Unit.DAY), cap=days(30))),  # 情况复杂，最多延长三十日
    Clock("xf.review.request", "请求复查", art("35"), days(30), starts={"serve_opinion"},
          stops={"request_review", "lapse", "accept_outcome"}, rolls=True, binds=Binds.CITIZEN, watched=False,
          then="lapse"),
    Clock("xf.review.decide", "出具复查意见", art("35"), days(30), starts={"request_review"},
          stops={"issue_review", "withdraw"}),
    Clock("xf.recheck.request", "请求复核", art("36(1)"), days(30), starts={"serve_review"},
          stops={"request_recheck", "lapse", "accept_outcome"}, rolls=True, binds=Binds.CITIZEN, watched=False,
          then="lapse"),
    Clock("xf.recheck.decide", "出具复核意见", art("36(1)-(2)"), days(30), starts={"request_recheck"},
          stops={"issue_recheck", "withdraw"},
          pauses={"open_hearing": "end_hearing"}),  # 第三十六条第二款: 听证时间不计入
    follow("cs.unreachable", "决定是否受理（无法告知的）", TO_DECIDE, {"register"}, TOLD | {"forward", "assign"},
           when={"received_by": frozenset({"agency"}), "reachable": frozenset({False})}),
    follow("cs.opinion", "送达意见书", TO_SERVE, {"answer", "issue_review"},
           {"serve_opinion", "serve_review", "request_review", "request_recheck", "lapse", "accept_outcome"}),
)

PETITION = Procedure(
    name="petition",
    title="信访",
    law=LAW,
    stages=STAGES,
    ends=frozenset({"final", "closed", "declined", "diverted", "handed_over", "withdrawn"}),
    steps=STEPS,
    clocks=CLOCKS,
    leads={"register": "office", "forward": "office", "assign": "office", "settle_competence": "office",
           "request_review": "office", "request_recheck": "office"},
    frees=frozenset({"uphold_objection"}),
    takes=frozenset({"sign_for", "accept"}),
    promise="xf.handle",
    tells={"register": (Tell("party", "receipt"),)},
)
