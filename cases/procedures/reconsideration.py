"""行政复议 — from the application, by whatever way it came, to the decision, its service and its performance.

《行政复议法》(2023) and its regulation (2026, 国务院令第836号). What runs beside the trial (suspension, appraisal,
inspection, norm review, stay of execution, a hearing being arranged) is a pair of steps, not a stage of its own.
"""

from cases.guards import after_end, done_before, not_before, not_extendable, not_pending, not_silent, pending
from cases.history import Note
from cases.people import Role
from cases.procedure import ANYTIME, OPEN, Procedure, Step, Tell
from cases.procedures.evidence import evidence_steps
from cases.procedures.reconsideration_clocks import CLOCKS, LAW, art, reg
from cases.procedures.reconsideration_facts import (
    Acceptance,
    Advice,
    Answered,
    Application,
    Correction,
    Decision,
    Extension,
    Handlers,
    Heard,
    Hearing,
    HearingHeld,
    MediationLetter,
    MoreDays,
    OpinionLetter,
    Recusal,
    Rejection,
    Release,
    Replacement,
    Served,
    ServedOnRespondent,
    StayOfExecution,
    Suspension,
    TakenOver,
    Termination,
)
from cases.procedures.reconsideration_guards import (
    all_qualified,
    enough_handlers,
    handles_already,
    hearing_open,
    hearing_too_soon,
    never_heard,
    none_recused,
    norm_not_ours,
    not_a_handler,
    not_suspended_sixty_days,
    not_with_agency,
    open_pairs,
    reply_awaited,
    two_handlers,
    unfinished,
    with_agency,
)
from cases.procedures.work_order_facts import Material, Unmasking

STAGES = {
    "received": "待审查受理",
    "unclear": "待补正",
    "deemed": "视为受理，待指定承办人",
    "trial": "审理中",
    "simplified": "简易程序审理中",
    "moving": "提级审理移送中",
    "decided": "已决定，待送达履行",
    "closed": "已结案",
    "rejected": "不予受理",
    "abandoned": "视为放弃申请",
    "not_again": "重复申请，不再处理",
    "self_corrected": "处罚机关已自行纠正",
    "withdrawn": "受理前撤回",
    "terminated": "已终止",
}

HEAD = frozenset({Role.CHIEF})  # 行政复议机构负责人
BODY = frozenset({Role.LEGAL})  # 行政复议机构工作人员
EITHER = frozenset({Role.LEGAL, Role.CITIZEN})
IN_TRIAL = frozenset({"trial", "simplified"})
HANDLED = IN_TRIAL | {"moving"}
OVER = "审查受理的期限已经届满，未作不予受理决定的视为受理"
IN_TIME = (after_end("ar.accept.review", OVER), after_end("ar.accept.review_after_supplement", OVER))
STANDS = open_pairs("suspend", "inspect", "appraise", "ask_takeover", "ask_committee")

