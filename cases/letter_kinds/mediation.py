"""Papers of a mediation: the registration, the record of each session, the agreement, the word that it failed, the
joint application to the court, the visits afterwards."""

from cases.letter_kinds.kind import Kind, Pick
from cases.procedures.mediation import ONLINE, WORK, art, code
from cases.procedures.mediation_facts import ENDINGS, KINDS

BOTH = "申请人{applicant}，被申请人{other}"
SIGNED = "申请人：{applicant}　　被申请人：{other}"
WAYS = (
    "本次调解终止后，当事人可以依法申请仲裁；属于行政机关职权范围的，可以申请行政处理、行政复议；也可以依法向人民法院提起诉讼。各途径的期限依照有关法律计算，调解期间不当然中断，请及时提出。",
)


def _table(**given: object) -> Kind:
    """A paper in the name of whoever mediates, which the mediator may issue."""
    return Kind(by="table", **given)  # type: ignore[arg-type]


AGREEING = (
    _table(
        name="agreement", title="调解协议书", word="调协", steps=frozenset({"agree_in_writing"}),
        article=art("29(2)"), to=BOTH,
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
            "申请人：{applicant}（签名或者捺印）　　被申请人：{other}（签名或者捺印）　　调解员（签名）",
        ),
    ),
    _table(
        name="ended", title="调解终止告知书", word="调终", steps=frozenset({"fail"}), article=art("26"), to=BOTH,
        words={"why": ENDINGS},
        body=(
            "双方因“{title}”产生的纠纷（编号{number}），经本调解组织调解，{why}。[{text}]",
            "依据{article}，本次调解终止，特此告知。",
        ),
        remedies=WAYS,
    ),
    _table(
        name="returned", title="调解终止告知书", word="调终", steps=frozenset({"return_to_court"}), article=ONLINE.article("24"),
        to=BOTH,
        body=(
            "双方因“{title}”产生的纠纷（编号{number}），至{date}调解期限届满，未能达成协议。",
            "依据{article}，本次调解终止，转由人民法院依法登记立案，特此告知。",
        ),
        remedies=WAYS,
    ),
    _table(
        name="declined", title="调解终止告知书", word="调终", steps=frozenset({"decline"}), article=WORK.article("22"), to=BOTH,
        body=("双方因“{title}”产生的纠纷（编号{number}），经审查不属于本调解组织的调解范围。[{text}]", "依据{article}，本件不予调解，特此告知。"),
        remedies=WAYS,
    ),
    _table(
        name="refused", title="调解终止告知书", word="调终", steps=frozenset({"refuse"}), article=art("17"), to=BOTH,
        body=(
            Pick("side", {"applicant": "申请人明确拒绝调解。", "respondent": "被申请人明确拒绝调解。"}),
            "纠纷编号{number}。依据{article}，一方明确拒绝调解的，不得调解，本件终止，特此告知。",
        ),
        remedies=WAYS,
    ),
    _table(
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
    _table(
        name="broken", title="调解协议未履行告知书", word="调告", steps=frozenset({"break", "default"}), article=art("32"),
        to=BOTH,
        body=(
            "双方于{agreed_at}达成的调解协议（编号{number}）中，“{part}”应当于{last_day}前履行，至今没有履行。[{text}]",
            "依据{article}，双方对调解协议的履行或者内容发生争议的，一方可以向人民法院提起诉讼；协议已经司法确认的，可以申请强制执行。",
        ),
        remedies=("已经司法确认的，请{until:md.enforce|该项履行期的最后一日}向人民法院申请强制执行。",),
    ),
)
RECORDS = (
    _table(
        name="registered", title="调解申请登记表", word="", steps=frozenset({"apply"}), article=art("17"), to="本案卷宗",
        signed="申请人：{applicant}（签名）", words={"kind": KINDS},
        body=(
            "编号{number}，{date}登记，类别：{kind}。", "申请人：{applicant}，地址：{applicant_address}。",
            "被申请人：{other}，地址：{other_address}。", "纠纷情况和请求：{text}",
        ),
    ),
    _table(
        name="minutes", title="调解笔录", word="", steps=frozenset({"hold_session"}), article=art("27"), to="本案卷宗",
        body=(
            "编号{number}，{date}进行调解，调解员：{mediator_name}。",
            Pick("applicant_present", {"True": "申请人到场。", "False": "申请人未到场。"}),
            Pick("respondent_present", {"True": "被申请人到场。", "False": "被申请人未到场。"}),
            "调解记录：{text}", "[下次调解定于{next_on}。]",
            "本笔录经在场各方核对。申请人：{applicant}（签名）　　被申请人：{other}（签名）　　拒绝签名的，由调解员注明。",
        ),
    ),
    _table(
        name="oral", title="口头调解协议登记表", word="", steps=frozenset({"agree_orally"}), article=art("30"), to="本案卷宗",
        signed="调解员：{mediator_name}",
        body=(
            "编号{number}。申请人：{applicant}；被申请人：{other}。", "双方于{date}口头达成协议：{text}",
            "本协议由调解员记录，自达成之日起生效（依据{article}）。",
        ),
        remedies=("双方可以{until:md.confirm.apply|协议生效之日}共同向人民法院申请司法确认。",),
    ),
    _table(
        name="visit", title="履行情况回访记录", word="", steps=frozenset({"follow_up"}), article=art("31(2)"), to="本案卷宗",
        signed="回访人：",
        body=("编号{number}，双方于{agreed_at}达成协议。", "{date}回访情况：{text}"),
    ),
)
MEDIATION = AGREEING + RECORDS
