"""Who acts: roles, and the actor every step carries with it. Values only; accounts are the front desk's."""

from collections.abc import Set as AbstractSet
from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What a person may be in this house; a person may be several."""

    AGENT = "agent"
    HANDLER = "handler"
    CHIEF = "chief"
    SUPERVISOR = "supervisor"
    LEGAL = "legal"
    MEDIATOR = "mediator"
    ADMIN = "admin"
    SECURITY = "security"
    AUDITOR = "auditor"
    CITIZEN = "citizen"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The role in Chinese."""
        return _TITLES[self]


_TITLES = {
    Role.AGENT: "话务员",
    Role.HANDLER: "承办人",
    Role.CHIEF: "承办单位负责人",
    Role.SUPERVISOR: "督办员",
    Role.LEGAL: "法制工作人员",
    Role.MEDIATOR: "调解员",
    Role.ADMIN: "系统管理员",
    Role.SECURITY: "安全管理员",
    Role.AUDITOR: "审计员",
    Role.CITIZEN: "市民",
    Role.SYSTEM: "系统",
}

CENTRE = frozenset({Role.AGENT, Role.SUPERVISOR})  # sit at the hotline centre and see every work order
OFFICE = frozenset({Role.HANDLER, Role.CHIEF})  # bound to the cases of their own office
POWERS = frozenset({Role.ADMIN, Role.SECURITY, Role.AUDITOR})  # 三员分立: each in another person, none with the others'


class Actor(Struct, frozen=True):
    """Who takes a step. `id` is `user:12`, `citizen`, or `system`; `office` is an office code or empty."""

    id: str
    name: str
    roles: frozenset[Role]
    office: str = ""

    def has(self, roles: AbstractSet[Role]) -> bool:
        """Whether any of `roles` is held."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor("system", "系统", frozenset({Role.SYSTEM}))
CITIZEN = Actor("citizen", "市民", frozenset({Role.CITIZEN}))
