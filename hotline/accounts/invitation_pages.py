"""Where an invitation leads: the person sets the password, and nobody else ever knows it."""

from typing import Any

from litestar import Response, get, post

from hotline.accounts import invitations
from hotline.accounts.invitations import Invitation
from hotline.house import House
from hotline.problems import Problem
from hotline.web import Asking, render, see_other, wants_html

GONE = "链接已经用过、已被撤回，或者超过了72小时。请联系本单位的系统管理员重新发送。"


@get("/invitations/{token:str}", sync_to_thread=True, include_in_schema=False)
def show(request: Asking, house: House, token: str) -> Response[Any]:
    """The form, or that the link is good no more."""
    with house.writing() as connection:
        return _page(request, invitations.found(connection, house, token))


@post("/invitations/{token:str}", status_code=200, sync_to_thread=True, include_in_schema=False)
def take_up(request: Asking, house: House, token: str, typed: dict[str, Any]) -> Response[Any]:
    """Sets the password: `password` twice the same, as `again`."""
    password = str(typed.get("password", ""))
    with house.writing() as connection:
        invitation = invitations.found(connection, house, token)
        try:
            if invitation is None:
                raise Problem("链接无效", {"token": GONE}, 404)
            if password != str(typed.get("again", "")):
                raise Problem("密码没有设置", {"again": "两次输入的密码不一致"})
            invitations.take_up(connection, house, invitation, password)
        except Problem as wrong:
            if not wants_html(request):
                raise
            return _page(request, invitation, wrong)
    return see_other("/signin?set=1") if wants_html(request) else Response({"set": True})


def _page(request: Asking, invitation: Invitation | None, wrong: Problem | None = None) -> Response[Any]:
    status = 404 if invitation is None else wrong.status if wrong else 200
    errors = wrong.errors if wrong and invitation else {}
    return render(request, "invitation.html", status, invitation=invitation, gone=GONE, errors=errors)


ROUTES: list[Any] = [show, take_up]
