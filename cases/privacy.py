"""What is taken out of free text before it is indexed: numbers, names and addresses that point to one person.

Text is written by citizens and by agents in a hurry, so this is broad on purpose: a search that misses a number
harms nobody, an index that lists one does. Who is looked for by number or name is found by blind index.
"""

import re
from collections.abc import Iterable

from cases.numbers import parse_number

NUMBER, NAME, PLATE, MAIL, PLACE = "［号码］", "某某", "［车牌］", "［邮箱］", "［住址］"
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛范彭郎鲁韦昌马苗"
    "凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛"
    "禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡"
    "凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程邢裴陆荣翁荀甄曲封芮储靳段焦谷侯宓全班"
    "仇宁栾甘厉祖武符刘景詹束龙叶司黎薄印白怀蒲邰鄂索赖卓蔺屠蒙池乔阴谭党翟谭贡姬申冉桑桂牛寿通边扈燕尚农温庄"
    "晏柴瞿阎连习艾鱼容向古易慎戈廖庾终居衡步都耿满弘匡文寇广禄欧聂晁勾敖冷辛阚那简饶曾沙养鞠关查游竺权盖益桓公"
    "向肖闫付邝覃涂佘危旷代岳帅"
)
_DOUBLE = "欧阳|司马|上官|诸葛|皇甫|尉迟|令狐|司徒|慕容|公孙|夏侯|东方|南宫"
_SURNAME = f"(?:{_DOUBLE}|[{_SURNAMES}])"
_CUES = "我叫|我是|本人|名叫|姓名|联系人|投诉人|举报人|来电人|反映人|申请人|被申请人|当事人|户主|业主|法人代表|法定代表人|负责人|经办人"
_NEXT = r"电话|手机|身份|联系|住|家住|系|是|为|在|男|女|先生|女士|小姐|同志|反映|来电|投诉|举报|说|称|[，,。；;、：:（(\s）)]|$"
_TITLES = "先生|女士|小姐|师傅|大爷|大妈|大姐|大哥|阿姨|老板|医生|老师|律师|经理|主任|局长|科长|书记|警官"
_RULES = (
    (re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), MAIL),
    (re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·.\s]?[A-Za-z0-9]{5,6}(?![A-Za-z0-9])"),
     PLATE),
    (re.compile(r"[〇零一二三四五六七八九幺两]{7,}"), NUMBER),
    (re.compile(rf"({_CUES})([：:\s]*(?:是|叫|为|姓名[：:]?)?\s*){_SURNAME}[一-龥]{{1,2}}?(?={_NEXT})"), rf"\1\g<2>{NAME}"),
    (re.compile(rf"(我叫|名叫|姓名)([：:\s]*){_SURNAME}[一-龥]{{1,2}}"), rf"\1\g<2>{NAME}"),
    (re.compile(rf"{_SURNAME}[一-龥]{{0,2}}?(?={_TITLES})"), "某"),
)  # fmt: skip
_DIGITS = re.compile(r"(?<![0-9])\+?\d(?:[ \-－—–.]{0,2}\d){6,}(?:[ -]?[Xx])?")


def scrubbed(text: str, known: Iterable[str] = ()) -> str:
    """`text` without what points to a person: seven digits and more in a row (a public case number may stay),
    spoken ones, plates, mail, names by their cue or title, and the `known` words of the case's own party."""
    for word in sorted(filter(None, known), key=len, reverse=True):
        text = text.replace(word, NAME)
    text = _DIGITS.sub(_number, text)
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return text


def _number(found: re.Match[str]) -> str:
    return found[0] if parse_number(found[0]) is not None else NUMBER
