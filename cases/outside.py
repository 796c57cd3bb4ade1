"""Limits that no procedure carries, each with the reason: duties of the house itself, other cities' examples,
periods of others that no case file of ours follows. `hotline due` counts them all the same.
"""

from datetime import date
from typing import Literal

from cases.clocks import Binds, Clock, Extends, Given
from cases.law import Article, Law, Length, Unit, days, hours, months, working_days, years
from cases.procedures.litigation_clocks import LAW as AL
from cases.procedures.litigation_clocks import NOTES as ALI

Verified = Literal["text", "secondary", "memory"]
Outside = tuple[Clock, str, str, Verified]  # the clock, why it is outside, who may extend it, how it is known

GI = Law("政府信息公开条例", date(2019, 5, 15), key="GI", note="国务院令第711号")
GD = Law("政务数据共享条例", date(2025, 8, 1), key="GD", note="国务院令第809号")
CS = Law("网络安全法", date(2026, 1, 1), key="CS", note="2025年10月28日修正")
CSR = Law("国家网络安全事件报告管理办法", date(2025, 11, 1), key="CSR")
ND = Law("网络数据安全管理条例", date(2025, 1, 1), key="ND", note="国务院令第790号")
PI = Law("个人信息保护法", date(2021, 11, 1), key="PI")
PIA = Law("个人信息保护合规审计管理办法", date(2025, 5, 1), key="PIA")
MLPS = Law("信息安全等级保护管理办法", date(2007, 6, 22), key="MLPS", note="公通字〔2007〕43号")
CR = Law("商用密码管理条例", date(2023, 7, 1), key="CR")
HN = Law("湖南省行政程序规定", date(2008, 10, 1), key="HN", note="2008年文本；2018、2022年修改未核")
HT_GB = Law("GB/T 33358-2016 政府热线服务规范", date(2017, 7, 1), key="HT_GB")
HT_WF = Law("潍坊市12345政务服务便民热线条例", date(2021, 12, 15), key="HT_WF")
HT_JN = Law("济南市12345市民服务热线条例", date(2018, 9, 1), key="HT_JN")
HT_SD = Law("山东省政务服务热线管理办法", date(2020, 1, 1), key="HT_SD")
HT_XT = Law("湘潭市12345热线人大代表专席做法（新闻）", date(2022, 10, 20), key="HT_XT")
BEIJING = Article("北京市接诉即办派单时限（二手资料）", "", None, "HT_BJ")

HOUSE = "本单位自身的安全与数据管理义务，不是个案的期限"
EXAMPLE = "外地或标准的示例；本市以城市规则文件的工单期限为准"
SHARING = "部门间数据共享的期限，不在个案卷宗中办理"
BEFORE_SUIT = "起诉之前或者法院立案阶段的期限，被告收到起诉状副本以前没有应诉案卷"
PUBLISHING = "主动公开和年度报告的义务，不是依申请办理的个案"
DEFAULT = "没有专门规定时的一般期限，条号和现行文本待核；法律、法规另有期限的从其规定"


ROLLING = {"al": "《行政诉讼法》解释第四十八条第三款", "hn": "类推《民法典》第二百零三条"}  # 届满日为休息日的顺延
BINDS = {"al.sue": Binds.CITIZEN, "al.extend": Binds.CITIZEN, "al.court": Binds.COURT, "al.duty": Binds.CITIZEN,
         "al.duty.wait": Binds.RESPONDENT}


def _limit(
    clock_id: str, title: str, article: Article, length: Length | Given, way: str, more: Length | None = None
) -> Clock:
    """A clock that no steps move: `way` is `from what → to what` in words."""
    starts, _, stops = way.partition("→")
    family = clock_id.split(".")[0]
    return Clock(
        clock_id, title, article, length, starts=frozenset({starts}), stops=frozenset({stops}),
        extends=Extends("", more, cap=more) if more else None,
        rolls=family in ROLLING,
        soft=family == "ht" and article.key in ("HT_GB", "HT_XT", "HT_BJ"),
        watched=False, binds=BINDS.get(clock_id) or BINDS.get(clock_id.rpartition(".")[0], Binds.OFFICE),
    )