ACCEPTING = (
    Step("receive", "收到复议申请", art("22"), by=EITHER | {Role.AGENT, Role.SYSTEM}, to="received", asks=Application,
         opens=True),
    Step("self_correct", "处罚机关撤销或变更处罚", reg("38(1)"), by=BODY, at={"received"}, to="self_corrected",
         asks=Note, unless=(not_with_agency,)),
    Step("forward", "收到处罚机关转送的申请", art("32(2)"), by=BODY, at={"received"}, unless=(not_with_agency,)),
    Step("ask_to_correct", "通知补正", art("31(1)"), by=BODY, at={"received"}, to="unclear", asks=Correction,
         unless=(with_agency, done_before("ask_to_correct", "需要补正的材料应当一次性告知"),
                 after_end("ar.supplement.notice", "通知补正的期限已经届满"))),
    Step("correction_received", "申请人收到补正通知", art("31(2)"), by=BODY, at={"unclear"},
         unless=(done_before("correction_received", "收到补正通知已经登记"),)),
    Step("extend_supplement", "延长补正期限", art("31(2)"), by=BODY, at={"unclear"}, asks=MoreDays,
         unless=(not_extendable("ar.supplement.submit"),)),
    Step("supplement", "收到补正材料", art("31(3)"), by=EITHER, at={"unclear"}, to="received", asks=Material,
         unless=(not_before("correction_received", "须先登记申请人收到补正通知的日期"),)),
    Step("abandon", "视为放弃申请", art("31(2)"), by=BODY, at={"unclear"}, to="abandoned", asks=Note,  # 无正当理由
         unless=(not_silent(("ar.supplement.submit",), "补正期限尚未届满"),)),
    Step("accept", "受理", art("30(1)"), by=BODY, at={"received"}, to="trial", asks=Acceptance,
         unless=(with_agency, *IN_TIME, enough_handlers)),
    Step("accept_simplified", "受理并适用简易程序", art("53"), by=BODY, at={"received"}, to="simplified",
         asks=Acceptance, unless=(with_agency, *IN_TIME, enough_handlers)),
    Step("deem_accept", "视为受理", art("30(3)"), by={Role.SYSTEM}, at={"received"}, to="deemed",
         unless=(not_silent(("ar.accept.review", "ar.accept.review_after_supplement"), "审查受理的期限尚未届满"),)),
    Step("assign_handlers", "指定承办人", reg("39"), by=BODY | HEAD, at={"deemed"}, to="trial", asks=Handlers,
         unless=(enough_handlers,)),
    Step("reject", "不予受理", art("30(2)"), by=BODY, at={"received"}, to="rejected", asks=Rejection,
         unless=(with_agency, *IN_TIME)),
    Step("decline_repeat", "告知不再处理", reg("37(2)"), by=BODY, at={"received"}, to="not_again", asks=Rejection,
         unless=(with_agency, *IN_TIME)),  # 同一事项没有新的事实和理由，告知并记录在案
    Step("withdraw", "撤回申请", art("41[1]"), by=EITHER, at={"received", "unclear"}, to="withdrawn", asks=Note,
         confirm="撤回后不得以同一事实和理由再次申请，确认撤回？"),
)

HANDLERS = (
    Step("add_handlers", "增加承办人", reg("39"), by=BODY | HEAD, at=HANDLED, asks=Handlers),
    Step("replace_handler", "更换承办人", reg("39"), by=BODY | HEAD | {Role.ADMIN}, at=HANDLED, asks=Replacement,
         unless=(not_a_handler, handles_already)),
    Step("recuse", "回避", art("6"), by=BODY | HEAD, at=HANDLED, asks=Recusal,
         unless=(not_a_handler, handles_already)),
    Step("release_handler", "退出承办", reg("39"), by=BODY | HEAD | {Role.ADMIN}, at=HANDLED, asks=Release,
         unless=(not_a_handler,)),  # 系统管理员: 只移交离岗人员的案件
)

TRYING = (
    Step("send_copy", "发送申请书副本", art("48"), by=BODY, at=IN_TRIAL,
         unless=(done_before("send_copy", "副本已经发送"),)),
    Step("copy_received", "被申请人收到副本", art("48"), by=BODY, at={"trial"},
         unless=(not_before("send_copy", "尚未发送副本"), done_before("copy_received", "收到副本已经登记"),
                 done_before("copy_received_simplified", "收到副本已经登记"))),
    Step("copy_received_simplified", "被申请人收到副本（简易程序）", art("54(1)"), by=BODY, at={"simplified"},
         unless=(not_before("send_copy", "尚未发送副本"), done_before("copy_received_simplified", "收到副本已经登记"))),
    Step("reply", "收到被申请人答复", art("48"), by=BODY, at=IN_TRIAL, asks=Material,
         unless=(not_before("send_copy", "尚未发送副本"),)),
    Step("join_third_party", "通知第三人参加", art("16"), by=BODY, at=IN_TRIAL, asks=Note),
    Step("switch_to_ordinary", "转为普通程序", art("55"), by=HEAD, at={"simplified"}, to="trial", asks=Note,
         unless=(after_end("ar.decide.simplified", "简易程序的期限已经届满"),)),  # 第五十五条: 机构负责人批准
    Step("hear_opinions", "听取当事人意见", art("49"), by=BODY, at=IN_TRIAL, asks=Heard),
    Step("arrange_hearing", "安排听证", art("50"), by=BODY, at={"trial"}, asks=Hearing, unless=(hearing_too_soon,)),
    Step("notify_hearing", "听证通知送达", art("51(1)"), by=BODY, at={"trial"},
         unless=(not_pending("arrange_hearing", ("hold_hearing", "call_off_hearing"), "没有安排听证"),)),
    Step("hold_hearing", "举行听证", art("50(3)"), by=BODY, at={"trial"}, asks=HearingHeld,
         unless=(not_pending("notify_hearing", ("arrange_hearing", "hold_hearing", "call_off_hearing"),
                             "听证尚未通知当事人"),)),
    Step("call_off_hearing", "取消听证", art("50"), by=BODY, at={"trial"}, asks=Note,
         unless=(not_pending("arrange_hearing", ("hold_hearing", "call_off_hearing", "notify_hearing"),
                             "没有待通知的听证"),)),
    Step("ask_committee", "提请复议委员会提出意见", art("52(2)"), by=BODY, at=IN_TRIAL, asks=Note,
         unless=(open_pairs("ask_committee"),)),
    Step("committee_opinion", "收到复议委员会意见", art("52(2)"), by=BODY, at=IN_TRIAL, asks=Note,
         unless=(not_pending("ask_committee", ("committee_opinion",), "没有提请委员会"),)),
    Step("mediate", "组织调解", art("5"), by=BODY, at=IN_TRIAL, asks=Note),
    Step("extend", "延长审理期限", art("62(1)"), by=HEAD, at={"trial"}, asks=Extension,  # 机构负责人批准
         unless=(not_extendable("ar.decide.ordinary"),)),
    Step("lapse_period", "复议期限届满未决定", art("34"), by={Role.SYSTEM}, at=HANDLED | {"deemed"}, hidden=True,
         unless=(not_silent(("ar.decide.ordinary", "ar.decide.simplified"), "复议期限尚未届满"),)),
)

