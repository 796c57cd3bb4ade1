"""Gates open for what is happening and stay shut for what was, might be, or is only spoken of."""

import pytest

from routing import Asked, load, route

BOOK = load()


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("三楼着火了，快来人", "119"),
        ("楼下正在燃烧，浓烟很大", "119"),
        ("厨房煤气泄漏了怎么办", "119"),
        ("现在车库冒浓烟", "119"),
        ("我被困电梯里了", "119"),
        ("着火", "119"),
        ("着火！！", "119"),
        ("楼上冒烟很大", "119"),
        ("高压线掉下来了冒火花", "119"),
        ("孩子掉井里了", "119"),
        ("房子快塌了", "119"),
        ("有位老人晕倒在公交站", "120"),
        ("我爸突然倒地，没有呼吸了", "120"),
        ("工地有人触电，救命", "120"),
        ("柳叶湖边有人落水", "110"),
        ("有人持刀在店里", "110"),
        ("隔壁正在打人，快来", "110"),
        ("刚刚有人入室抢劫", "110"),
        ("我不想活了", "110"),
        ("有人抢劫", "110"),
        ("我被人关起来了救命", "110"),
        ("路口车祸，有人受伤", "122"),
        ("刚才出车祸了，司机动不了", "122"),
        ("现在两辆车追尾堵在桥上", "122"),
    ],
)
def test_a_danger_that_is_happening_opens(text: str, target: str) -> None:
    routed = route(Asked(text=text, channel="phone"), BOOK)
    assert routed.gate is not None
    assert (routed.gate.acts, routed.gate.target) == ("emergency", target)
    assert routed.because[0].what == "gate"
    assert target in routed.because[0].say


@pytest.mark.parametrize(
    "text",
    [
        "小区消防通道被私家车堵住，存在火灾隐患",
        "去年楼里着火了，至今没有人来修",
        "如果发生火灾，消防车根本进不来",
        "担心煤气泄漏，请燃气公司来检查",
        "电动车在楼道充电，容易起火",
        "2019年5月我出车祸了，保险公司不理赔",
        "交通事故责任认定不公，现在请求复核",
        "建议学校开展火灾逃生演练",
        "昨天保安打人，派出所没有处理",
        "经常有人晚上喝酒闹事，现在也没人管",
        "上次有老人晕倒了，社区应该配急救设备",
        "救护车收费标准是什么",
        "跳楼价甩卖的店是骗子",
        "这条路多次发生车祸，请装红绿灯",
        "河边没有护栏，万一有人落水怎么办",
        "消防演习是什么时候",
        "井盖掉了，孩子差点掉井里",
        "手机掉井里了，能不能帮忙打开井盖",
        "烧烤店每天浓烟滚滚，呛得人睡不着",
        "高压线离窗户太近",
        "老房子快塌了，想申请危房改造",
        "房子要塌了才有人管，拆迁什么时候轮到我们",
        "前几天有人抢劫，派出所还没有立案",
        "提水的时候几个小孩掉进井里谁会负责",
        "火灾保险",
    ],
)
def test_what_was_or_might_be_is_a_case_and_no_alarm(text: str) -> None:
    gate = route(Asked(text=text), BOOK).gate
    assert gate is None or gate.acts != "emergency"


def test_an_agent_who_marks_it_urgent_is_believed() -> None:
    text = "来电人说楼道起火"
    assert route(Asked(text=text), BOOK).gate is None
    urgent = route(Asked(text=text, urgent=True), BOOK).gate
    assert urgent is not None
    assert urgent.target == "119"


def test_a_long_letter_is_no_call_for_help() -> None:
    letter = "关于小区的情况说明。" + "物业长期不作为，业主意见很大。" * 20 + "楼上着火了，物业不管。"
    assert route(Asked(text=letter), BOOK).gate is None
    assert route(Asked(text=letter + "现在楼上着火了！"), BOOK).gate is not None


@pytest.mark.parametrize(
    ("text", "kind", "target", "article"),
    [
        ("我要申请政府信息公开", "help", "disclosure", "第三十三条第二款"),
        ("不服行政处罚，想问怎么办", "consult", "reconsideration", "第二十条第一款"),
        ("城管罚款，行政复议去哪里", "consult", "reconsideration", "第二十条第一款"),
        ("劳动仲裁在哪里申请", "consult", "arbitration", "第三十一条第二项"),
        ("对判决不服", "complaint", "court", "第三十一条第一项"),
        ("法院执行局不办案", "complaint", "court", "第三十一条第一项"),
        ("怎么起诉开发商", "consult", "court", "第三十一条第一项"),
        ("举报村支书贪污扶贫款", "complaint", "discipline", "第三十条"),
        ("镇干部以权谋私", "report", "discipline", "第三十条"),
        ("主任索贿受贿", "report", "discipline", "第三十条"),
    ],
)
def test_a_legal_path_is_told_with_its_article(text: str, kind: str, target: str, article: str) -> None:
    routed = route(Asked(text=text, kind=kind), BOOK)
    assert routed.gate is not None
    assert (routed.gate.acts, routed.gate.target) == ("legal", target)
    assert article in routed.because[0].say


