"""The time limits of an administrative suit, each with its article; `litigation` holds the steps they name.

All days of 行政诉讼法 are calendar days and its periods roll (解释第四十八条). The court's own limits are shown
and never alerted; a side's window to appeal or apply runs out as a right, keyed by its own service.
"""

from datetime import date

from cases.clocks import Binds, Clock, Extends, Given
from cases.law import Law, Unit, days, months, working_days, years
from cases.procedures.follow import TO_FILE, TO_SERVE, follow

LAW = Law("行政诉讼法", date(2017, 7, 1), key="AL")
NOTES = Law("最高人民法院关于适用《行政诉讼法》的解释", date(2018, 2, 8), key="ALI", note="法释〔2018〕1号")
HEADS = Law("最高人民法院关于行政机关负责人出庭应诉若干问题的规定", date(2020, 7, 1), key="ALO")
ADVICE = Law("最高人民法院关于综合治理类司法建议工作若干问题的规定", date(2023, 11, 16), key="ALA")
SUPERVISION = Law("人民检察院行政诉讼监督规则", date(2021, 9, 1), key="ALS")
DISCLOSURE_SUITS = Law("最高人民法院关于审理政府信息公开行政案件适用法律若干问题的解释", date(2025, 6, 1), key="GIJ")
art, note = LAW.article, NOTES.article

OVER = frozenset({"withdraw_suit", "close"})
DECIDED = OVER | {"judge", "rule"}
EFFECTIVE = frozenset({"take_effect", "judge_second"})
BOTH_INSTANCES = {
    "exclude_time": "count_again",  # 解释第50条第1款: 公告、鉴定、调解、管辖争议
    "stay": "resume",  # 解释第50条第1款: 中止诉讼
    "stay_for_party": "resume",
}
TIME_OUT = {**BOTH_INSTANCES, "object_jurisdiction": "rule_on_jurisdiction"}  # 解释第50条第1款: 管辖异议，只在一审

FIRST_INSTANCE = (
    Clock("al.defence", "提交答辩状、证据和依据", art("67(1)"), days(15), starts={"receive"},
          stops=DECIDED | {"file_defence"}, extends=Extends("grant_delay", days(15), cap=days(15)),
          rolls=True),
    Clock("al.evidence.delay_request", "申请延期举证", note("34"), days(15), starts={"receive"},
          stops=DECIDED | {"ask_delay", "file_defence"}, rolls=True, watched=False),
    Clock("al.evidence.delayed", "延期提供证据", note("34"), days(15), starts={"delay_over"},
          stops=DECIDED | {"file_late_evidence"}, rolls=True),
    Clock("al.jurisdiction.objection", "提出管辖异议", note("10(1)"), days(15), starts={"receive"},
          stops=DECIDED | {"object_jurisdiction"}, rolls=True, watched=False),
    Clock("al.court.serve_defence", "法院发送答辩状副本", art("67(1)"), days(5), starts={"file_defence"},
          stops=DECIDED | {"defence_sent"}, rolls=True, watched=False, binds=Binds.COURT),
    Clock("al.hearing.summons", "法院送达传票", note("71"), days(3), starts={"set_hearing"},
          stops={"set_hearing"}, backward=True, watched=False, binds=Binds.COURT, since="hearing"),
    Clock("al.official.notice", "法院送达负责人出庭通知", HEADS.article("5(2)"), days(3), starts={"notify_head"},
          stops={"notify_head"}, backward=True, watched=False, binds=Binds.COURT, since="hearing"),
    Clock("al.decide.first", "一审审结", art("81"), months(6), starts={"receive", "go_ordinary", "remand"},
          stops=DECIDED | {"go_simplified"}, pauses=TIME_OUT, extends=Extends("extend_first", Given("months",
          Unit.MONTH), times=9), rolls=True, watched=False, binds=Binds.COURT, since="docketed"),
    Clock("al.decide.simplified", "简易程序审结", art("83"), days(45), starts={"go_simplified"},
          stops=DECIDED | {"go_ordinary"}, rolls=True, watched=False, binds=Binds.COURT, since="docketed"),
    Clock("al.stay.terminate", "中止后承受诉讼", note("88(2)"), days(90), starts={"stay_for_party"},
          stops=DECIDED | {"resume", "judge_second"}, rolls=True, watched=False, binds=Binds.CITIZEN),
    Clock("al.judgment.deliver", "发送判决书", art("80(2)"), days(10), starts={"judge"},
          stops=OVER | {"serve_judgment"}, rolls=True, watched=False, binds=Binds.COURT),
)

