"""What every check answers with."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct
from sqlalchemy import Connection

from cases.procedure import File


class Difference(Struct, frozen=True):
    """Something that is not as it must be: in which case (or none), where, and what was found instead of what."""

    number: str
    where: str
    found: str

    def __str__(self) -> str:
        return f"{self.number} {self.where}：{self.found}".lstrip()


Check = Callable[[Connection, Mapping[int, File]], Iterator[Difference]]  # asked of every batch of sound files
