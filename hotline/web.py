"""What every page shares: one way to draw it, one way to read what was sent, one way on.

The filters write dates and moments as people here read them, in the office's zone and never the machine's.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_400_BAD_REQUEST

from cases.calendar import Calendar
from cases.city import City
from cases.parties import Person, masked
from cases.people import Role
from cases.procedures import PROCEDURES
from hotline import forms
from hotline.accounts.seats import seated
from hotline.calendar.lights import is_provisional
from hotline.english import choice
from hotline.house import House
from hotline.menu import menu
from hotline.problems import Problem
from hotline.sent import UNREADABLE

Asking = Request[Any, Any, Any]

PAGES = [Path(__file__).parent / "pages"]
WEEKDAYS = "一二三四五六日"
OBJECT = {"body": "应为一个JSON对象"}


def house_of(request: Asking) -> House:
    """The house behind a request."""
    house: House = request.app.state.house
    return house


def render(request: Asking, template: str, status: int = 200, **context: Any) -> Template:
    """A page of `hotline/pages`. Beside `context` it knows `seat` (None when nobody signed in), `csrf` (for
    the hidden field `_csrf`), `now` (aware), `city`, `path`, `other_language`."""
    house = house_of(request)
    seat = seated(request)
    known = {"seat": seat, "now": house.now(), "city": house.city, "path": request.url.path}
    csrf, cookies = (seat.csrf, []) if seat else _form_token(request)
    language = choice.other(request)
    return Template(
        choice.named(request, template),
        context={**known, "csrf": csrf, "other_language": language, **context},
        status_code=status,
        media_type=MediaType.HTML,
        cookies=cookies,
        headers={"Cache-Control": "no-store", "Vary": "Cookie, Accept", **choice.told(request)},
    )


def _form_token(request: Asking) -> tuple[str, list[Cookie]]:
    """The token of a form that anybody may send, and the cookie that goes with a new one."""
    token, new = forms.token_for(request)
    if not new:
        return token, []
    secure = house_of(request).settings.public_url.startswith("https://")
    return token, [Cookie(key=forms.COOKIE, value=token, httponly=True, samesite="lax", secure=secure)]


def wants_html(request: Asking) -> bool:
    """Whether a browser asks: an error is then a page, not problem details."""
    return "text/html" in request.headers.get("Accept", "")


def see_other(url: str) -> Redirect:
    """The way on after a form was taken: 303, so that reloading sends nothing again."""
    return Redirect(url, status_code=HTTP_303_SEE_OTHER)


async def form_or_json(request: Asking) -> dict[str, Any]:
    """What was sent, as a form or as JSON, by field: a field sent twice is a list, a file an `UploadFile`; null in
    JSON says nothing, as a field does that was not sent.
    A handler may ask for it by naming a parameter `typed: dict[str, Any]`. Raises `Problem` (400) for JSON
    that is none or no object."""
    if request.content_type[0] == RequestEncodingType.JSON:
        try:
            found = msgspec.json.decode(await request.body())
        except UNREADABLE as error:
            raise Problem("提交的内容不是有效的 JSON", OBJECT, HTTP_400_BAD_REQUEST) from error
        if not isinstance(found, dict):
            raise Problem("提交的 JSON 应当是一个对象", OBJECT, HTTP_400_BAD_REQUEST)
        return {name: value for name, value in found.items() if value is not None}
    form = await request.form()
    fields: dict[str, Any] = {}
    for name in dict.fromkeys(form.keys()):
        values = form.getall(name)
        fields[name] = values[0] if len(values) == 1 else values
    fields.pop(forms.FIELD, None)
    return fields


def words_in(typed: Mapping[str, Any], name: str) -> str:
    """What was written into a field, without the blanks around it; empty for nothing. `Problem` for a list or an
    object, which nobody has written."""
    said = typed.get(name)
    if isinstance(said, (list, dict)):
        raise Problem("提交的内容有误", {name: "应为文字，不能是列表或对象"})
    return str(said or "").strip()


def environment(standing: Callable[[], City]) -> Environment:
    """The templates, with the filters of the house; `standing` is the city as it is when a page is drawn."""
    made = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    zone = standing().calendar.zone
    made.globals["menu"] = menu
    made.filters["day"] = lambda value: day(value, standing().calendar)
    made.filters["last_day"] = lambda value: last_day(value, standing().calendar)
    made.filters["moment"] = lambda value: _moment(value.astimezone(zone))
    made.filters["until"] = lambda value: until(value, standing().calendar)
    made.filters["stage_title"] = stage_title
    made.filters["role_title"] = lambda role: Role(role).label
    made.filters["office_title"] = lambda code: standing().offices.get(code, code)
    made.filters["masked_phone"] = lambda number: masked(Person(phone=number or "")).phone
    return made


def day(value: date | datetime | None, calendar: Calendar) -> str:
    """2026年11月23日 周一; empty for None."""
    if value is None:
        return ""
    found = calendar.day_of(value) if isinstance(value, datetime) else value
    return f"{found.year}年{found.month}月{found.day}日 周{WEEKDAYS[found.weekday()]}"


def last_day(value: date, calendar: Calendar) -> str:
    """A day something is due; one in a year whose holidays are not published is 暂定."""
    return day(value, calendar) + ("" if calendar.firm(value) else "（暂定）")


def until(value: datetime | None, calendar: Calendar) -> str:
    """A moment something is due: midnight is written as 24:00 of the day it ends; 暂定 where it is that."""
    if value is None:
        return ""
    firm = "（暂定）" if is_provisional(value, calendar) else ""
    local = value.astimezone(calendar.zone)
    if (local.hour, local.minute) != (0, 0):
        return _moment(local) + firm
    return _moment(local - timedelta(days=1))[:-5] + "24:00" + firm


def stage_title(stage: str, procedure: str = "work_order") -> str:
    """The stage in Chinese: `{{ case.stage | stage_title(case.procedure) }}`."""
    return PROCEDURES[procedure].stages.get(stage, stage)


def _moment(local: datetime) -> str:
    """11月23日 周一 14:05."""
    return f"{local.month}月{local.day}日 周{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def plain(text: str, status: int = 200) -> Response[str]:
    """A few words, for gateways and probes."""
    return Response(text, status_code=status, media_type=MediaType.TEXT)
