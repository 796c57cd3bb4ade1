"""12345 工单 — a request from its registration until the citizen has said whether the answer is one.

National policy asks for a closed loop (国办发〔2020〕53号) but sets no figure: every length here is the
city's own rule. What is fixed is the order of things and who may do them.
"""

from datetime import date

from cases.clocks import Binds, ByCity, Clock, Extends, Given
from cases.guards import (
    after_end,
    done_before,
    done_since,
    no_such_office,
    not_extendable,
    not_pending,
    not_running,
    pending,
    same_office,
)
from cases.history import Note
from cases.law import Law, Unit
from cases.people import CENTRE, OFFICE, Role
from cases.procedure import ANYTIME, OPEN, Procedure, Step, Tell
from cases.procedures.merging import merged_waiting, no_lead_case, no_merged_case, others_inside
from cases.procedures.work_order_facts import (
    Alarm,
    Answer,
    CallBack,
    CoAnswer,
    CoHandler,
    Dispatch,
    Divert,
    Emergency,
    ExtensionAsked,
    ExtensionGiven,
    Material,
    Merge,
    MergedCallBack,
    Rating,
    Reopening,
    Request,
    Return,
    Ruling,
    Supervision,
    SupervisionReply,
    Suspension,
    TakenIn,
    Unmasking,
)
from cases.procedures.work_order_guards import (
    answer_by_passed,
    asked_more,
    co_parts_missing,
    in_confidence,
    joined_already,
    letter_waiting,
    never_dispatched,
    own_co_part,
    unknown_letter,
    while_suspended,
)

LAW = Law("国务院办公厅关于进一步优化地方政务服务便民热线的指导意见", date(2020, 12, 28), note="国办发〔2020〕53号")
RULES = Law("本市12345热线工单办理规则", date(2026, 1, 1), note="城市自定，见城市规则文件")
art = RULES.article


RULED = "退单已经裁定，不得再次退单"
WITH_OFFICE = frozenset({"dispatched", "signed", "in_hand"})
DECIDED = ("approve_extension", "refuse_extension")
LAPSED = (*DECIDED, "send_back", "answer")  # an extension asked for before is asked for no more

STAGES = {
    "registered": "待派单",
    "dispatched": "待签收",
    "signed": "已签收",
    "in_hand": "办理中",
    "returning": "退单待裁定",
    "answered": "待审核",
    "reviewed": "待回访",
    "called_back": "已回访",
    "closed": "已办结",
    "handed_over": "已转紧急部门",
    "diverted": "已告知法定途径",
    "merged": "已并案",
    "withdrawn": "已撤回",
}

