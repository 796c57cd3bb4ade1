"""调解 — people's, administrative and court-invited mediation, from consent to the last instalment.

Voluntary from end to end: both sides are willing, choose who sits, are heard, and sign. What they agreed the
court can make enforceable; where nothing is agreed, or it is broken, they are told the way.
"""

from datetime import date

from cases.clocks import Binds, ByCity, Clock, Extends, Given
from cases.guards import after_end, done_before, not_before, not_extendable, not_silent
from cases.history import Note
from cases.law import Law, Unit, days, months, working_days, years
from cases.people import CENTRE, OFFICE, Role
from cases.procedure import ANYTIME, Procedure, Step, Tell
from cases.procedures.evidence import evidence_steps
from cases.procedures.mediation_facts import (
    Broken,
    Consent,
    CourtLonger,
    Dispute,
    Extension,
    Failure,
    Joint,
    Longer,
    Mediator,
    Oral,
    Part,
    PartDone,
    Planned,
    Recusal,
    Recused,
    Refusal,
    Ruling,
    Served,
    Session,
    ThirdParty,
    Written,
)
from cases.procedures.mediation_guards import (
    consent_missing,
    consented_already,
    may_not_sit,
    never_heard,
    no_objection,
    nobody_sits,
    not_agreed_longer,
    not_joint,
    not_sitting,
    not_yet_due,
    only_kind,
    part_early,
    part_known,
    part_unknown,
    parts_left,
    recusal_open,
    served_already,
    sitting_past,
    suit_untold,
    table_empty,
    unrecorded,
    unsigned,
    ways_untold,
)

LAW = Law("人民调解法", date(2011, 1, 1), key="PM")
WORK = Law("人民调解工作若干规定", date(2002, 11, 1), key="PMR", note="是否仍然有效未经核实")
CODE = Law("民事诉讼法", date(2024, 1, 1), key="CP", note="2023年修正")
CODE_NOTES = Law("最高人民法院关于适用《民事诉讼法》的解释", date(2022, 4, 10), key="CPI")
CONFIRMING = Law("最高人民法院关于人民调解协议司法确认程序的若干规定", date(2011, 3, 30), key="JCR")
ONLINE = Law("人民法院在线调解规则", date(2022, 1, 1), key="OLM")
INVITED = Law("最高人民法院关于人民法院特邀调解的规定", date(2016, 7, 1), note="法释〔2016〕14号")
RULES = Law("本市调解工作规则", date(2026, 1, 1), note="示范，城市自定")
art, code = LAW.article, CODE.article

BODY = OFFICE | {Role.MEDIATOR}
ANYBODY = CENTRE | BODY | {Role.CITIZEN}

STAGES = {
    "applied": "征求各方意见",
    "mediating": "调解中",
    "agreed": "已达成协议",
    "confirming": "司法确认中",
    "confirmed": "已经司法确认",
    "performed": "协议已履行",
    "failed": "调解不成",
    "refused": "一方不同意调解",
    "declined": "不属于调解范围",
    "returned": "期满转法院立案",
    "broken": "协议未履行，另行起诉",
    "enforcing": "已申请强制执行",
    "withdrawn": "已撤回",
}

