"""Letters of a claim for state compensation, with what the claimant may do next and until when."""

from cases.letter_kinds.kind import Kind
from cases.procedures.compensation import art
from cases.procedures.compensation_facts import REFUSALS, WAYS

CLAIM = "您（你单位）于{opened}提出的国家赔偿申请（编号{number}）"
SUIT = "对赔偿的方式、项目、数额有异议，或者不服不予赔偿决定的，您（你单位）可以{until:sc.sue|作出决定之日}向人民法院提起诉讼。"


def _letter(name: str, title: str, word: str, step: str, number: str, **given: object) -> Kind:
    known = {"to": "{applicant}", **given}
    return Kind(name=name, title=title, word=word, steps=frozenset({step}), article=art(number), **known)  # type: ignore[arg-type]


COMPENSATION = (
    _letter(
        "receipt", "国家赔偿申请收讫凭证", "赔收", "receive", "12(4)",
        body=(
            "您（你单位）提出的国家赔偿申请已于{date}收到，编号{number}。", "请求事项：{text}",
            "本机关将{until:sc.decide|收到申请之日}作出是否赔偿的决定。",
        ),
    ),
    _letter(
        "correction", "国家赔偿申请补正告知书", "赔补", "ask_to_correct", "12(4)",
        body=(CLAIM + "收悉。申请材料不齐全，依据{article}，一次性告知需要补正的全部内容：", "{items}"),
    ),
    _letter(
        "award", "国家赔偿决定书", "赔决", "decide", "13(1)", words={"way": WAYS}, serving="deliver",
        serves={"suit_told": True},
        body=(
            CLAIM + "，本机关充分听取了您（你单位）的意见，现已审查完毕。", "认定和理由：{text}",
            "决定：{way}。[赔偿金额{amount}元。]",
        ),
        remedies=(SUIT,),
    ),
    _letter(
        "refusal", "不予国家赔偿决定书", "赔不", "refuse", "13(3)", words={"ground": REFUSALS}, serving="deliver",
        serves={"suit_told": True},
        body=(CLAIM + "，本机关充分听取了您（你单位）的意见，现已审查完毕。", "不予赔偿的事由：{ground}。", "理由：{text}",
              "依据{article}，决定不予赔偿。"),
        remedies=(SUIT,),
    ),
)  # fmt: skip
