"""What became of the rules' dispatches, counted from the cases; and a rule's text changed as they suggest.

Only the first dispatch is a rule's: an office that a person chose, or that got a case after a redispatch, sends
it back to that person.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import structs
from sqlalchemy import Connection, func, literal_column, select

from cases.history import Event
from cases.lists import load_files
from cases.procedure import File, Refused
from cases.tables import CaseRow, EventRow
from hotline.city import toml_text
from hotline.rules import duty_table
from routing import Rulebook, rules
from routing.duties import FILE as DUTIES
from routing.returns import Change, Returned, Ruling, Sent

WINDOW = timedelta(days=90)  # looked back on
MOST = 3_000  # returned cases read at once, the latest
RULINGS: dict[str, Ruling] = {"uphold_return": "upheld", "reject_return": "rejected"}
SENDS = ("dispatch", "redispatch")
BACK = EventRow.step == literal_column("'send_back'")  # literally, as the partial index has it


def sent(connection: Connection, since: datetime, rule: str = "") -> list[Sent]:
    """How many cases opened since each rule dispatched, by street."""
    wanted = select(CaseRow.rule, CaseRow.street, func.count()).where(CaseRow.opened_at >= since)
    wanted = wanted.where(CaseRow.rule == rule if rule else CaseRow.rule != "")
    return [Sent(*row) for row in connection.execute(wanted.group_by(CaseRow.rule, CaseRow.street))]


def returned(connection: Connection, since: datetime, rule: str = "") -> list[Returned]:
    """The dispatches by rule that came back, the latest case first."""
    return [one for one, _ in returned_files(connection, since, rule)]


def returned_files(connection: Connection, since: datetime, rule: str = "") -> Iterator[tuple[Returned, File]]:
    """The same, each with its case."""
    wanted = select(CaseRow.id, CaseRow.street).join(EventRow, EventRow.case_id == CaseRow.id).where(BACK)
    wanted = wanted.where(CaseRow.opened_at >= since, CaseRow.rule == rule if rule else CaseRow.rule != "")
    streets = {row.id: row.street for row in connection.execute(wanted.order_by(CaseRow.id.desc()).limit(MOST))}
    for case, file in sorted(load_files(connection, streets).items(), reverse=True):
        if found := _returned(file, streets[case]):
            yield found, file


def _returned(file: File, street: str) -> Returned | None:
    """The return of the first dispatch; None where a person had sent it on before."""
    steps = [event.step for event in file.history]
    if "send_back" not in steps:  # corrected away
        return None
    at = steps.index("send_back")
    before = [event for event in file.history[:at] if event.step in SENDS]
    if len(before) != 1 or before[0].step != "dispatch":
        return None
    after = file.history[at + 1 :]
    ruled = next((event for event in after if event.step in RULINGS), None)
    back: Event = file.history[at]
    return Returned(
        number=file.number,
        rule=before[0].facts.rule,
        office=before[0].facts.office,
        street=street,
        reason=back.facts.reason,
        at=back.at,
        ruling=RULINGS[ruled.step] if ruled else "",
        went_to=next((event.facts.office for event in after if event.step in SENDS), "")
        if ruled and ruled.step == "uphold_return"
        else "",
    )


def with_change(texts: dict[str, str], book: Rulebook, change: Change) -> dict[str, str]:
    """The file that `change` touches, changed. `Refused` where its rule is no longer there or cannot be changed
    by machine."""
    if change.office not in book.duties.offices:
        raise Refused(f"单位表里没有“{change.office}”，不能按建议起草")
    duty = next((one for one in book.duties.every if one.id == change.rule), None)
    if duty is not None:
        rows = book.duties.every
        if change.street:
            heir = structs.replace(duty, office=change.office, street=change.street, community=None, id="")
            rows = duty_table.put(rows, duty_table.named(rows, heir))
        else:
            rows = duty_table.put(rows, structs.replace(duty, office=change.office))
        return {DUTIES: duty_table.duty_file(texts[DUTIES], book.duties, rows)}
    return {rules.FILE: _rule_file(texts[rules.FILE], change)}


def _rule_file(text: str, change: Change) -> str:
    """The rule's block with another office; for one street a second block, which is the more specific."""
    blocks: Sequence[str] = re.split(r"(?m)^(?=\[\[rule\]\])", text)
    mine = re.compile(rf"(?m)^id *= *{re.escape(toml_text.quoted(change.rule))} *$")
    office = re.compile(r"(?m)^what\.office *= *\S+.*$")
    at = next((n for n, block in enumerate(blocks) if mine.search(block) and office.search(block)), None)
    if at is None or (change.street and re.search(r"(?m)^when\.area", blocks[at])):
        raise Refused(f"规则 {change.rule} 不能自动修改，请起草后在 {rules.FILE} 里改")
    said = f"what.office = {toml_text.quoted(change.office)}"
    block = office.sub(lambda _: said, blocks[at])
    if change.street:
        code = f'id = {toml_text.quoted(f"{change.rule}@{change.street}")}\nwhen.area = "{change.street}"'
        block = blocks[at].rstrip() + "\n\n" + mine.sub(lambda _: code, block)
    return "".join([*blocks[:at], block, *blocks[at + 1 :]])
