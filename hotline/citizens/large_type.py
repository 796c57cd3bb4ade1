"""Large type on every page for citizens: a link switches it, a cookie keeps it for a year, no script is needed."""

from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.datastructures import Cookie

from hotline.house import House
from hotline.web import see_other

COOKIE = "hotline_type"
A_YEAR = 365 * 24 * 3600


@get("/large-type", sync_to_thread=False)
def switch(request: Request[Any, Any, Any], house: House) -> Response[Any]:
    """Switches it on (`?on=1`) or off and goes back to the page of ours that `back` names."""
    large = request.query_params.get("on") == "1"
    onward = cast(Response[Any], see_other(_ours(str(request.query_params.get("back", "")))))
    secure = house.settings.public_url.startswith("https://")
    value, lasts = ("large", A_YEAR) if large else ("", 0)
    onward.cookies.append(Cookie(key=COOKIE, value=value, max_age=lasts, httponly=True, samesite="lax", secure=secure))
    return onward


def _ours(back: str) -> str:
    """`back` when it is an address of this house, else the front page: nobody is led elsewhere."""
    parts = urlsplit(back.replace("\\", "/"))
    plain = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable() and len(back) <= 500
    return back if plain and not parts.netloc and not parts.scheme else "/"


ROUTES: list[Any] = [switch]
