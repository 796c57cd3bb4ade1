"""The interface described: OpenAPI as JSON, and a page to read it from files that came with the installation.

Swagger UI is taken from the installed `swagger-ui-py`, of which nothing else is used: no CDN is asked.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litestar import Request, get
from litestar.datastructures import CacheControlHeader
from litestar.enums import OpenAPIMediaType
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.response import Template
from litestar.static_files import create_static_files_router

from hotline.web import render

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "  # drawing writes styles
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

OPENAPI = OpenAPIConfig(
    title="12345 政务服务便民热线",
    version="1",
    description="受理、派单、办理、回访。错误以 application/problem+json 给出，并指明字段与条款。",
    path="/schema",
    render_plugins=[JsonRenderPlugin(path="/openapi.json", media_type=OpenAPIMediaType.OPENAPI_JSON)],
)


def drawn_by() -> Path:
    """The folder of the installed Swagger UI."""
    found = find_spec("swagger_ui")
    assert found and found.origin, "swagger-ui-py is in the lock file"
    return Path(found.origin).parent / "static"


@get("/schema/docs", sync_to_thread=False, include_in_schema=False)
def docs(request: Request[Any, Any, Any]) -> Template:
    """接口说明页。"""
    page = render(request, "schema.html")
    page.headers["Content-Security-Policy"] = POLICY
    return page


SHELF = create_static_files_router(
    "/schema/ui",
    [drawn_by()],
    name="swagger",
    cache_control=CacheControlHeader(max_age=3600),
    include_in_schema=False,
)

ROUTES = [docs, SHELF]