TABLE = (
    Step("apply", "申请调解", art("17"), by=ANYBODY | {Role.SYSTEM}, to="applied", asks=Dispute, opens=True),
    Step("consent", "同意调解", art("17"), by=ANYBODY, at={"applied"}, asks=Consent, unless=(consented_already,)),
    Step("refuse", "一方明确拒绝调解", art("17"), by=ANYBODY, at={"applied"}, to="refused", asks=Refusal,
         unless=(ways_untold,)),
    Step("decline", "不属于调解范围", WORK.article("22"), by=BODY, at={"applied"}, to="declined", asks=Failure,
         unless=(ways_untold,)),
    Step("accept_people", "人民调解受理", art("17"), by=BODY, at={"applied"}, to="mediating",
         unless=(only_kind("people"), consent_missing)),
    Step("accept_admin", "行政调解受理", RULES.article("行政调解"), by=BODY, at={"applied"}, to="mediating",
         unless=(only_kind("admin"), consent_missing)),
    Step("accept_court", "特邀调解员确认接受委派", ONLINE.article("24"), by=BODY, at={"applied"}, to="mediating",
         unless=(only_kind("court"), consent_missing)),
    Step("choose_mediator", "选定调解员", art("19"), by=BODY | {Role.ADMIN}, at={"mediating"}, asks=Mediator,
         unless=(may_not_sit,)),
    Step("object_mediator", "申请回避或者更换调解员", INVITED.article("15"), by=ANYBODY, at={"mediating"},
         asks=Recusal, unless=(not_sitting, recusal_open)),
    Step("decide_recusal", "决定回避", INVITED.article("15"), by=OFFICE | {Role.ADMIN},  # 系统管理员: 只移交离岗人员的案件
         at={"mediating"}, asks=Recused,
         unless=(no_objection, not_sitting)),
    Step("plan_session", "安排调解", art("21"), by=BODY, at={"mediating"}, asks=Planned,
         unless=(nobody_sits, recusal_open, sitting_past), hidden=True),
    Step("hold_session", "调解笔录", art("27"), by=BODY, at={"mediating"}, asks=Session,
         unless=(nobody_sits, recusal_open, table_empty)),
    Step("agree_longer", "各方同意延长调解", ONLINE.article("24"), by=BODY, at={"mediating"}, asks=Longer,
         unless=(only_kind("court"), not_agreed_longer, after_end("md.court_online", "调解期限已经届满"))),
    Step("extend_admin", "延长行政调解期限", RULES.article("行政调解"), by={Role.CHIEF}, at={"mediating"}, asks=Extension,
         unless=(only_kind("admin"), not_extendable("md.admin.hunan"))),
    Step("agree_in_writing", "达成书面协议", art("29(2)"), by=BODY, at={"mediating"}, to="agreed", asks=Written,
         unless=(nobody_sits, recusal_open, never_heard, unsigned)),
    Step("agree_orally", "达成口头协议", art("30"), by=BODY, at={"mediating"}, to="agreed", asks=Oral,
         unless=(nobody_sits, recusal_open, never_heard, unrecorded)),
    Step("fail", "调解不成", art("26"), by=BODY, at={"mediating"}, to="failed", asks=Failure,
         unless=(ways_untold,), confirm="终止后须重新申请，确认终止调解？"),
    Step("return_to_court", "期满未成，转法院立案", ONLINE.article("24"), by={Role.SYSTEM}, at={"mediating"},
         to="returned", unless=(not_silent(("md.court_online",), "调解期限尚未届满"),), hidden=True),
    Step("withdraw", "撤回申请", art("23"), by=ANYBODY, at={"applied", "mediating"}, to="withdrawn", asks=Note,
         confirm="撤回后本件不再调解，确认撤回？"),
)

AGREED = frozenset({"agreed", "confirming", "confirmed"})

AFTERWARDS = (
    Step("set_part", "登记履行期", art("31(1)"), by=BODY, at=AGREED, asks=Part, unless=(part_known, part_early)),
    Step("perform_part", "履行一项义务", art("31(1)"), by=ANYBODY, at=AGREED, asks=PartDone,
         unless=(part_unknown,)),
    Step("follow_up", "回访履行情况", art("31(2)"), by=BODY, at=AGREED, asks=Note),
    Step("apply_confirmation", "共同申请司法确认", code("205"), by=ANYBODY, at={"agreed"}, to="confirming",
         asks=Joint, unless=(not_joint, done_before("reject_confirmation", "确认申请已被驳回"),
                 after_end("md.confirm.apply", "已超过申请司法确认的期限"))),
    Step("court_accepts", "法院受理司法确认", CONFIRMING.article("4"), by=BODY, at={"confirming"}, asks=Ruling,
         unless=(done_before("court_accepts", "法院已经受理"),)),
    Step("extend_confirmation", "法院延长确认期限", code("187"), by=BODY, at={"confirming"}, asks=CourtLonger),
    Step("confirm", "裁定协议有效", code("206"), by=BODY, at={"confirming"}, to="confirmed", asks=Ruling,
         unless=(not_before("court_accepts", "法院尚未受理"),)),
    Step("reject_confirmation", "不予受理或者驳回确认申请", code("206"), by=BODY, at={"confirming"}, to="agreed",
         asks=Ruling),
    Step("serve_confirmation", "确认裁定送达一方", CODE_NOTES.article("372(2)"), by=BODY, at={"confirmed"},
         asks=Served, unless=(served_already,)),
    Step("object_confirmation", "当事人对确认裁定提出异议", CODE_NOTES.article("372(2)"), by=ANYBODY,
         at={"confirmed"}, asks=Served,
         unless=(after_end("md.confirm.object_party", "已超过提出异议的期限", per="side"),)),
    Step("third_party_objects", "利害关系人提出异议", CODE_NOTES.article("372(2)"), by=BODY, at={"confirmed"},
         asks=ThirdParty),
    Step("close", "协议履行完毕", art("31(2)"), by=BODY, at=AGREED, to="performed", asks=Note,
         unless=(parts_left,)),
    Step("break", "不履行协议，告知起诉", art("32"), by=BODY, at={"agreed"}, to="broken", asks=Broken,
         unless=(not_yet_due, suit_untold)),
    Step("default", "登记未履行已确认的协议", code("206"), by=BODY, at={"confirmed"}, asks=Broken,
         unless=(not_yet_due, suit_untold)),
    Step("enforce", "申请强制执行", code("206"), by=ANYBODY, at={"confirmed"}, to="enforcing", asks=PartDone,
         unless=(not_before("default", "尚未登记不履行"),
                 after_end("md.enforce", "已超过申请执行的期限", per="part"))),
    Step("note", "内部备注", art("27"), by=BODY, at=ANYTIME, asks=Note),
)

