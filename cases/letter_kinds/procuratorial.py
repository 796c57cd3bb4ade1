"""The answer to a procurator's suggestion, which the office owes in writing."""

from cases.letter_kinds.kind import Kind
from cases.procedures.procuratorial import art

PROCURATORIAL = (
    Kind(
        name="reply", title="检察建议回复函", word="检复", steps=frozenset({"reply"}), article=art("21(2)"), to="{procurator}",
        body=(
            "贵院检察建议书（{asked.letter}）于{opened}收悉，我单位应当{until:al.procurator.public_interest|收到检察建议书之日}依法履行职责并书面回复。",
            "现将履行职责的情况回复如下：{text}",
        ),
    ),
)  # fmt: skip
