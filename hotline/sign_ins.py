"""The sign-ins of the demonstration, and whether a house holds it: known without opening the house, so that whoever
starts again does not wait for its rules to be read.
"""

from sqlalchemy import NullPool, create_engine, text

PASSWORD = "wuling-12345"  # of the demonstration only; a real city makes its own accounts
SIGN_INS = (
    ("agent", PASSWORD, "话务员：接电话、登记、派单、回访"),
    ("housing", PASSWORD, "区住房和城乡建设局承办人（其他单位以单位代码登录，如 urban、hr）"),
    ("housing-chief", PASSWORD, "区住房和城乡建设局负责人：审核、批准延期"),
    ("supervisor", PASSWORD, "督办员：看板、督办、退单裁定"),
    ("legal", PASSWORD, "法制员"),
    ("mediator", PASSWORD, "调解员"),
    ("admin", PASSWORD, "系统管理员：账号、单位、设置"),
    ("security", PASSWORD, "安全管理员：确认岗位、解除暂停、结束登录"),
    ("auditor", PASSWORD, "审计员"),
)
OURS = "housing-chief"  # an account that only the demonstration makes


def held(url: str) -> bool | None:
    """Whether the migrated database at `url` holds the demonstration; None where nobody has an account yet."""
    with create_engine(url, poolclass=NullPool, hide_parameters=True).connect() as connection:
        if connection.scalar(text("SELECT count(*) FROM users")) == 0:
            return None
        ours = text("SELECT count(*) FROM users WHERE login = :login")
        return bool(connection.scalar(ours, {"login": OURS}))
