"""What a reconsideration writes beside its decision: records, words to third parties, to the makers of a norm and
to whoever has to carry out what was decided.
"""

from cases.letter_kinds.kind import Pick
from cases.letter_kinds.reconsideration import BOTH, MATTER, letter
from cases.procedures.reconsideration_clocks import reg

MANNERS = {
    "in_person": "当面",
    "online": "通过互联网",
    "phone": "通过电话",
    "in_writing_only": "因当事人原因不能听取，书面审理",
}
CHAIRED = "听证主持人：{presiding}；听证员：{officers}；记录员：{recorder}。"

RECORDS = (
    letter(
        "oral", "口头行政复议申请笔录", "", "receive", "22", to="本案卷宗", when={"channel": frozenset({"oral"})},
        signed="申请人：{applicant}（签名或者捺印）",
        body=(
            "申请人：{applicant}，地址：{applicant_address}。被申请人：{respondent}。",
            "申请人于{date}口头提出行政复议申请（案号{number}），依据{article}当场记录如下。",
            "[所不服的行政行为：{about}。]",
            "请求、事实和理由：{text}",
            "以上记录经申请人核对无误。",
        ),
    ),
    letter(
        "opinions", "听取意见笔录", "", "hear_opinions", "49", to="本案卷宗", signed="当事人（签名）：　　　　记录人：",
        words={"manner": MANNERS},
        body=(MATTER + "一案，依据{article}，于{date}{manner}听取当事人意见。", "意见记录：{text}"),
    ),
    letter(
        "transcript", "听证笔录", "", "hold_hearing", "50(3)", to="本案卷宗", signed="听证参加人（签名）：　　　　记录员：{recorder}",
        body=(
            MATTER + "一案，于{date}在{arrange_hearing.place}举行听证。", CHAIRED,
            Pick("head_attended", {"True": "被申请人的负责人参加了听证。", "False": "被申请人的负责人没有参加听证。"}),
            "[情况说明：{explanation}]",
            "各方陈述、举证、质证和辩论：{transcript}",
        ),
    ),
    letter(
        "switched", "转为普通程序审批表", "", "switch_to_ordinary", "55", to="本案卷宗", signed="行政复议机构负责人：",
        body=(
            MATTER + "一案，于{accept_simplified.at}受理并适用简易程序。",
            "不宜继续适用简易程序的理由：{text}",
            "依据{article}，经行政复议机构负责人批准，自{date}起转为普通程序；审理期限仍自受理之日起计算，将{until:ar.decide.ordinary|受理之日}作出决定。",
        ),
    ),
)
TOLD = (
    letter(
        "third_party", "第三人参加行政复议通知书", "复三", "join_third_party", "16", to="{third_party}",
        body=(
            MATTER + "。经审查，你（你单位）同该案的处理结果有利害关系：{text}",
            "依据{article}，通知你（你单位）作为第三人参加行政复议。你（你单位）可以委托代理人、查阅复制有关材料、提出书面意见和证据；不参加的，不影响案件的审理。",
        ),
        attached=("行政复议申请书副本",),
    ),
    letter(
        "more_days", "延长补正期限通知书", "复补延", "extend_supplement", "31(2)", to="{applicant}",
        body=(
            "你（你单位）的行政复议申请（案号{number}）正在补正。因{reason}，依据{article}，延长补正期限{days}个工作日。",
            "请{until:ar.supplement.submit|收到补正通知之日}补正；无正当理由逾期不补正的，视为放弃申请。",
        ),
    ),
    letter(
        "abandoned", "视为放弃行政复议申请告知书", "复弃", "abandon", "31(2)", to="{applicant}", serving="serve_applicant",
        serves={"what": "abandonment"},
        body=(
            "你（你单位）的行政复议申请（案号{number}），本机关于{ask_to_correct.at}通知补正，期限届满仍未补正：{text}",
            "依据{article}，视为放弃行政复议申请，已记录在案，特此告知。",
        ),
        remedies=("在法定申请期限内，你（你单位）补齐材料的，可以重新提出申请。",),
    ),
    letter(
        "not_again", "行政复议申请不再处理告知书", "复不再", "decline_repeat", "37", article=reg("37(2)"), to="{applicant}",
        body=(
            MATTER + "。经审查，该事项此前已经处理，你（你单位）没有提出新的事实和理由：{reason}",
            "依据{article}，本机关不再处理，已记录在案，特此告知。",
        ),
    ),
    letter(
        "stay_lifted", "恢复执行通知书", "复停恢", "lift_stay", "42", to=BOTH,
        body=(
            MATTER + "一案，本机关于{stay_execution.at}决定停止执行被申请复议的行政行为。现停止执行的情形已经消除：{text}",
            "依据{article}，自{date}起恢复执行。",
        ),
    ),
    letter(
        "taken_over", "提级审理告知书", "复提", "order_takeover", "40", article=reg("40(3)"), to=BOTH,
        body=(
            MATTER + "一案，上级行政复议机关决定提级审理：{text}",
            "依据{article}，本机关应当于{by:ar.takeover.transfer}前移送案件材料；审理期限自上级行政复议机关收到案件材料之日起重新计算。特此书面告知。",
        ),
    ),
)
NORMS = (
    letter(
        "ask_maker", "规范性文件说明依据通知书", "复规答", "ask_norm_maker", "58(1)", to="{norm_maker}",
        serving="norm_maker_asked",
        body=(
            MATTER + "，并一并提出对下列文件的审查申请：{norm}。",
            "需要说明的问题：{text}",
            "请{until:ar.norm.maker_reply|收到本通知之日}就该文件的相关条款的合法性提出书面答复并提交依据材料。",
        ),
    ),
    letter(
        "forward_norm", "规范性文件转送函", "复规转", "forward_norm", "56", to="{norm_organ}",
        serving="norm_referral_received",
        body=(
            MATTER + "，并一并提出对下列文件的审查申请：{norm}。",
            "该文件不属于本机关有权处理的范围：{text}",
            "依据{article}，现将审查申请和有关材料转送你机关，请{until:ar.norm.transferee_reply|收到转送之日}将处理意见回复本机关。",
        ),
        attached=("规范性文件审查申请", "规范性文件文本"),
    ),
)
AFTER = (
    letter(
        "advice", "行政复议建议书", "复建", "issue_advice", "69", article=reg("69"), to="{organ}",
        body=(
            "本机关在审理行政复议案件（案号{number}）中，发现下列需要完善制度、改进执法的问题，依据{article}提出建议如下：",
            "{text}", "请研究办理，并将有关情况反馈本机关。",
        ),
    ),
    letter(
        "performance", "责令履行通知书", "复责", "order_performance", "77(2)", to="{asked.respondent}",
        body=(
            MATTER + "一案，本机关于{decide.at}作出的行政复议决定书已经发生法律效力，你单位至今没有履行或者无正当理由拖延履行。",
            "责令履行的内容和期限：{text}",
            "依据{article}，责令你单位限期履行，并将履行情况书面报告本机关。逾期不履行的，本机关可以约谈你单位有关负责人或者予以通报批评。",
        ),
    ),
)
RECONSIDERATION_BESIDE = RECORDS + TOLD + NORMS + AFTER
