"""A point on the map: which area it lies in, or which it is near.

The city may give outlines (`[polygons]`), then a point settles the street; or only points (`[points]`), then
the nearest are asked back, because a centre says nothing of where a street ends. Degrees are WGS 84, latitude
first, as a telephone tells them.
"""

from math import cos, hypot, radians
from typing import Any

from msgspec import Struct

from routing.files import fail, shaped

FILE = "places.toml"
TABLES = ("points", "polygons")
KM = 111.2  # one degree of latitude
NEAR = 5.0  # kilometres beyond which a point is near nothing
MOST = 3  # places asked about

Point = tuple[float, float]


class Chart(Struct, frozen=True):
    """Known points and outlines by code of street or community."""

    points: dict[str, Point]
    polygons: dict[str, tuple[Point, ...]]


class Where(Struct, frozen=True):
    """The area a point lies in, or the nearest ones, nearest first."""

    inside: str
    near: tuple[str, ...] = ()


def compiled(raw: dict[str, Any], areas: set[str]) -> Chart:
    """The tables of the file; RulesError for a code or a figure that cannot be."""
    made = Chart(
        shaped(raw.get("points", {}), dict[str, Point], FILE, "points"),
        shaped(raw.get("polygons", {}), dict[str, tuple[Point, ...]], FILE, "polygons"),
    )
    outlines = {code: (point,) for code, point in made.points.items()}
    for table, given in (("points", outlines), ("polygons", made.polygons)):
        for code, points in given.items():
            if code not in areas:
                raise fail(FILE, table, code, "没有这个街道或社区代码")
            if table == "polygons" and len(points) < 3:
                raise fail(FILE, table, code, "界线至少要三个点")
            if not all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in points):
                raise fail(FILE, table, code, "应为 [纬度, 经度]，以度为单位")
    return made


def locate(chart: Chart, lat: float, lon: float) -> Where:
    """Where a point is; a community's outline goes before its street's."""
    around = [code for code, outline in chart.polygons.items() if _inside(outline, lat, lon)]
    if around:
        return Where(max(around, key=len))
    far = {code: _km(point, lat, lon) for code, point in chart.points.items()}
    near = sorted((km, code) for code, km in far.items() if km <= NEAR)
    return Where("", tuple(code for _, code in near[:MOST]))


def _km(point: Point, lat: float, lon: float) -> float:
    return hypot(point[0] - lat, (point[1] - lon) * cos(radians(lat))) * KM


def _inside(outline: tuple[Point, ...], lat: float, lon: float) -> bool:
    """Even and odd: how often a line eastward from the point crosses the outline."""
    inside = False
    for (y1, x1), (y2, x2) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