BESIDE = (
    Step("suspend", "中止审理", art("39"), by=BODY, at=IN_TRIAL, asks=Suspension, unless=(open_pairs("suspend"),)),
    Step("resume", "恢复审理", art("39"), by=BODY, at=IN_TRIAL, asks=Note,
         unless=(not_pending("suspend", ("resume",), "案件没有中止"),)),
    Step("inspect", "开始现场勘验", reg("45"), by=BODY, at=IN_TRIAL, asks=Note, unless=(open_pairs("inspect"),)),
    Step("end_inspection", "现场勘验结束", reg("45"), by=BODY, at=IN_TRIAL, asks=Note,
         unless=(not_pending("inspect", ("end_inspection",), "没有在进行现场勘验"),)),
    Step("appraise", "交付鉴定", reg("46"), by=BODY, at=IN_TRIAL, asks=Note, unless=(open_pairs("appraise"),)),
    Step("end_appraisal", "收到鉴定意见", reg("46"), by=BODY, at=IN_TRIAL, asks=Note,
         unless=(not_pending("appraise", ("end_appraisal",), "没有在进行鉴定"),)),
    Step("stay_execution", "停止执行", art("42"), by=BODY, at=IN_TRIAL, asks=StayOfExecution,
         unless=(open_pairs("stay_execution"),)),
    Step("lift_stay", "恢复执行", art("42"), by=BODY, at=IN_TRIAL | {"decided"}, asks=Note,
         unless=(not_pending("stay_execution", ("lift_stay",), "没有停止执行"),)),
    Step("ask_norm_maker", "通知制定机关说明依据", art("58(1)"), by=BODY, at=IN_TRIAL, asks=Note,
         unless=(norm_not_ours(True),)),
    Step("norm_maker_asked", "制定机关收到通知", art("58(1)"), by=BODY, at=IN_TRIAL,
         unless=(norm_not_ours(True), not_before("ask_norm_maker", "尚未通知制定机关"))),
    Step("norm_maker_replied", "制定机关书面答复", art("58(1)"), by=BODY, at=IN_TRIAL, asks=Material,
         unless=(norm_not_ours(True),)),
    Step("norm_handled", "规范性文件处理完毕", art("59"), by=BODY, at=IN_TRIAL, asks=Note, unless=(norm_not_ours(True),)),
    Step("forward_norm", "转送有权机关", art("56"), by=BODY, at=IN_TRIAL, asks=Note, unless=(norm_not_ours(False),)),
    Step("norm_referral_received", "有权机关收到转送", art("60"), by=BODY, at=IN_TRIAL,
         unless=(norm_not_ours(False), not_before("forward_norm", "尚未转送"))),
    Step("norm_opinion_returned", "有权机关回复处理意见", art("60"), by=BODY, at=IN_TRIAL, asks=Note,
         unless=(norm_not_ours(False),)),
    Step("ask_takeover", "报请上级提级审理", reg("40(2)"), by=HEAD, at=IN_TRIAL, asks=Note,
         unless=(open_pairs("ask_takeover"),)),
    Step("answer_takeover", "上级答复请示", reg("40(2)"), by=BODY, at=IN_TRIAL, asks=Answered,
         unless=(not_pending("ask_takeover", ("answer_takeover",), "没有报请提级审理"),)),
    Step("order_takeover", "收到提级审理通知", reg("40(3)"), by=BODY, at=IN_TRIAL, to="moving", asks=Note,
         unless=(open_pairs("ask_takeover"),)),
    Step("transfer_file", "移送案件材料", reg("40(3)"), by=BODY, at={"moving"},
         unless=(pending("transfer_file", ("take_over",), "材料已经移送"),)),
    Step("take_over", "上级收到材料并审理", reg("40(3)"), by=BODY, at={"moving"}, to="trial", asks=TakenOver,
         unless=(enough_handlers,)),
)