LEFT = frozenset({"agree_in_writing", "agree_orally", "fail", "withdraw"})
DONE = frozenset({"close", "break", "enforce"})

CLOCKS = (
    Clock("md.consent", "答复是否同意调解", RULES.article("征求意见"), working_days(5), starts={"apply"},
          stops={"accept_people", "accept_admin", "accept_court", "refuse", "decline", "withdraw"},
          soft=True),
    Clock("md.people.close", "调结", WORK.article("33"), months(1), starts={"accept_people"}, stops=LEFT,
          soft=True),
    Clock("md.admin.hunan", "调结", RULES.article("行政调解"), ByCity(), starts={"accept_admin"}, stops=LEFT,
          extends=Extends("extend_admin", Given("days"), cap=ByCity()), soft=True),
    Clock("md.court_online", "调结", ONLINE.article("24"), days(30), starts={"accept_court"},
          stops=LEFT | {"return_to_court"}, extends=Extends("agree_longer", Given("days", Unit.DAY), times=3),
          rolls=True, then="return_to_court"),
    Clock("md.confirm.apply", "共同申请司法确认", code("205"), days(30), starts={"agree_in_writing", "agree_orally"},
          stops=DONE | {"apply_confirmation"}, rolls=True, watched=False, binds=Binds.CITIZEN),
    Clock("md.confirm.accept", "法院决定受理", CONFIRMING.article("4"), days(3), starts={"apply_confirmation"},
          stops=DONE | {"court_accepts", "reject_confirmation"}, rolls=True, watched=False,
          binds=Binds.COURT),
    Clock("md.confirm.decide", "法院裁定", code("187"), days(30), starts={"court_accepts"},
          stops=DONE | {"confirm", "reject_confirmation"},
          extends=Extends("extend_confirmation", Given("days", Unit.DAY)), rolls=True, watched=False,
          binds=Binds.COURT),
    Clock("md.confirm.object_party", "当事人对确认裁定提出异议", CODE_NOTES.article("372(2)"), days(15),
          starts={"serve_confirmation"}, stops=DONE | {"object_confirmation"}, rolls=True, watched=False,
          binds=Binds.CITIZEN, per="side"),
    Clock("md.confirm.object_third", "利害关系人提出异议", CODE_NOTES.article("372(2)"), months(6),
          starts={"third_party_objects"}, stops={"third_party_objects"}, rolls=True, watched=False,
          binds=Binds.CITIZEN, since="known_on"),
    Clock("md.perform", "履行协议", art("31(1)"), Given("last_day", Unit.DAY), starts={"set_part"},
          stops={"perform_part", "break", "default", "enforce", "close"}, binds=Binds.CITIZEN, per="part"),
    Clock("md.enforce", "申请强制执行", code("250"), years(2), starts={"default"},
          stops={"perform_part", "enforce"},
          rolls=True, watched=False, binds=Binds.CITIZEN, per="part", since="last_day"),
)

EVIDENCE = evidence_steps(BODY, {"submit": art("27"), "examine": art("27")})

MEDIATION = Procedure(
    name="mediation",
    title="调解",
    law=LAW,
    stages=STAGES,
    ends=frozenset(STAGES) - {"applied", "mediating", "agreed", "confirming", "confirmed"},
    steps=(*TABLE, *AFTERWARDS, *EVIDENCE),
    clocks=CLOCKS,
    leads={"apply": "office"},
    takes=frozenset({"accept_people", "accept_admin", "accept_court", "choose_mediator"}),
    tells={"apply": (Tell("party", "receipt"),), "fail": (Tell("party", "result"),)},
)
