"""Letters of the review of a normative paper: to who asked, to its maker, and what was found."""

from cases.letter_kinds.kind import Kind
from cases.procedures.norm_review import FINDINGS, art

ASKED = "您（你单位）于{opened}对{asked.maker}制定的“{asked.norm}”提出的审查申请（编号{number}）"


def _letter(name: str, title: str, word: str, step: str, part: str, **given: object) -> Kind:
    steps = frozenset(step.split())
    return Kind(name=name, title=title, word=word, steps=steps, article=art(part), **given)  # type: ignore[arg-type]


NORM_REVIEW = (
    _letter(
        "accepted", "规范性文件审查申请受理通知书", "规受", "accept", "受理", to="{applicant}",
        body=(ASKED + "收悉。经审查，本机关于{date}决定受理，将{until:nr.review|受理之日}完成审查，审查期间要求制定机关说明的时间不计入。",),
    ),
    _letter(
        "passed_on", "规范性文件审查申请转送告知书", "规转", "pass_on", "受理", to="{applicant}",
        body=(ASKED + "收悉。不属于本机关审查范围：{reason}", "已转送有权审查的机关：{organ}。特此告知。"),
    ),
    _letter(
        "ask_maker", "规范性文件说明依据通知书", "规询", "ask_maker", "说明", to="{asked.maker}",
        body=(
            "本机关受理了对你单位“{asked.norm}”[（{asked.clause}）]的审查申请（编号{number}）。", "请说明下列问题：{text}",
            "请{until:nr.explain|收到本通知之日}书面说明制定依据并提交有关材料。",
        ),
    ),
    _letter(
        "longer", "规范性文件审查延期告知书", "规延", "extend", "审查", to="{applicant}",
        body=(ASKED + "，因{reason}，审查期限延长{days}日，本机关将{until:nr.review|受理之日}完成审查。",),
    ),
    _letter(
        "fault", "规范性文件审查意见书", "规意", "find_fault", "审查", to="{asked.maker}", words={"finding": FINDINGS},
        body=(
            "本机关对你单位“{asked.norm}”进行了审查（编号{number}）。", "审查意见：{text}", "依据：{basis}",
            "处理：{finding}。请{until:nr.correct|收到本意见书之日}纠正并书面报告。",
        ),
    ),
    _letter(
        "lawful", "规范性文件审查意见书", "规意", "find_lawful", "审查", to="{asked.maker}",
        body=("本机关对你单位“{asked.norm}”进行了审查（编号{number}）。", "审查意见：{text}", "依据：{basis}"),
    ),
    _letter(
        "urge", "规范性文件纠正督促函", "规督", "urge", "纠正", to="{asked.maker}",
        body=("关于你单位“{asked.norm}”的审查意见书已经发出，你单位应当{until:nr.correct|收到审查意见书之日}纠正并报告。", "{text}"),
    ),
    _letter(
        "told", "规范性文件审查申请答复书", "规答", "tell", "答复", to="{applicant}",
        body=(ASKED + "，现已审查完毕，答复如下：", "{text}"),
        remedies=(
            (
                "审查意见不是对您（你单位）作出的行政行为，本身不能申请行政复议或者提起行政诉讼；对依据该文件作出的行政行为不服的，"
                "可以在法定期限内申请行政复议或者提起行政诉讼，并一并请求审查该文件。"
            ),
        ),
    ),
)  # fmt: skip
