"""The limits of a reconsideration (family `ar`). Periods of three, five, seven and ten days of the Act are working
days (第八十八条第二款), its longer ones calendar days whose last day moves off a day of rest (第八十八条第一款).
"""

from datetime import date

from cases.clocks import Binds, Clock, Extends, Given
from cases.law import Law, Unit, days, working_days, years
from cases.procedures.follow import TO_FILE, TO_SERVE, follow

LAW = Law("行政复议法", date(2024, 1, 1), key="AR", note="2023年9月1日修订")
SUITS = Law("行政诉讼法", date(2017, 7, 1), key="AL")
REGULATION = Law("行政复议法实施条例", date(2026, 7, 1), key="ARR", note="2026年4月29日国务院令第836号修订")
art, reg = LAW.article, REGULATION.article

OPENING = frozenset({"receive"})
DONE = frozenset({"decide", "mediation_letter", "terminate"})
OUT = frozenset({"accept", "accept_simplified", "reject", "decline_repeat", "deem_accept", "withdraw"})
DIRECT = frozenset({"counter", "post", "online", "oral"})
AGENCY = frozenset({"agency"})
NOT_COUNTED = {
    "suspend": "resume",  # 第三十九条
    "inspect": "end_inspection",  # 条例第四十五条: 现场勘验所用时间
    "appraise": "end_appraisal",  # 条例第四十六条: 鉴定所用时间
    "ask_takeover": "answer_takeover",  # 条例第四十条第二款: 请示所用时间
    "order_takeover": "take_over",  # 条例第四十条第三款: 收到材料后重新计算
}

APPLYING = (
    Clock("ar.apply.general", "申请复议", art("20(1)"), days(60), starts=OPENING, stops=OPENING, since="knew_on",
          when={"knew_on": frozenset()}, leaves_out="excused", rolls=True, binds=Binds.CITIZEN, watched=False),
    Clock("ar.apply.uninformed", "申请复议（未被告知的）", art("20(3)"), days(60), starts=OPENING, stops=OPENING,
          since="learned_right_on", when={"learned_right_on": frozenset()}, leaves_out="excused", rolls=True,
          binds=Binds.CITIZEN, watched=False),
    Clock("ar.apply.uninformed_cap", "申请复议（未被告知的最长期限）", art("20(3)"), years(1), starts=OPENING,
          stops=OPENING, since="knew_content_on", when={"knew_content_on": frozenset()}, rolls=True,
          binds=Binds.CITIZEN, watched=False),
    Clock("ar.apply.cap_real_estate", "申请复议（不动产最长期限）", art("21"), years(20), starts=OPENING,
          stops=OPENING, since="estate_act_on", when={"estate_act_on": frozenset()}, rolls=True,
          binds=Binds.CITIZEN, watched=False),
    Clock("ar.apply.cap_other", "申请复议（最长期限）", art("21"), years(5), starts=OPENING, stops=OPENING,
          since="act_on", when={"act_on": frozenset()}, rolls=True, binds=Binds.CITIZEN, watched=False),
    Clock("ar.duty.wait", "履行法定职责", reg("24(1)(2)"), days(60), starts=OPENING, stops=OPENING,
          since="asked_on", when={"asked_on": frozenset()}, rolls=True, binds=Binds.RESPONDENT, watched=False),
    Clock("ar.apply.after_duty", "申请复议（不履行职责的）", reg("24(1)"), days(60), starts=OPENING, stops=OPENING,
          since="duty_over_on", when={"duty_over_on": frozenset()}, leaves_out="excused", rolls=True,
          binds=Binds.CITIZEN, watched=False),
)

ACCEPTING = (
    Clock("ar.transfer.via_penalty_agency", "处罚机关转送申请", art("32(2), 88(2)"), working_days(5),
          starts=OPENING, when={"channel": AGENCY}, stops={"forward", "self_correct", "withdraw"},
          binds=Binds.RESPONDENT),
    Clock("ar.self_correct", "处罚机关自行纠正", reg("38(1)"), working_days(5), starts=OPENING,
          when={"channel": AGENCY}, stops={"forward", "self_correct", "withdraw"}, binds=Binds.RESPONDENT),
    Clock("ar.accept.review", "审查受理", art("30(1)-(2), 88(2)"), working_days(5), starts=OPENING | {"forward"},
          when={"channel": DIRECT}, stops=OUT | {"ask_to_correct"},
          then="deem_accept"),  # 第三十条第三款: 届满之日起视为受理
    Clock("ar.supplement.notice", "通知补正", art("31(1), 88(2)"), working_days(5), starts=OPENING | {"forward"},
          when={"channel": DIRECT}, stops=OUT | {"ask_to_correct"}),
    Clock("ar.supplement.submit", "补正", art("31(2), 88(2)"), working_days(10),
          starts={"correction_received"}, stops={"supplement", "abandon", "withdraw"},
          extends=Extends("extend_supplement", Given("days")), binds=Binds.CITIZEN),
    Clock("ar.accept.review_after_supplement", "补正后审查受理", art("31(3), 30, 88(2)"), working_days(5),
          starts={"supplement"}, stops=OUT, then="deem_accept"),
)

