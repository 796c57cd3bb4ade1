"""Errors as problem details (RFC 9457): what is wrong, in which field, what would be right.

A refusal is 409 with its reason in Chinese and the article; bad input is 422 with every field named.
"""

from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.status_codes import (
    HTTP_409_CONFLICT,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from cases.changes import Overloaded
from cases.procedure import Refused


class Problem(Exception):
    """Bad input. `errors` names each field with what would be right."""

    def __init__(self, title: str, errors: dict[str, str], status: int = HTTP_422_UNPROCESSABLE_ENTITY) -> None:
        super().__init__(title)
        self.title, self.errors, self.status = title, errors, status


def problem(status: int, title: str, detail: str = "", **more: Any) -> Response[dict[str, Any]]:
    """A problem details answer; empty members are left out."""
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail, **more}
    return Response(
        content={name: value for name, value in body.items() if value not in ("", None, [])},
        status_code=status,
        media_type="application/problem+json",
    )


def on_refused(request: Request[Any, Any, Any], error: Refused) -> Response[Any]:
    """409 with the reason and the article; with the field where one is at fault."""
    errors = [{"field": error.field, "detail": error.message}] if error.field else []
    article = str(error.article) if error.article else ""
    return problem(HTTP_409_CONFLICT, "不能办理", error.message, article=article, errors=errors)


def on_problem(request: Request[Any, Any, Any], error: Problem) -> Response[Any]:
    """422 (or the status it says) with the fields."""
    errors = [{"field": field, "detail": detail} for field, detail in error.errors.items()]
    return problem(error.status, error.title, "；".join(error.errors.values()), errors=errors)


def on_overloaded(request: Request[Any, Any, Any], error: Overloaded) -> Response[Any]:
    """503: nothing was accepted, try again."""
    answer = problem(HTTP_503_SERVICE_UNAVAILABLE, "系统繁忙，请稍后重试", "本次提交没有受理")
    answer.headers["Retry-After"] = "2"
    return answer


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Litestar's own errors in the same shape."""
    found = error.extra if isinstance(error.extra, list) else []
    errors = [{"field": str(item.get("key", "")), "detail": str(item.get("message", ""))} for item in found]
    answer = problem(error.status_code, error.detail or "请求有误", errors=errors)
    answer.headers.update(error.headers or {})
    return answer


HANDLERS = {Refused: on_refused, Problem: on_problem, Overloaded: on_overloaded, HTTPException: on_http}