SECURITY: tuple[Outside, ...] = (
    (_limit("sec.log.retain", "网络日志留存", CS.article("23(3)"), months(6), "日志形成→可以删除"), HOUSE, "", "text"),
    (_limit("sec.incident.report", "较大以上网络安全事件报告", CSR.article("4"), hours(4), "发现事件→报省级网信部门"),
     HOUSE, "", "text"),
    (_limit("sec.incident.report_central", "较大以上网络安全事件报告（中央和国家机关）", CSR.article("4"), hours(2),
            "发现事件→报本部门网信机构"), HOUSE, "", "text"),
    (_limit("sec.incident.report_cii", "较大以上网络安全事件报告（关键信息基础设施）", CSR.article("4"), hours(1),
            "发现事件→报保护工作部门和公安机关"), HOUSE, "", "text"),
    (_limit("sec.incident.summary", "网络安全事件总结报告", CSR.article("事后报告（条号未核）"), days(30),
            "处置结束→报送总结"), HOUSE, "", "memory"),
    (_limit("sec.vuln.report", "危害国家安全、公共利益的风险报告", ND.article("10"), hours(24), "发现风险→报有关主管部门"),
     HOUSE, "", "text"),
    (_limit("sec.pi.assessment_keep", "个人信息保护影响评估记录保存", PI.article("56(2)"), years(3), "作出评估→可以删除"),
     HOUSE, "", "text"),
    (_limit("sec.pi.entrust_keep", "提供、委托处理个人信息的记录保存", ND.article("12(1)"), years(3), "提供或委托→可以删除"),
     HOUSE, "", "text"),
    (_limit("sec.gd.use_keep", "共享数据使用记录保存", GD.article("29(2)"), years(3), "使用共享数据→可以删除"),
     HOUSE, "", "text"),
    (_limit("sec.pi.audit", "个人信息保护合规审计", PIA.article("4（条号未核）"), years(2), "上次审计→下次审计"),
     HOUSE, "", "secondary"),
    (_limit("sec.mlps.assess", "三级系统等级测评", MLPS.article("14"), years(1), "上次测评→下次测评"),
     HOUSE, "", "memory"),
    (_limit("sec.crypto.assess", "商用密码应用安全性评估", CR.article("38(2)"), years(1), "上次评估→下次评估"),
     HOUSE, "", "text"),
)

DATA: tuple[Outside, ...] = (
    (_limit("gd.answer.unconditional", "答复无条件共享申请", GD.article("21(1)"), working_days(1), "收到共享申请→答复"),
     SHARING, "", "text"),
    (_limit("gd.answer.conditional", "答复有条件共享申请", GD.article("21(1)"), working_days(10), "收到共享申请→答复",
            working_days(10)), SHARING, "同级数据共享主管部门", "text"),
    (_limit("gd.deliver", "提供共享数据", GD.article("22"), working_days(20), "同意共享→提供数据"), SHARING, "", "text"),
    (_limit("gd.correct", "校核共享数据", GD.article("26(2)"), working_days(10), "收到校核申请→更正并告知"),
     SHARING, "", "text"),
)

PROVINCE: tuple[Outside, ...] = (
    (_limit("hn.limit.single", "单一机关办结", HN.article("81(1)(1)"), days(20), "受理申请→办结", days(10)),
     DEFAULT, "本机关负责人", "secondary"),
    (_limit("hn.limit.joint", "多个机关办结", HN.article("81(1)(2)"), days(45), "受理申请→办结", days(15)),
     DEFAULT, "本级人民政府负责人", "secondary"),
    (_limit("hn.limit.tier", "下级审查上级批准", HN.article("81(1)(3)"), days(20), "收到事项→审查完毕"),
     DEFAULT, "", "secondary"),
    (_limit("hn.limit.ex_officio", "依职权启动的办结", HN.article("81(1)(4)"), days(60), "启动程序→办结", days(30)),
     DEFAULT, "本机关负责人", "secondary"),
)

