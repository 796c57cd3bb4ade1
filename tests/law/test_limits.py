"""Every limit resolves by its id, and `hotline due` and `hotline law` say of it what the case file would."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cases.clocks import ByCity, Given
from cases.law import Length, Unit
from cases.limits import limit, limits
from cases.procedures import PROCEDURES
from hotline.calendar.due import due
from hotline.calendar.law import law

LIMITS = list(limits().values())
KEYS = {
    "id", "procedure", "law", "in_force", "article", "length", "unit", "direction", "extension", "rolls", "binds",
    "first_day_counted", "starts", "stops", "pauses", "soft",
}  # fmt: skip


def _run(*words: str) -> Result:
    return CliRunner().invoke(due, list(words))


def _json(*words: str) -> dict[str, Any]:
    done = _run(*words, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


@pytest.mark.parametrize("found", LIMITS, ids=lambda found: found.id)
def test_every_limit_has_its_source(found: Any) -> None:
    assert limit(found.id) is found
    assert found.clock.title
    assert found.law
    assert bool(found.procedure) is not bool(found.reason), "carried by a procedure, or outside with a reason"
    assert found.in_force or isinstance(found.clock.length, ByCity) or found.setting, "the edition has a date"
    if found.clock.extends:
        assert found.approver, "somebody may extend it"


@pytest.mark.parametrize("found", LIMITS, ids=lambda found: found.id)
def test_every_limit_is_counted_and_explained(found: Any) -> None:
    words = ["--from", "2026-01-20T09:30"]
    told = _json(found.id, *words, *(["--given", "15"] if found.given else []))
    assert told["limit"] == found.id
    assert told["article"].startswith("《")
    assert told["days"][-1]["date"] in (told["due"][:10], told["unrolled"][:10])
    assert [day["date"] for day in told["days"] if day["counted"]] or told["due"][:10] == "2026-01-20"


def test_the_families_are_whole() -> None:
    families = [found.id.split(".")[0] for found in LIMITS]
    least = {"ar": 30, "xf": 10, "al": 47, "sc": 4, "md": 9, "gi": 10, "ht": 11, "hn": 4, "sec": 12, "gd": 4}
    assert {family: max(n, families.count(family)) for family, n in least.items()} == {
        family: families.count(family) for family in least
    }


def test_a_procedure_carries_what_is_not_outside() -> None:
    carried = {clock.id for procedure in PROCEDURES.values() for clock in procedure.clocks}
    assert carried == {found.id for found in LIMITS if found.procedure}


def test_what_was_not_read_is_marked_as_a_setting() -> None:
    assert limit("hn.limit.single").setting
    assert limit("gi.fee.pay").setting
    assert limit("wo.handle").setting
    assert not limit("ar.decide.ordinary").setting


def test_due_answers_in_json() -> None:
    told = _json("ar.accept.review", "--from", "2026-02-11")
    assert told["due"] == told["unrolled"] == "2026-02-25"
    assert told["article"] == "《行政复议法》第三十条第一款至第二款、第八十八条第二款"
    assert (told["from"], told["rolled"], told["provisional"]) == ("2026-02-11", False, False)
    assert told["days"][0] == {
        "date": "2026-02-11", "counted": False, "because": "起算当日不计入（《民法典》第二百零一条）",
    }  # fmt: skip
    assert {"date": "2026-02-14", "counted": True, "because": "周六调休上班，第3个工作日"} in told["days"]


def test_due_of_hours_is_a_moment_at_the_office() -> None:
    told = _json("sec.incident.report", "--from", "2026-02-20T22:30")
    assert told["due"] == told["unrolled"] == "2026-02-21T02:30:00+08:00"


def test_due_counts_backward_from_the_day_that_matters() -> None:
    told = _json("ar.hearing.notice", "--at", "2026-10-12")
    assert (told["from"], told["due"]) == ("2026-10-12", "2026-09-28")


def test_due_takes_an_extension_exclusions_and_a_given_length() -> None:
    words = ("--from", "2026-03-02", "--excluded", "2026-03-20..2026-04-18")
    assert _json("ar.decide.ordinary", *words)["due"] == "2026-06-01"
    assert _json("gi.reply", "--from", "2026-01-20", "--extended")["due"] == "2026-03-23"
    assert _json("xf.assigned.report", "--from", "2026-09-01", "--given", "30")["due"] == "2026-10-01"
    assert _json("ar.supplement.submit", "--from", "2026-07-13", "--extended", "--given", "5")["due"] == "2026-08-03"


def test_due_follows_the_citys_rules_for_work_orders() -> None:
    urgent = _json("wo.handle", "--from", "2026-07-03T16:30", "--urgent")
    assert urgent["due"] == "2026-07-04T16:30:00+08:00"
    for kind in ("consult", "咨询"):
        assert _json("wo.handle", "--from", "2026-07-03", "--kind", kind)["due"] == "2026-07-07"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ar.accept.reviw", "--from", "2026-02-11"), "ar.accept.review"),
        (("ar.accept.review", "--from", "2026-02-11", "--extended"), "不能延长"),
        (("xf.assigned.report", "--from", "2026-02-11"), "--given"),
        (("sec.incident.report", "--from", "2026-02-11"), "时刻"),
        (("ar.accept.review", "--from", "2026-02-30"), "不是日期"),
        (("ar.accept.review",), "--from"),
        (("ar.accept.review", "--from", "2026-02-11", "--excluded", "2026-03-02..2026-03-01"), "早于首日"),
        (("ar.accept.review", "--from", "2099-02-11"), "超出日历"),
        (("ar.apply.general", "--from", "9999-12-01"), "超出日历"),
        (("xf.assigned.report", "--from", "2026-02-11", "--given", "-1"), "--given"),
        (("ar.decide.ordinary", "--from", "2026-02-11", "--given", "5"), "请去掉 --given"),
        (("ar.decide.ordinary", "--from", "2026-02-11", "--extended", "--given", "5"), "请去掉 --given"),
        (("wo.handle", "--from", "2026-02-11", "--given", "5"), "请去掉 --given"),
        (("ar.decide.ordinary", "--from", "2026-02-11", "--kind", "咨询"), "请去掉 --kind"),
        (("wo.handle", "--from", "2026-02-11", "--at", "2026-02-12"), "--from 和 --at 只能写一个"),
        (("wo.handle", "--from", "2026-02-11", "--kind", "xyz"), "咨询（consult）"),
        (("wo.sign_for", "--from", "2026-02-11"), "以办公小时计"),
        (("ar.accept.review", "--from", "1994-05-01"), "--from: 从 1994-05-01 计算，日期超出日历的范围（1996年至"),
        (("al.decide.first", "--from", "1949-10-02"), "超出日历"),
        (("ar.accept.review", "--from", "0001-01-01"), "超出日历"),
    ],
)
def test_due_says_what_is_wrong_with_the_question(words: tuple[str, ...], says: str) -> None:
    done = _run(*words)
    assert done.exit_code == 2
    assert says in done.output


def test_what_ends_where_the_calendar_is_known_is_counted_from_before_it() -> None:
    years = next(limit.id for limit in LIMITS if limit.unit is Unit.YEAR and limit.clock.length == Length(20, Unit.YEAR))
    assert _json(years, "--from", "1990-05-07")["due"] == "2010-05-07"


def test_due_answers_people_in_one_line_and_a_table() -> None:
    lines = _run("ar.decide.ordinary", "--from", "2025-12-18").output.splitlines()
    assert lines[0].startswith("作出复议决定：2026-02-24 周二，60日，《行政复议法》第六十二条第一款")
    assert "原为2026-02-16" in lines[0]
    assert lines[-1].startswith("2026-02-24")


def test_law_lists_every_limit() -> None:
    rows = json.loads(CliRunner().invoke(law, ["--json"]).output)
    assert [row["id"] for row in rows] == [found.id for found in LIMITS]
    assert all(row.keys() >= KEYS for row in rows)
    by_id = {row["id"]: row for row in rows}
    assert by_id["ar.decide.ordinary"]["extension"]["length"] == 30
    assert by_id["ar.supplement.submit"]["extension"]["length"] is None
    assert by_id["ar.hearing.notice"]["direction"] == "before"
    assert by_id["xf.assigned.report"]["length"] is None
    for found in LIMITS:
        length = found.clock.length
        if isinstance(length, Length):
            assert (by_id[found.id]["length"], Unit(by_id[found.id]["unit"])) == (length.n, length.unit)
        elif isinstance(length, Given):
            assert by_id[found.id]["length"] is None


def test_law_lists_what_is_outside_with_the_reason() -> None:
    rows = json.loads(CliRunner().invoke(law, ["--json", "--outside"]).output)
    assert {row["id"] for row in rows} == {found.id for found in LIMITS if not found.procedure}
    assert all(row["reason"] for row in rows)
    table = CliRunner().invoke(law, ["--outside"]).output
    assert "sec.log.retain" in table
    assert "不是个案的期限" in table
