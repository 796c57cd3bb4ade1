"""A sketch of the streets that a telephone without a script can tap: a picture button sends where it was touched.

Drawn from the points of the gazetteer. Distances between neighbours are stretched and the empty country is
pressed together, so that names in the old town can be told apart; what a tap means is read back the same way.
"""

from bisect import bisect_right
from html import escape
from itertools import pairwise
from typing import Any

from litestar import Request, Response, get

from hotline.house import House
from routing.places import Places

Asking = Request[Any, Any, Any]

SIDE, EDGE = 280, 28  # pixels of the picture as it is shown, and of its margin
STRETCH = 0.4  # a gap counts by this power: 1 would be a map, 0 a table
FONT = 'font-family="Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif" font-size="12"'
BEYOND = 0.01  # degrees that the margin stands for
Axis = tuple[tuple[float, float], ...]  # degrees → pixels, rising in both


def axes(places: Places) -> tuple[Axis, Axis]:
    """How degrees east and degrees north become pixels from the left and from below; empty without points."""
    points = [point for code, point in places.chart.points.items() if code in places.streets]
    return _axis(sorted({lon for _, lon in points})), _axis(sorted({lat for lat, _ in points}))


def point_at(places: Places, x: int, y: int) -> tuple[float, float] | None:
    """Latitude and longitude of a touched pixel, counted from the upper left; None outside of the picture, and for
    its very corner, which is what a keyboard sends."""
    east, north = axes(places)
    if not east or not (0 <= x <= SIDE and 0 <= y <= SIDE) or (x, y) == (0, 0):
        return None
    return round(_back(north, SIDE - y), 5), round(_back(east, x), 5)


def drawn(places: Places, at: tuple[float, float] | None = None) -> str:
    """The picture; `at` is marked."""
    east, north = axes(places)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}">',
        f'<g {FONT}><rect width="{SIDE}" height="{SIDE}" fill="#f1f5f0"/>',
        f'<text x="{SIDE - 16}" y="18" text-anchor="middle" fill="#4a5666">北</text>',
        f'<path d="M{SIDE - 16} 22v14" stroke="#4a5666"/>',
    ]
    for code, (lat, lon) in sorted(places.chart.points.items()):
        if code in places.streets:
            x, y = _forth(east, lon), SIDE - _forth(north, lat)
            name = places.streets[code].removesuffix("街道")
            parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4" fill="#14508c"/>')
            parts.append(f'<text x="{x:.0f}" y="{y - 7:.0f}" text-anchor="middle" fill="#1b2430">{escape(name)}</text>')
    if at is not None and east:
        x, y = _forth(east, at[1]), SIDE - _forth(north, at[0])
        parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="9" fill="none" stroke="#a9261d" stroke-width="3"/>')
    return "".join([*parts, "</g></svg>"])


@get("/streets.svg", sync_to_thread=False)
def sketch(request: Asking, house: House) -> Response[str]:
    """The picture, with `?lat=&lon=` marked."""
    try:
        at = float(request.query_params["lat"]), float(request.query_params["lon"])
    except (KeyError, ValueError):
        at = None
    headers = {"Cache-Control": "public, max-age=600"}
    return Response(drawn(house.book.places, at), media_type="image/svg+xml", headers=headers)


def _axis(values: list[float]) -> Axis:
    if not values:
        return ()
    gaps = [(after - before) ** STRETCH for before, after in pairwise(values)]
    scale = (SIDE - 2 * EDGE) / (sum(gaps) or 1)
    found, place = [(values[0] - BEYOND, 0.0)], float(EDGE)
    for value, gap in zip(values, [*gaps, 0], strict=True):
        found.append((value, place))
        place += gap * scale
    return (*found, (values[-1] + BEYOND, float(SIDE)))


def _forth(axis: Axis, value: float) -> float:
    at = min(max(bisect_right([known for known, _ in axis], value), 1), len(axis) - 1)
    (low, start), (high, end) = axis[at - 1], axis[at]
    return min(max(start + (value - low) / (high - low) * (end - start), 0), SIDE)


def _back(axis: Axis, place: float) -> float:
    at = min(max(bisect_right([known for _, known in axis], place), 1), len(axis) - 1)
    (low, start), (high, end) = axis[at - 1], axis[at]
    return low + (place - start) / (end - start) * (high - low)


ROUTES: list[Any] = [sketch]
