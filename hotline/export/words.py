"""What the verifier of a case file is told, in the file itself: how to check it with what every machine has."""

README = """\
案件卷宗 @NUMBER@（@TITLE@）

本压缩包是一件案件的完整卷宗，可以脱离原系统核对：记录有没有被改动，每一个期限是怎样算出来的。
导出时间：@AT@（协调世界时）。当事人信息：@PARTIES@。

一、有哪些文件

  case.json        封面：编号、程序、环节、事件数、末次摘要、文书和附件目录
  events.jsonl     全部事件，一行一个，按登记先后；facts 是封存时的原文，一个字节也没有动
  procedure.json   程序定义：环节、步骤、每一个期限的依据和长短（即计算所用的版本）
  city.json        本市规则：办公时间、由本市确定的期限及其生效日期、单位名称
  calendar.json    日历：每年的放假和调休，以及放假通知的名称；没有列出的年份尚无通知，日期为暂定
  readings.json    每一个期限的读数：依据、起算事件、长度、暂停、延长、顺延、届满，以及逐日是否计入和理由
  parties.json     当事人（是否隐去见上）
  letters/         已签发的文书（Word 和 PDF），签发时已固定摘要
  attachments/     当事人提交的附件，以其摘要为文件名
  SHA256SUMS       以上每个文件的 SHA-256

二、不用任何专门软件怎样核对

1. 整个压缩包：最后64个字符是前面全部内容的 SHA-256，两条命令的结果应当相同（Linux、macOS）：

     head -c -64 @NUMBER@.zip | sha256sum
     tail -c 64 @NUMBER@.zip

2. 每个文件：解开后在同一目录执行，应当全部为 OK：

     sha256sum -c SHA256SUMS

   Windows 可以用 certutil -hashfile 文件名 SHA256 逐个核对。

3. 摘要链：每个事件的摘要（digest）是以下两段文字相接后的 SHA-256：上一个事件的摘要（第一个事件用64个0），
   和一个 JSON 数组［案件号, seq, step, at, recorded_at, by, facts］（UTF-8，没有空格，facts 作为字符串）。
   改动任何一个事件，或者增减、调换事件，其后的摘要就都对不上。解开后在同一目录，用任何一台装有 Python 3 的
   计算机执行（不需要安装别的东西）：

-----8<-----
import hashlib, json
case = json.load(open("case.json", encoding="utf-8"))
number, before = int(case["number"].split("-")[0]), "0" * 64
for line in open("events.jsonl", encoding="utf-8"):
    e = json.loads(line)
    content = [number, e["seq"], e["step"], e["at"], e["recorded_at"], e["by"], e["facts"]]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    before = hashlib.sha256((before + text).encode("utf-8")).hexdigest()
    print(e["seq"], e["title"], "相符" if before == e["digest"] else "不符")
print("末次摘要", "相符" if before == case["last_digest"] else "不符")
-----8<-----

4. 期限：打开 readings.json，找到要核对的期限。start_event 是起算事件，对照 events.jsonl 中同一 seq 的时间；
   article 是依据，对照 procedure.json（本市自定的对照 city.json）中的长短；days 逐日列出计入与不计入及理由，
   对照 calendar.json 和国务院办公厅的放假通知数一遍，即得 last_day；rolled_to 是遇休息日顺延到的日子。

5. 文书和附件：letters/ 和 attachments/ 中文件的 SHA-256 应当等于 case.json 所载的（docx、pdf、digest）。

三、用本系统的程序核对

     hotline verify @NUMBER@.zip

   不需要数据库、设置和网络。它核对以上各项，并从事件、日历和定义重新计算每一个期限，与 readings.json 逐字比较；
   有不符时说出第一处，退出码为1。

四、摘要能证明什么，不能证明什么

   摘要能发现任何无意或者局部的改动。但是摘要人人会算：有人若把整个卷宗连同全部摘要重新做一遍，单看卷宗发现不了。
   所以还应当向导出机关核对末次摘要，它在该机关的案件记录里：

     @LAST@

   导出机关的操作记录里另有本压缩包的 SHA-256（sha256sum @NUMBER@.zip）。

五、个人信息

   默认隐去当事人的姓名、电话、证件号码和地址。事件原文、文书和附件为保持可核对而未作改动，其中可能有个人信息，
   请按卷宗保管，不要外传。
"""


def readme(**known: str) -> str:
    """The text with what is known of the case put in."""
    text = README
    for name, said in known.items():
        text = text.replace(f"@{name.upper()}@", said)
    return text
