"""A request as it is sent over the web, and every field of it that is wrong.

One struct is decoded in one go; only when that fails is each field looked at by itself, so that all that is
wrong is named at once and the fast way stays fast.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from cases.parties import Person
from cases.people import CENTRE, CITIZEN
from cases.phones import understand
from cases.procedures.work_order_facts import Asker, Kind
from hotline import intake
from hotline.accounts.seats import Seat
from hotline.attachments import MOST
from hotline.problems import Problem
from hotline.sent import UNREADABLE
from routing import Rulebook

KEY_LENGTH = 120


class Posted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request as it is sent. `attachments` are digests of files that were handed in before; `call` and
    `office` are the agent's."""

    kind: Kind
    text: Annotated[str, Meta(min_length=1, max_length=10_000)]
    title: Annotated[str, Meta(max_length=100)] = ""
    place: Annotated[str, Meta(max_length=200)] = ""
    street: Annotated[str, Meta(max_length=20)] = ""
    topic: Annotated[str, Meta(max_length=80)] = ""
    urgent: bool = False
    name: Annotated[str, Meta(max_length=60)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    confidential: bool = False
    attachments: Annotated[tuple[str, ...], Meta(max_length=MOST)] = ()
    who: Asker = ""
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    call: Annotated[str, Meta(max_length=80)] = ""
    office: Annotated[str, Meta(max_length=60)] = ""


SAYS = {
    "kind": "请选择类型：consult 咨询、help 求助、complaint 投诉、report 举报、suggestion 建议、praise 表扬",
    "text": "请写明要反映的事情，1到10000字",
    "title": "标题最多100字",
    "place": "地点最多200字",
    "street": "请从列表中选择街道，不清楚可以不选",
    "topic": "请从列表中选择事项，不清楚可以不选",
    "urgent": "应为 true 或 false",
    "name": "姓名最多60字",
    "phone": "不是有效的电话号码，请检查；固定电话请带区号",
    "confidential": "应为 true 或 false",
    "attachments": f"附件应为已上传文件的编号，最多{MOST}个",
    "who": "应为 individual 个人、enterprise 企业、group 集体，或不填",
    "lat": "应为纬度，-90到90之间的数",
    "lon": "应为经度，-180到180之间的数",
    "call": "通话编号最多80个字符，只有话务员可以填写",
    "office": "没有这个承办单位，只有话务员可以指定",
    "Idempotency-Key": f"最多{KEY_LENGTH}个字符",
}
FIELDS = {field.name: field for field in msgspec.structs.fields(Posted)}


def decoded(body: bytes, book: Rulebook, seat: Seat | None) -> Posted:
    """The request in a JSON body; `Problem` names every field that is wrong."""
    try:
        return msgspec.json.decode(body, type=Posted)
    except UNREADABLE as error:
        try:
            raw = msgspec.json.decode(body)
        except UNREADABLE:
            raise Problem("提交的内容不是有效的JSON", {"body": "应为一个JSON对象"}) from error
        if not isinstance(raw, dict):
            raise Problem("提交的内容有误", {"body": "应为一个JSON对象"}) from error
        raise Problem("提交的内容有误", wrong(raw, book, seat)) from error


def wrong(raw: dict[str, Any], book: Rulebook, seat: Seat | None) -> dict[str, str]:
    """Every field of `raw` that cannot be meant or cannot be taken, with what would be right."""
    errors = _misshapen(raw)
    shaped = {name: value for name, value in raw.items() if name not in errors}
    posted = msgspec.convert({"kind": "help", "text": "…", **shaped}, Posted)
    return errors | unfit(posted, book, seat)


def _misshapen(raw: dict[str, Any]) -> dict[str, str]:
    errors = {name: "没有这个栏目" for name in raw if name not in FIELDS}
    for name, field in FIELDS.items():
        if name not in raw:
            if field.required:
                errors[name] = SAYS[name]
            continue
        try:
            msgspec.convert(raw[name], field.type)
        except msgspec.ValidationError:
            errors[name] = SAYS[name]
    return errors


def unfit(posted: Posted, book: Rulebook, seat: Seat | None) -> dict[str, str]:
    """What is well-formed and still cannot be taken."""
    errors = []
    if not posted.text.strip():
        errors.append("text")
    if posted.street and posted.street not in book.places.streets:
        errors.append("street")
    if posted.topic and posted.topic not in book.numbers:
        errors.append("topic")
    if posted.phone and understand(posted.phone).kind == "invalid":
        errors.append("phone")
    agent = seat is not None and bool(seat.roles & CENTRE)
    if posted.call and not agent:
        errors.append("call")
    if posted.office and (not agent or posted.office not in book.duties.offices):
        errors.append("office")
    return {name: SAYS[name] for name in errors}


def incoming_of(posted: Posted, seat: Seat | None, key: str) -> intake.Incoming:
    """The request for the one door. An agent's is a telephone call's, keyed by the call if by no other."""
    agent = seat is not None and bool(seat.roles & CENTRE)
    return intake.Incoming(
        kind=posted.kind,
        text=posted.text.strip(),
        channel="phone" if agent else "web",
        actor=seat.actor if seat is not None and agent else CITIZEN,
        person=Person(name=posted.name.strip(), phone=posted.phone.strip()),
        title=posted.title.strip(),
        urgent=posted.urgent,
        topic=posted.topic,
        street=posted.street,
        place=posted.place.strip(),
        call=posted.call,
        confidential=posted.confidential,
        attachments=posted.attachments,
        key=key or posted.call,
        office=posted.office,
        who=posted.who,
        lat=posted.lat,
        lon=posted.lon,
    )
