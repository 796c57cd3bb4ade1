"""Letters of a 12345 work order: the result, the urging, the ruling on a return."""

from typing import Literal

from cases.letter_kinds.kind import Kind
from cases.procedures.work_order import art
from cases.procedures.work_order_facts import RETURN_REASONS


def _result(name: str, step: str, by: Literal["office", "centre"] = "office") -> Kind:
    return Kind(
        name=name, title="诉求办结回复", word="办复", steps=frozenset({step}), article=art("答复"), to="{applicant}",
        by=by,
        body=(
            "您于{opened}向12345政务服务便民热线反映的事项（工单编号{number}）已经办理完毕，现将结果回复如下。",
            "您反映的内容：{asked.text}",
            "办理结果：{answered}",
        ),
        remedies=(
            "对办理结果有异议的，您可以{until:wo.reopen|收到本回复之日}凭工单编号申请重新办理一次。",
            ("依法应当通过行政复议、行政诉讼、仲裁等途径解决的事项，本回复不影响您通过这些途径主张权利；"
            "相应的申请期限自您知道有关行为之日起依法计算，请留意不要逾期。"),
        ),
    )


WORK_ORDER = (
    _result("result", "approve_answer"),
    _result("desk_result", "answer_at_desk", by="centre"),
    Kind(
        name="urging", title="督办单", word="督", steps=frozenset({"supervise"}), article=art("督办"), by="centre",
        to="{lead}",
        body=(
            "你单位承办的12345热线工单（编号{number}，{opened}登记），现予督办。本督办单在案内的编号为{letter}。",
            "督办事由和要求：{text}",
            "请于{answer_by}前（依据{article}）书面回复办理情况。逾期不回复的，将予通报。",
        ),
    ),
    Kind(
        name="ruling", title="退单裁定书", word="退裁", steps=frozenset({"uphold_return", "reject_return"}),
        article=art("退单裁定"), by="centre", to="{sender}", words={"reason": RETURN_REASONS},
        body=(
            "你单位于{send_back.at}对12345热线工单（编号{number}）申请退单，理由为：{send_back.reason}。{send_back.text}",
            "经审查：{text}",
            "裁定：{ruling}。本裁定为最终裁定，依据{article}。",
        ),
    ),
)