APPEALS = (
    Clock("al.appeal.judgment", "对判决上诉", art("85"), days(15), starts={"serve_judgment"},
          stops=OVER | {"appeal", "take_effect", "judge_second", "remand"}, rolls=True, binds=Binds.CITIZEN,
          per="side"),
    Clock("al.appeal.ruling", "对裁定上诉", art("85"), days(10), starts={"serve_ruling"},
          stops=OVER | {"appeal", "take_effect", "judge_second", "remand"}, rolls=True, binds=Binds.CITIZEN,
          per="side"),
    Clock("al.appeal.forward", "法院发送上诉状副本", note("108(2)"), days(5), starts={"appeal"},
          stops=OVER | {"appeal_copy", "judge_second"}, rolls=True, watched=False, binds=Binds.COURT,
          per="side"),
    Clock("al.appeal.reply", "对上诉答辩", note("108(2)"), days(15), starts={"appeal_copy"},
          stops=OVER | {"reply_to_appeal", "judge_second", "remand"}, rolls=True, binds=Binds.RESPONDENT,
          per="side"),
    Clock("al.appeal.file", "法院报送上诉案卷", note("108(4)"), days(5), starts={"reply_to_appeal"},
          stops=OVER | {"second_docket", "judge_second", "remand"}, rolls=True, watched=False,
          binds=Binds.COURT),
    Clock("al.decide.second", "二审审结", art("88"), months(3), starts={"second_docket", "grant_retrial"},
          stops=OVER | {"judge_second", "remand"}, pauses=BOTH_INSTANCES,
          extends=Extends("extend_second", Given("months", Unit.MONTH), times=9), rolls=True, watched=False,
          binds=Binds.COURT),
)

AFTERWARDS = (
    Clock("al.fine.daily", "履行判项（逾期对负责人按日罚款）", art("96[2]"), Given("last_day", Unit.DAY),
          starts={"set_part"}, stops={"perform"}, per="part"),
    Clock("al.execution.apply", "申请强制执行", note("153"), years(2), starts={"set_part"},
          stops={"perform", "apply_execution"}, rolls=True, watched=False, binds=Binds.CITIZEN, per="part",
          since="last_day"),
    Clock("al.gi.disclose", "按判决公开信息", DISCLOSURE_SUITS.article("11"), working_days(20),
          starts={"must_disclose"}, stops={"perform", "close"}),
    Clock("al.retrial.apply", "申请再审", note("110"), months(6), starts=EFFECTIVE,
          stops={"apply_retrial", "close"}, rolls=True, watched=False, binds=Binds.CITIZEN),
    Clock("al.retrial.third_party", "案外第三人申请再审", note("30(3)"), months(6),
          starts={"third_party_retrial"}, stops={"third_party_retrial"}, rolls=True, watched=False,
          binds=Binds.CITIZEN, since="known_on"),
    Clock("al.retrial.opinion", "对再审申请提交意见", note("111"), days(15), starts={"retrial_copy"},
          stops={"file_retrial_opinion", "grant_retrial", "reject_retrial", "close"}, rolls=True,
          binds=Binds.RESPONDENT),
    Clock("al.retrial.review", "再审审查", note("112"), months(6), starts={"docket_retrial"},
          stops={"grant_retrial", "reject_retrial", "retrial_overdue", "close"},
          extends=Extends("extend_review", Given("months", Unit.MONTH), times=9), rolls=True, watched=False,
          binds=Binds.COURT, then="retrial_overdue"),
    Clock("al.supervision.apply", "申请检察监督", SUPERVISION.article("20"), months(6),
          starts={"reject_retrial", "retrial_overdue"}, stops={"apply_supervision", "close"}, rolls=True,
          watched=False, binds=Binds.CITIZEN),
    Clock("al.advice.norm_issue", "法院发出规范性文件司法建议", note("149(2)"), months(3), starts={"norm_unlawful"},
          stops={"advice_norm"}, rolls=True, watched=False, binds=Binds.COURT, since="effective"),
    Clock("al.advice.norm", "回复规范性文件司法建议", note("149(4)"), days(60), starts={"advice_norm"},
          stops={"reply_advice"}, rolls=True, per="letter"),
    Clock("al.advice.governance", "回复综合治理类司法建议", ADVICE.article("8(1)"), months(2),
          starts={"advice_governance"}, stops={"reply_advice"}, rolls=True, soft=True, per="letter"),
)

FOLLOWING = (
    follow("cs.judgment", "登记裁判文书的送达", TO_SERVE, {"judge", "rule"},
           OVER | {"serve_judgment", "serve_ruling", "take_effect"}),
    follow("cs.effective", "裁判生效后结案归档", TO_FILE, EFFECTIVE, OVER),
)  # fmt: skip

CLOCKS = (*FIRST_INSTANCE, *APPEALS, *AFTERWARDS, *FOLLOWING)
