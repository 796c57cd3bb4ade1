"""What the answers of an application mean: what is wrong with them, until when one may apply, what they become.

Pure. The days are counted by the same calculator as `hotline due`, with the limits of the procedure itself; an
application that is late is told so and may still be sent, because whether to take it is not the page's to decide.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from cases.calendar import OUTSIDE
from cases.city import City
from cases.explaining import Day
from cases.phones import understand
from cases.procedures import disclosure_facts, mediation_facts, reconsideration_facts
from hotline.calendar.due import Asked, reckon
from hotline.citizens.applying_guides import MEDIATION, Guide, Question, questions

Typed = Mapping[str, str]


class Counted(Struct, frozen=True, kw_only=True):
    """A period that matters here: its last day, on what it rests, and whether that day is past."""

    title: str
    until: date
    article: str
    days: tuple[Day, ...]
    provisional: bool
    late: bool = False


# -- what is wrong with the answers ------------------------------------------------------------------


def wrong(guide: Guide, typed: Typed, city: City, today: date) -> dict[str, str]:
    """Every answer that cannot be meant, with what would be right, in the order of the page."""
    together = CHECKS[guide.name](typed)
    found = {
        name: _unfit(question, typed.get(name, ""), city, today) or together.get(name, "")
        for name, question in questions(guide).items()
    }
    return {name: said for name, said in found.items() if said}


def _unfit(question: Question, said: str, city: City, today: date) -> str:
    if not said:
        chosen = question.control in ("choice", "office")
        said = f"请选择：{question.title}" if chosen else f"请填写：{question.title}"
        return said if question.must else ""
    if len(said) > question.most:
        return f"最多{question.most}个字"
    if question.control == "choice" and said not in dict(question.options):
        return "请从列表中选择"
    if question.control == "office" and said not in city.offices:
        return "请从列表中选择单位"
    if question.control == "date":
        day = day_of(said)
        if day is None:
            return "请写成年-月-日，例如2026-11-23"
        return "不能晚于今天" if day > today else "" if city.calendar.covers(day) else OUTSIDE
    if question.name == "phone" and understand(said).kind == "invalid":
        return "不是有效的电话号码，请检查；固定电话请带区号"
    return ""


def day_of(said: str) -> date | None:
    """A day as it was typed or chosen."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _dates(typed: Typed) -> dict[str, str]:
    """The day that the period counts from has to be there, and a time that was lost has both ends."""
    errors = {}
    wanted = "asked_on" if typed.get("sort") == "silent" else "knew_on"
    if not typed.get(wanted):
        errors[wanted] = "请填写这一天，用来算申请期限"
    if wanted == "knew_on" and typed.get("told") == "no" and not typed.get("learned_on"):
        errors["learned_on"] = "请填写这一天，用来算申请期限"
    first, last = day_of(typed.get("late_from", "")), day_of(typed.get("late_to", ""))
    if (first is None) != (last is None):
        errors["late_to" if last is None else "late_from"] = "被耽误的时间，起止两天都要填"
    if first and last and last < first:
        errors["late_to"] = "不能早于开始的那天"
    if first and not typed.get("late_why"):
        errors["late_why"] = "请写明为什么被耽误"
    return errors


def _in_court(typed: Typed) -> dict[str, str]:
    said = "人民法院已经受理的纠纷，不属于人民调解、行政调解的受理范围（《人民调解工作若干规定》第二十二条）；可以请法院委派调解"
    return {"court": said} if typed.get("court") == "yes" else {}


def _mailed(typed: Typed) -> dict[str, str]:
    return {"address": "要邮寄的，请填写地址"} if typed.get("form") == "mail" and not typed.get("address") else {}


CHECKS: Mapping[str, Callable[[Typed], dict[str, str]]] = {
    "reconsideration": _dates, "mediation": _in_court, "disclosure": _mailed,
}  # fmt: skip


# -- until when --------------------------------------------------------------------------------------


