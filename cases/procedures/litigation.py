"""行政诉讼应诉 — a suit against an office, from the served complaint until the judgment is carried out.

The court's steps are written down here as they reach the agency: what counts is what the agency has to do in
time, who goes to court for it, and until when each side can still appeal.
"""

from cases.guards import after_end, done_before, not_before, not_pending, not_silent, pending
from cases.history import Note
from cases.people import OFFICE, Role
from cases.procedure import ANYTIME, Procedure, Step
from cases.procedures.evidence import evidence_steps
from cases.procedures.litigation_clocks import (
    ADVICE,
    CLOCKS,
    DISCLOSURE_SUITS,
    HEADS,
    LAW,
    SUPERVISION,
    art,
    note,
)
from cases.procedures.litigation_facts import (
    Appeal,
    Appearance,
    Complaint,
    Defence,
    Effect,
    Hearing,
    Held,
    Judgment,
    JurisdictionRuled,
    Letter,
    LetterReply,
    Longer,
    NormFound,
    Objection,
    Part,
    PartDone,
    Ruling,
    Served,
    ThirdParty,
    TimeOut,
    Track,
)
from cases.procedures.litigation_guards import (
    before_hearing_day,
    duties_left,
    head_or_reason,
    hearing_passed,
    last_day_passed,
    letter_known,
    letter_waiting,
    never_served,
    other_docket_day,
    part_known,
    part_unknown,
    served_already,
    unannounced_hearing,
    windows_open,
)

LEGAL = frozenset({Role.LEGAL})
AGENCY = LEGAL | OFFICE
FIRST = frozenset({"received", "defended"})
TRIAL = FIRST | {"appealed", "retrial"}
AFTER = frozenset({"effective", "retrial"})

STAGES = {
    "received": "待答辩",
    "defended": "一审审理中",
    "judged": "一审已裁判",
    "appealed": "二审审理中",
    "effective": "裁判已生效",
    "retrial": "再审审理中",
    "closed": "已结案",
    "withdrawn": "原告已撤诉",
}

ASKED = ("grant_delay", "refuse_delay")

