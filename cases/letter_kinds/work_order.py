"""Letters of a 12345 work order: what the offices send each other on its way, and what the citizen is told."""

from typing import Literal

from cases.letter_kinds.kind import Kind, Pick
from cases.procedures.work_order import art
from cases.procedures.work_order_facts import RETURN_REASONS


def _result(name: str, step: str, again: str, by: Literal["office", "centre"] = "office") -> Kind:
    return Kind(
        name=name, title="诉求办结回复", word="办复", steps=frozenset({step}), article=art("答复"), to="{applicant}",
        by=by,
        body=(
            "您于{opened}向12345政务服务便民热线反映的事项（工单编号{number}）已经办理完毕，现将结果回复如下。",
            "您反映的内容：{asked.text}",
            "办理结果：{answered}",
        ),
        remedies=(
            again,
            ("依法应当通过行政复议、行政诉讼、仲裁等途径解决的事项，本回复不影响您通过这些途径主张权利；"
            "相应的申请期限自您知道有关行为之日起依法计算，请留意不要逾期。"),
        ),
    )


WORK_ORDER = (
    _result("result", "approve_answer",
            "对办理结果有异议的，您可以{until:wo.reopen|收到本回复之日}凭工单编号申请重新办理一次。"),
    _result("desk_result", "answer_at_desk", "对本答复仍有疑问的，您可以再次提出，由承办单位办理并答复。", by="centre"),
    Kind(
        name="urging", title="督办单", word="督", theirs="letter", steps=frozenset({"supervise"}), article=art("督办"), by="centre",
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
    Kind(
        name="dispatch", title="工单转办单", word="", steps=frozenset({"dispatch", "redispatch"}), article=art("派单"),
        by="centre", to="{office}",
        body=(
            "现将12345热线工单（编号{number}，{opened}登记）转由你单位承办。来电人信息请凭编号在系统内查阅，不得泄露。",
            "诉求内容：{asked.text}",
            "请{until:wo.sign_for|派单之时}签收，{until:wo.handle|派单之时}办结并答复。不属于你单位职责的，请在规定时限内申请退单并说明理由。",
        ),
    ),
    Kind(
        name="return", title="退单申请", word="", steps=frozenset({"send_back"}), article=art("退单"), to="{city}12345热线",
        words={"reason": RETURN_REASONS},
        body=(
            "我单位对12345热线工单（编号{number}，{opened}登记）申请退单，理由为：{reason}。", "说明：{text}",
            "[建议承办单位：{suggests}。]",
        ),
    ),
    Kind(
        name="more_time", title="延期申请", word="", steps=frozenset({"ask_extension"}), article=art("延期"), to="{city}12345热线",
        body=("我单位承办的12345热线工单（编号{number}，{opened}登记）因{reason}，申请延长办理期限{days}个工作日。",),
    ),
    Kind(
        name="supervised", title="督办回复", word="办督复", steps=frozenset({"reply_supervision"}), article=art("督办"),
        to="{city}12345热线",
        body=("关于12345热线工单（编号{number}）的督办单（案内编号{letter}）收悉，办理情况回复如下：", "{text}"),
    ),
    Kind(
        name="path", title="诉求不予受理告知", word="热告", steps=frozenset({"divert"}), article=art("不予受理"), by="centre",
        to="{applicant}",
        body=(
            "您于{opened}向12345政务服务便民热线反映的事项（编号{number}）收悉。",
            "依据{basis}，该事项应当通过下列途径解决：{path}。", "该途径有法定期限的，请及时提出，以免逾期。",
        ),
    ),
    Kind(
        name="callback", title="回访记录", word="", steps=frozenset({"call_back"}), article=art("回访"), by="centre",
        to="工单档案", signed="回访人：",
        body=(
            "工单编号{number}，于{date}回访。",
            Pick("reached", {"True": "已联系到诉求人。", "False": "未联系到诉求人。"}),
            Pick("contacted", {"True": "承办单位已联系诉求人。", "False": "承办单位没有联系诉求人。"}),
            Pick("solved", {"True": "诉求人认为诉求已经解决。", "False": "诉求人认为诉求没有解决。"}),
            Pick("satisfied", {"True": "诉求人表示满意。", "False": "诉求人表示不满意。"}),
            "[回访记录：{text}]",
        ),
    ),
)
