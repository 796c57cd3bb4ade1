"""The front door: every room's routes in one application, one house behind it."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig

from hotline.house import House, open_house
from hotline.problems import HANDLERS
from hotline.settings import from_environment

HERE = Path(__file__).parent


def provide_house(state: State) -> House:
    """The house a handler asks for by naming a parameter `house`."""
    return state.house  # type: ignore[no-any-return]


def create_app(house: House | None = None) -> Litestar:
    """The application; opens the house of the environment unless one is given."""
    ours = house or open_house(from_environment(os.environ))

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        yield
        if house is None:
            ours.close()

    return Litestar(
        route_handlers=[*routes(), create_static_files_router("/static", [HERE / "static"])],
        dependencies={"house": Provide(provide_house, sync_to_thread=False)},
        exception_handlers=HANDLERS,  # type: ignore[arg-type]
        template_config=TemplateConfig(directory=HERE / "pages", engine=JinjaTemplateEngine),
        state=State({"house": ours}),
        lifespan=[lifespan],
    )


def routes() -> list[Any]:
    """Every room's routes."""
    return []