@pytest.mark.parametrize(
    "text",
    [
        "城管暴力执法，乱罚款",
        "公司拖欠工资，说让我们去劳动仲裁",
        "开发商延期交房，业主准备打官司",
        "法院门口停车难",
        "仲裁委旁边的路灯不亮",
        "希望工程款的去向信息公开透明",
        "举报餐馆油烟扰民",
        "检察院小区物业费太高",
        "请纪委食堂对外开放",
        "邻居起诉到法院了还在吵",
    ],
)
def test_an_ordinary_complaint_is_not_diverted(text: str) -> None:
    assert route(Asked(text=text), BOOK).gate is None


def test_a_legal_gate_advises_and_the_matter_still_has_an_office() -> None:
    routed = route(Asked(text="不服行政处罚，城管执法没收了我的推车", kind="complaint"), BOOK)
    assert routed.gate is not None
    assert routed.office is not None


def test_an_emergency_keeps_its_case() -> None:
    routed = route(Asked(text="小区三楼着火了，消防通道被堵", channel="phone"), BOOK)
    assert routed.gate is not None
    assert routed.office == "fire"


def test_abuse_alone_is_kept_at_the_desk_but_abuse_with_a_matter_is_a_matter() -> None:
    bare = route(Asked(text="你们都是王八蛋"), BOOK)
    assert bare.gate is not None
    assert (bare.gate.code, bare.office) == ("empty.abusive", None)
    angry = route(Asked(text="王八蛋物业停水停电收高价物业费"), BOOK)
    assert angry.gate is None
    assert angry.office == "housing"


@pytest.mark.parametrize("text", ["", "？？？", "哦哦哦", "1", "...... ......"])
def test_blank_says_so(text: str) -> None:
    gate = route(Asked(text=text), BOOK).gate
    assert gate is not None
    assert gate.code == "empty.blank"


def test_every_gate_has_its_ground() -> None:
    for watch in BOOK.gates.watches:
        assert watch.gate.ground
        if watch.gate.acts == "legal":
            assert watch.gate.article.startswith("《")
        if watch.gate.acts == "emergency":
            assert watch.gate.target in {"110", "119", "120", "122"}


def test_a_place_in_another_district_is_handed_over_and_not_dispatched() -> None:
    for asked in (Asked(text="路灯不亮", place="鼎城区玉霞街道"), Asked(text="我在桃源县城，路灯不亮")):
        routed = route(asked, BOOK)
        assert routed.gate is not None
        assert (routed.gate.acts, routed.gate.target) == ("outside", "city")
        assert routed.office is None
        assert routed.because[-1].rule == "triage.outside"
        assert "移交" in routed.because[0].say
    away = route(Asked(text="路灯不亮", place="长沙市岳麓区"), BOOK)
    assert away.gate is not None
    assert away.gate.target == "elsewhere"


@pytest.mark.parametrize(
    "asked",
    [
        Asked(text="我是鼎城区人，住在武陵区，路灯不亮"),
        Asked(text="鼎城区来的货车压坏了路灯", place="启明街道"),
        Asked(text="鼎城区来的车压坏了路灯", street="430702001"),
    ],
)
def test_who_names_our_district_stays_here(asked: Asked) -> None:
    routed = route(asked, BOOK)
    assert routed.gate is None
    assert routed.office == "urban"


@pytest.mark.parametrize("matter", ["petition", "reconsideration", "litigation"])
def test_a_number_with_a_petition_or_suit_open_is_told_of(matter: str) -> None:
    routed = route(Asked(text="路灯不亮", open_matters=(matter,)), BOOK)
    assert routed.gate is not None
    assert (routed.gate.acts, routed.gate.target) == ("legal", "pending")
    assert routed.gate.article == "《信访工作条例》第十九条第三款"
    assert routed.office == "urban", "it may be another matter: told, not refused"
    assert route(Asked(text="路灯不亮", open_matters=("work_order",)), BOOK).gate is None


def test_every_legal_path_is_told_with_its_article_and_where_to_go() -> None:
    for watch in BOOK.gates.watches:
        gate = watch.gate
        assert gate.ground in gate.told
        if gate.acts == "legal":
            assert gate.article
            assert gate.address
            assert gate.address in gate.told
    limits = {watch.gate.code: watch.gate.limit for watch in BOOK.gates.watches}
    assert "60日" in limits["legal.reconsideration"]
    assert "6个月" in limits["legal.court"]
    assert "20个工作日" in limits["legal.disclosure"]
