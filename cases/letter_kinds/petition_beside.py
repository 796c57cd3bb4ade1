"""What a petition writes beside its answers: word of where it was sent, objections, supervision, reports, records.

Only what goes to the petitioner names the petitioner.
"""

from typing import Literal

from cases.letter_kinds.kind import Kind, Pick
from cases.procedures.petition import art

YOURS = "您于{opened}提出的信访事项（编号{number}）"
THIS = "{opened}登记的信访事项（编号{number}）"


def _paper(name: str, title: str, word: str, step: str, number: str, **given: object) -> Kind:
    steps = frozenset(step.split())
    return Kind(name=name, title=title, word=word, steps=steps, article=art(number), **given)  # type: ignore[arg-type]


def _opinion_hearing(name: str, step: str, number: str, said: str, by: Literal["office"] = "office") -> Kind:
    return _paper(
        name, "信访事项听证笔录", "", step, number, by=by, to="本案卷宗", signed="听证参加人（签名）：",
        body=(THIS + said, "听证情况：{text}", "各方陈述和质证：{transcript}"),
    )


PETITION_BESIDE = (
    _paper(
        "registered", "信访事项登记表", "", "register", "22(1)", by="petition", to="本案卷宗",
        body=(
            "编号{number}，{date}登记。", "信访人：{applicant}，住址：{applicant_address}。",
            "反映的事项：{text}", "[反映事项的处理机关：{office}。]",
        ),
    ),
    _paper(
        "sent_on", "信访事项转送（交办）告知书", "信告", "forward assign settle_competence", "23", by="petition",
        to="{applicant}",
        body=(
            YOURS + "收悉。经审查，该事项由{office}负责处理，已于{date}转送（交办）该单位。",
            "依据{article}，该单位将{until:xf.agency.notify_forwarded|收到之日}书面告知您接收情况以及处理途径、程序。",
        ),
    ),
    _paper(
        "objection", "信访事项异议说明", "信异", "object", "23(3)", to="{petition_office}",
        body=(
            "你单位转送（交办）的" + THIS + "，我单位于{sign_for.at}收到。",
            "经审查，该事项不属于我单位职权范围：{reason}", "[建议由{suggests}办理。]",
            "依据{article}，现提出异议，请核实。有关材料待核实同意后退还。",
        ),
    ),
    _paper(
        "suggestion", "信访建议答复函", "信建", "answer_suggestion", "29", to="{applicant}",
        body=(YOURS + "收悉，感谢您的建议。", "经研究，答复如下：{text}"),
    ),
    _paper(
        "handed_over", "检举控告事项移送函", "信移", "hand_over", "30", to="{discipline}",
        body=(
            "现将" + THIS + "依据{article}移送你机关依法处理：{text}",
            "检举控告人的信息和材料应当严格保密，不得将检举控告材料以及检举控告人的情况透露或者转给被检举控告的人员或者单位。",
        ),
    ),
    _paper(
        "settlement", "信访事项调解（和解）协议书", "信调", "settle", "33", to="{applicant}",
        signed="信访人：{applicant}　　办理单位：{issuer}",
        body=(YOURS + "，在办理中经协商，双方自愿达成如下协议（依据{article}）：", "{text}",
              "本协议自各方签名、盖章之日起生效。"),
    ),
    _opinion_hearing("handling_hearing", "open_handling_hearing", "31[6]", "，在办理中于{date}举行听证。听证时间计入办理期限。"),
    _opinion_hearing(
        "recheck_hearing", "end_hearing", "36(2)", "，在复核中举行听证，自{open_hearing.at}至{date}。听证所需时间不计入复核期限。",
    ),
    _paper(
        "closing", "信访事项办结报告", "信结", "report_closing", "22(1)(3)", to="{petition_office}",
        body=("你单位于{assign.at}交办的" + THIS + "已经办结，依据{article}报告如下：", "{text}"),
    ),
    _paper(
        "urgent", "重大、紧急信访事项报告", "信急", "report_urgent", "25", by="petition", to="{city}人民政府",
        body=(THIS + "涉及重大、紧急情形，依据{article}报告如下：", "{text}", "后续处置情况将及时续报。"),
    ),
    _paper(
        "urging", "信访事项督办函", "信督", "supervise", "40", by="petition", to="{lead}", theirs="letter",
        body=(
            Pick("sort", {
                "supervise": "你单位办理的" + THIS + "，经查存在下列问题，现予督办（案内编号{letter}）：",
                "improve": "就你单位办理" + THIS + "的情况，提出改进工作的建议（案内编号{letter}）：",
                "policy": "就" + THIS + "反映的问题，提出完善政策的建议（案内编号{letter}）：",
                "discipline": "就你单位办理" + THIS + "的情况，提出追究责任的建议（案内编号{letter}）：",
            }),
            "{text}",
            "依据{article}，请研究办理并书面反馈。",
        ),
    ),
    _paper(
        "feedback", "信访督办反馈函", "信督复", "reply_supervision", "40", to="{petition_office}",
        body=("你单位关于" + THIS + "的督办函（案内编号{letter}）收悉。", "办理情况反馈如下：{text}"),
    ),
)  # fmt: skip
