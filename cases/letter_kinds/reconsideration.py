"""Letters of a reconsideration, in the name of the authority that decides."""

from cases.letter_kinds.kind import Kind, Pick
from cases.procedures.reconsideration_clocks import art
from cases.procedures.reconsideration_facts import DECISIONS, SUSPENSION_GROUNDS, TERMINATION_GROUNDS

BOTH = "申请人{applicant}，被申请人{asked.respondent}"
MATTER = "申请人{applicant}不服被申请人{asked.respondent}的行政行为，于{opened}提出行政复议申请（案号{number}）"
SIGNED = "{city}人民政府"
TRIAL_UNTIL = "{until:ar.decide.ordinary|受理之日}"
WILL_DECIDE = "本机关将" + TRIAL_UNTIL + "作出行政复议决定；情况复杂需要延长的，另行书面告知。"
OVERDUE = (
    "本机关逾期未作出决定的，你（你单位）可以{until:al.sue.reconsideration_overdue|期限届满之日}依法提起行政诉讼。"
)
SUIT = (
    "如不服本决定，申请人可以{until:al.sue.after_reconsideration|收到本决定书之日}依法向有管辖权的人民法院提起行政诉讼。"
)
COMPULSORY_SUIT = (
    "属于复议前置的事项，申请人可以{until:ar.sue.compulsory|收到本决定书之日}依法向人民法院提起行政诉讼。"
)


def _kind(**given: object) -> Kind:
    return Kind(**({"by": "government", "signed": SIGNED} | given))  # type: ignore[arg-type]


def letter(name: str, title: str, word: str, step: str, number: str, **given: object) -> Kind:
    """A letter that one step owes, by an article of the Act unless `given` has another."""
    owed = {"article": art(number), **given}
    return _kind(name=name, title=title, word=word, steps=frozenset({step}), **owed)


