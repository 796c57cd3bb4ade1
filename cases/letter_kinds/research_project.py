"""Letters of a funded research project: whether it is funded, on what terms it goes on, how it ended."""

from cases.letter_kinds.kind import Kind
from cases.procedures.research_project import art
from cases.procedures.research_project_facts import CHANGES

THIS = "你（你单位）申报的科技计划项目“{asked.title}”（编号{number}）"


def _letter(name: str, title: str, word: str, owed: tuple[str, str], *body: str, **given: object) -> Kind:
    """A letter `owed` by a step under a part of the rules."""
    step, part = owed
    return Kind(
        name=name, title=title, word=word, steps=frozenset({step}), article=art(part), to="{applicant}", body=body,
        **given,  # type: ignore[arg-type]
    )


RESEARCH_PROJECT = (
    _letter("declined", "项目不予立项通知书", "科不", ("decline", "立项"), THIS + "，经审查不予立项：{text}"),
    _letter("invitation", "项目评审邀请函", "科评", ("invite", "评审"), "请对项目（编号{number}）进行评审，并{until:rp.expert|收到本函之日}提交意见。与项目有利害关系的，应当回避。", "评审专家：{expert}。"),
    _letter("approved", "项目立项通知书", "科立", ("approve", "立项"), THIS + "，经专家评审并签订任务书，批准立项。",
        "任务和指标：{text}", "资助金额{amount}元，实施期限至{ends_on}。",
    ),
    _letter("progress", "项目进展报告通知", "科进", ("ask_progress", "过程管理"), THIS + "，请于{report_by}前提交{period}的进展报告。"),
    _letter("change", "项目变更批复", "科变", ("change", "变更"), THIS + "，同意{what}：{reason}", words={"what": CHANGES}),
    _letter("longer", "项目延期批复", "科延", ("extend", "变更"), THIS + "，因{reason}，同意延期{months}个月，实施期限{until:rp.term|批准立项之日}届满。"),
    _letter("suspended", "项目暂停实施通知书", "科停", ("suspend", "变更"), THIS + "，自{date}起暂停实施：{text}"),
    _letter("resumed", "项目恢复实施通知书", "科恢", ("resume", "变更"), THIS + "，自{date}起恢复实施：{text}"),
    _letter("returned", "项目验收材料补充通知", "科补", ("send_back", "验收"), THIS + "的验收材料需要补充：{text}", "请{until:rp.resubmit|收到本通知之日}补充后再次申请验收。"),
    _letter("concluded", "项目验收结论书", "科验", ("conclude", "验收"), THIS + "，通过验收。", "验收意见：{text}"),
    _letter("failed", "项目验收结论书", "科验", ("fail", "验收"), THIS + "，不通过验收。", "验收意见：{text}"),
    _letter("stopped", "项目终止通知书", "科终", ("stop", "终止"), THIS + "，自{date}起终止：{text}", "请依照任务书结清经费。"),
)  # fmt: skip
