"""The rooms a person may enter, as the bar of every staff page lists them.

Who sees an entry is asked of the table of `access`, so that a button is never there for somebody whom the
door behind it would send away.
"""

from msgspec import Struct

from hotline.accounts.seats import Seat
from hotline.matrix import MATRIX


class Entry(Struct, frozen=True):
    """A room: where it is and what it is called."""

    path: str
    title: str


class Group(Struct, frozen=True):
    """Rooms that belong together; those of the first group stand in the bar themselves."""

    title: str
    entries: tuple[Entry, ...]


MENU = (
    Group(
        "",
        (
            Entry("/desk", "接话台"),
            Entry("/triage", "待派单"),
            Entry("/tray", "收件箱"),
            Entry("/procedures", "各类程序"),
            Entry("/sittings", "期日"),
            Entry("/knowledge", "知识库"),
            Entry("/board", "督办看板"),
        ),
    ),
    Group(
        "督办与统计",
        (
            Entry("/figures", "运行统计"),
            Entry("/figures/report", "月报"),
            Entry("/topics/hot", "热点"),
            Entry("/statistics", "年度统计"),
        ),
    ),
    Group(
        "分派与期日",
        (
            Entry("/routes", "分派规则"),
            Entry("/rulesets", "规则版本"),
            Entry("/calendar", "放假安排"),
        ),
    ),
    Group(
        "管理",
        (
            Entry("/people", "人员"),
            Entry("/people/changes", "账号变更"),
            Entry("/city", "本市设置"),
            Entry("/undelivered", "未送达短信"),
            Entry("/audit", "操作记录"),
        ),
    ),
)


def menu(seat: Seat | None) -> list[Group]:
    """The groups that have a room for `seat`, with those rooms."""
    if seat is None:
        return []
    groups = (Group(group.title, tuple(_open_to(seat, group))) for group in MENU)
    return [group for group in groups if group.entries]


def _open_to(seat: Seat, group: Group) -> list[Entry]:
    return [entry for entry in group.entries if _may(seat, entry.path)]


def _may(seat: Seat, path: str) -> bool:
    rule = MATRIX["GET", path]
    return isinstance(rule, frozenset) and not rule.isdisjoint(seat.roles)