BEGINNING = (
    letter(
        "correction", "补正行政复议申请通知书", "复补", "ask_to_correct", "31(1)", to="{applicant}",
        serving="correction_received",
        body=(
            (
                "你（你单位）不服{asked.respondent}的行政行为提出的行政复议申请（案号{number}），本机关于{opened}收到。经审查，"
                "申请材料不齐全或者表述不清楚，依据{article}，请一次补正下列内容："
            ),
            "{missing}",
            "请{until:ar.supplement.submit|收到本通知之日}补正；有正当理由不能按期补正的，可以申请适当延长。无正当理由逾期不补正的，视为放弃行政复议申请。",
        ),
    ),
    _kind(
        name="acceptance", title="行政复议受理通知书", word="复受",
        steps=frozenset({"accept", "accept_simplified"}), article=art("30(1)"), to="{applicant}",
        body=(
            (
                "你（你单位）不服{asked.respondent}的行政行为，于{opened}提出的行政复议申请（案号{number}），经审查符合受理条件，"
                "依据{article}，自{date}起受理。"
            ),
            "[本案由{handlers}承办。][适用简易程序的依据：{basis}。]",
            WILL_DECIDE,
            "审理期间，你（你单位）有权委托代理人、查阅复制有关材料、提出证据、申请回避、陈述意见，也可以自愿撤回申请或者请求调解。",
            "本通知送达地址：{applicant_address}。地址变更的，请及时告知。",
        ),
        remedies=(OVERDUE,),
        attached=("行政复议权利义务告知事项",),
    ),
    letter(
        "deemed", "行政复议受理通知书", "复受", "deem_accept", "30(3)", to="{applicant}",
        body=(
            (
                "你（你单位）不服{asked.respondent}的行政行为，于{opened}提出行政复议申请（案号{number}）。"
                "审查期限届满，本机关未作出不予受理决定，依据{article}，自{date}起视为受理。"
            ),
            WILL_DECIDE,
            "本通知送达地址：{applicant_address}。地址变更的，请及时告知。",
        ),
        remedies=(OVERDUE,),
        attached=("行政复议权利义务告知事项",),
    ),
    letter(
        "rejection", "不予受理行政复议申请决定书", "复不受", "reject", "30(2)", to="{applicant}",
        serving="serve_applicant", serves={"what": "rejection"},
        body=(
            MATTER + "。",
            "经审查：{reason}",
            "依据{article}，本机关决定不予受理。[你（你单位）可以向有管辖权的机关提出：{competent}。]",
        ),
        remedies=(
            "如认为本机关无正当理由不予受理，你（你单位）可以向上级行政机关反映，由其责令纠正（依据《行政复议法》第三十五条）。",
            COMPULSORY_SUIT,
            "不属于复议前置的事项，可以在法定起诉期限内对原行政行为依法提起行政诉讼。",
        ),
    ),
    letter(
        "reply", "行政复议答复通知书", "复答", "send_copy", "48", to="{asked.respondent}",
        serving="copy_received", serving_at={"simplified": "copy_received_simplified"},
        body=(
            MATTER + "，本机关已经受理。现将行政复议申请书副本发送你单位。",
            (
                "请{until:ar.reply.ordinary|收到申请书副本之日}提出书面答复，并提交作出行政行为的证据、依据和其他有关材料；适用简易程序的，"
                "{until:ar.reply.simplified|收到申请书副本之日}提出。"
            ),
            "被申请人不按规定提出书面答复、提交证据、依据和其他有关材料的，视为该行政行为没有证据、依据（依据《行政复议法》第七十条），但该行政行为涉及第三人合法权益、第三人提供证据的除外。",
        ),
        attached=("行政复议申请书副本",),
    ),
    letter(
        "hearing", "行政复议听证通知书", "复听", "arrange_hearing", "51(1)", to=BOTH, serving="notify_hearing",
        body=(
            MATTER + "一案，本机关决定举行听证。[听证事由：{reason}。]",
            "听证时间：{held_on}{hearing_time}。",
            "听证地点：{place}。",
            "依据{article}，本机关应当于举行听证的五个工作日前通知；本通知最迟送达之日为{by:ar.hearing.notice}。",
            "被申请人的负责人应当参加听证；不能参加的，应当说明理由并委托相应的工作人员参加。申请人无正当理由拒不参加的，视为放弃听证权利。",
        ),
    ),
)
DURING = (
    letter(
        "suspension", "行政复议中止通知书", "复中", "suspend", "39", to=BOTH, words={"ground": SUSPENSION_GROUNDS},
        body=(
            MATTER + "一案，因出现下列情形：{ground}。{text}",
            "依据{article}，本机关决定自{date}起中止审理。中止期间不计入审理期限；中止的原因消除后，本机关将及时恢复审理并书面告知。",
        ),
    ),
    letter(
        "resumption", "行政复议恢复审理通知书", "复恢", "resume", "39", to=BOTH,
        body=(
            MATTER + "一案，于{suspend.at}中止审理。现中止的原因已经消除：{text}",
            "依据{article}，本机关决定自{date}起恢复审理，将" + TRIAL_UNTIL + "作出决定。",
        ),
    ),
    letter(
        "extension", "行政复议延期审理通知书", "复延", "extend", "62(1)", to=BOTH,
        body=(
            MATTER + "一案，因情况复杂，不能在规定期限内作出决定：{reason}",
            "依据{article}，经行政复议机构负责人批准，延长审理期限{days}日。延长后，本机关将" + TRIAL_UNTIL + "作出决定。",
        ),
    ),
    letter(
        "stay", "停止执行通知书", "复停", "stay_execution", "42", to=BOTH,
        body=(
            MATTER + "一案，经审查：{text}",
            "依据{article}，本机关决定自{date}起停止执行被申请复议的行政行为，直至本机关另行通知。",
        ),
    ),
)
ENDING = (
    letter(
        "decision", "行政复议决定书", "复决", "decide", "61", to=BOTH, words={"kind": DECISIONS},
        serving="serve_applicant", serves={"what": "decision"}, theirs="letter",
        when={"kind": frozenset(DECISIONS) - {"dismiss"}},
        body=(
            "申请人：{applicant}，地址：{applicant_address}。",
            "被申请人：{asked.respondent}，地址：{respondent_address}。",
            MATTER + "。本机关依法受理，现已审理终结。",
            "申请人的请求、事实和理由：{asked.text}",
            "[被申请人答复：{reply.text}]",
            "本机关认为并决定：{text}",
            Pick("kind", {
                "change": "本决定的种类为变更，依据《行政复议法》第六十三条。",
                "revoke": "本决定的种类为撤销或者部分撤销，依据《行政复议法》第六十四条。",
                "unlawful": "本决定的种类为确认违法，依据《行政复议法》第六十五条。",
                "perform": "本决定的种类为责令限期履行，依据《行政复议法》第六十六条。",
                "void": "本决定的种类为确认无效，依据《行政复议法》第六十七条。",
                "uphold": "本决定的种类为维持，依据《行政复议法》第六十八条。",
                "dismiss_request": "本决定的种类为驳回复议请求，依据《行政复议法》第六十九条。",
                "contract": "本决定的种类为承担行政协议责任，依据《行政复议法》第七十一条。",
            }),
        ),
        remedies=(SUIT, "本决定书一经送达即发生法律效力（依据《行政复议法》第七十五条第二款）。"),
    ),
    letter(
        "dismissal", "驳回行政复议申请决定书", "复驳", "decide", "33", to=BOTH, serving="serve_applicant",
        serves={"what": "dismissal"}, theirs="letter", when={"kind": frozenset({"dismiss"})},
        body=(
            MATTER + "，本机关受理后发现不符合受理条件：{text}",
            "依据{article}，本机关决定驳回行政复议申请。",
        ),
        remedies=(COMPULSORY_SUIT, "不属于复议前置的事项，可以在法定起诉期限内对原行政行为依法提起行政诉讼。"),
    ),
    letter(
        "settlement", "行政复议调解书", "复调", "mediation_letter", "73", to=BOTH, serving="serve_applicant",
        serves={"what": "mediation"}, theirs="letter",
        body=(
            MATTER + "一案，经本机关调解，双方自愿达成协议如下：", "{text}",
            "上述协议不违反法律、法规的强制性规定，不损害国家利益、社会公共利益和他人合法权益，本机关予以确认。",
        ),
        remedies=("本调解书经双方签字或者签章，并加盖行政复议机关印章，即具有法律效力；一方不履行的，依照《行政复议法》第七十八条处理。",),
    ),
    letter(
        "opinion", "行政复议意见书", "复意", "issue_opinion", "76", to="{asked.respondent}",
        serving="opinion_received", theirs="letter",
        body=(
            "本机关在审理行政复议案件（案号{number}）中发现，你单位的有关行政行为违法或者不当，现提出意见如下：", "{text}",
            "请{until:ar.opinion.report|收到本意见书之日}将纠正相关违法或者不当行政行为的情况报送本机关。",
        ),
    ),
    letter(
        "termination", "行政复议终止决定书", "复终", "terminate", "41", to=BOTH, words={"ground": TERMINATION_GROUNDS},
        serving="serve_applicant", serves={"what": "termination"},
        body=(
            MATTER + "一案，因出现下列情形：{ground}。{text}",
            "依据{article}，本机关决定终止行政复议。",
        ),
        remedies=("撤回申请的，不得再以同一事实和理由申请行政复议，但能够证明撤回违背真实意思的除外；对原行政行为仍可以在法定起诉期限内依法提起行政诉讼。",),
    ),
)
RECONSIDERATION = BEGINNING + DURING + ENDING