def counted(guide: Guide, typed: Typed, city: City, today: date) -> list[Counted]:
    """The periods that the answers start: until when one may apply, or by when the answer comes."""
    if guide.name == "disclosure":
        return [_count(city, "gi.reply", today, "最迟答复您的日子", today)]
    if guide.name != "reconsideration":
        return []
    lost = _lost(typed)
    if typed.get("sort") == "silent":
        over = _count(city, "ar.duty.wait", _day(typed, "asked_on"), "机关办理的期限届满", date.max)
        return [over, _count(city, "ar.apply.after_duty", over.until, "申请复议的最后一天", today, lost)]
    if typed.get("told") == "no":
        cap = _count(city, "ar.apply.uninformed_cap", _day(typed, "knew_on"), "没有告诉的，无论如何不超过", today)
        return [_count(city, "ar.apply.uninformed", _day(typed, "learned_on"), "申请复议的最后一天", today, lost), cap]
    return [_count(city, "ar.apply.general", _day(typed, "knew_on"), "申请复议的最后一天", today, lost)]


def _day(typed: Typed, name: str) -> date:
    found = day_of(typed[name])
    assert found is not None, "it was looked at before"
    return found


def _lost(typed: Typed) -> tuple[tuple[date, date], ...]:
    return ((_day(typed, "late_from"), _day(typed, "late_to")),) if typed.get("late_from") else ()


def _count(
    city: City, limit: str, start: date, title: str, today: date, lost: tuple[tuple[date, date], ...] = ()
) -> Counted:
    found = reckon(city, limit, start, Asked(excluded=lost))
    return Counted(
        title=title,
        until=found.end.due,
        article=str(found.article),
        days=found.days,
        provisional=found.end.provisional,
        late=found.end.due < today,
    )


# -- what it becomes ---------------------------------------------------------------------------------


def facts_of(guide: Guide, typed: Typed, city: City, files: tuple[str, ...]) -> Any:
    """What the opening step of the procedure asks for. `ValueError` says what may not be together."""
    return FACTS[guide.name](typed, city, files)


def _reconsideration(typed: Typed, city: City, files: tuple[str, ...]) -> Any:
    silent, untold = typed["sort"] == "silent", typed["told"] == "no"
    dates: dict[str, Any] = {}
    if silent:
        dates["asked_on"] = _day(typed, "asked_on")
        dates["duty_over_on"] = _count(city, "ar.duty.wait", dates["asked_on"], "", date.max).until
    elif untold:
        dates |= {"knew_content_on": _day(typed, "knew_on"), "learned_right_on": _day(typed, "learned_on")}
    else:
        dates["knew_on"] = _day(typed, "knew_on")
    lost = tuple(reconsideration_facts.Excused(first=a, last=b, ground="obstacle") for a, b in _lost(typed))
    text = f"复议请求：{typed['wants']}\n事实和理由：{typed['why']}"
    return reconsideration_facts.Application(
        party=0,
        text=f"{text}\n耽误的理由：{typed['late_why']}" if typed.get("late_why") else text,
        respondent=typed["respondent"],
        about=typed.get("about", ""),
        office="justice" if "justice" in city.offices else "",
        channel="online",
        compulsory=silent or typed["special"] != "none",
        excused=lost,
        attachments=files,
        **dates,
    )


def _mediation(typed: Typed, city: City, files: tuple[str, ...]) -> Any:
    sides = dict(questions(MEDIATION)["other"].options)
    return mediation_facts.Dispute(
        party=0,
        kind="people" if typed["kind"] == "people" else "admin",
        text=f"经过：{typed['why']}\n要求：{typed['wants']}\n对方是：{sides[typed['other']]}",
        office=typed["office"],
        channel="web",
        attachments=files,
    )


def _disclosure(typed: Typed, city: City, files: tuple[str, ...]) -> Any:
    return disclosure_facts.Application(
        party=0,
        office=typed["office"],
        text=typed["why"],
        form=typed["form"],  # type: ignore[arg-type]
        channel="web",
        attachments=files,
    )


FACTS: Mapping[str, Callable[[Typed, City, tuple[str, ...]], Any]] = {
    "reconsideration": _reconsideration, "mediation": _mediation, "disclosure": _disclosure,
}  # fmt: skip