FIRST_INSTANCE = (
    Step("receive", "收到起诉状副本", art("67(1)"), by=LEGAL, to="received", asks=Complaint, opens=True),
    Step("go_simplified", "适用简易程序", art("82"), by=LEGAL, at=FIRST, asks=Track, unless=(other_docket_day,)),
    Step("go_ordinary", "转为普通程序", art("84"), by=LEGAL, at=FIRST, asks=Track,
         unless=(not_before("go_simplified", "本案没有适用简易程序"), other_docket_day)),
    Step("object_jurisdiction", "提出管辖异议", note("10(1)"), by=AGENCY, at={"received"}, asks=Objection,
         unless=(done_before("object_jurisdiction", "已经提出过管辖异议"),
                 after_end("al.jurisdiction.objection", "已超过提出管辖异议的期限"))),
    Step("rule_on_jurisdiction", "管辖异议已裁定", note("10(2)"), by=LEGAL, at=FIRST, asks=JurisdictionRuled,
         unless=(not_pending("object_jurisdiction", ("rule_on_jurisdiction",), "没有待裁定的管辖异议"),)),
    Step("ask_delay", "申请延期提供证据", note("34"), by=AGENCY, at={"received"}, asks=Note,
         unless=(done_before("ask_delay", "已经申请过延期提供证据"),
                 after_end("al.evidence.delay_request", "应当在举证期限内书面申请延期"))),
    Step("grant_delay", "法院准许延期举证", note("34"), by=LEGAL, at={"received"}, asks=Note,
         unless=(not_pending("ask_delay", ASKED, "没有待决定的延期举证申请"),)),
    Step("refuse_delay", "法院不准延期举证", note("34"), by=LEGAL, at={"received"}, asks=Note,
         unless=(not_pending("ask_delay", ASKED, "没有待决定的延期举证申请"),)),
    Step("delay_over", "延期事由消除", note("34"), by=AGENCY, at=FIRST, asks=Note,
         unless=(not_before("grant_delay", "法院没有准许延期举证"), done_before("delay_over", "已经登记"))),
    Step("file_defence", "提交答辩状和证据", art("67(1)"), by=AGENCY, at={"received"}, to="defended",
         asks=Defence),
    Step("file_late_evidence", "提交延期的证据", note("34"), by=AGENCY, at=FIRST, asks=Defence,
         unless=(not_before("grant_delay", "法院没有准许延期举证"),
                 after_end("al.evidence.delayed", "延期举证的期限已过，证据视为没有"))),
    Step("defence_sent", "答辩状副本已发送原告", art("67(1)"), by=LEGAL, at={"defended"}),
    Step("set_hearing", "收到开庭传票", note("71"), by=LEGAL, at=TRIAL, asks=Hearing, unless=(hearing_passed,)),
    Step("notify_head", "收到负责人出庭通知", HEADS.article("5(2)"), by=LEGAL, at=TRIAL, asks=Hearing,
         unless=(hearing_passed,)),
    Step("name_appearance", "确定出庭人员", art("3(3)"), by=AGENCY, at=TRIAL, asks=Appearance,
         unless=(unannounced_hearing("set_hearing"), head_or_reason)),
    Step("hold_hearing", "登记开庭情况", art("54(1)"), by=AGENCY, at=TRIAL, asks=Held,
         unless=(unannounced_hearing("name_appearance"), before_hearing_day)),
    Step("exclude_time", "扣除审限", note("50(1)"), by=LEGAL, at=TRIAL, asks=TimeOut,
         unless=(pending("exclude_time", ("count_again",), "已在扣除审限"),)),
    Step("count_again", "恢复计算审限", note("50(1)"), by=LEGAL, at=TRIAL,
         unless=(not_pending("exclude_time", ("count_again",), "没有扣除审限"),)),
    Step("stay_for_party", "中止诉讼（当事人原因）", note("87(1)"), by=LEGAL, at=TRIAL, asks=Note,
         unless=(pending("stay_for_party", ("resume",), "已经中止"),)),
    Step("stay", "中止诉讼（其他原因）", note("87(1)"), by=LEGAL, at=TRIAL, asks=Note,
         unless=(pending("stay", ("resume",), "已经中止"),)),
    Step("resume", "恢复诉讼", note("87(2)"), by=LEGAL, at=TRIAL, asks=Note),
    Step("extend_first", "批准延长一审审限", art("81"), by=LEGAL, at=FIRST, asks=Longer),
    Step("judge", "一审判决", art("69"), by=LEGAL, at=FIRST, to="judged", asks=Judgment),
    Step("rule", "一审裁定", note("101(1)"), by=LEGAL, at=FIRST, to="judged", asks=Ruling),
    Step("withdraw_suit", "准许原告撤诉", art("62"), by=LEGAL, at=TRIAL | {"judged"}, to="withdrawn", asks=Ruling,
         confirm="原告撤诉后本案结束，确认登记？"),
)

APPEALS = (
    Step("serve_judgment", "判决书送达一方", art("85"), by=LEGAL, at={"judged", "appealed"}, asks=Served,
         unless=(not_before("judge", "尚无一审判决"), served_already("serve_judgment"))),
    Step("serve_ruling", "裁定书送达一方", art("85"), by=LEGAL, at={"judged", "appealed"}, asks=Served,
         unless=(not_before("rule", "尚无可以上诉的裁定"), served_already("serve_ruling"))),
    Step("appeal", "上诉", art("85"), by=AGENCY, at={"judged", "appealed"}, to="appealed", asks=Appeal,
         unless=(never_served, after_end("al.appeal.judgment", "上诉期限已过", per="side"),
                 after_end("al.appeal.ruling", "上诉期限已过", per="side"))),
    Step("appeal_copy", "上诉状副本送达对方", note("108(2)"), by=LEGAL, at={"appealed"}, asks=Appeal),
    Step("reply_to_appeal", "提交上诉答辩状", note("108(2)"), by=AGENCY, at={"appealed"}, asks=Appeal),
    Step("second_docket", "二审法院收到上诉", art("88"), by=LEGAL, at={"appealed"}),
    Step("extend_second", "批准延长二审审限", art("88"), by=LEGAL, at={"appealed", "retrial"}, asks=Longer),
    Step("judge_second", "终审裁判", art("89"), by=LEGAL, at={"appealed", "retrial"}, to="effective",
         asks=Effect),
    Step("remand", "发回重审", art("89(1)"), by=LEGAL, at={"appealed", "retrial"}, to="defended", asks=Track),
    Step("take_effect", "一审裁判生效", art("85"), by=LEGAL, at={"judged"}, to="effective", asks=Effect,
         unless=(windows_open,)),
)

