"""Messages nobody has sent, for learning in tests: three matters, each in its own words, by counting."""

from itertools import islice, product

PLACES = ("新安街", "府坪路", "芙蓉小区", "穿紫河边", "启明巷", "落路口")
OPENINGS = ("请问怎么办", "已经半个月了", "打过电话没有人来", "邻居们都很着急", "希望尽快处理")
MATTERS = {
    "housing": ("电梯停运", "楼道灯不亮", "物业乱收停车费", "业委会不公开账目", "屋顶漏水没有维修"),
    "urban": ("烧烤摊占道油烟大", "垃圾堆着没有清运", "路灯不亮", "井盖松动", "违章搭棚"),
    "hr": ("工地拖欠工资", "单位不缴社保", "养老金停发", "计件的钱一直压着", "劳动合同不给"),
}


def messages(each: int = 40) -> list[tuple[str, str, str]]:
    """Title, detail and label, `each` of a label, the labels in turn."""
    said = []
    for label, troubles in MATTERS.items():
        own = islice(product(PLACES, troubles, OPENINGS), 0, None, 150 // each)
        said.append(
            [
                (f"{place}{trouble}", f"{place}的{trouble}，{opening}。", label)
                for place, trouble, opening in own
            ][:each]
        )
    return [one for turn in zip(*said, strict=True) for one in turn]
