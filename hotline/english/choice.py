"""Which language a page speaks: a cookie that a small link sets, Chinese without one.

The English templates are the same files compiled another way; `render` only asks for them by another name.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, TemplateNotFound
from jinja2 import Template as Compiled
from litestar import Request, get
from litestar.datastructures import Cookie
from litestar.exceptions import TemplateNotFoundException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from markupsafe import Markup, escape
from msgspec import Struct

from hotline.english.speech import spoken
from hotline.english.templates import English
from hotline.problems import Problem

COOKIE = "lang"
A_YEAR = 365 * 24 * 3600
_ENGLISH = "en/"

Asking = Request[Any, Any, Any]


class Other(Struct, frozen=True):
    """The language a page does not speak, as its link names it; `tag` is for `lang` and `hreflang`."""

    tag: str
    name: Markup
    link: str


class TwoLanguages(JinjaTemplateEngine):
    """The templates in both languages: `en/page.html` is `page.html` in English."""

    def __init__(self, chinese: Environment) -> None:
        super().__init__(engine_instance=chinese)
        self.english = english_of(chinese)

    def get_template(self, template_name: str) -> Compiled:
        """The template in the language its name asks for."""
        if not template_name.startswith(_ENGLISH):
            return super().get_template(template_name)
        try:
            return self.english.get_template(template_name.removeprefix(_ENGLISH))
        except TemplateNotFound as missing:
            raise TemplateNotFoundException(template_name=template_name) from missing


def english_of(chinese: Environment) -> Environment:
    """The same templates, compiled into English; what people and the city named stays as it is."""
    made = chinese.overlay(extensions=[English], finalize=spoken)
    office_title = chinese.filters["office_title"]
    made.filters = {**chinese.filters, "office_title": lambda code: escape(office_title(code))}
    return made


def speaks_english(request: Asking) -> bool:
    """Whether the reader chose English."""
    return request.cookies.get(COOKIE) == "en"


def named(request: Asking, template: str) -> str:
    """The name of `template` in the reader's language."""
    return _ENGLISH + template if speaks_english(request) else template


def told(request: Asking) -> dict[str, str]:
    """The header that says in which language a page is."""
    return {"Content-Language": "en" if speaks_english(request) else "zh-CN"}


def other(request: Asking) -> Other:
    """The link to the other language, which leads back to where the reader is."""
    here = request.url
    path, query = here.path, here.query
    if request.method not in ("GET", "HEAD"):  # drawn in answer to a form: the page the form stood on
        before = urlsplit(request.headers.get("Referer", ""))
        path, query = before.path or "/", before.query
    tag, name = ("zh-CN", "中文") if speaks_english(request) else ("en", "English")
    onward = f"{path}?{query}" if query else path
    return Other(tag, Markup(name), "/language?" + urlencode({"to": tag[:2], "next": onward}))


@get("/language", sync_to_thread=False)
def choose(request: Asking) -> Redirect:
    """选择页面语言：`to` 为 zh 或 en，`next` 是本站的地址；选择保存在 cookie 里。"""
    wanted, onward = request.query_params.get("to", ""), request.query_params.get("next", "/")
    if wanted not in ("zh", "en"):
        raise Problem("没有这种语言的页面", {"to": "请选择中文（zh）或者英文（en）"})
    if not _local(onward):
        raise Problem("只能回到本站的页面", {"next": "应当是本站的地址，以一个斜杠开头"})
    secure = request.app.state.house.settings.public_url.startswith("https://")
    chosen = Cookie(key=COOKIE, value=wanted, max_age=A_YEAR, samesite="lax", httponly=True, secure=secure)
    return Redirect(onward, status_code=HTTP_303_SEE_OTHER, cookies=[chosen])


def _local(target: str) -> bool:
    """Whether `target` is a path of this site."""
    if not target.isprintable() or "\\" in target or target.startswith("//"):
        return False
    parts = urlsplit(target)
    return target.startswith("/") and not parts.scheme and not parts.netloc


ROUTES = [choose]
