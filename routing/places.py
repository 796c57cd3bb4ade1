"""Which street and community a message speaks of.

Only whole names count (「和平社区」, never 「和平」), and a name that stands in two streets, as most roads do, gives
no guess: a wrong street costs a citizen a week, a missing one costs the desk a question.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from routing import chart
from routing.chart import Chart
from routing.files import fail, shaped
from routing.words import Seen, clean, split

FILE = "places.toml"
NAMED = {"roads": "道路", "estates": "小区", "landmarks": "地标"}
_ENDINGS = ("社区居委会", "居委会", "村委会", "社区", "村")
# What may stand before a short name: 「在新村社区」 is ours, 「紫云新村社区」 is some other place.
_BEFORE = frozenset(
    "道镇乡区市县办路街号在到住是的于和与从至对向让由及我你说请们离去来给了映诉询求议助这该本属为按找问叫往经因就里"
)


class StreetTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A street as the file has it: communities by the last three digits of the code."""

    name: str
    communities: dict[str, str]
    also: str = ""


class Spot(Struct, frozen=True):
    """A street, or a community in a street."""

    street: str
    community: str | None = None


class Places(Struct, frozen=True):
    """Names by code, and the spots a spoken name may mean; `own` are the names of streets themselves."""

    streets: dict[str, str]
    communities: dict[str, str]
    spots: dict[str, tuple[Spot, ...]]
    own: frozenset[str]
    chart: Chart


class Found(Struct, frozen=True):
    """What was found, why (whole sentence), the words that said so, and the streets to ask about when unsettled."""

    street: str | None
    community: str | None
    say: str
    words: tuple[str, ...]
    options: tuple[str, ...] = ()


def compiled(raw: dict[str, Any]) -> Places:
    """The places of the file; codes are nine digits for streets and three more for communities."""
    streets: dict[str, str] = {}
    communities: dict[str, str] = {}
    spots: dict[str, list[Spot]] = {}
    for code, table in raw.items():
        if code in NAMED or code in chart.TABLES:
            continue
        if not (code.isdigit() and len(code) == 9):
            raise fail(FILE, code, "", "街道代码应为9位数字")
        street = shaped(table, StreetTable, FILE, code)
        streets[code] = street.name
        for name in (clean(street.name), *split(street.also)):
            spots.setdefault(name, []).append(Spot(code))
        for tail, name in street.communities.items():
            if not (tail.isdigit() and len(tail) == 3):
                raise fail(FILE, f"{code}.communities", tail, "村、社区代码应为3位数字")
            communities[code + tail] = name
            for spoken in _spoken(clean(name)):
                spots.setdefault(spoken, []).append(Spot(code, code + tail))
    own = frozenset(spots) - {spoken for name in communities.values() for spoken in _spoken(clean(name))}
    _others(raw, {*streets, *communities}, spots)
    return Places(
        streets,
        communities,
        {name: tuple(found) for name, found in spots.items()},
        own,
        chart.compiled(raw, {*streets, *communities}),
    )


def _others(raw: dict[str, Any], areas: set[str], spots: dict[str, list[Spot]]) -> None:
    """Roads, estates and landmarks: a name and the streets or communities it lies in."""
    for table in NAMED:
        for name, codes in shaped(raw.get(table, {}), dict[str, tuple[str, ...]], FILE, table).items():
            odd = next((code for code in codes if code not in areas), None)
            if odd is not None or not codes:
                raise fail(FILE, table, name, f"没有代码 {odd}，请写所在街道（9位）或社区（12位）的代码")
            if clean(name) in spots:
                raise fail(FILE, table, name, "这个名称已经写过了")
            spots[clean(name)] = [Spot(code[:9], code if len(code) > 9 else None) for code in codes]


def _spoken(name: str) -> tuple[str, ...]:
    ending = next((e for e in _ENDINGS if name.endswith(e)), "")
    base = name[: len(name) - len(ending)]
    if ending in ("村委会", "村"):
        return (f"{base}村",)
    return (f"{base}社区", f"{base}居委会") if ending else (name,)


def find(places: Places, seen: Seen, names: list[str], place: str) -> Found | None:
    """The street and community meant; the place field speaks before the text, which only helps where the field
    leaves it open. None when nothing was named."""
    field = [name for name in names if _stands(name, clean(place), names)]
    found = _settle(places, field) if field else None
    if found and found.street:
        return found
    text = [name for name in names if name not in field and _stands(name, seen.text, names)]
    return _settle(places, field + text) if text else found


def at_point(places: Places, lat: float, lon: float, found: Found | None) -> Found | None:
    """What a point on the map says: the area it lies in, else the nearest places to ask about."""
    where = chart.locate(places.chart, lat, lon)
    if where.inside:
        street, community = where.inside[:9], where.inside if len(where.inside) > 9 else None
        name = places.streets[street] + (places.communities[community] if community else "")
        return Found(street, community, f"地图上的点在{name}。", ())
    near = tuple(dict.fromkeys(code[:9] for code in where.near))
    if found and found.options:
        near = tuple(code for code in near if code in found.options) or found.options
    if not near:
        return found
    names = "、".join(places.streets[code] for code in near)
    return Found(None, None, f"地图上的点靠近{names}，没有精确到界线，请与来电人核实。",
                 found.words if found else (), near)  # fmt: skip


def chosen(places: Places, street: str, found: Found | None) -> Found:
    """The street a person chose; the community found in the text is kept when it lies there."""
    inside = found is not None and found.street == street
    community = found.community if found and inside else None
    words = found.words if found and inside else ()
    return Found(street, community, f"登记时选定了{places.streets[street]}。", words)


def _stands(name: str, text: str, names: list[str]) -> bool:
    at = text.find(name)
    longer = [other for other in names if name in other and name != other and other in text]
    while at >= 0:
        covered = any(other in text[max(0, at - 8) : at + len(name) + 8] for other in longer)
        if not covered and (len(name) > 4 or name[-1] in "道镇乡" or _open(text, at)):
            return True
        at = text.find(name, at + 1)
    return False


def _open(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in _BEFORE or not "一" <= text[at - 1] <= "鿿"


def _settle(places: Places, said: list[str]) -> Found:
    groups = [places.spots[name] for name in said]
    words = tuple(said)
    streets = _streets([spot.street for spot in places.spots[name]] for name in said if name in places.own)
    if len(streets) != 1:
        streets = _streets([spot.street for spot in group] for group in groups)
    if len(streets) != 1:
        where = "、".join(places.streets[code] for code in sorted(streets))
        say = f"「{'、'.join(said)}」可能指{where}，不能确定是哪一处，未作猜测。"
        return Found(None, None, say, words, tuple(sorted(streets)))
    (street,) = streets
    spots = [spot for group in groups for spot in group if spot.street == street]
    inside = {spot.community for spot in spots if spot.community}
    community = inside.pop() if len(inside) == 1 else None
    where = places.streets[street] + (places.communities[community] if community else "")
    return Found(street, community, f"文中提到「{'、'.join(said)}」，认定在{where}。", words)


def _streets(groups: Iterable[Iterable[str]]) -> set[str]:
    """The streets all names have in common; where they have none, every one of them."""
    sets = [set(group) for group in groups]
    if not sets:
        return set()
    return set.intersection(*sets) or set.union(*sets)
