"""科技计划项目 — from the proposal through expert review, plan and progress to the conclusion.

Nothing of a complaint is in it, and nothing but this file and its facts was written for it: the proof that
the engine knows procedures and not hotlines. Every length is a soft one of the city's own example rules.
"""

from datetime import date

from cases.clocks import Binds, Clock, Extends, Given, State
from cases.guards import done_before, not_before, pending
from cases.history import Note
from cases.law import Law, Unit, days, months, working_days
from cases.people import OFFICE, Role
from cases.procedure import ANYTIME, Attempt, File, Procedure, Step, Tell
from cases.procedures.research_project_facts import (
    Change,
    Conclusion,
    Grant,
    Invitation,
    Longer,
    Milestone,
    Plan,
    Progress,
    Proposal,
    Review,
)

LAW = Law("本市科技计划项目管理办法", date(2026, 1, 1), key="RP", note="示范，城市自定")
art = LAW.article
EXPERTS, PASS_MARK = 3, 60  # 《本市科技计划项目管理办法》“评审”: 不少于三名专家，平均不低于60分


def interested(attempt: Attempt) -> str | None:
    """An expert with an interest does not judge."""
    return None if attempt.facts is None or attempt.facts.no_interest else "与项目有利害关系的专家应当回避"


def not_invited(attempt: Attempt) -> str | None:
    """An expert judges what it was sent, once."""
    open_ones = _invited(attempt.file) - _judged(attempt.file)
    if not open_ones:
        return "没有待评审的专家"
    return "该专家没有送审或者已经评审" if attempt.facts and attempt.facts.expert not in open_ones else None


def invited_already(attempt: Attempt) -> str | None:
    """An expert is asked once."""
    return "已经送该专家评审" if attempt.facts and attempt.facts.expert in _invited(attempt.file) else None


def too_few_reviews(attempt: Attempt) -> str | None:
    """Three opinions at least, and a mean that passes."""
    scores = [event.facts.score for event in attempt.file.history if event.step == "review"]
    if len(scores) < EXPERTS:
        return f"评审专家不少于{EXPERTS}名，现有{len(scores)}名"
    mean = sum(scores) / len(scores)
    return f"平均{mean:.1f}分，低于{PASS_MARK}分" if mean < PASS_MARK else None


def over_budget(attempt: Attempt) -> str | None:
    """What is allocated stays within the plan."""
    plans = [event.facts.amount_fen for event in attempt.file.history if event.step == "sign_plan"]
    given = sum(event.facts.amount_fen for event in attempt.file.history if event.step == "allocate")
    if attempt.facts and plans and given + attempt.facts.amount_fen > plans[-1]:
        return f"累计拨款不能超过任务书的{plans[-1] / 100:.2f}元"
    return None


def report_day_passed(attempt: Attempt) -> str | None:
    """A report is asked for a day ahead, once for each period."""
    if attempt.facts is None:
        return None
    if attempt.facts.report_by <= attempt.city.calendar.day_of(attempt.at):
        return "报告日期应当晚于提出要求的当日"
    asked = {event.facts.period for event in attempt.file.history if event.step == "ask_progress"}
    return "该期报告已经要求" if attempt.facts.period in asked else None


def period_unknown(attempt: Attempt) -> str | None:
    """A report answers what was asked."""
    waiting = _unreported(attempt.file)
    if not waiting:
        return "没有待提交的进展报告"
    return "没有要求该期报告" if attempt.facts and attempt.facts.period not in waiting else None


def reports_missing(attempt: Attempt) -> str | None:
    """Nothing is concluded while a report is owed."""
    waiting = _unreported(attempt.file)
    return f"尚缺进展报告：{'、'.join(sorted(waiting))}" if waiting else None


def term_over(attempt: Attempt) -> str | None:
    """A term that has run out is not lengthened, and it is lengthened once."""
    runs = [r for r in attempt.file.readings(attempt.city) if r.clock.id == "rp.term"]
    if runs and runs[-1].state(attempt.at) is State.OVERDUE:
        return "项目期限已经届满，不能延期"
    return "项目只能延期一次" if attempt.file.has("extend") else None


def _invited(file: File) -> set[str]:
    return {event.facts.expert for event in file.history if event.step == "invite"}


def _judged(file: File) -> set[str]:
    return {event.facts.expert for event in file.history if event.step == "review"}


def _unreported(file: File) -> set[str]:
    asked = {event.facts.period for event in file.history if event.step == "ask_progress"}
    return asked - {event.facts.period for event in file.history if event.step == "report"}


STAGES = {
    "proposed": "待形式审查",
    "reviewing": "专家评审中",
    "reviewed": "待签任务书",
    "planned": "待立项批准",
    "running": "实施中",
    "submitted": "待验收",
    "concluded": "已结题",
    "failed": "未通过验收",
    "declined": "不予立项",
    "stopped": "已终止",
}
MANAGERS = OFFICE
TEAM = frozenset({Role.CITIZEN, Role.HANDLER, Role.CHIEF})

