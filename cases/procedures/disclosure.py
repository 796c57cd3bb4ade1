"""政府信息公开 — an application to see records (《政府信息公开条例》第二十七条至第四十条).

Twenty working days, from which the asking of third parties and co-makers is left out; one correction, after
which, as after a fee, the time begins anew; silence of those who were asked has the meaning the law gives it.
"""

from datetime import date

from cases.clocks import Binds, Clock, Extends, Given
from cases.guards import (
    after_end,
    done_before,
    not_before,
    not_extendable,
    not_pending,
    not_silent,
)
from cases.history import Note
from cases.law import Law, days, months, working_days
from cases.people import CENTRE, OFFICE, Role
from cases.procedure import ANYTIME, Procedure, Step, Tell
from cases.procedures.disclosure_facts import (
    Application,
    Consultation,
    Corrected,
    Delay,
    Extension,
    Fee,
    Missing,
    Opinion,
    Reasons,
    Received,
    Reply,
    Told,
)
from cases.procedures.disclosure_guards import (
    answer_incomplete,
    answered_with_ground,
    answered_without_ground,
    delay_passed,
    fee_open,
    letter_used,
    letters_open,
    not_awaited,
    objection_ignored,
    objection_overruled,
    reached_already,
    silent_too_soon,
)

LAW = Law("政府信息公开条例", in_force=date(2019, 5, 15), key="GI", note="国务院令第711号")
FEES = Law("政府信息公开信息处理费管理办法", date(2021, 1, 1), key="GIF", note="国办函〔2020〕109号；条号未核")
SUITS = Law("行政诉讼法", date(2017, 7, 1), key="AL")
RECONSIDERATION = Law("行政复议法", date(2024, 1, 1), key="AR", note="2023年修订")
art = LAW.article

STAGES = {
    "received": "办理中",
    "unclear": "待补正",
    "charged": "待缴费",
    "answered": "已答复",
    "lapsed": "视为放弃",
    "withdrawn": "已撤回",
}
ASKS = CENTRE | OFFICE | {Role.CITIZEN, Role.LEGAL}

STEPS = (
    Step("receive", "收到申请", art("31"), by=ASKS, to="received", asks=Application, opens=True),
    Step("ask_to_correct", "告知补正", art("30"), by=OFFICE, at={"received"}, to="unclear", asks=Missing,
         unless=(done_before("ask_to_correct", "补正应当一次性告知"),
                 after_end("gi.correct.notice", "已超过一次性告知补正的期限，应当按现有内容答复"))),
    Step("supplement", "收到补正", art("30"), by=ASKS, at={"unclear"}, to="received", asks=Corrected),
    Step("lapse", "逾期不补正，视为放弃", art("30"), by={Role.SYSTEM}, at={"unclear"}, to="lapsed",
         unless=(not_silent(("gi.correct.submit",), "补正期限尚未届满"),), hidden=True),
    Step("extend", "延长答复期限", art("33(2)"), by={Role.CHIEF},  # 第33条第2款: 公开工作机构负责人同意
         at={"received"}, asks=Extension, unless=(not_extendable("gi.reply"),)),
    Step("consult_third_party", "征求第三方意见", art("32"), by=OFFICE, at={"received"}, asks=Consultation,
         unless=(letter_used, after_end("gi.reply", "答复期限已经届满"))),
    Step("third_party_reached", "第三方已收到征求意见书", art("32"), by=OFFICE, at={"received"}, asks=Received,
         unless=(not_awaited("third_party"), reached_already("third_party_reached"))),
    Step("hear_third_party", "收到第三方意见", art("32"), by=OFFICE | {Role.SYSTEM}, at={"received"}, asks=Opinion,
         unless=(not_awaited("third_party"), silent_too_soon("gi.third_party"))),
    Step("consult_co_maker", "征求共同制作机关意见", art("34"), by=OFFICE, at={"received"}, asks=Consultation,
         unless=(letter_used, after_end("gi.reply", "答复期限已经届满"))),
    Step("co_maker_reached", "共同制作机关已收到征求意见书", art("34"), by=OFFICE, at={"received"}, asks=Received,
         unless=(not_awaited("co_maker"), reached_already("co_maker_reached"))),
    Step("hear_co_maker", "收到共同制作机关意见", art("34"),  # 第34条: 逾期未提出意见的，视为同意公开
         by=OFFICE | {Role.SYSTEM}, at={"received"}, asks=Opinion,
         unless=(not_awaited("co_maker"), silent_too_soon("gi.co_maker"))),
    Step("ask_reasons", "要求说明理由", art("35"), by=OFFICE, at={"received"}, asks=Reasons,
         unless=(done_before("ask_reasons", "已经要求说明理由"),)),
    Step("give_reasons", "收到理由说明", art("35"), by=ASKS, at={"received"}, asks=Corrected,
         unless=(not_pending("ask_reasons", ("give_reasons",), "没有要求说明理由"),)),
    Step("set_delay", "确定延迟答复的期限", art("35"), by={Role.CHIEF}, at={"received"}, asks=Delay,
         unless=(not_before("give_reasons", "申请人尚未说明理由"),
                 done_before("set_delay", "延迟答复的期限已经确定"), delay_passed)),
    Step("charge", "发出收费通知", FEES.article("7"), by=OFFICE, at={"received"}, to="charged", asks=Fee,
         unless=(done_before("charge", "已经发出收费通知"), letters_open,
                 after_end("gi.reply", "应当在答复期限内发出收费通知"))),
    Step("pay_fee", "申请人缴费", FEES.article("7"), by=ASKS, at={"charged"}, to="received"),
    Step("lapse_unpaid", "逾期不缴费，视为放弃", FEES.article("7"), by={Role.SYSTEM}, at={"charged"}, to="lapsed",
         unless=(not_silent(("gi.fee.pay",), "缴费期限尚未届满"),), hidden=True),
    Step("answer", "答复", art("36"), by=OFFICE, at={"received"}, to="answered", asks=Reply,
         unless=(fee_open, letters_open, answer_incomplete, objection_ignored)),
    Step("tell_third_party", "书面告知第三方", art("32"), by=OFFICE, at={"answered"}, asks=Told,
         unless=(objection_overruled,)),
    Step("serve_answer", "答复已送达", art("40"), by=OFFICE, at={"answered"},
         unless=(done_before("serve_answer", "答复已经送达"), answered_with_ground)),
    Step("serve_refusal", "不予公开的答复已送达", art("40"), by=OFFICE, at={"answered"},
         unless=(done_before("serve_refusal", "答复已经送达"), answered_without_ground)),
    Step("challenge", "申请人已申请复议或者起诉", art("51"), by=ASKS, at={"answered"}, asks=Note,
         unless=(done_before("challenge", "已经登记"),)),
    Step("withdraw", "撤回申请", art("29"), by=ASKS, at={"received", "unclear", "charged"}, to="withdrawn",
         asks=Note, confirm="撤回后不再办理，确认撤回？"),
    Step("note", "内部备注", art("27"), by=CENTRE | OFFICE, at=ANYTIME, asks=Note),
)

