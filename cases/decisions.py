"""Every step that decides something for a citizen, with the ways it leaves: those that run by a clock, those whose day
another law counts, or in a sentence why none is left. Data; `cases.remedies` reads the days off the file.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct

COURT = "有管辖权的人民法院"
OWN_STEP = "本人自行撤回或者接受，没有可以不服的决定"
DONE = "义务已经履行，没有可以不服的决定"
ARCHIVED = "归档不产生新的决定，此前告知的途径和期限不变"
NEW_ACT = "新作出的行政行为另行告知救济途径"


class Way(Struct, frozen=True):
    """A remedy as the law names it, and to whom one turns; `until` in words, where another law counts the day."""

    title: str
    whom: str
    until: str = "按该途径自身的期限"


class Decision(Struct, frozen=True, kw_only=True):
    """What `steps` (with facts as in `when`) leave: `clocks` that their service starts, `ways` without a day of
    this case, or `none`, the reason why nothing remains."""

    steps: AbstractSet[str]
    clocks: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    none: str = ""
    when: Mapping[str, AbstractSet[str]] = {}


def _left(steps: str, *clocks: str, ways: tuple[Way, ...] = (), **when: AbstractSet[str]) -> Decision:
    return Decision(steps=frozenset(steps.split()), clocks=clocks, ways=ways, when=when)


def _none(steps: str, reason: str) -> Decision:
    return Decision(steps=frozenset(steps.split()), none=reason)


THREE = (
    Way("依法申请仲裁", "仲裁机构"),
    Way("通过行政途径处理（包括行政复议）", "有权处理的行政机关"),
    Way("提起诉讼", COURT),
)
ORIGINAL = Way("就原行政行为提起行政诉讼（不属于复议前置的）", COURT, "自知道原行政行为之日起六个月内（《行政诉讼法》第四十六条第一款）")
COMPLAIN = Way("请求上级责令纠正", "上级行政机关", "没有期限（《行政复议法》第三十五条）")
EITHER = (
    Way("申请行政复议", "行政复议机关", "自知道该决定之日起六十日内（《行政复议法》第二十条第一款）"),
    Way("提起行政诉讼", COURT, "自知道该决定之日起六个月内（《行政诉讼法》第四十六条第一款）"),
)
COMPETENT = Way("向有权处理的机关、单位提出", "有权处理的机关、单位")
AGAIN = Way("补齐材料后重新申请", "原受理机关", "申请期限内")
ASK_AGAIN = Way("再次提出，由承办单位办理并答复", "12345热线")
DISMISSED = frozenset({"dismiss"})
DECIDED = frozenset({"change", "revoke", "unlawful", "perform", "void", "uphold", "dismiss_request", "contract"})

DECISIONS: Mapping[str, tuple[Decision, ...]] = {
    "work_order": (
        _left("approve_answer", "wo.reopen"),
        _left("answer_at_desk", ways=(ASK_AGAIN,)),
        _left("divert", ways=(Way("按告知的法定途径提出", "有权处理的机关"),)),
        _none("hand_to_emergency", "已转紧急部门处置，不是对诉求的决定"),
        _none("merge", "并入主件一并答复，救济在主件告知"),
        _none("close archive", ARCHIVED),
        _none("withdraw", OWN_STEP),
    ),
    "petition": (
        _left("answer", "xf.review.request"),
        _left("issue_review", "xf.recheck.request"),
        _none("issue_recheck", "复核意见是信访程序的终结意见，以同一事实和理由提出的不再受理（第三十六条第三款）；信访的处理、复查、复核意见"
              "不属于行政复议范围（《行政复议法实施条例》第三十六条），也不能提起行政诉讼"),
        _left("decline", ways=(COMPETENT,)),
        _left("divert", ways=(Way("按导入的法定途径提出", "该途径的受理机关"),)),
        _none("answer_suggestion", "对建议的答复不是对权利义务的决定（第二十九条）"),
        _none("hand_over", "检举控告由有权机关依规依纪依法办理和反馈（第三十条）"),
        _none("lapse", "在法定期限内没有请求复查、复核，已经办结（第三十五条、第三十六条第一款）"),
        _none("accept_outcome withdraw", OWN_STEP),
    ),
    "reconsideration": (
        _left("decide", "al.sue.after_reconsideration", kind=DECIDED),
        _left("decide", "ar.sue.compulsory", ways=(ORIGINAL, COMPLAIN), kind=DISMISSED),
        _left("reject", "ar.sue.compulsory", ways=(ORIGINAL, COMPLAIN)),
        _left("lapse_period", "al.sue.reconsideration_overdue", ways=(COMPLAIN,)),
        _left("abandon", ways=(AGAIN, ORIGINAL)),
        _left("decline_repeat", ways=(COMPLAIN,)),
        _left("terminate", ways=(ORIGINAL,)),
        _none("mediation_letter", "调解书经各方签字并盖章即有法律效力（《行政复议法》第七十三条）；不履行的，依第七十八条执行"),
        _none("self_correct", NEW_ACT),
        _none("close", ARCHIVED),
        _left("withdraw", ways=(ORIGINAL,)),
    ),
    "litigation": (
        _left("judge", "al.appeal.judgment"),
        _left("rule", "al.appeal.ruling", kind=frozenset({"dismissed"})),
        _none("rule", "这类裁定不能上诉（《行政诉讼法解释》第一百零一条）"),
        _left("judge_second take_effect", "al.retrial.apply"),
        _left("reject_retrial retrial_overdue", "al.supervision.apply"),
        _none("withdraw_suit", OWN_STEP),
        _none("close", ARCHIVED),
    ),
    "compensation": (
        _left("decide refuse fall_silent", "sc.sue"),
        _none("sue", "已经提起诉讼，由人民法院裁判"),
        _none("pay", DONE),
        _none("close", ARCHIVED),
        _none("withdraw", OWN_STEP),
    ),
    "mediation": (
        _left("fail refuse decline return_to_court", ways=THREE),
        _left("agree_in_writing agree_orally", "md.confirm.apply", ways=(Way("就协议的履行或者内容提起诉讼", COURT),)),
        _left("break", ways=(Way("就协议的履行提起诉讼", COURT),)),
        _left("confirm", "md.confirm.object_party"),
        _left("default", "md.enforce"),
        _left("reject_confirmation", ways=(Way("变更原协议或者达成新的协议", "调解组织"), Way("提起诉讼", COURT))),
        _none("enforce", "已经申请强制执行，由人民法院办理"),
        _none("close", DONE),
        _none("withdraw", "本人撤回调解，仲裁、行政、司法途径不受影响（《人民调解法》第三条第三项）"),
    ),
    "disclosure": (
        _left("answer", "ar.apply.general", ground=frozenset({"secret", "safety", "third", "internal", "process"})),
        _left("answer", "ar.apply.general", "al.sue.direct"),
        _left("tell_third_party", ways=EITHER),
        _left("lapse lapse_unpaid", ways=(Way("重新提出公开申请", "原受理机关", "没有期限"),)),
        _none("withdraw", OWN_STEP),
    ),
    "norm_review": (
        _none("tell", "审查意见不是对申请人的行政行为；对依据该文件作出的行政行为，可以在复议、诉讼中一并请求审查"
              "（《行政复议法》第十三条、《行政诉讼法》第五十三条）"),
        _none("pass_on", "已转送有权审查的机关办理"),
        _none("withdraw", OWN_STEP),
    ),
    "enforcement": (
        _none("perform execute", DONE),
        _none("give_up", "行政机关不再申请执行，没有对当事人的新决定"),
    ),
    "procuratorial": (
        _none("reply", "机关之间的建议和回复，没有对公民的决定"),
        _none("sued", "检察院已经提起公益诉讼，由人民法院裁判"),
    ),
    "research_project": (
        _left("decline fail stop", ways=EITHER),
        _none("conclude", "通过验收，没有不利的决定"),
    ),
}  # fmt: skip
