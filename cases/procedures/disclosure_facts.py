"""What the steps of an application to see records ask for: closed lists and typed facts."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.origin import Origin
from cases.procedures.work_order_facts import Channel, Reason, Text

Short = Annotated[str, Meta(min_length=1, max_length=60)]
Fen = Annotated[int, Meta(ge=1, le=10**9)]

FORMS = {"paper": "纸质", "electronic": "电子数据", "mail": "邮寄", "inspect": "当场查阅"}
ANSWERS = {
    "public": "已经主动公开，告知获取方式、途径",  # 第36条第1项
    "granted": "予以公开",  # 第36条第2项
    "refused": "不予公开",  # 第36条第3项
    "absent": "信息不存在",  # 第36条第4项
    "not_ours": "不属于本机关负责公开",  # 第36条第5项
    "repeated": "重复申请，不予重复处理",  # 第36条第6项
    "register": "按专门规定查询",  # 第36条第7项
    "partial": "部分公开",  # 第37条
    "to_make": "需要加工、分析，可以不予提供",  # 第38条
    "petition": "属于信访、投诉、举报，不作为申请处理",  # 第39条
    "corrected": "更正本机关记录的信息",  # 第41条
    "passed_on": "转送有权更正的机关",  # 第41条
    "excessive": "数量、频次明显超过合理范围且理由不合理，不予处理",  # 第35条
}
GROUNDS = {
    "none": "无",
    "secret": "国家秘密或者法律、行政法规禁止公开",  # 第14条
    "safety": "危及国家安全、公共安全、经济安全、社会稳定",  # 第14条
    "third": "涉及商业秘密、个人隐私且第三方不同意",  # 第15条
    "internal": "内部事务信息",  # 第16条第1款
    "process": "过程性信息、行政执法案卷信息",  # 第16条第2款
}
VIEWS = {"agree": "同意公开", "object": "不同意公开", "silent": "逾期未答复"}


class Application(Origin, frozen=True, kw_only=True):
    """公开申请: what is wanted, in which form, from which office."""

    party: int
    office: Short
    text: Text
    form: Literal["paper", "electronic", "mail", "inspect"] = "electronic"
    title: str = ""
    kind: Literal["application"] = "application"
    urgent: bool = False
    channel: Channel = "web"
    attachments: tuple[str, ...] = ()


class Missing(Struct, frozen=True, kw_only=True):
    """补正告知: everything that is unclear, in one notice, and how many working days are left for it."""

    items: Reason
    days: Annotated[int, Meta(ge=1, le=60)]


class Corrected(Struct, frozen=True, kw_only=True):
    """补正: what is wanted, said more clearly."""

    text: Text


class Extension(Struct, frozen=True, kw_only=True):
    """延长答复期限: how many working days, and the reason that the applicant is told."""

    days: Annotated[int, Meta(ge=1, le=20)]
    reason: Reason


class Consultation(Struct, frozen=True, kw_only=True):
    """征求意见书: its number and about what; whom it asks is a party or office of the file."""

    letter: Short
    text: Reason


class Received(Struct, frozen=True, kw_only=True):
    """征求意见书已收到: which."""

    letter: Short


class Opinion(Struct, frozen=True, kw_only=True):
    """意见: to which letter; left alone it is silence."""

    letter: Short
    view: Literal["agree", "object", "silent"] = "silent"
    text: str = ""


class Fee(Struct, frozen=True, kw_only=True):
    """收费通知: by item or by amount, how much, how to pay."""

    by: Literal["item", "amount"]
    amount_fen: Fen
    basis: Reason


class Reasons(Struct, frozen=True, kw_only=True):
    """要求说明理由: how many applications in what time."""

    text: Reason


class Delay(Struct, frozen=True, kw_only=True):
    """延迟答复: the reasonable day by which the answer will come, told to the applicant."""

    answer_by: date
    reason: Reason


class Reply(Struct, frozen=True, kw_only=True):
    """答复: of which kind, with what that kind needs. `where` the way to the record, `ground` and `basis` of a
    refusal, `organ` whose record it is, `searched` how it was looked for, `outweighs` why the public interest
    goes before a third party's objection."""

    kind: Literal["public", "granted", "refused", "absent", "not_ours", "repeated", "register", "partial",
                  "to_make", "petition", "corrected", "passed_on", "excessive"]
    text: Text
    where: str = ""
    ground: Literal["none", "secret", "safety", "third", "internal", "process"] = "none"
    basis: str = ""
    organ: str = ""
    searched: str = ""
    outweighs: str = ""
    remedies_told: bool = False


class Told(Struct, frozen=True, kw_only=True):
    """告知第三方: what is disclosed against the objection, and why."""

    letter: Short
    text: Reason