STEPS = (
    Step("register", "登记", art("登记"), by={Role.AGENT, Role.CITIZEN, Role.SYSTEM, Role.SUPERVISOR},
         to="registered", asks=Request, opens=True),
    Step("dispatch", "派单", art("派单"), by=CENTRE | {Role.SYSTEM}, at={"registered"}, to="dispatched",
         asks=Dispatch, unless=(no_such_office,)),
    Step("answer_at_desk", "直接答复", art("直接答复"), by=CENTRE, at={"registered"}, to="closed", asks=Answer),
    Step("raise_alarm", "紧急通报", art("紧急转接"), by={Role.SYSTEM}, at={"registered"}, asks=Alarm, hidden=True),
    Step("hand_to_emergency", "转紧急部门", art("紧急转接"), by=CENTRE | {Role.SYSTEM}, at={"registered"},
         to="handed_over", asks=Emergency, confirm="确认已经电话转接并说明情况？"),
    Step("divert", "告知法定途径", art("不予受理"), by=CENTRE, at={"registered"}, to="diverted", asks=Divert),
    Step("sign_for", "签收", art("签收"), by=OFFICE, at={"dispatched"}, to="signed"),
    Step("start", "开始办理", art("办理"), by=OFFICE, at={"signed"}, to="in_hand", asks=Note),
    Step("send_back", "退单", art("退单"), by=OFFICE, at={"dispatched", "signed"}, to="returning", asks=Return,
         unless=(done_before("uphold_return", RULED), done_before("reject_return", RULED),
                 after_end("wo.return", "已超过退单期限"), while_suspended(), letter_waiting("回复之后方可退单"))),
    Step("uphold_return", "同意退单", art("退单裁定"), by=CENTRE, at={"returning"}, to="registered", asks=Ruling),
    Step("reject_return", "不同意退单", art("退单裁定"), by=CENTRE, at={"returning"}, to="dispatched", asks=Ruling),
    Step("add_co_handler", "增加协办单位", art("协办"), by=CENTRE | {Role.SYSTEM}, at=WITH_OFFICE, asks=CoHandler,
         unless=(no_such_office, joined_already)),
    Step("co_answer", "提交协办意见", art("协办"), by=OFFICE, at=WITH_OFFICE, asks=CoAnswer, unless=(own_co_part,),
         co=True),
    Step("ask_extension", "申请延期", art("延期"), by=OFFICE, at={"signed", "in_hand"}, asks=ExtensionAsked,
         unless=(pending("ask_extension", LAPSED, "已有一份延期申请待批准"), not_extendable("wo.handle"))),
    Step("approve_extension", "批准延期", art("延期"), by={Role.CHIEF},  # 承办单位负责人批准
         at={"signed", "in_hand"}, asks=ExtensionGiven,
         unless=(not_pending("ask_extension", LAPSED, "没有待批准的延期申请"), not_extendable("wo.handle"),
                 asked_more)),
    Step("refuse_extension", "不批准延期", art("延期"), by={Role.CHIEF}, at={"signed", "in_hand"}, asks=Note,
         unless=(not_pending("ask_extension", LAPSED, "没有待批准的延期申请"),)),
    Step("suspend", "挂起", art("挂起"), by={Role.CHIEF}, at={"signed", "in_hand"}, asks=Suspension,
         unless=(while_suspended(), after_end("wo.handle", "办理期限已经届满，不能挂起"))),
    Step("resume", "恢复办理", art("挂起"), by=OFFICE, at={"signed", "in_hand"}, asks=Note,
         unless=(not_pending("suspend", ("resume",), "工单没有挂起"),)),
    Step("supervise", "督办", art("督办"), by={Role.SUPERVISOR}, at=WITH_OFFICE | {"answered"}, asks=Supervision,
         unless=(answer_by_passed,)),
    Step("reply_supervision", "回复督办", art("督办"), by=OFFICE, at=OPEN, asks=SupervisionReply,
         unless=(unknown_letter,)),
    Step("answer", "提交答复", art("答复"), by=OFFICE, at={"signed", "in_hand"}, to="answered", asks=Answer,
         unless=(while_suspended(), co_parts_missing)),
    Step("approve_answer", "审核通过", art("审核"), by={Role.CHIEF}, at={"answered"}, to="reviewed", asks=Note),
    Step("reject_answer", "退回修改", art("审核"), by={Role.CHIEF}, at={"answered"}, to="in_hand", asks=Note),
    Step("call_back", "回访", art("回访"), by=CENTRE, at={"reviewed"}, to="called_back", asks=CallBack),
    Step("call_back_merged", "回访并案来电人", art("回访"), by=CENTRE, at={"reviewed", "called_back"},
         asks=MergedCallBack, unless=(no_merged_case,)),
    Step("close", "办结归档", art("办结"), by=CENTRE, at={"called_back"}, to="closed",
         unless=(merged_waiting, letter_waiting("回复之后方可办结"))),
    Step("reopen", "重新办理", art("重办"), by=CENTRE | {Role.CITIZEN}, at={"reviewed", "called_back", "closed"},
         to="in_hand", asks=Reopening,
         unless=(never_dispatched, done_before("reopen", "已经重办过一次，仍有异议的请走督办或法定途径"),
                 not_running("wo.reopen", "本件没有申请重办的期限，请另行登记"),
                 after_end("wo.reopen", "已超过申请重办的期限"))),
    Step("redispatch", "改派", art("派单"), by={Role.SUPERVISOR}, at={"dispatched"}, to="dispatched",
         asks=Dispatch, unless=(no_such_office, same_office("office", "工单已在该单位"),)),
    Step("merge", "并案", art("并案"), by=CENTRE, at=OPEN, to="merged", asks=Merge,
         unless=(no_lead_case, others_inside("本件已有并入的工单，请将另一件并入本件")),
         confirm="并案后本件随主件办理并一并答复，确认并案？"),
    Step("took_in", "并入他件", art("并案"), by={Role.SYSTEM}, at=ANYTIME, asks=TakenIn, hidden=True),
    Step("withdraw", "撤回", art("撤回"), by={Role.CITIZEN, Role.AGENT},
         at={"registered", "dispatched", "signed", "in_hand", "returning"}, to="withdrawn", asks=Note,
         unless=(others_inside("本件已有他人的诉求并入一并办理，不能整件撤回"),),
         confirm="撤回后本件不再办理，确认撤回？"),
    Step("add_material", "补充材料", art("补充"), by=CENTRE | {Role.CITIZEN}, at=OPEN, asks=Material),
    Step("archive", "历史归档", art("办结"), by={Role.SYSTEM}, at=OPEN, to="closed", asks=Note, hidden=True),
    Step("rate", "评价", art("评价"), by={Role.CITIZEN}, at={"reviewed", "called_back", "closed"}, asks=Rating,
         unless=(done_since("rate", frozenset({"reopen"}), "已经评价过"),)),
    Step("note", "内部备注", art("记录"), by=CENTRE | OFFICE, at=ANYTIME, asks=Note),
    Step("unmask", "查看个人信息", art("个人信息"), by=CENTRE | OFFICE, at=ANYTIME, asks=Unmasking, hidden=True,
         unless=(in_confidence,)),
)