HOTLINE: tuple[Outside, ...] = (
    (_limit("ht.answer.phone", "电话接听", HT_GB.article("服务要求（条号未核）"), Length(15, Unit.SECOND), "来电→接听"),
     EXAMPLE, "", "secondary"),
    (_limit("ht.answer.message", "短信等回应", HT_GB.article("服务要求（条号未核）"), Length(3, Unit.MINUTE),
            "收到消息→回应"), EXAMPLE, "", "secondary"),
    (_limit("ht.answer.mailbox", "信箱回应", HT_GB.article("服务要求（条号未核）"), hours(24), "收到来信→回应"),
     EXAMPLE, "", "secondary"),
    (_limit("ht.handle.weifang", "办理（潍坊）", HT_WF.article("20"), working_days(5), "派单→办结并答复"),
     EXAMPLE, "", "text"),
    (_limit("ht.handle.jinan", "办理（济南）", HT_JN.article("24"), working_days(5), "派单→答复并反馈"),
     EXAMPLE, "", "text"),
    (_limit("ht.handle.shandong", "办理（山东）", HT_SD.article(""), working_days(5), "派单→办结并答复",
            working_days(10)), EXAMPLE, "热线工作机构", "secondary"),
    (_limit("ht.return.shandong", "退单（山东）", HT_SD.article(""), working_days(2), "派单→说明理由退回"),
     EXAMPLE, "", "secondary"),
    (_limit("ht.handle.xiangtan", "办理（湘潭）", HT_XT.article(""), working_days(5), "签收→办结并答复",
            working_days(5)), EXAMPLE, "报道未说明", "secondary"),
    (_limit("ht.handle.beijing_urgent", "紧急事项响应（北京）", BEIJING, hours(2), "派单→响应"), EXAMPLE, "", "secondary"),
    (_limit("ht.handle.beijing_utilities", "水电气热响应（北京）", BEIJING, hours(24), "派单→响应"),
     EXAMPLE, "", "secondary"),
    (_limit("ht.handle.beijing_general", "一般事项办理（北京）", BEIJING, days(7), "派单→办结并答复"),
     EXAMPLE, "", "secondary"),
)

SUITS: tuple[Outside, ...] = (
    (_limit("al.sue.cap_real_estate", "起诉（不动产最长期限）", AL.article("46(2)"), years(20), "行为作出→起诉"),
     BEFORE_SUIT, "", "text"),  # 法释〔2026〕3号第三条缩小了不动产案件的范围
    (_limit("al.sue.cap_other", "起诉（最长期限）", AL.article("46(2)"), years(5), "行为作出→起诉"),
     BEFORE_SUIT, "", "text"),
    (_limit("al.sue.uninformed_cap", "起诉（未告知起诉期限的最长期限）", ALI.article("64(1)-(2)"), years(1),
            "知道行为内容→起诉"), BEFORE_SUIT, "", "text"),
    (_limit("al.duty.wait", "等待行政机关履行职责", AL.article("47(1)"), months(2), "行政机关收到申请→履行或拒绝"),
     BEFORE_SUIT, "", "text"),
    (_limit("al.duty.sue", "起诉（不履行职责）", ALI.article("66"), months(6), "履行期限届满→起诉"),
     BEFORE_SUIT, "", "text"),
    (_limit("al.extend.request", "申请延长起诉期限", AL.article("48(2)"), days(10), "障碍消除→申请"),
     BEFORE_SUIT, "", "text"),
    (_limit("al.court.docket", "法院立案", AL.article("51(2)"), days(7), "收到起诉状→决定是否立案"),
     BEFORE_SUIT, "", "text"),
    (_limit("al.court.serve_complaint", "法院发送起诉状副本", AL.article("67(1)"), days(5), "立案→发送副本"),
     BEFORE_SUIT, "", "text"),
)

DISCLOSURE: tuple[Outside, ...] = (
    (_limit("gi.publish", "主动公开信息", GI.article("26"), working_days(20), "信息形成或变更→公开"), PUBLISHING, "", "text"),
    (_limit("gi.report.department", "部门年度报告", GI.article("49(1)"), Given("by", Unit.DAY), "年度终了→1月31日前公布"),
     PUBLISHING, "", "text"),
    (_limit("gi.report.government", "政府年度报告", GI.article("49(2)"), Given("by", Unit.DAY), "年度终了→3月31日前公布"),
     PUBLISHING, "", "text"),
)

OUTSIDE = SUITS + DISCLOSURE + SECURITY + DATA + PROVINCE + HOTLINE