ENDING = (
    Step("decide", "作出复议决定", art("61"), by=BODY, at=IN_TRIAL, to="decided", asks=Decision,
         unless=(STANDS, hearing_open, reply_awaited, never_heard), confirm="决定作出后不能撤回，确认？"),
    Step("mediation_letter", "复议调解书生效", art("73"), by=BODY, at=IN_TRIAL, to="decided", asks=MediationLetter),
    Step("terminate", "终止复议", art("41"), by=BODY, at=HANDLED | {"deemed"}, to="terminated", asks=Termination,
         unless=(not_suspended_sixty_days,), confirm="终止后不再审理，确认终止？"),
    Step("serve_applicant", "送达申请人", art("75(2)"), by=BODY, at=ANYTIME, asks=Served),
    Step("serve_respondent", "送达被申请人", art("75(2)"), by=BODY, at={"decided"}, asks=ServedOnRespondent),
    Step("new_act_made", "被申请人重新作出行为", reg("58(1)"), by=BODY, at={"decided"}, asks=Note),
    Step("issue_opinion", "制发意见书", art("76"), by=BODY, at=IN_TRIAL | {"decided"}, asks=OpinionLetter),
    Step("opinion_received", "有关机关收到意见书", art("76"), by=BODY, at=IN_TRIAL | {"decided"}, asks=OpinionLetter,
         unless=(not_before("issue_opinion", "没有制发意见书"),)),
    Step("report_opinion", "收到纠正情况报告", art("76"), by=BODY, at=OPEN, asks=OpinionLetter,
         unless=(not_before("opinion_received", "意见书尚未送达"),)),
    Step("issue_advice", "制发行政复议建议书", reg("69"), by=BODY, at=IN_TRIAL | {"decided"}, asks=Advice),
    Step("order_performance", "责令限期履行", art("77(2)"), by=BODY, at={"decided"}, asks=Note),
    Step("perform", "履行完毕", art("77(1)"), by=BODY, at={"decided"}, asks=Note),
    Step("close", "结案归档", art("75(2)"), by=BODY, at={"decided"}, to="closed",
         unless=(not_before("serve_applicant", "尚未送达申请人"), unfinished)),
    Step("sue", "申请人提起行政诉讼", art("34"), by=EITHER, at=ANYTIME, asks=Note),
    Step("add_material", "补充材料", art("45"), by=EITHER, at=OPEN, asks=Material),
    Step("note", "内部备注", art("47"), by=BODY | HEAD, at=ANYTIME, asks=Note),
    Step("unmask", "查看个人信息", art("47"), by=BODY | HEAD, at=ANYTIME, asks=Unmasking, hidden=True),
)

EVIDENCE = evidence_steps(BODY, {"submit": art("45"), "examine": art("45")})

RECONSIDERATION = Procedure(
    name="reconsideration",
    title="行政复议",
    law=LAW,
    stages=STAGES,
    ends=frozenset({"closed", "rejected", "abandoned", "not_again", "self_corrected", "withdrawn", "terminated"}),
    steps=ACCEPTING + HANDLERS + TRYING + BESIDE + ENDING + EVIDENCE,
    clocks=CLOCKS,
    leads={"receive": "office", "take_over": "office"},
    promise="ar.decide.ordinary",
    keeps=(two_handlers, none_recused, all_qualified),
    tells={"receive": (Tell("party", "receipt"),)},
)
