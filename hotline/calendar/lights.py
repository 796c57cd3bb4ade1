"""How a deadline looks: a light and words, never a colour alone.

Whole days are told in days of the office, hours in hours; what has no end because it stands still says so.
"""

from datetime import date, datetime, timedelta

from msgspec import Struct

from cases.calendar import ONE, WEEKDAYS, Calendar

CLOSE = timedelta(hours=4)  # an hourly clock with less than this left is yellow


class Light(Struct, frozen=True):
    """`sort` is a css class: ok, soon, late, held."""

    sort: str
    words: str


HELD = Light("held", "暂停计算")


def light(due: datetime | None, now: datetime, calendar: Calendar) -> Light:
    """The light of an open clock that ends at `due`; None is one that stands still."""
    if due is None:
        return HELD
    if now >= due:
        return Light("late", f"已超期{late_by(due, now, calendar)}")
    if not whole_day(due, calendar):
        left = due - now
        return Light("soon" if left <= CLOSE else "ok", f"剩{span(left)}")
    today, last = calendar.day_of(now), due_day(due, calendar)
    if last == today:
        return Light("soon", "今日到期")
    n = calendar.between(today + ONE, last + ONE)
    words = f"剩{n}个工作日" if n else f"剩{(last - today).days}天"
    return Light("soon" if n <= 1 else "ok", words)


def late_by(due: datetime, now: datetime, calendar: Calendar) -> str:
    """How long `due` has been over: days for what ends with a day, else hours."""
    if whole_day(due, calendar):
        return f"{max(1, (calendar.day_of(now) - due_day(due, calendar)).days)}天"
    return span(now - due)


def whole_day(due: datetime, calendar: Calendar) -> bool:
    """Whether `due` is 24:00 of a day."""
    return calendar.midnight(calendar.day_of(due)) == due


def due_day(due: datetime, calendar: Calendar) -> date:
    """The day that ends at `due`, or on which it falls: 24:00 belongs to the day before."""
    day = calendar.day_of(due)
    return day - ONE if whole_day(due, calendar) else day


def due_words(due: datetime | None, calendar: Calendar) -> str:
    """The end as people are told it: 11月30日（周一）, with the hour where it has one, and 暂定 where it is that."""
    if due is None:
        return "暂停计算"
    day = due_day(due, calendar)
    told = f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"
    hour = "" if whole_day(due, calendar) else f"{due.astimezone(calendar.zone):%H:%M}"
    return told + hour + ("（暂定）" if is_provisional(due, calendar) else "")


def is_provisional(due: datetime | None, calendar: Calendar) -> bool:
    """Whether a due moment lies in a year whose holidays are not published."""
    return due is not None and not calendar.firm(due_day(due, calendar))


def moment_words(at: datetime | None, calendar: Calendar) -> str:
    """A moment at the office: 2026-11-23 09:30."""
    return f"{at.astimezone(calendar.zone):%Y-%m-%d %H:%M}" if at else ""


def span(length: timedelta) -> str:
    """A stretch of time in one or two words."""
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes}分钟"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}小时{rest}分" if rest and hours < 10 else f"{hours}小时"
    return f"{hours // 24}天"
