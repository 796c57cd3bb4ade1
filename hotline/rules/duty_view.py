"""A line of the duty list in words, for the pages that show it, and what their selects offer."""

from typing import Any

from hotline.rules.duty_table import FIELDS, Change
from hotline.rules.words import office_words
from routing import Rulebook
from routing.asked import CHANNELS, KINDS
from routing.duties import STREET, Duty


def choices(book: Rulebook) -> dict[str, Any]:
    """The codes that a line may name, with their titles."""
    offices = sorted(((code, office.title) for code, office in book.duties.offices.items()), key=lambda one: one[1])
    places = book.places
    return {
        "offices": [(STREET, "所在街道（乡镇）"), *offices],
        "topics": [(topic.code, topic.full) for topic in book.topics],
        "streets": list(places.streets.items()),
        "communities": [(code, f"{places.streets.get(code[:9], '')}{name}") for code, name in places.communities.items()],
        "kinds": list(KINDS.items()),
        "channels": list(CHANNELS.items()),
    }


def row_shown(duty: Duty, book: Rulebook) -> dict[str, Any]:
    """A line in codes and in words."""
    number = book.numbers.get(duty.topic)
    names = {**book.places.streets, **book.places.communities}
    only = [KINDS.get(kind, kind) for kind in duty.kinds] + [CHANNELS.get(one, one) for one in duty.channels]
    only += [] if duty.urgent is None else ["紧急" if duty.urgent else "不紧急"]
    return {
        **{name: getattr(duty, name) for name in ("id", "topic", "office", "co", "kinds", "channels", "reason", "area")},
        "urgent": {None: "", True: "yes", False: "no"}[duty.urgent],
        "since": str(duty.since or ""),
        "until": str(duty.until or ""),
        "topic_title": book.topics[number].full if number is not None else duty.topic,
        "where": names.get(duty.area, duty.area),
        "office_title": office_words(duty.office, book),
        "co_titles": "、".join(office_words(code, book) for code in duty.co),
        "only": "、".join(only),
    }


def change_shown(change: Change, book: Rulebook) -> dict[str, Any]:
    """A change in words."""
    shown = change.after or change.before
    assert shown is not None, "a change has at least one side"
    return {
        "id": change.id,
        "kind": {"added": "新增", "changed": "修改", "removed": "删除"}[change.kind],
        "row": row_shown(shown, book),
        "differs": [
            (FIELDS[name], _value(change.before, name, book), _value(change.after, name, book)) for name in change.fields
        ],
    }


def _value(duty: Duty | None, name: str, book: Rulebook) -> str:
    value = getattr(duty, name)
    if name in ("office", "co"):
        return "、".join(office_words(code, book) for code in ((value,) if name == "office" else value)) or "无"
    return "、".join(value) if isinstance(value, tuple) else "无" if value in (None, "") else str(value)