TRYING = (
    Clock("ar.copy.ordinary", "发送申请书副本", art("48, 88(2)"), working_days(7), starts={"accept", "deem_accept"},
          stops=DONE | {"send_copy"}),
    Clock("ar.copy.simplified", "发送申请书副本（简易程序）", art("54(1), 88(2)"), working_days(3),
          starts={"accept_simplified"}, stops=DONE | {"send_copy"}),
    Clock("ar.reply.ordinary", "书面答复", art("48, 88(2)"), working_days(10), starts={"copy_received"},
          stops=DONE | {"reply"}, binds=Binds.RESPONDENT),
    Clock("ar.reply.simplified", "书面答复（简易程序）", art("54(1), 88(2)"), working_days(5),
          starts={"copy_received_simplified"}, stops=DONE | {"reply"}, binds=Binds.RESPONDENT),
    Clock("ar.hearing.notice", "听证通知", art("51(1), 88(2)"), working_days(5), starts={"arrange_hearing"},
          restarts={"arrange_hearing"}, stops=DONE | {"notify_hearing", "call_off_hearing"}, since="held_on",
          backward=True),  # 听证办法第四条
    Clock("ar.decide.ordinary", "作出复议决定", art("62(1)"), days(60),
          starts={"accept", "deem_accept", "switch_to_ordinary"}, since_step={"switch_to_ordinary": "accept_simplified"},
          restarts={"take_over"}, stops=DONE, pauses=NOT_COUNTED, rolls=True, then="lapse_period",
          extends=Extends("extend", Given("days", Unit.DAY), cap=days(30))),  # 最多延长三十日
    Clock("ar.decide.simplified", "作出复议决定（简易程序）", art("62(2)"), days(30), starts={"accept_simplified"},
          stops=DONE | {"switch_to_ordinary", "take_over"}, pauses=NOT_COUNTED, rolls=True, then="lapse_period"),
    Clock("ar.suspend.terminate", "中止满六十日终止", art("41[5]"), days(60), starts={"suspend"},
          when={"ground": frozenset({"death", "incapacity", "dissolved"})}, stops=DONE | {"resume"}, rolls=True),
    Clock("ar.takeover.transfer", "移送提级审理的材料", reg("40(3)"), working_days(5), starts={"order_takeover"},
          stops=DONE | {"transfer_file", "take_over"}),
)

NORMS = (
    Clock("ar.norm.handle", "处理规范性文件", art("56, 57"), days(30), starts={"suspend"},
          when={"norm_ours": frozenset({True})}, stops=DONE | {"norm_handled", "resume"},
          rolls=True),  # 条例第五十三条第二款: 自中止之日起
    Clock("ar.norm.forward", "转送规范性文件", art("56, 57, 88(2)"), working_days(7), starts={"suspend"},
          when={"norm_ours": frozenset({False})}, stops=DONE | {"forward_norm", "resume"}),
    Clock("ar.norm.ask_maker", "通知制定机关说明", art("58(1), 88(2)"), working_days(3), starts={"suspend"},
          when={"norm_ours": frozenset({True})}, stops=DONE | {"ask_norm_maker", "norm_handled", "resume"}),
    Clock("ar.norm.maker_reply", "制定机关书面答复", art("58(1), 88(2)"), working_days(10),
          starts={"norm_maker_asked"}, stops=DONE | {"norm_maker_replied", "resume"}, binds=Binds.RESPONDENT),
    Clock("ar.norm.transferee_reply", "接受转送机关回复意见", art("60"), days(60), starts={"norm_referral_received"},
          stops=DONE | {"norm_opinion_returned", "resume"}, rolls=True, binds=Binds.RESPONDENT),
)

AFTER = (
    Clock("ar.remake", "重新作出行政行为", reg("58(1)"), days(60), starts={"serve_respondent"},
          when={"new_act": frozenset({True})}, stops={"new_act_made"}, rolls=True, binds=Binds.RESPONDENT),
    Clock("ar.opinion.report", "报告意见书落实情况", art("76"), days(60), starts={"opinion_received"},
          stops={"report_opinion"}, rolls=True, per="letter", binds=Binds.RESPONDENT),
    Clock("al.sue.after_reconsideration", "不服复议决定起诉", SUITS.article("45"), days(15),
          starts={"serve_applicant"}, when={"what": frozenset({"decision"})}, stops={"sue"}, rolls=True,
          binds=Binds.CITIZEN, watched=False),
    Clock("al.sue.reconsideration_overdue", "逾期未决定起诉", SUITS.article("45"), days(15), starts={"lapse_period"},
          stops={"sue", "decide"}, rolls=True, binds=Binds.CITIZEN, watched=False),
    Clock("ar.sue.compulsory", "起诉（复议前置）", art("34"), days(15), starts={"serve_applicant", "lapse_period"},
          when={"what": frozenset({"rejection", "dismissal"})}, stops={"sue", "decide"}, rolls=True,
          binds=Binds.CITIZEN, watched=False),
)

FOLLOWING = (
    follow("cs.correction", "送达补正通知", TO_SERVE, {"ask_to_correct"}, {"correction_received", "withdraw"}),
    follow("cs.decision", "送达复议文书", TO_SERVE, {"decide", "mediation_letter"}, {"serve_applicant"}),
    follow("cs.close", "结案归档", TO_FILE, {"decide", "mediation_letter"}, {"close"}),
)

CLOCKS = APPLYING + ACCEPTING + TRYING + NORMS + AFTER + FOLLOWING
