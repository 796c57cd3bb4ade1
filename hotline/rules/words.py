"""A rule in words: what it asks for and what it does, as it stands on its page."""

from collections.abc import Iterable, Mapping

from routing import Rulebook
from routing.asked import CHANNELS, KINDS, WHO
from routing.duties import STREET
from routing.rules import HOURS, Rule


def rule_of(book: Rulebook, code: str) -> Rule | None:
    """The rule or duty of that id."""
    return next((rule for rule in book.rules.every if rule.id == code), None)


def said(rule: Rule, book: Rulebook) -> list[tuple[str, str]]:
    """The rule line by line; what it does not speak of is left out."""
    when, what = rule.when, rule.what
    topics = {topic.code: topic.full for topic in book.topics}
    areas = {**book.places.streets, **book.places.communities}
    told = [
        ("事项", _titles(when.topics, topics)),
        ("地域", _titles(when.areas, areas)),
        ("都要出现", "；".join("或".join(f"“{word}”" for word in clause) for clause in when.clauses)),
        ("出现其一", "；".join("与".join(f"“{word}”" for word in choice) for choice in when.choices)),
        ("不得出现", "、".join(f"“{word}”" for word in when.never)),
        ("渠道", _titles(when.channels, CHANNELS)),
        ("诉求类型", _titles(when.kinds, KINDS)),
        ("诉求人", _titles(when.who, WHO)),
        ("紧急", "" if when.urgent is None else "是" if when.urgent else "否"),
        ("时间", HOURS.get(when.hours, "")),
        ("期间", f"{when.since or ''} 至 {when.until or '今后'}" if when.since or when.until else ""),
        ("分流口", what.gate),
        ("归入事项", topics.get(what.topic, what.topic)),
        ("主办", office_words(what.office, book)),
        ("协办", "、".join(office_words(code, book) for code in what.co)),
        ("优先", "按紧急办理" if what.priority else ""),
        ("时限组", what.limits),
        ("理由", rule.reason),
    ]
    return [(name, value) for name, value in told if value]


def office_words(code: str, book: Rulebook) -> str:
    """An office by its title; `@street` in words."""
    if code == STREET:
        return "所在街道（乡镇）"
    known = book.duties.offices.get(code)
    return known.title if known else code


def _titles(codes: Iterable[str], titles: Mapping[str, str]) -> str:
    return "、".join(titles.get(code, code) for code in codes)
