"""The three applications a citizen is led through, as data: what is asked, why, and what one should know before.

The page draws it; what the answers become is `applying_facts`'s.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Control = Literal["line", "text", "choice", "office", "date"]


class Question(Struct, frozen=True, kw_only=True):
    """One thing that is asked."""

    name: str
    title: str
    control: Control = "line"
    must: bool = False
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    most: int = 200
    fills: str = ""  # the browser's word for what it may fill in by itself


class Part(Struct, frozen=True, kw_only=True):
    """Questions that belong together."""

    title: str
    questions: tuple[Question, ...]
    says: str = ""


class Guide(Struct, frozen=True, kw_only=True):
    """One application. `tells` is what one should know before, `papers` what is needed, `office` who takes it where
    the applicant does not choose."""

    name: str
    title: str
    means: str
    tells: tuple[str, ...]
    papers: tuple[str, ...]
    parts: tuple[Part, ...]
    office: str = ""


YES_NO = (("yes", "是"), ("no", "否"))
LONG = 5_000


def _who(*more: Question, phone: str = "") -> Part:
    return Part(
        title="您是谁",
        says="这些信息加密保存，只给办理这件事的人用。",
        questions=(
            Question(name="name", title="姓名或者单位名称", must=True, most=60, fills="name"),
            Question(name="phone", title="手机或电话", must=bool(phone), hint=phone, most=40, fills="tel"),
            *more,
        ),
    )


ID = Question(name="id_number", title="身份证号码", hint="用来核对身份；也可以在受理时当面出示。", most=18)
HOME = Question(name="address", title="通信地址", hint="文书寄到这里。", most=200, fills="street-address")

RECONSIDERATION = Guide(
    name="reconsideration",
    title="行政复议",
    means="行政机关的决定侵犯了您的权利，请它的上级机关（本级政府）审查",
    office="justice",
    tells=(
        "对区政府工作部门、街道办事处和乡镇政府不服的，在这里申请，由区司法局办理；对区政府、市级部门不服的，向市政府申请；对税务、海关等垂直领导的机关不服的，向它的上一级主管部门申请。",
        "自知道行政行为之日起六十日内提出（《行政复议法》第二十条第一款）；机关没有告诉您可以复议的，另有规定，下面会问到。",
        "不收费。收到以后五个工作日内决定是否受理（《行政复议法》第三十条第一款、第八十八条第二款），普通程序六十日内作出决定（第六十二条第一款）。",
        "法院已经受理的，不能再申请复议（《行政复议法》第二十九条第二款）。",
        "信访的登记、受理、转送、复查、复核不属于复议范围（《行政复议法实施条例》第三十六条）。",
    ),
    papers=("您的身份证明", "决定书、通知书等，或者能证明有这件事的材料", "您认为能说明问题的证据"),
    parts=(
        Part(
            title="对什么不服",
            questions=(
                Question(name="sort", title="是哪一种", control="choice", must=True,
                         options=(("act", "机关作出了决定或者行为"), ("silent", "申请机关办事，机关一直没有办"))),
                Question(name="respondent", title="哪个机关", must=True, most=100, hint="写全称，决定书的落款就是。"),
                Question(name="about", title="决定书的文号", most=100, hint="没有的不填。"),
                Question(name="special", title="是不是下面的情形", control="choice", must=True,
                         hint="前四种要先复议、后起诉（《行政复议法》第二十三条）。",
                         options=(("none", "都不是，或者不清楚"), ("on_spot", "当场作出的行政处罚"),
                                  ("resource", "侵犯已经取得的自然资源所有权、使用权"), ("silent", "没有履行法定职责"),
                                  ("withheld", "不予公开政府信息"))),
            ),
        ),
        Part(
            title="什么时候知道的",
            says="用来算申请期限，按实际情况填。",
            questions=(
                Question(name="told", title="机关有没有告诉您可以复议、向谁申请、期限多长", control="choice", must=True,
                         options=(("yes", "告诉了"), ("no", "没有告诉，或者没有说全"))),
                Question(name="knew_on", title="哪一天知道这个决定或者行为的", control="date",
                         hint="当面给的是签收那天，邮寄的是签收回执上的那天。机关一直没有办的不填。"),
                Question(name="learned_on", title="没有告诉的：哪一天知道可以申请复议的", control="date",
                         hint="刚刚知道的，填今天。"),
                Question(name="asked_on", title="机关一直没有办的：机关哪一天收到您的申请", control="date"),
            ),
        ),
        Part(
            title="有没有被耽误",
            says="因不可抗力或者其他正当理由耽误的时间不算，障碍消除以后继续算（《行政复议法》第二十条第二款）。没有的不填。",
            questions=(
                Question(name="late_from", title="从哪一天起", control="date"),
                Question(name="late_to", title="到哪一天止", control="date"),
                Question(name="late_why", title="为什么", most=500),
            ),
        ),
        Part(
            title="您要求什么",
            questions=(
                Question(name="wants", title="复议请求", control="text", must=True, most=1_000,
                         hint="例如：请求撤销某某决定；请求责令某某机关办理某某事。"),
                Question(name="why", title="事实和理由", control="text", must=True, most=LONG),
            ),
        ),
        _who(ID, HOME),
    ),
)  # fmt: skip

MEDIATION = Guide(
    name="mediation",
    title="调解",
    means="和别人有纠纷，请调解员帮双方坐下来谈",
    tells=(
        "不收费，双方都愿意才开始（《人民调解法》第四条、第十七条），任何时候都可以不谈，不影响您去仲裁或者起诉。",
        "谈成了签协议，三十日内双方可以共同请法院确认，确认以后可以申请强制执行（《民事诉讼法》第二百零五条）。",
        "法院已经受理的纠纷，不在这里调解。",
        "对方的姓名和电话不在网上填：调解员会先联系您，由您告诉他。",
    ),
    papers=("合同、欠条、收据、照片等能说明事情的材料",),
    parts=(
        Part(
            title="是什么纠纷",
            questions=(
                Question(name="kind", title="哪一类", control="choice", must=True,
                         options=(("people", "邻里、家庭、物业、借贷、赔偿等民间纠纷"), ("admin", "和行政管理有关的纠纷"))),
                Question(name="office", title="请哪里调解", control="office", must=True,
                         hint="民间纠纷选所在的街道、乡镇；和行政管理有关的，选管这件事的单位。"),
                Question(name="court", title="法院是不是已经受理了", control="choice", must=True, options=YES_NO),
                Question(name="other", title="对方是", control="choice", must=True,
                         options=(("person", "个人"), ("company", "企业或者其他单位"), ("agency", "行政机关"))),
            ),
        ),
        Part(
            title="事情的经过和您的要求",
            questions=(
                Question(name="why", title="什么时候、在哪里、怎么回事", control="text", must=True, most=LONG,
                         hint="请不要写对方的姓名和电话，写“楼上住户”“某装修公司”就可以。"),
                Question(name="wants", title="您希望怎样解决", control="text", must=True, most=1_000),
            ),
        ),
        _who(phone="调解员要联系您。"),
    ),
)  # fmt: skip

DISCLOSURE = Guide(
    name="disclosure",
    title="政府信息公开",
    means="要看行政机关制作、保存的信息",
    tells=(
        "收到申请以后二十个工作日内答复，经同意可以再延长二十个工作日（《政府信息公开条例》第三十三条第二款）。",
        "说不清要什么的，机关七个工作日内一次告诉您怎样补正（《政府信息公开条例》第三十条）。",
        "一个月十件以内不收费。",
        "要问一件事、要投诉一件事的，请点“我要反映”，比申请公开更快。",
    ),
    papers=("您的身份证明",),
    parts=(
        Part(
            title="您要什么信息",
            questions=(
                Question(name="office", title="向哪个单位申请", control="office", must=True,
                         hint="谁制作或者谁保存，就向谁申请。"),
                Question(name="why", title="信息的名称、文号，或者能找到它的特征", control="text", must=True, most=LONG,
                         hint="例如：某某小区2025年物业维修资金的使用情况。"),
                Question(name="form", title="用什么方式给您", control="choice", must=True,
                         options=(("electronic", "电子数据"), ("paper", "纸质"), ("mail", "邮寄"), ("inspect", "当场查阅"))),
            ),
        ),
        _who(ID, HOME),
    ),
)  # fmt: skip

GUIDES: Mapping[str, Guide] = {guide.name: guide for guide in (RECONSIDERATION, MEDIATION, DISCLOSURE)}


def questions(guide: Guide) -> dict[str, Question]:
    """Every question of an application, by name."""
    return {question.name: question for part in guide.parts for question in part.questions}
