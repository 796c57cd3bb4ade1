"""Papers of a mediation: the agreement, the word that it failed, the joint application to the court."""

from cases.letter_kinds.kind import Kind, Pick
from cases.procedures.mediation import art, code
from cases.procedures.mediation_facts import ENDINGS

BOTH = "申请人{applicant}，被申请人{other}"
SIGNED = "申请人：{applicant}　　被申请人：{other}"
WAYS = (
    "本次调解终止后，当事人可以依法申请仲裁；属于行政机关职权范围的，可以申请行政处理、行政复议；也可以依法向人民法院提起诉讼。各途径的期限依照有关法律计算，调解期间不当然中断，请及时提出。",
)

MEDIATION = (
    Kind(
        name="agreement", title="调解协议书", word="调协", steps=frozenset({"agree_in_writing"}),
        article=art("29(2)"), to=BOTH, signed=SIGNED + "　　调解组织：{issuer}",
        body=(
            "申请人：{applicant}，地址：{applicant_address}。",
            "被申请人：{other}，地址：{other_address}。",
            "纠纷的主要事实和争议事项：{asked.text}",
            "经本调解组织主持调解，双方自愿达成如下协议：{text}",
            "本协议自各方签名、盖章或者按指印，调解员签名并加盖调解组织印章之日起生效（依据{article}）。",
        ),
        remedies=(
            "双方可以{until:md.confirm.apply|协议生效之日}共同向人民法院申请司法确认。",
            "一方不履行协议或者对协议的履行、内容发生争议的，另一方可以向人民法院提起诉讼（依据《人民调解法》第三十二条）。",
        ),
    ),
    Kind(
        name="ended", title="调解终止告知书", word="调终", steps=frozenset({"fail"}), article=art("26"), to=BOTH,
        words={"why": ENDINGS},
        body=(
            "双方因“{title}”产生的纠纷（编号{number}），经本调解组织调解，{why}。[{text}]",
            "依据{article}，本次调解终止，特此告知。",
        ),
        remedies=WAYS,
    ),
    Kind(
        name="refused", title="调解终止告知书", word="调终", steps=frozenset({"refuse"}), article=art("17"), to=BOTH,
        body=(
            Pick("side", {"applicant": "申请人明确拒绝调解。", "respondent": "被申请人明确拒绝调解。"}),
            "纠纷编号{number}。依据{article}，一方明确拒绝调解的，不得调解，本件终止，特此告知。",
        ),
        remedies=WAYS,
    ),
    Kind(
        name="confirmation", title="司法确认申请书", word="", steps=frozenset({"apply_confirmation"}),
        article=code("205"), to="{court}", signed=SIGNED,
        body=(
            "申请人：{applicant}，地址：{applicant_address}。",
            "申请人：{other}，地址：{other_address}。",
            "请求事项：依法确认双方于{agreed_at}经{issuer}调解达成的协议（编号{number}）有效。",
            "双方自愿达成协议，承诺内容真实，不损害国家利益、社会公共利益和他人合法权益。依据{article}，双方应当{until:md.confirm.apply|协议生效之日}共同提出本申请。",
        ),
        attached=("调解协议书", "双方身份证明", "与协议有关的财产权利证明等材料"),
    ),
)
