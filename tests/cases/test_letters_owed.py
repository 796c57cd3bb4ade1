"""Every step of every procedure either drafts the document it owes or is listed here with the reason why it owes
none; the documents that the statutes name are there by name. And a number has one source.
"""

from datetime import UTC, datetime

import pytest

from cases.history import Event
from cases.letter_kinds import KINDS
from cases.letters import owed
from cases.procedure import File
from cases.procedures import PROCEDURES
from cases.procedures.reconsideration_facts import Decision

INSIDE = "办理机关内部的步骤，只留在案卷的经过里"
THEIRS = "他人（当事人、法院、上级、被申请人）的行为或者文书，收到时登记"
SERVICE = "登记送达，文书在作出时已经起草，回证随文书"
SILENCE = "法律对沉默规定的后果，由系统登记"
NONE: dict[str, dict[str, str]] = {
    "work_order": {
        INSIDE: "hand_to_emergency start add_co_handler co_answer approve_extension refuse_extension suspend resume answer"
        " reject_answer close merge took_in call_back_merged archive note unmask sign_for",
        THEIRS: "register reopen withdraw add_material rate",
        SILENCE: "raise_alarm",
    },
    "reconsideration": {
        INSIDE: "assign_handlers add_handlers replace_handler recuse release_handler call_off_hearing ask_committee mediate"
        " inspect end_inspection appraise end_appraisal norm_handled ask_takeover transfer_file close note unmask"
        " submit_evidence examine_evidence",
        THEIRS: "self_correct forward supplement withdraw reply committee_opinion norm_maker_replied norm_opinion_returned"
        " answer_takeover take_over new_act_made report_opinion perform sue add_material",
        SERVICE: "correction_received copy_received copy_received_simplified notify_hearing norm_maker_asked"
        " norm_referral_received serve_applicant serve_respondent opinion_received",
        SILENCE: "lapse_period",
    },
    "petition": {
        INSIDE: "sign_for find_path uphold_objection reject_objection hear_petitioner open_hearing note unmask",
        THEIRS: "name_representatives request_review request_recheck accept_outcome withdraw add_material",
        SERVICE: "serve_opinion serve_review",
        SILENCE: "lapse",
    },
    "litigation": {
        INSIDE: "hold_hearing set_part close note submit_evidence examine_evidence",
        THEIRS: "receive go_simplified go_ordinary rule_on_jurisdiction grant_delay refuse_delay delay_over set_hearing"
        " notify_head exclude_time count_again stay_for_party stay resume extend_first judge rule withdraw_suit second_docket"
        " extend_second judge_second remand take_effect must_disclose apply_execution third_party_retrial docket_retrial"
        " retrial_copy extend_review grant_retrial reject_retrial norm_unlawful advice_norm advice_governance",
        SERVICE: "defence_sent serve_judgment serve_ruling appeal_copy",
        SILENCE: "retrial_overdue",
    },
    "enforcement": {
        INSIDE: "register give_up note",
        THEIRS: "accept decline doubt grant refuse perform execute",
    },
    "procuratorial": {INSIDE: "act note", THEIRS: "receive mark_urgent sued"},
    "compensation": {
        INSIDE: "negotiate pay close note",
        THEIRS: "supplement sue withdraw",
        SERVICE: "deliver",
        SILENCE: "fall_silent",
    },
    "mediation": {
        INSIDE: "accept_people accept_admin accept_court choose_mediator plan_session decide_recusal agree_longer extend_admin set_part"
        " perform_part close note submit_evidence examine_evidence",
        THEIRS: "consent object_mediator withdraw court_accepts extend_confirmation confirm reject_confirmation"
        " object_confirmation third_party_objects enforce",
        SERVICE: "serve_confirmation",
    },
    "disclosure": {
        INSIDE: "note",
        THEIRS: "supplement hear_third_party hear_co_maker give_reasons pay_fee challenge withdraw",
        SERVICE: "third_party_reached co_maker_reached serve_answer serve_refusal",
        SILENCE: "lapse lapse_unpaid",
    },
    "norm_review": {INSIDE: "note", THEIRS: "receive explain report_correction withdraw"},
    "research_project": {INSIDE: "admit conclude_review allocate note", THEIRS: "propose review sign_plan report submit"},
}
NAMED = {  # the documents by their names, as the statutes and the practice of each procedure have them
    "reconsideration": "口头行政复议申请笔录 补正行政复议申请通知书 行政复议受理通知书 不予受理行政复议申请决定书 驳回行政复议申请决定书"
    " 行政复议申请不再处理告知书 行政复议答复通知书 第三人参加行政复议通知书 停止执行通知书 听取意见笔录 行政复议听证通知书 听证笔录"
    " 行政复议中止通知书 行政复议恢复审理通知书 行政复议延期审理通知书 转为普通程序审批表 提级审理告知书 规范性文件转送函"
    " 规范性文件说明依据通知书 行政复议终止决定书 行政复议决定书 行政复议调解书 行政复议意见书 行政复议建议书 责令履行通知书",
    "petition": "信访事项登记表 信访事项转送函 信访事项交办函 信访事项办结报告 信访事项受理告知书 信访事项不予受理告知书"
    " 信访事项转送（交办）告知书 信访事项异议说明 信访事项处理意见书 信访事项延长办理期限告知书 信访事项复查意见书 信访事项复核意见书"
    " 信访事项听证笔录 信访事项调解（和解）协议书 信访事项督办函 信访督办反馈函 信访事项导入法定途径告知书",
    "litigation": "行政答辩状 证据及依据清单 授权委托书 行政机关负责人身份证明书 行政机关负责人不能出庭情况说明 延期提供证据申请书"
    " 管辖异议书 行政上诉状 履行生效裁判情况报告 司法建议回复函",
    "mediation": "调解申请登记表 调解笔录 调解协议书 口头调解协议登记表 调解终止告知书 履行情况回访记录 司法确认申请书 调解协议未履行告知书",
    "disclosure": "政府信息公开申请登记回执 政府信息公开申请补正告知书 政府信息公开延长答复期限告知书 政府信息公开征求第三方意见书"
    " 政府信息公开征求意见函 政府信息公开申请答复书 政府信息公开信息处理费收费通知 政府信息公开决定告知书（第三方）",
    "work_order": "工单转办单 退单申请 退单裁定书 延期申请 督办单 诉求办结回复 回访记录",
}


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_step_drafts_its_document_or_owes_none(name: str) -> None:
    steps = {step.name for step in PROCEDURES[name].steps}
    drafts = {step for kind in KINDS[name] for step in kind.steps}
    silent = [step for listed in NONE[name].values() for step in listed.split()]
    assert len(silent) == len(set(silent))
    assert drafts.isdisjoint(silent)
    assert drafts | set(silent) == steps


