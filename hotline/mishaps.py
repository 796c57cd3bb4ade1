"""What is answered when something may not be, was not found, or broke: a page to a browser, problem details
to a program. What broke is told by a number only; the reason is in the log beside that number.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hotline import problems
from hotline.accounts.seats import Owing, Unseated
from hotline.forms import Forged
from hotline.logs import log, number_of
from hotline.office import captions
from hotline.problems import problem
from hotline.web import render, see_other, wants_html

Asking = Request[Any, Any, Any]
Handler = Callable[[Asking, Any], Response[Any]]

CHINESE = re.compile(r"[\u4e00-\u9fff]")
TITLES = {
    400: "提交的内容有误",
    401: "请先登录",
    403: "不能这样办理",
    404: "没有找到",
    405: "这个地址不接受这样的请求",
    409: "不能办理",
    413: "提交的内容过大",
    415: "不支持这种内容格式",
    422: "提交的内容有误",
    429: "请稍后再试",
    503: "系统暂时不可用",
}
WORDS = {**captions.TITLES, "login": "账号"}
SECRET = {"password", "_csrf"}


def on_http(request: Asking, error: HTTPException) -> Response[Any]:
    """The framework's own errors, with a title in Chinese; what is our fault is a mishap."""
    if error.status_code >= 500 and error.status_code != 503:
        return on_mishap(request, error)
    found = error.extra if isinstance(error.extra, list) else []
    errors = [{"field": str(item.get("key", "")), "detail": str(item.get("message", ""))} for item in found]
    detail = error.detail if CHINESE.search(error.detail) else ""
    answer = problem(error.status_code, TITLES.get(error.status_code, "请求有误"), detail, errors=errors)
    answer.headers.update(error.headers or {})
    return answer


def on_unseated(request: Asking, error: Unseated) -> Response[Any]:
    """A browser that goes to a page goes to the sign-in page first, and then on to where it was going."""
    if wants_html(request) and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return see_other(f"/signin?next={quote(path)}" if request.method == "GET" else "/signin")
    return problem(401, "请先登录", "登录已失效或者尚未登录")


def on_owing(request: Asking, error: Owing) -> Response[Any]:
    """Who owes a second step goes to the page that sets it up, and nowhere else."""
    if wants_html(request) and request.method == "GET":
        return see_other("/account/totp")
    return problem(403, "请先开启两步验证", "本市规定您的岗位须以动态验证码登录，请先在“我的账号”中开启")


def on_mishap(request: Asking, error: Exception) -> Response[Any]:
    """500 (503 when the database cannot be reached) with the number under which the log tells why."""
    number = number_of(request.scope)
    log.error(
        "mishap", route=request.scope.get("path_template", "-"), kind=type(error).__name__, exc_info=error
    )
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        answer = problem(
            503, "系统暂时不可用", "数据库暂时无法使用，本次操作没有保存，请稍后再试", number=number
        )
        answer.headers["Retry-After"] = "5"
        return answer
    return problem(500, "系统出错了", "本次操作没有完成，请记下错误编号告知管理员", number=number)


def for_both(handler: Handler) -> Handler:
    """`handler`'s problem details as they are, or as a page when a browser asks."""

    def answer(request: Asking, error: Any) -> Response[Any]:
        found = handler(request, error)
        if not wants_html(request) or not isinstance(found.content, dict):
            return found
        typed = error.typed if isinstance(error, Forged) else []
        return _page(request, found, typed)

    return answer


def _page(request: Asking, found: Response[Any], typed: list[tuple[str, str]]) -> Response[Any]:
    content, code = found.content, found.status_code or 500
    kept = [(name, WORDS.get(name, name), value) for name, value in typed if name not in SECRET]
    page = render(
        request,
        "refused.html",
        code,
        title=content.get("title", ""),
        detail=content.get("detail", ""),
        article=content.get("article", ""),
        errors=content.get("errors", []),
        number=content.get("number", ""),
        code=code,
        typed=kept,
        again=request.url.path,
    )
    page.headers.update(found.headers)
    return page


OF_PROBLEMS: dict[Any, Any] = dict(problems.HANDLERS)
HANDLERS: dict[Any, Handler] = {
    **{kind: for_both(handler) for kind, handler in OF_PROBLEMS.items()},
    HTTPException: for_both(on_http),
    Unseated: for_both(on_unseated),
    Owing: for_both(on_owing),
    SQLAlchemyError: for_both(on_mishap),
    Exception: for_both(on_mishap),
}
