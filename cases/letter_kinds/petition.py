"""Letters of a petition. What goes to an office never names the petitioner: the number is enough, and
whoever is accused must not learn who accused (《信访工作条例》第三十条第三款).
"""

from cases.letter_kinds.kind import Kind, Pick
from cases.procedures.petition import art
from cases.procedures.petition_facts import PATHS

RESULTS = {"support": "支持信访请求", "explain": "请求事由合理但缺乏依据，予以解释说明", "refuse": "不支持信访请求"}
FOUND = (
    "请求和调查认定的事实、理由：{text}",
    "依据：{basis}",
    "意见：{result}。",
)
ABOVE = "向本机关的上一级机关、单位"
LAPSES = "逾期未请求的，本信访事项办结。"
RESTS_ON = {"answer": "32", "issue_review": "35", "issue_recheck": "36(1)"}
SERVED_BY = {"answer": "serve_opinion", "issue_review": "serve_review"}  # 复核意见为终结，不再起算期限


def _opinion(name: str, title: str, word: str, step: str, *said: str) -> Kind:
    """The opinion of one level: how it began, then the findings, then what remains."""
    begun, remains = said
    return Kind(
        name=name, title=title, word=word, steps=frozenset({step}), article=art(RESTS_ON[step]), to="{applicant}",
        words={"result": RESULTS}, serving=SERVED_BY.get(step, ""), body=(begun, *FOUND), remedies=(remains,),
    )


PETITION = (
    Kind(
        name="accepted", title="信访事项受理告知书", word="信受", steps=frozenset({"accept"}), article=art("23(2)"),
        to="{applicant}",
        body=(
            "您于{opened}提出的信访事项（编号{number}）收悉。依据{article}，本机关于{date}决定受理。",
            "您反映的事项：{asked.text}",
            "办理途径和程序：{text}。本机关将{until:xf.handle|受理之日}作出书面处理意见；情况复杂的，经负责人批准可以依法延长并告知您理由。",
        ),
    ),
    Kind(
        name="declined", title="信访事项不予受理告知书", word="信不受", steps=frozenset({"decline"}),
        article=art("23"), to="{applicant}",
        body=(
            "您于{opened}提出的信访事项（编号{number}）收悉。",
            Pick("ground", {
                "in_hand": "经查，该事项已经在复议、诉讼、仲裁或者上一级信访程序中受理，不再重复受理。",
                "final": "经查，该事项已经复核终结，您仍以同一事实和理由提出，不再受理。",
                "not_ours": "经查，该事项不属于本机关、单位的职权范围。",
            }),
            "具体理由：{text}",
            "依据{article}，本机关决定不予受理，特此告知。",
        ),
        remedies=("请向有权处理的机关提出；属于行政复议、诉讼、仲裁范围的，请在相应的法定期限内提出，以免逾期。",),
    ),
    Kind(
        name="diverted", title="信访事项导入法定途径告知书", word="信导", steps=frozenset({"divert"}),
        article=art("31"), to="{applicant}", words={"path": PATHS},
        body=(
            "您于{opened}提出的信访事项（编号{number}）收悉。经审查，该事项依法应当通过下列途径解决：{path}。",
            "说明：{text}",
            "依据{article}，本机关不再按信访程序办理，请您按照上述途径提出。",
        ),
        remedies=("该途径有法定期限的，期限依照有关法律从您知道或者应当知道之日起计算，请及时提出。",),
    ),
    Kind(
        name="forwarding", title="信访事项转送函", word="信转", by="petition",
        steps=frozenset({"forward", "settle_competence"}), article=art("22(1)(1)"), to="{office}",
        body=(
            "现将{opened}登记的信访事项（编号{number}）转送你单位，请依法办理。信访人信息请凭编号在系统内查阅，不得泄露。",
            "[转送理由：{reason}]",
            ("请{until:xf.agency.notify_forwarded|收到转送之日}书面告知信访人接收情况以及处理途径、程序；"
            "认为不属于你单位职权的，请{until:xf.agency.object|收到转送之日}提出异议并说明理由。"),
        ),
    ),
    Kind(
        name="assignment", title="信访事项交办函", word="信交", by="petition", steps=frozenset({"assign"}),
        article=art("22(1)(3)"), to="{office}",
        body=(
            "现将{opened}登记的信访事项（编号{number}）交由你单位办理。信访人信息请凭编号在系统内查阅，不得泄露。",
            "[交办要求：{text}]",
            "请{until:xf.agency.notify_forwarded|收到交办之日}书面告知信访人，并于{report_by}前（依据{article}）报送办结报告。",
        ),
    ),
    Kind(
        name="extension", title="信访事项延长办理期限告知书", word="信延", steps=frozenset({"extend"}),
        article=art("34"), to="{applicant}",
        body=(
            "您提出的信访事项（编号{number}）因情况复杂，不能在原期限内办结。依据{article}，经本机关负责人批准，延长办理期限{days}日。",
            "延长的理由：{reason}",
            "延长后，本机关将{until:xf.handle|受理之日}作出处理意见。",
        ),
    ),
    _opinion(
        "opinion", "信访事项处理意见书", "信处", "answer",
        "您于{opened}提出的信访事项（编号{number}），本机关于{accept.at}受理，现已办理完毕，提出如下处理意见。",
        "如不服本处理意见，您可以{until:xf.review.request|收到本处理意见书之日}" + ABOVE + "请求复查；" + LAPSES,
    ),
    _opinion(
        "review", "信访事项复查意见书", "信复查", "issue_review",
        "您于{request_review.at}对信访事项（编号{number}）的处理意见请求复查，现已复查完毕，提出如下意见。",
        "如不服本复查意见，您可以{until:xf.recheck.request|收到本复查意见书之日}" + ABOVE + "请求复核；" + LAPSES,
    ),
    _opinion(
        "recheck", "信访事项复核意见书", "信复核", "issue_recheck",
        "您于{request_recheck.at}对信访事项（编号{number}）的复查意见请求复核，现已复核完毕，提出如下意见。",
        "本复核意见为信访程序的终结意见。您对复核意见不服，仍以同一事实和理由提出投诉请求的，"
        "各级机关、单位不再受理（依据《信访工作条例》第三十六条第三款）。",
    ),
)