@pytest.mark.parametrize("name", NAMED)
def test_the_documents_that_are_named_are_drafted(name: str) -> None:
    assert set(NAMED[name].split()) <= {kind.title for kind in KINDS[name]}


@pytest.mark.parametrize("name", KINDS)
def test_a_number_given_elsewhere_is_a_fact_of_the_step(name: str) -> None:
    for kind in KINDS[name]:
        for step in kind.steps if kind.theirs else ():
            assert kind.word, "a paper without number has none elsewhere"
            assert kind.theirs in getattr(PROCEDURES[name].step(step).asks, "__struct_fields__", ())


@pytest.mark.parametrize(
    ("typed", "elsewhere"),
    [("", ""), ("意见书一", ""), ("武政复决〔2026〕3号", "武政复决〔2026〕3号"), ("武政复决[2019]7号", "武政复决[2019]7号")],
)
def test_only_a_document_number_keeps_the_register_from_giving_one(typed: str, elsewhere: str) -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    facts = Decision(kind="uphold", letter=typed, text="维持")
    event = Event(seq=1, step="decide", at=at, recorded_at=at, by="user:1", facts=facts)
    file = File(id=1, number="1", procedure=PROCEDURES["reconsideration"], events=(event,))
    (pair,) = owed(file)
    assert pair[1].number_elsewhere(facts) == elsewhere
