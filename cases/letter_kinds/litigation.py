"""Papers of an office that is sued: the answer and what goes with it, what it asks of the courts, how it carried
out the judgment, and its answers to those who advise it.
"""

from cases.law import Article
from cases.letter_kinds.kind import Kind
from cases.procedures.litigation_clocks import HEADS, SUPERVISION, art, note
from cases.procedures.litigation_facts import EXCUSES

OURS = {"side": frozenset({"被告"})}  # what the office itself files, and not the other side
THIS = "贵院{asked.court_number}一案"
BY_US = "{issuer}"


def _paper(name: str, title: str, step: str, article: Article, **given: object) -> Kind:
    """A paper to the court that hears the case, without a number, unless `given` says otherwise."""
    known = {"word": "", "to": "{asked.court}", "article": article, **given}
    return Kind(name=name, title=title, steps=frozenset(step.split()), **known)  # type: ignore[arg-type]


ANSWERING = (
    _paper(
        "answer", "行政答辩状", "file_defence", art("67(1)"), signed="答辩人：{issuer}",
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
    _paper(
        "evidence", "证据及依据清单", "file_defence file_late_evidence", art("67(1)"), signed="提交人：{issuer}",
        body=(
            THIS + "，依据{article}提交作出行政行为的证据{evidence}份、所依据的规范性文件{norms}份，清单如下：",
            "{evidence_names}",
        ),
    ),
    _paper(
        "identity", "行政机关负责人身份证明书", "name_appearance", HEADS.article("6"), when={"head": frozenset({True})},
        signed=BY_US,
        body=(THIS + "定于{hearing}开庭。{head_name}（{post}）是我单位负责人，代表我单位出庭应诉。", "特此证明。"),
    ),
    _paper(
        "mandate", "授权委托书", "name_appearance", note("131"), signed="委托人：{issuer}",
        body=(
            "委托人：{issuer}，法定代表人：{head_name}。受委托人：{agent}。",
            THIS + "，委托人现委托受委托人作为诉讼代理人，参加{hearing}的庭审。",
            "代理权限：一般代理，代为答辩、举证、质证、陈述意见、签收法律文书。",
        ),
    ),
    _paper(
        "absence", "行政机关负责人不能出庭情况说明", "name_appearance", art("3(3)"), when={"head": frozenset({False})},
        words={"excuse": EXCUSES},
        body=(
            "贵院{asked.court_number}一案定于{hearing}开庭。依据{article}，被诉行政机关负责人应当出庭应诉。",
            "我单位负责人因下列正当理由不能出庭：{excuse}。[证明材料：{proof}。]",
            "我单位委托{post}出庭应诉，并已向其说明案情和授权范围。",
        ),
        attached=("负责人不能出庭的证明材料", "授权委托书"),
    ),
)
ASKING = (
    _paper(
        "jurisdiction", "管辖异议书", "object_jurisdiction", note("10(1)"), signed="异议人：{issuer}",
        body=(
            (
                THIS + "，异议人于{opened}收到起诉状副本，应当{until:al.jurisdiction.objection|收到起诉状副本之日}"
                "提出管辖异议。现依据{article}提出异议，请求将本案移送{court}审理。"
            ),
            "理由：{reason}",
        ),
    ),
    _paper(
        "delay", "延期提供证据申请书", "ask_delay", note("34"), signed="申请人：{issuer}",
        body=(
            (
                THIS + "，申请人于{opened}收到起诉状副本，应当{until:al.evidence.delay_request|收到起诉状副本之日}"
                "向贵院书面提出延期提供证据的申请。"
            ),
            "申请人因下列正当事由不能按期提供证据：{text}",
            "依据{article}，请求准许在正当事由消除后十五日内提供证据。",
        ),
    ),
    _paper(
        "appeal", "行政上诉状", "appeal", art("85"), when=OURS, to="{upper_court}", signed="上诉人：{issuer}",
        body=(
            "上诉人（原审被告）：{issuer}，法定代表人：{head_name}。被上诉人（原审原告）：{applicant}。",
            "上诉人不服{asked.court}{asked.court_number}一案的裁判，依据{article}，在收到裁判文书后的法定期限内提出上诉。",
            "上诉请求：依法撤销原裁判，予以改判或者发回重审。",
            "事实和理由：{text}",
        ),
        attached=("原审裁判文书", "上诉状副本"),
    ),
    _paper(
        "appeal_reply", "上诉答辩状", "reply_to_appeal", note("108(2)"), to="{upper_court}", signed="答辩人：{issuer}",
        body=(
            "答辩人：{issuer}，法定代表人：{head_name}。上诉人：{applicant}。",
            "就上诉人对{asked.court}{asked.court_number}一案提出的上诉，依据{article}答辩如下：",
            "{text}",
        ),
    ),
    _paper(
        "retrial", "行政再审申请书", "apply_retrial", note("110"), when=OURS, to="{upper_court}",
        signed="再审申请人：{issuer}",
        body=(
            "再审申请人：{issuer}，法定代表人：{head_name}。被申请人：{applicant}。",
            (
                "再审申请人不服{asked.court}{asked.court_number}一案的生效裁判，依据{article}，"
                "{until:al.retrial.apply|裁判发生法律效力之日}申请再审。"
            ),
            "请求、事实和理由：{text}",
        ),
    ),
    _paper(
        "retrial_opinion", "再审书面意见", "file_retrial_opinion", note("111"), to="{upper_court}", signed=BY_US,
        body=(
            (
                "{asked.court}{asked.court_number}一案的再审申请书副本，我单位于{retrial_copy.at}收到，"
                "应当{until:al.retrial.opinion|收到再审申请书副本之日}提交书面意见。现提出意见如下："
            ),
            "{text}",
        ),
    ),
    _paper(
        "supervision", "行政诉讼监督申请书", "apply_supervision", SUPERVISION.article("20"), to="{procurator}",
        signed="申请人：{issuer}",
        body=(
            "申请人：{issuer}，法定代表人：{head_name}。",
            "申请人不服{asked.court}{asked.court_number}一案的生效裁判，依据{article}，{until:al.supervision.apply|再审申请被驳回之日}申请监督。",
            "理由：{text}",
        ),
    ),
)
AFTER = (
    _paper(
        "performance", "履行生效裁判情况报告", "perform", art("94"), signed=BY_US,
        body=("贵院{asked.court_number}一案的裁判已经生效，其中“{part}”，我单位已经履行，报告如下：", "{text}"),
    ),
    _paper(
        "advice_reply", "司法建议回复函", "reply_advice", note("149(4)"), word="司建复", signed=BY_US,
        body=("贵院司法建议书（{letter}）收悉。我单位高度重视，已研究办理，现回复如下：", "{text}"),
    ),
)
LITIGATION = ANSWERING + ASKING + AFTER
