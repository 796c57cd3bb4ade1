"""Letters of an application to see records, with an answer for each case of 第三十六条 to 第三十九条."""

from cases.letter_kinds.kind import Kind, Pick
from cases.procedures.disclosure import FEES, art
from cases.procedures.disclosure_facts import FORMS, GROUNDS

ASKED = "您（你单位）于{opened}提出的政府信息公开申请（编号{number}）收悉。"
ANSWER = (
    ASKED + "您申请公开：{asked.text}",
    Pick("kind", {
        "public": "经查，该信息已经主动公开，获取方式和途径：{where}（依据《政府信息公开条例》第三十六条第一项）。",
        "granted": "本机关决定予以公开（依据《政府信息公开条例》第三十六条第二项）。[获取方式：{where}]",
        "refused": "经审查，该信息属于“{ground}”，本机关决定不予公开（依据《政府信息公开条例》第三十六条第三项[、{basis}]）。",
        "absent": "经检索，本机关没有该政府信息（依据《政府信息公开条例》第三十六条第四项）。检索情况：{searched}",
        "not_ours": "该信息不属于本机关负责公开（依据《政府信息公开条例》第三十六条第五项）。负责公开的机关：{organ}",
        "repeated": "您已就同一信息提出申请并获答复，本机关不予重复处理（依据《政府信息公开条例》第三十六条第六项）。",
        "register": "该信息属于工商、不动产登记资料等，有关法律、行政法规对获取有专门规定（依据《政府信息公开条例》第三十六条第七项），请依照其规定办理：{where}",
        "partial": "该信息中含有不应当公开的内容（{ground}），能够作区分处理的部分予以公开（依据《政府信息公开条例》第三十七条）。",
        "to_make": "该信息需要本机关对现有信息进行加工、分析，可以不予提供（依据《政府信息公开条例》第三十八条）。",
        "petition": "您的申请内容属于信访、投诉、举报等活动，不作为政府信息公开申请处理（依据《政府信息公开条例》第三十九条），请通过相应渠道提出。",
        "corrected": "您要求更正的本机关记录，经核实应当更正，本机关予以更正（依据《政府信息公开条例》第四十一条）。",
        "passed_on": "您要求更正的记录不属于本机关有权更正，本机关已经转送有权更正的机关：{organ}（依据《政府信息公开条例》第四十一条）。",
        "excessive": "您申请的数量、频次明显超过合理范围且理由不合理，本机关不予处理（依据《政府信息公开条例》第三十五条）。",
    }),
    "说明：{text}",
    "[就第三方的合法权益：{outweighs}]",
)
REVIEW = "{until:ar.apply.general|收到本答复之日}依法申请行政复议"