OVER = frozenset({"answer", "withdraw", "lapse", "lapse_unpaid"})

CLOCKS = (
    Clock("gi.reply", "答复", art("33(2)"), working_days(20), starts={"receive"},
          restarts={"supplement", "pay_fee"},  # 第30条; 处理费办法: 自补正、缴费之日重新计算
          stops=OVER | {"set_delay"},
          pauses={"consult_third_party": "hear_third_party", "consult_co_maker": "hear_co_maker",  # 第33条第3款
                  "ask_to_correct": "supplement", "charge": "pay_fee"},
          extends=Extends("extend", Given("days"), cap=working_days(20))),
    Clock("gi.correct.notice", "一次性告知补正", art("30"), working_days(7), starts={"receive"},
          stops=OVER | {"ask_to_correct", "set_delay", "charge"}, watched=False),
    Clock("gi.correct.submit", "补正", art("30"), Given("days"), starts={"ask_to_correct"},
          stops=OVER | {"supplement"}, watched=False, binds=Binds.CITIZEN, then="lapse"),
    Clock("gi.third_party", "第三方提出意见", art("32"), working_days(15), starts={"third_party_reached"},
          stops=OVER | {"hear_third_party"}, binds=Binds.CITIZEN, watched=False, per="letter",
          then="hear_third_party"),
    Clock("gi.co_maker", "共同制作机关提出意见", art("34"), working_days(15), starts={"co_maker_reached"},
          stops=OVER | {"hear_co_maker"}, watched=False, per="letter", then="hear_co_maker"),
    Clock("gi.bulk", "延迟答复", art("35"), Given("answer_by"), starts={"set_delay"}, stops=OVER),
    Clock("gi.fee.pay", "缴纳信息处理费", FEES.article("7"), working_days(20), starts={"charge"},
          stops=OVER | {"pay_fee"}, watched=False, binds=Binds.CITIZEN, then="lapse_unpaid"),
    Clock("ar.apply.general", "申请行政复议", RECONSIDERATION.article("20(1)"), days(60),
          starts={"serve_answer", "serve_refusal"}, stops={"challenge"},
          rolls=True, watched=False, binds=Binds.CITIZEN),
    Clock("al.sue.direct", "提起行政诉讼", SUITS.article("46(1)"), months(6),
          starts={"serve_answer"},  # 依第14至16条不予公开的，先申请复议（行政复议法第23条第1款第4项）
          stops={"challenge"}, rolls=True, watched=False, binds=Binds.CITIZEN),
)

DISCLOSURE = Procedure(
    name="disclosure",
    title="政府信息公开",
    law=LAW,
    stages=STAGES,
    ends=frozenset({"answered", "lapsed", "withdrawn"}),
    steps=STEPS,
    clocks=CLOCKS,
    leads={"receive": "office"},
    takes=frozenset({"ask_to_correct", "consult_third_party", "consult_co_maker"}),
    promise="gi.reply",
    tells={
        "receive": (Tell("party", "receipt"),),
        "ask_to_correct": (Tell("party", "correction_asked"),),
        "extend": (Tell("party", "extended"),),
        "answer": (Tell("party", "result"),),
    },
)
