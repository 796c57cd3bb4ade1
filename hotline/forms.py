"""Whether a form was sent from a page of ours (CSRF).

A signed-in form carries its session's own token. A form that anybody may send carries a signed token twice,
in a cookie and in a field: a foreign page can read neither nor plant one that bears our signature. A request
that no foreign form could make (JSON, or our own header) needs none as long as no session comes with it.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Any

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.exceptions import PermissionDeniedException

from hotline.accounts.seats import seated

COOKIE = "hotline_form"
FIELD = "_csrf"
HEADER = "X-CSRF-Token"
OWN_HEADERS = (HEADER, "Idempotency-Key")  # a foreign page needs our leave to send these, and has none
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

Asking = Request[Any, Any, Any]


class Forged(PermissionDeniedException):
    """The token is missing or another: the page was left open too long, or is not ours. `typed` is what was
    sent, so that it need not be typed again."""

    def __init__(self, typed: list[tuple[str, str]]) -> None:
        super().__init__(detail="页面已过期或者不是本站的页面，请刷新后重新提交")
        self.typed = typed


def signing_key(secret: bytes) -> bytes:
    """The key that signs the tokens of public forms, drawn from the house's secret."""
    return hmac.digest(secret, b"public forms", "sha256")


def token_for(request: Asking) -> tuple[str, bool]:
    """The token for a form that anybody may send, and whether it is new and needs its cookie set."""
    kept = request.cookies.get(COOKIE, "")
    if _signed(kept, _key(request)):
        return kept, False
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_mark(nonce, _key(request))}", True


async def check(request: Asking) -> None:
    """Raises `Forged` for an unsafe request that may have been made by a foreign page."""
    if request.method in SAFE:
        return
    seat = seated(request)
    if seat is None and _no_form(request):
        return
    given = request.headers.get(HEADER, "")
    typed: list[tuple[str, str]] = []
    if not given and not _json(request):
        form = await request.form()
        given = str(form.get(FIELD, ""))
        typed = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    wanted = seat.csrf if seat else request.cookies.get(COOKIE, "")
    genuine = bool(given) and hmac.compare_digest(given.encode(), wanted.encode())
    if not genuine or (seat is None and not _signed(given, _key(request))):
        raise Forged(typed)


def _json(request: Asking) -> bool:
    return request.content_type[0] == RequestEncodingType.JSON


def _no_form(request: Asking) -> bool:
    """Whether no form of a foreign page could have made this."""
    return _json(request) or any(name in request.headers for name in OWN_HEADERS[1:])


def _key(request: Asking) -> bytes:
    key: bytes = request.app.state.form_key
    return key


def _mark(nonce: str, key: bytes) -> str:
    return hmac.new(key, nonce.encode(), sha256).hexdigest()[:32]


def _signed(token: str, key: bytes) -> bool:
    nonce, dot, mark = token.partition(".")
    return bool(dot) and hmac.compare_digest(mark.encode(), _mark(nonce, key).encode())