STEPS = (
    Step("propose", "申报", art("申报"), by=TEAM, to="proposed", asks=Proposal, opens=True),
    Step("admit", "形式审查通过", art("形式审查"), by=MANAGERS, at={"proposed"}, to="reviewing", asks=Note),
    Step("decline", "不予立项", art("立项"), by={Role.CHIEF}, at={"proposed", "reviewing", "reviewed", "planned"},
         to="declined", asks=Note),
    Step("invite", "送专家评审", art("评审"), by=MANAGERS, at={"reviewing"}, asks=Invitation,
         unless=(invited_already,)),
    Step("review", "专家意见", art("评审"), by=MANAGERS, at={"reviewing"}, asks=Review,
         unless=(not_invited, interested)),
    Step("conclude_review", "评审通过", art("评审"), by=MANAGERS, at={"reviewing"}, to="reviewed", asks=Note,
         unless=(too_few_reviews,)),
    Step("sign_plan", "签订任务书", art("任务书"), by=TEAM, at={"reviewed"}, to="planned", asks=Plan),
    Step("approve", "批准立项", art("立项"), by={Role.CHIEF}, at={"planned"}, to="running", asks=Plan),
    Step("allocate", "拨款", art("经费"), by=MANAGERS, at={"running"}, asks=Grant, unless=(over_budget,)),
    Step("ask_progress", "要求进展报告", art("过程管理"), by=MANAGERS, at={"running"}, asks=Milestone,
         unless=(report_day_passed,)),
    Step("report", "提交进展报告", art("过程管理"), by=TEAM, at={"running"}, asks=Progress, unless=(period_unknown,)),
    Step("change", "批准变更", art("变更"), by={Role.CHIEF}, at={"running"}, asks=Change),
    Step("extend", "批准延期", art("变更"), by={Role.CHIEF}, at={"running"}, asks=Longer, unless=(term_over,)),
    Step("suspend", "暂停实施", art("变更"), by={Role.CHIEF}, at={"running"}, asks=Note,
         unless=(pending("suspend", ("resume",), "已经暂停"),)),
    Step("resume", "恢复实施", art("变更"), by={Role.CHIEF}, at={"running"}, asks=Note,
         unless=(not_before("suspend", "没有暂停"),)),
    Step("submit", "申请验收", art("验收"), by=TEAM, at={"running"}, to="submitted", asks=Note,
         unless=(not_before("allocate", "尚未拨款"), reports_missing)),
    Step("send_back", "退回补充材料", art("验收"), by=MANAGERS, at={"submitted"}, to="running", asks=Note,
         unless=(done_before("send_back", "已经退回过一次"),)),
    Step("conclude", "通过验收", art("验收"), by={Role.CHIEF}, at={"submitted"}, to="concluded", asks=Conclusion),
    Step("fail", "不通过验收", art("验收"), by={Role.CHIEF}, at={"submitted"}, to="failed", asks=Conclusion),
    Step("stop", "终止项目", art("终止"), by={Role.CHIEF}, at={"running"}, to="stopped", asks=Note,
         confirm="终止后项目不能恢复，确认终止？"),
    Step("note", "内部备注", art("过程管理"), by=MANAGERS, at=ANYTIME, asks=Note),
)

OVER = frozenset({"decline", "stop"})

CLOCKS = (
    Clock("rp.admit", "形式审查", art("形式审查"), working_days(10), starts={"propose"}, stops=OVER | {"admit"},
          soft=True),
    Clock("rp.review", "专家评审", art("评审"), days(60), starts={"admit"}, stops=OVER | {"conclude_review"},
          rolls=True, soft=True),
    Clock("rp.expert", "专家提交意见", art("评审"), working_days(15), starts={"invite"},
          stops=OVER | {"review", "conclude_review"}, soft=True, per="expert"),
    Clock("rp.plan", "签订任务书", art("任务书"), days(30), starts={"conclude_review"}, stops=OVER | {"sign_plan"},
          rolls=True, soft=True, binds=Binds.CITIZEN),
    Clock("rp.approve", "批准立项", art("立项"), working_days(20), starts={"sign_plan"}, stops=OVER | {"approve"},
          soft=True),
    Clock("rp.allocate", "首笔拨款", art("经费"), working_days(30), starts={"approve"}, stops=OVER | {"allocate"},
          soft=True),
    Clock("rp.progress", "进展报告", art("过程管理"), Given("report_by", Unit.DAY), starts={"ask_progress"},
          stops=OVER | {"report"}, rolls=True, soft=True, binds=Binds.CITIZEN, per="period"),
    Clock("rp.term", "实施期限", art("任务书"), Given("ends_on", Unit.DAY), starts={"approve"},
          stops=OVER | {"submit"}, pauses={"suspend": "resume"},
          extends=Extends("extend", Given("months", Unit.MONTH), cap=months(12)), soft=True,
          binds=Binds.CITIZEN),
    Clock("rp.conclude", "组织验收", art("验收"), days(90), starts={"submit"},
          stops=OVER | {"conclude", "fail", "send_back"}, rolls=True, soft=True),
    Clock("rp.resubmit", "补充后再次申请验收", art("验收"), months(2), starts={"send_back"}, stops=OVER | {"submit"},
          rolls=True, soft=True, binds=Binds.CITIZEN),
)

RESEARCH_PROJECT = Procedure(
    name="research_project",
    title="科技计划项目",
    law=LAW,
    stages=STAGES,
    ends=frozenset({"concluded", "failed", "declined", "stopped"}),
    steps=STEPS,
    clocks=CLOCKS,
    leads={"propose": "office"},
    tells={"propose": (Tell("party", "receipt"),), "conclude": (Tell("party", "result"),)},
)