OVER = frozenset({"answer_at_desk", "hand_to_emergency", "divert", "merge", "withdraw", "archive"})
DISPATCHES = frozenset({"dispatch", "redispatch", "reject_return"})
PAUSE = {"suspend": "resume"}
ANEW = frozenset({"dispatch", "redispatch", "reopen"})  # another office, or another answer: it may be extended again

CLOCKS = (
    Clock("wo.promise", "承诺答复", art("承诺"), ByCity(), starts={"register", "reopen"},
          stops=OVER | {"approve_answer"}, pauses=PAUSE, extends=Extends("approve_extension", Given("days")),
          binds=Binds.CENTRE, watched=False),
    Clock("wo.dispatch", "派单", art("派单"), ByCity(), starts={"register", "uphold_return"},
          stops=OVER | {"dispatch"}, binds=Binds.CENTRE),
    Clock("wo.sign_for", "签收", art("签收"), ByCity(), starts=DISPATCHES,
          stops=OVER | {"sign_for", "send_back"}, restarts={"redispatch"}),
    Clock("wo.return", "退单", art("退单"), ByCity(), starts={"dispatch", "redispatch"},
          stops=OVER | {"start", "send_back", "answer"}, restarts={"redispatch"}, watched=False),
    Clock("wo.rule_on_return", "裁定退单", art("退单裁定"), ByCity(), starts={"send_back"},
          stops=OVER | {"uphold_return", "reject_return"}, binds=Binds.CENTRE),
    Clock("wo.handle", "办理", art("办理"), ByCity(), starts=DISPATCHES | {"reopen"},
          stops=OVER | {"approve_answer", "send_back"}, restarts={"redispatch"}, pauses=PAUSE,
          extends=Extends("approve_extension", Given("days"), cap=ByCity(), anew=ANEW)),
    Clock("wo.co_handle", "协办", art("协办"), ByCity(), starts={"add_co_handler"},
          stops=OVER | {"co_answer", "answer", "uphold_return", "dispatch", "redispatch"},  # one that leads joins no more
          pauses=PAUSE | {"send_back": "reject_return"}, per="office"),
    Clock("wo.decide_extension", "批准延期", art("延期"), ByCity(), starts={"ask_extension"},
          stops=OVER | set(LAPSED)),
    Clock("wo.review", "审核答复", art("审核"), ByCity(), starts={"answer"},
          stops=OVER | {"approve_answer", "reject_answer"}),
    Clock("wo.call_back", "回访", art("回访"), ByCity(), starts={"approve_answer"},
          stops=OVER | {"call_back", "reopen"}, binds=Binds.CENTRE),
    Clock("wo.close", "归档", art("办结"), ByCity(), starts={"call_back"}, stops=OVER | {"close", "reopen"},
          binds=Binds.CENTRE),
    Clock("wo.supervision", "回复督办", art("督办"), Given("answer_by", Unit.DAY), starts={"supervise"},
          stops=OVER | {"reply_supervision", "redispatch"}, per="letter"),
    Clock("wo.reopen", "申请重办", art("重办"), ByCity(), starts={"approve_answer"},
          stops={"reopen", "merge"}, binds=Binds.CITIZEN, rolls=True, watched=False),
)

WORK_ORDER = Procedure(
    name="work_order",
    title="12345工单",
    law=LAW,
    stages=STAGES,
    ends=frozenset({"closed", "handed_over", "diverted", "merged", "withdrawn"}),
    steps=STEPS,
    clocks=CLOCKS,
    leads={"dispatch": "office", "redispatch": "office"},
    joins={"add_co_handler": "office"},
    frees=frozenset({"uphold_return"}),
    takes=frozenset({"sign_for", "start"}),
    promise="wo.promise",
    tells={
        "register": (Tell("party", "receipt"),),
        "hand_to_emergency": (Tell("party", "handed_over"),),
        "raise_alarm": (Tell("emergency", "alarm"), Tell("party", "danger")),
        "sign_for": (Tell("party", "signed"),),
        "approve_extension": (Tell("party", "extended"),),
        "suspend": (Tell("party", "suspended"),),
        "approve_answer": (Tell("party", "result"),),
        "answer_at_desk": (Tell("party", "result"),),
        "divert": (Tell("party", "diverted"),),
        "merge": (Tell("party", "merged"),),
        "reopen": (Tell("party", "reopened"),),
    },
    follows=frozenset({"approve_answer", "answer_at_desk", "divert", "hand_to_emergency", "approve_extension", "suspend", "reopen"}),
)
