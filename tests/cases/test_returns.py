"""退单: once a matter, whoever tries again and however fast; after the first return the centre's word stands."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cases.ledger import Ledger
from cases.lists import load_file
from cases.procedure import Refused
from cases.procedures.work_order_facts import Dispatch, Return, Ruling
from hotline.house import House
from tests.people import AGENT, HANDLER, OTHER, SUPERVISOR, a_case, take

BACK = Return(reason="not_ours", text="不属于本单位职责")


def returns(house: House, case: int) -> int:
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file
    return sum(event.step == "send_back" for event in file.events)


@pytest.mark.parametrize("ruling", ["uphold_return", "reject_return"])
def test_nobody_returns_what_was_ruled_on(house: House, ruling: str) -> None:
    case = a_case(house).case
    take(house, case, "send_back", HANDLER, BACK)
    take(house, case, ruling, SUPERVISOR, Ruling(text="裁定"))
    holder = HANDLER
    if ruling == "uphold_return":
        take(house, case, "dispatch", AGENT, Dispatch(office="urban"))
        holder = OTHER
    with pytest.raises(Refused, match="已经裁定，不得再次退单"):
        take(house, case, "send_back", holder, BACK)
    take(house, case, "sign_for", holder)
    with pytest.raises(Refused, match="已经裁定，不得再次退单"):
        take(house, case, "send_back", holder, BACK)
    assert returns(house, case) == 1


def test_only_the_centre_rules(house: House) -> None:
    case = a_case(house).case
    take(house, case, "send_back", HANDLER, BACK)
    for step in ("uphold_return", "reject_return"):
        with pytest.raises(Refused):
            take(house, case, step, HANDLER, Ruling(text="我看行"))
    with pytest.raises(Refused):
        take(house, case, "dispatch", HANDLER, Dispatch(office="urban"))


def test_two_who_return_at_once_return_once(house: House) -> None:
    """Two web processes, two handlers of one office, the same second."""
    second = Ledger(house.engine, house.city, house.vault)
    ready = threading.Barrier(2)
    house_two = House(
        **{name: getattr(house, name) for name in house.__struct_fields__ if name != "ledger"}, ledger=second
    )

    def send(which: House, case: int) -> bool:
        ready.wait()
        try:
            take(which, case, "send_back", HANDLER, BACK)
        except Refused:
            return False
        return True

    try:
        for _ in range(12):
            case = a_case(house).case
            with ThreadPoolExecutor(2) as pool:
                done = list(pool.map(lambda which, case=case: send(which, case), (house, house_two)))
            assert sorted(done) == [False, True]
            assert returns(house, case) == 1
    finally:
        second.close()
