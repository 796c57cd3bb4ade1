"""Papers of an office that asks the court to enforce its act: the demand, the application, the objection."""

from cases.letter_kinds.kind import Kind
from cases.procedures.enforcement import art

ENFORCEMENT = (
    Kind(
        name="demand", title="履行行政决定催告书", word="催", steps=frozenset({"urge"}), article=art("54"), to="{applicant}",
        body=(
            "本机关作出的行政决定（{asked.act_number}）已经生效，你（你单位）在法定期限内没有申请行政复议、提起行政诉讼，又不履行。",
            "应当履行的义务：{text}",
            "请{until:al.nonlit.urge|收到本催告书之日}履行。你（你单位）有权进行陈述和申辩；逾期仍不履行的，本机关将依法申请人民法院强制执行。",
        ),
    ),
    Kind(
        name="application", title="行政强制执行申请书", word="", steps=frozenset({"apply"}), article=art("53"), to="{court}",
        signed="申请人：{issuer}",
        body=(
            "申请人：{issuer}，法定代表人：{head_name}。被执行人：{applicant}，地址：{applicant_address}。",
            "申请人作出的行政决定（{asked.act_number}）已经生效，被执行人的复议、起诉期限至{asked.sue_until}届满。[{asked.text}]",
            "申请人于{urge.at}送达催告书，被执行人仍未履行。依据{article}，应当{until:al.nonlit.apply|期限届满之日}申请，现请求强制执行。",
        ),
        attached=("行政决定书及作出决定的事实、理由和依据", "当事人的意见及催告情况", "申请强制执行标的情况"),
    ),
    Kind(
        name="objection", title="复议申请书（非诉执行）", word="", steps=frozenset({"object"}), article=art("58(3)"),
        to="{upper_court}", signed="申请人：{issuer}",
        body=(
            "申请人：{issuer}，法定代表人：{head_name}。",
            "申请人对不予受理（不予执行）行政决定（{asked.act_number}）的裁定有异议，应当{until:al.nonlit.objection|收到裁定之日}申请复议，现依据{article}提出。",
            "理由：{text}",
        ),
    ),
)  # fmt: skip
