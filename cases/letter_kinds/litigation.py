"""Papers of an office that is sued: the answer, and why its head cannot come."""

from cases.letter_kinds.kind import Kind
from cases.procedures.litigation_clocks import art
from cases.procedures.litigation_facts import EXCUSES

LITIGATION = (
    Kind(
        name="answer", title="行政答辩状", word="", steps=frozenset({"file_defence"}), article=art("67(1)"),
        to="{asked.court}", signed="答辩人：{issuer}",
        body=(
            "答辩人：{issuer}，法定代表人：{head_name}。",
            "被答辩人（原告）：{applicant}。",
            (
                "就贵院{asked.court_number}一案，答辩人于{opened}收到起诉状副本，"
                "应当{until:al.defence|收到起诉状副本之日}提出答辩状并提交证据和所依据的规范性文件，现答辩如下："
            ),
            "{text}",
            "综上，请人民法院依法裁判。",
        ),
        attached=("证据及依据清单（证据{evidence}份，规范性文件{norms}份）", "法定代表人身份证明书", "授权委托书"),
    ),
    Kind(
        name="absence", title="行政机关负责人不能出庭情况说明", word="", steps=frozenset({"name_appearance"}),
        article=art("3(3)"), to="{asked.court}", when={"head": frozenset({False})}, words={"excuse": EXCUSES},
        body=(
            "贵院{asked.court_number}一案定于{hearing}开庭。依据{article}，被诉行政机关负责人应当出庭应诉。",
            "我单位负责人因下列正当理由不能出庭：{excuse}。[证明材料：{proof}。]",
            "我单位委托{post}出庭应诉，并已向其说明案情和授权范围。",
        ),
        attached=("负责人不能出庭的证明材料", "授权委托书"),
    ),
)
