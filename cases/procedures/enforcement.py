"""非诉行政执行 — an office without power to enforce asks the court to (《行政强制法》第五十三条至第五十九条).

First a demand and ten working days for the person bound, then three months to apply, counted from the end of
the time to sue; 行政强制法第六十九条 makes periods of ten days or less working days.
"""

from datetime import date

from cases.clocks import Binds, Clock
from cases.guards import after_end, before_end, done_before, not_before
from cases.history import Note
from cases.law import Law, days, months, working_days
from cases.people import OFFICE, Role
from cases.procedure import ANYTIME, Attempt, Procedure, Step
from cases.procedures.enforcement_facts import Act, Applied, Demand, Doubt, Ruled

LAW = Law("行政强制法", date(2012, 1, 1), key="AE")
RULES = Law("本市非诉执行跟进规则", date(2026, 1, 1), note="示范，城市自定")
art = LAW.article
LEGAL = frozenset({Role.LEGAL})
AGENCY = LEGAL | OFFICE


def suing_not_over(attempt: Attempt) -> str | None:
    """The court is asked only when the person bound can no longer go to court or reconsideration."""
    sue_until = attempt.file.opening.facts.sue_until
    if attempt.city.calendar.day_of(attempt.at) <= sue_until:
        return f"当事人申请复议、提起诉讼的期限至{sue_until:%Y年%m月%d日}，期满前不得申请强制执行"
    return None


def silent_demand(attempt: Attempt) -> str | None:
    """A demand that does not tell of the right to be heard is none."""
    if attempt.facts and not attempt.facts.right_to_speak_told:
        return "催告书应当载明当事人依法享有的陈述权和申辩权"
    return None


def other_acceptance_day(attempt: Attempt) -> str | None:
    """The thirty days run from the acceptance that stands in the file."""
    accepted = [event for event in attempt.file.history if event.step == "accept"]
    day = attempt.city.calendar.day_of(accepted[-1].at) if accepted else None
    if attempt.facts and attempt.facts.accepted != day:
        return f"法院受理之日为{day:%Y年%m月%d日}"
    return None


STAGES = {
    "unperformed": "决定未履行",
    "applied": "已申请强制执行",
    "accepted": "法院审查中",
    "refused": "法院不予受理或者不予执行",
    "granted": "准予执行",
    "performed": "当事人已履行",
    "executed": "执行完毕",
    "given_up": "不再申请执行",
}
LEFT = frozenset({"unperformed", "applied", "accepted", "granted", "refused"})

STEPS = (
    Step("register", "登记未履行的决定", art("53"), by=AGENCY, to="unperformed", asks=Act, opens=True),
    Step("urge", "催告书已送达", art("54"), by=AGENCY, at={"unperformed"}, asks=Demand,
         unless=(done_before("urge", "已经催告"), silent_demand)),
    Step("apply", "申请法院强制执行", art("54"), by=AGENCY, at={"unperformed"}, to="applied", asks=Applied,
         unless=(suing_not_over, not_before("urge", "申请前应当催告当事人履行"),
                 before_end("al.nonlit.urge", "催告书送达十日后当事人仍未履行的，方可申请"),
                 after_end("al.nonlit.apply", "已超过申请强制执行的期限"))),
    Step("accept", "法院受理", art("56(1)"), by=LEGAL, at={"applied", "refused"}, to="accepted"),
    Step("decline", "法院不予受理", art("56(2)"), by=LEGAL, at={"applied"}, to="refused", asks=Ruled),
    Step("doubt", "法院认为明显违法", art("58(1)"), by=LEGAL, at={"accepted"}, asks=Doubt,
         unless=(other_acceptance_day,)),
    Step("grant", "裁定准予执行", art("57"), by=LEGAL, at={"accepted", "refused"}, to="granted", asks=Ruled),
    Step("refuse", "裁定不予执行", art("58(2)"), by=LEGAL, at={"accepted"}, to="refused", asks=Ruled),
    Step("object", "向上一级法院申请复议", art("58(3)"), by=AGENCY, at={"refused"}, asks=Note,
         unless=(after_end("al.nonlit.objection", "已超过向上一级法院申请复议的期限"),
                 done_before("object", "已经申请复议"))),
    Step("perform", "当事人履行", art("54"), by=AGENCY, at=LEFT, to="performed", asks=Note),
    Step("execute", "执行完毕", art("60"), by=LEGAL, at={"granted"}, to="executed", asks=Note),
    Step("give_up", "不再申请执行", art("53"), by=LEGAL, at={"unperformed", "refused"}, to="given_up", asks=Note,
         confirm="结束后不能再就本决定申请执行，确认结束？"),
    Step("note", "内部备注", art("53"), by=AGENCY, at=ANYTIME, asks=Note),
)

OVER = frozenset({"perform", "give_up"})

CLOCKS = (
    Clock("al.nonlit.urge", "催告后履行", art("54, 69"), working_days(10), starts={"urge"}, stops=OVER | {"apply"},
          watched=False, binds=Binds.CITIZEN),
    Clock("al.nonlit.apply", "申请法院强制执行", art("53"), months(3), starts={"register"}, stops=OVER | {"apply"},
          rolls=True, since="sue_until"),
    Clock("al.nonlit.accept", "法院受理", art("56(1), 69"), working_days(5), starts={"apply"},
          stops=OVER | {"accept", "decline"}, watched=False, binds=Binds.COURT),
    Clock("al.nonlit.review", "法院裁定", art("57, 69"), working_days(7), starts={"accept"},
          stops=OVER | {"doubt", "grant", "refuse"}, watched=False, binds=Binds.COURT),
    Clock("al.nonlit.review_plainly_unlawful", "明显违法案件的裁定", art("58(2)"), days(30), starts={"doubt"},
          stops=OVER | {"grant", "refuse"}, rolls=True, watched=False, binds=Binds.COURT, since="accepted"),
    Clock("al.nonlit.objection", "向上一级法院申请复议", art("56(2), 58(3)"), days(15), starts={"decline", "refuse"},
          stops=OVER | {"object", "accept", "grant"}, rolls=True),
    Clock("nl.follow", "跟进法院办理", RULES.article("跟进"), days(30), starts={"object", "grant"},
          stops=OVER | {"accept", "execute"}, rolls=True, soft=True),
)

ENFORCEMENT = Procedure(
    name="enforcement",
    title="非诉行政执行",
    law=LAW,
    stages=STAGES,
    ends=frozenset({"performed", "executed", "given_up"}),
    steps=STEPS,
    clocks=CLOCKS,
    leads={"register": "office"},
)
