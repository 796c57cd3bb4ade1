"""The front door: every room's routes in one application, one house behind it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig

from hotline import attachments, bell, health, logs, schema, streams, undelivered
from hotline.__main__ import settings
from hotline.access import keep_the_door, unlisted
from hotline.accounts import audit_pages, handover_pages, invitation_pages, people_deeds, people_pages, signin
from hotline.accounts import pages as account_pages
from hotline.accounts.seats import provide_seat
from hotline.alike import alike, hot_topics
from hotline.calendar import calendar_pages
from hotline.channels import phone, sms, web
from hotline.citizens import (
    applying,
    citizens,
    large_type,
    mine,
    own_corrections,
    own_forms,
    own_papers,
    own_steps,
    street_sketch,
)
from hotline.city import pages as city_pages
from hotline.desk import appointments, desk, triage
from hotline.english import choice
from hotline.export import export
from hotline.figures import board, board_urging, statistics_pages
from hotline.figures import pages as figure_pages
from hotline.figures import report_pages as figure_report_pages
from hotline.forms import signing_key
from hotline.health import Metrics
from hotline.house import House, open_house
from hotline.knowledge import answers, norm_pages
from hotline.knowledge import article as knowledge_article
from hotline.knowledge import pages as knowledge_pages
from hotline.law_rooms import evidence, feed, mediation_table, sittings_page
from hotline.letters import letters
from hotline.mishaps import HANDLERS
from hotline.office import case_papers, casework, correcting, openings, tray_pages
from hotline.rules import duty_pages, duty_sheet_pages, office_pages, routes_page, ruleset_pages, topic_pages
from hotline.rules import pages as rule_pages
from hotline.search import search
from hotline.sent import Asked
from hotline.throttle import Buckets
from hotline.waker import Waker
from hotline.web import environment, form_or_json

STATIC = Path(__file__).parent / "static"
OWN_ROOMS = (own_steps, own_forms, own_corrections, own_papers)
PUBLIC_ROOMS = (citizens, *OWN_ROOMS, mine, applying, large_type, street_sketch)
LAW_ROOMS = (sittings_page, feed, knowledge_pages, knowledge_article, norm_pages, answers)
CASE_ROOMS = (casework, correcting, case_papers, evidence, alike, export, openings, letters, mediation_table)
STAFF_ROOMS = (*CASE_ROOMS, search, audit_pages, statistics_pages, hot_topics, desk, appointments, triage, tray_pages, board, bell, streams, undelivered)
RULE_ROOMS = (city_pages, calendar_pages, routes_page, ruleset_pages, rule_pages, duty_pages, duty_sheet_pages, office_pages, topic_pages)
FIGURE_ROOMS = (figure_pages, figure_report_pages, board_urging)
PEOPLE_ROOMS = (account_pages, people_pages, people_deeds, handover_pages, invitation_pages)
ROOMS = (*FIGURE_ROOMS, *PEOPLE_ROOMS, signin, choice, health, schema, phone, web, sms, attachments, *PUBLIC_ROOMS, *STAFF_ROOMS, *LAW_ROOMS, *RULE_ROOMS)
SHELF = create_static_files_router(
    "/static", [STATIC], cache_control=CacheControlHeader(max_age=600), include_in_schema=False
)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FOR_A_YEAR = {"Strict-Transport-Security": "max-age=31536000"}  # only where the city serves it by https


def provide_house(state: State) -> House:
    """The house a handler asks for by naming a parameter `house`."""
    return state.house  # type: ignore[no-any-return]


def create_app(house: House | None = None) -> Litestar:
    """The application; opens the house of the environment unless one is given. A route without a row in the
    table of `access` stops the start."""
    ours, state = house or open_house(settings()), State()
    furnish(state, ours)
    logs.configure(whole_process=house is None)
    if house is None:
        ours.ledger.on_commit = Waker(ours.settings.redis_url).ring
        ours.shelf.watch(ours.now)
        ours.elsewhere.watch()

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        yield
        if house is None:
            ours.close()

    app = Litestar(
        # One router: of two handlers of a path registered apart, Litestar 2.25 wraps the first twice
        route_handlers=[Router("/", route_handlers=[*routes(), SHELF])],
        dependencies={
            "house": Provide(provide_house, sync_to_thread=False),
            "seat": Provide(provide_seat, sync_to_thread=False),
            "typed": Provide(form_or_json),
        },
        guards=[keep_the_door],
        request_class=Asked,
        exception_handlers=HANDLERS,
        template_config=TemplateConfig(instance=choice.TwoLanguages(environment(lambda: state.house.city))),
        openapi_config=schema.OPENAPI,
        logging_config=None,
        state=state,
        lifespan=[lifespan],
    )
    missing = unlisted(app)
    assert not missing, f"no row in hotline.matrix.MATRIX for {missing}"
    secure = FOR_A_YEAR if ours.settings.public_url.startswith("https://") else {}
    app.asgi_handler = logs.Watch(app.asgi_handler, {**HEADERS, **secure}, lambda *seen: state.metrics.observe(*seen))
    return app


def furnish(state: State, house: House) -> None:
    """Puts a house behind the routes: what handlers, guards and probes find in the application's state."""
    state.update(
        {
            "house": house,
            "metrics": Metrics(house),
            "form_key": signing_key(house.settings.secret()),
            "channel_token": house.settings.channel_token(),
            "buckets": Buckets(house.settings.public_rate),
            "migrated": False,  # until the probe has seen it
        }
    )


def routes() -> list[Any]:
    """Every room's routes."""
    return [route for room in ROOMS for route in room.ROUTES]