AFTERWARDS = (
    Step("set_part", "登记判项的履行期限", art("94"), by=LEGAL, at=AFTER, asks=Part,
         unless=(part_known, last_day_passed)),
    Step("must_disclose", "登记判令公开信息", DISCLOSURE_SUITS.article("11"), by=LEGAL, at={"effective"}, asks=Note),
    Step("perform", "履行生效裁判", art("94"), by=AGENCY, at=AFTER, asks=PartDone, unless=(part_unknown,)),
    Step("apply_execution", "当事人申请强制执行", art("95"), by=LEGAL, at=AFTER, asks=PartDone,
         unless=(after_end("al.execution.apply", "已超过申请执行的期限", per="part"),)),
    Step("apply_retrial", "申请再审", note("110"), by=AGENCY, at={"effective"}, asks=Appeal,
         unless=(after_end("al.retrial.apply", "已超过申请再审的期限"),)),
    Step("third_party_retrial", "案外第三人申请再审", note("30(3)"), by=LEGAL, at={"effective"}, asks=ThirdParty),
    Step("docket_retrial", "再审申请已立案", note("112"), by=LEGAL, at={"effective"}),
    Step("retrial_copy", "收到再审申请书副本", note("111"), by=LEGAL, at={"effective"}),
    Step("file_retrial_opinion", "提交再审书面意见", note("111"), by=AGENCY, at={"effective"}, asks=Note,
         unless=(not_before("retrial_copy", "尚未收到再审申请书副本"),)),
    Step("extend_review", "批准延长再审审查期限", note("112"), by=LEGAL, at={"effective"}, asks=Longer),
    Step("grant_retrial", "裁定再审", art("92"), by=LEGAL, at={"effective"}, to="retrial", asks=Note),
    Step("reject_retrial", "驳回再审申请", note("112"), by=LEGAL, at={"effective"}, asks=Note),
    Step("retrial_overdue", "再审审查逾期", SUPERVISION.article("20"), by={Role.SYSTEM}, at={"effective"},
         unless=(not_silent(("al.retrial.review",), "再审审查期限尚未届满"),), hidden=True),
    Step("apply_supervision", "申请检察监督", art("101"), by=AGENCY, at={"effective"}, asks=Note,
         unless=(after_end("al.supervision.apply", "已超过申请检察监督的期限"),)),
    Step("norm_unlawful", "裁判认定规范性文件不合法", note("149(1)"), by=LEGAL, at=AFTER, asks=NormFound),
    Step("advice_norm", "收到规范性文件司法建议", note("149(1)"), by=LEGAL, at=ANYTIME, asks=Letter,
         unless=(letter_known("advice_norm", "advice_governance"),)),
    Step("advice_governance", "收到综合治理类司法建议", ADVICE.article("8(1)"), by=LEGAL, at=ANYTIME, asks=Letter,
         unless=(letter_known("advice_norm", "advice_governance"),)),
    Step("reply_advice", "书面回复司法建议", note("149(4)"), by=AGENCY, at=ANYTIME, asks=LetterReply,
         unless=(letter_waiting("reply_advice", "advice_norm", "advice_governance"),)),
    Step("close", "结案归档", art("94"), by=LEGAL, at={"effective"}, to="closed", asks=Note,
         unless=(duties_left,)),
    Step("note", "内部备注", art("101"), by=AGENCY, at=ANYTIME, asks=Note),
)

EVIDENCE = evidence_steps(AGENCY, {"submit": art("67(1)"), "examine": art("69")})

LITIGATION = Procedure(
    name="litigation",
    title="行政诉讼应诉",
    law=LAW,
    stages=STAGES,
    ends=frozenset({"closed", "withdrawn"}),
    steps=(*FIRST_INSTANCE, *APPEALS, *AFTERWARDS, *EVIDENCE),
    clocks=CLOCKS,
    leads={"receive": "office"},
    takes=frozenset({"file_defence"}),
)