DISCLOSURE = (
    Kind(
        name="receipt", title="政府信息公开申请登记回执", word="公回", steps=frozenset({"receive"}), article=art("31"),
        to="{applicant}", words={"form": FORMS},
        body=(
            "您（你单位）提出的政府信息公开申请已经收到并登记，编号{number}，收到申请的时间为{date}。",
            "申请公开的内容：{text}", "希望的提供形式：{form}。",
            "本机关将{until:gi.reply|收到申请之日}答复；需要补正、延长期限或者征求意见的，另行书面告知。",
        ),
    ),
    Kind(
        name="reasons", title="政府信息公开申请说明理由通知书", word="公理", steps=frozenset({"ask_reasons"}),
        article=art("35"), to="{applicant}",
        body=(
            ASKED + "经审查，您申请公开政府信息的数量、频次明显超过合理范围：{text}",
            "依据{article}，请说明理由。理由不合理的，本机关将告知您不予处理；理由合理但不能在规定期限内答复的，本机关将确定延迟答复的合理期限并告知您。",
        ),
    ),
    Kind(
        name="delay", title="政府信息公开延迟答复告知书", word="公迟", steps=frozenset({"set_delay"}), article=art("35"),
        to="{applicant}",
        body=(ASKED + "您说明的理由合理，但{reason}", "依据{article}，本机关将于{answer_by}前答复您。"),
    ),
    Kind(
        name="overruled", title="政府信息公开决定告知书（第三方）", word="公三", steps=frozenset({"tell_third_party"}),
        article=art("32"), to="{third_party}",
        body=(
            "就征求意见书（征求意见编号{letter}）所涉的政府信息，您（你单位）不同意公开。",
            "本机关认为不公开可能对公共利益造成重大影响，决定予以公开，现将公开的内容和理由告知如下：{text}",
        ),
        remedies=(
            "如不服，您（你单位）可以自收到本告知之日起六十日内申请行政复议（依据《行政复议法》第二十条第一款），也可以自收到之日起六个月内提起行政诉讼（依据《行政诉讼法》第四十六条第一款）。",
        ),
    ),
    Kind(
        name="correction", title="政府信息公开申请补正告知书", word="公补", steps=frozenset({"ask_to_correct"}),
        article=art("30"), to="{applicant}",
        body=(
            ASKED + "经审查，申请内容不明确，依据{article}，请一次补正下列内容：", "{items}",
            "请{until:gi.correct.submit|收到本告知之日}补正。无正当理由逾期不补正的，视为放弃申请，本机关不再处理。答复期限自收到补正之日起重新计算。",
        ),
    ),
    Kind(
        name="extension", title="政府信息公开延长答复期限告知书", word="公延", steps=frozenset({"extend"}),
        article=art("33(2)"), to="{applicant}",
        body=(
            ASKED + "因{reason}，依据{article}，经本机关政府信息公开工作机构负责人同意，延长答复期限{days}个工作日。",
            "延长后，本机关将{until:gi.reply|收到申请之日}答复您。",
        ),
    ),
    Kind(
        name="third_party", title="政府信息公开征求第三方意见书", word="公征", steps=frozenset({"consult_third_party"}),
        article=art("32"), to="{third_party}", serving="third_party_reached", theirs="letter",
        body=(
            "本机关收到一件政府信息公开申请（编号{number}，征求意见编号{letter}），所涉信息可能影响您（你单位）的合法权益：{text}",
            "依据{article}，请{until:gi.third_party|收到本意见书之日}以书面提出是否同意公开的意见，不同意的请说明理由。",
            "逾期未提出意见的，由本机关依照规定决定是否公开；不公开可能对公共利益造成重大影响的，本机关可以决定予以公开，并书面告知您。",
        ),
    ),
    Kind(
        name="co_maker", title="政府信息公开征求意见函", word="公征", steps=frozenset({"consult_co_maker"}),
        article=art("34"), to="{third_party}", serving="co_maker_reached", theirs="letter",
        body=(
            "本机关收到一件政府信息公开申请（编号{number}，征求意见编号{letter}），所涉信息由你单位共同制作：{text}",
            "依据{article}，请{until:gi.co_maker|收到本函之日}提出意见；逾期未提出意见的，视为同意公开。",
        ),
    ),
    Kind(
        name="fee", title="政府信息公开信息处理费收费通知", word="公费", steps=frozenset({"charge"}),
        article=FEES.article("7"), to="{applicant}",
        body=(
            ASKED + "依据{basis}，本机关决定收取信息处理费{amount}元。",
            "请{until:gi.fee.pay|收到本通知之日}缴纳；逾期未缴纳的，视为放弃申请。答复期限自缴费之日起重新计算。",
        ),
    ),
    Kind(
        name="answer", title="政府信息公开申请答复书", word="公答", steps=frozenset({"answer"}), article=art("36"),
        to="{applicant}", when={"ground": frozenset({"none"})}, words={"ground": GROUNDS},
        serving="serve_answer",
        body=ANSWER,
        remedies=("如不服本答复，您可以" + REVIEW + "，也可以{until:al.sue.direct|收到本答复之日}直接向人民法院提起行政诉讼。",),
    ),
    Kind(
        name="refusal", title="政府信息公开申请答复书", word="公答", steps=frozenset({"answer"}), article=art("36"),
        to="{applicant}", when={"ground": frozenset(GROUNDS) - {"none"}}, words={"ground": GROUNDS},
        serving="serve_refusal", body=ANSWER,
        remedies=(
            "如不服本答复，您可以" + REVIEW + "；不予公开政府信息的，应当先申请行政复议，对复议决定不服的再依法提起行政诉讼（依据《行政复议法》第二十三条第一款第四项）。",
        ),
    ),
)
