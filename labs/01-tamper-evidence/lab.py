# %% [markdown] lang="en"
# # Tamper evidence
# A log that nobody can alter unnoticed, not even the one who keeps it.
#
# A cold store keeps vaccines. Every hour its computer notes the time, the room and the temperature; above 8 °C a batch has to be destroyed. At eight in the morning it notes 9.8.
#
# The log is a file, and a file can be edited. Weeks later an inspector reads 4.8, and nothing in the file says that it was ever different.
#
# Nobody can keep the owner of a computer from writing to it. But a change can be made to **show**, and to show where it is. You will link the records of a log with hashes and find the place where somebody meddled. Then you change sides: you compute the links anew, and break two logs whose builders cut a corner. In the end you know why the last value that you compute has to be printed somewhere else, if the log is to prove anything.

# %% [markdown] lang="zh"
# # 篡改留痕
# 一份日志，谁改了都瞒不住，连保管它的人也不例外。
#
# 一座冷库里放着疫苗。电脑每小时记一笔：时间、库房、温度；超过 8 ℃，整批疫苗就得销毁。早上八点，它记下的是 9.8。
#
# 日志是一个文件，文件就能改。几个星期后，检查人员来查，看到的是 4.8；光看文件，一点也看不出这个数被改过。
#
# 电脑归冷库自己管，冷库的人要往里写什么，谁也拦不住。但可以做到：一改就**留下痕迹**，还能看出改在哪里。在这个实验里，你先用哈希把日志里的记录一条条链接起来，找出被人动过的地方；然后换个角色，扮一回造假的人，把链接重新算一遍，再攻破两种有漏洞的做法。最后你会明白：要让日志能作证，为什么必须把最后算出的那个值公布到别处去。

# %% [markdown] lang="en"
# ## How this works
# - Run the cell below this text first (click into it and press Shift+Enter, or ▶ at the top): its table follows your tests as you run them; in the course's own page, a click on the points at the top opens it, too. A cell that runs for more than 20 seconds is stopped, so an endless loop does no harm.
# - Put your code in place of the line `raise NotImplementedError()`, then run the test cell below. No message means passed. `NotImplementedError` means that a task has no code yet. Otherwise read the **last line** of the error (the table shows it, too): it tells you what to look at. If it is one of Python's own errors, find the line of yours that `---->` points at. If several tests fail, begin with the first.
# - The first line of a test cell says what it is worth: 30 points in all. When your work is graded, further tests run that you cannot see here. They try the edge cases, so every sentence of a task counts.
# - Later tasks call the functions of earlier ones: start at the top, and run every code cell on the way, those that are given too: a `NameError` in a test names what was not run. The two hash functions that you need are given: `sha256(data)` and `sm3(data)` take bytes and return 32 bytes. People who know Python take two and a half to three hours for the whole, and longest for task 9; a pause does no harm: save the notebook, and run it from the top when you come back. Leave the cell with `SEED` as it is: the grader draws its examples from it.

# %% [markdown] lang="zh"
# ## 怎么做
# - 先运行这段文字下面的单元格（点一下它，按 Shift+Enter，或点上方的 ▶）：它给出一张进度表，每运行一个测试就更新一次；在课程网页里做实验时，点页面上方的分数，随时能打开这张表。单元格运行超过 20 秒会自动中止，写出死循环也不要紧。
# - 用你的代码换掉 `raise NotImplementedError()` 那一行，然后运行下面的测试单元格。什么都不显示，就是通过。报 `NotImplementedError`，说明这个任务还没有写。其他报错，就看**最后一行**（进度表里也有），它会告诉你该看哪里；如果是 Python 自己的报错，再找 `---->` 指着的、你自己写的那一行。有好几项没通过时，先改最前面的一项。
# - 测试单元格的第一行写着分值，总共 30 分。正式评分时还会运行一些这里看不到的测试，专查边界情况，所以任务里的每句话都要仔细看、照着做。
# - 后面的任务会用到前面写好的函数，请从头做起；途中的代码单元格，现成的也都要运行：测试里报 `NameError`，就是定义那个名字的单元格还没运行。要用的两个哈希函数（国家标准里叫杂凑函数）已经给出：`sha256(data)` 和 `sm3(data)`，传入字节串，返回 32 个字节。会写 Python 的人，全部做完大约要两个半到三个小时，任务 9 最费时间；中途停下也没关系：保存好，回来时从头运行一遍即可。写着 `SEED` 的单元格不用动，评分程序用它生成测试数据。

# %% figure=true
from minichain.learn import save_progress, watch_progress
watch_progress("«lab.tests»", lang="«lab.lang»", lab="«lab.id»", version="«lab.version»")

# %% parameters=true
SEED = 0

# %%
from minichain.crypto.hashing import sha256, sm3

HASHES = {"sha256": sha256, "sm3": sm3}
START = bytes(32)

# «logbook»
LOGBOOK = [
    ["06:00", "room 1", "4.2"],
    ["07:00", "room 1", "4.3"],
    ["08:00", "room 1", "9.8"],
    ["09:00", "room 1", "5.1"],
    ["10:00", "room 1", "4.4"],
    ["11:00", "room 1", "4.2"],
]
PRINTED_HEAD = bytes.fromhex("5551415ef4b939b8202613edf038eadee8f6ab21b0d8aa0727baeb4b8301e52a")

# %% [markdown] lang="en"
# ## Look first
# A hash function turns any bytes into 32 bytes, their **digest**. Nobody knows a way to find two inputs with the same digest. That is what this lab rests on.
#
# Choose a single bit of the text to be flipped, and count what becomes of the 256 bits of the digest: that is the **avalanche**. (By keyboard: Tab to a list, Space to open it, arrow keys, Enter.)

# %% [markdown] lang="zh"
# ## 先看一看
# 哈希函数把任意一串字节变成 32 个字节，这 32 个字节就叫那串字节的**哈希值**，也叫**摘要**（digest）。至今没有人知道怎样找出摘要相同的两个输入：整个实验都建立在这一点上。
#
# 翻转下面这段文本里的一个比特，看看摘要的 256 个比特变了多少。输入只变一个比特，摘要就有一半左右的比特跟着变，这叫**雪崩效应**（avalanche effect）。（用键盘操作：按 Tab 移到下拉列表，按空格展开，用方向键选择，按回车确定。）

# %% figure=true
from minichain.learn import show_avalanche
show_avalanche("08:00 9.8", lang="«lab.lang»")

# %% [markdown] lang="en"
# Now the log. On the left are the records. Each box in the middle is a **link**, the digest of the link above it and the record beside it; the last one is the **head**, the end at which the log grows, and it was printed in the newspaper. Alter record 2: its 9.8 becomes 4.8. Where does it show? Then let the forger compute links anew, one first, then all. Where does it show now?

# %% [markdown] lang="zh"
# 再看日志。左边是记录；中间一列，每个方框是一个**链接**（这里不是网址，而是一个 32 字节的值）：它是把上面的链接和左边的记录接在一起求得的哈希值。最后一个链接叫**链头**（head）：新记录总往这一端接，所以叫“头”。这份日志的链头已经公布在报纸上。改动记录 2，它的 9.8 就成了 4.8；看看哪里露了馅。再让造假的人重算链接，先只算一个，再全部重算。这时哪里露了馅？

# %% figure=true
from minichain.learn import show_hash_chain
show_hash_chain(LOGBOOK, lang="«lab.lang»")

# %% [markdown] lang="en"
# ## 1 · One record, one row of bytes
# A hash function reads bytes, and a record is a list of texts. So it must be written as bytes, in such a way that no **other** record is written the same. Simply joined, `["ab", "c"]` and `["a", "bc"]` would both be `abc`. A comma in between is no way out, because a text may hold a comma itself.
#
# What works is to write in front of each text how long it is. Here two hexadecimal digits stand for each byte:
#
# ```text
# ["ab", "c"]  →  00 00 00 02 61 62   00 00 00 01 63
#                 length 2    a  b    length 1    c
# ```
#
# The text is written in UTF-8. Its length is counted **in bytes**, and takes 4 bytes itself, the most significant byte first (big endian): `(3).to_bytes(4, "big")`. One character can be several bytes: 温 is three. An empty text is just its length, four zero bytes; a record without any text is no bytes at all.

# %% [markdown] lang="zh"
# ## 1 · 一条记录，一串字节
# 哈希函数读的是字节，而记录是一组文本（字符串）。所以要先把它编码成字节，而且任何两条**不同**的记录，编码都不能相同。直接拼起来的话，`["ab", "c"]` 和 `["a", "bc"]` 都成了 `abc`。中间加个逗号也不行，因为文本里本来就可能有逗号。
#
# 可行的办法是在每段文本前面写明它有多长。下面每两位十六进制数表示一个字节：
#
# ```text
# "ab"         →  00 00 00 02 61 62
# "c"          →  00 00 00 01 63
# ["ab", "c"]  →  00 00 00 02 61 62   00 00 00 01 63
# ```
#
# 前 4 个字节是长度，后面才是文本：61、62、63 分别是 a、b、c。
#
# 文本用 UTF-8 编码。长度指**字节**的个数，本身占 4 个字节，高位字节在前（大端序）：`(3).to_bytes(4, "big")`。一个字符可能占好几个字节：“温”占三个。空字符串只写长度，也就是四个值为 0 的字节；一段文本都没有的记录，编码就是空字节串。

# %% task="encoding"
def encode_record(record: list[str]) -> bytes:
    """«encode_record»

    «encode_record.more»
    """
    ### BEGIN SOLUTION
    texts = [text.encode() for text in record]
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)
    ### END SOLUTION

# %% test="encoding" points=3
given_answer = encode_record(["ab", "c"])
assert isinstance(given_answer, bytes), f"«returned» {type(given_answer).__name__} → «encoding.bytes»"
assert encode_record(["ab", "c"]) != encode_record(["a", "bc"]), "«encoding.apart»"
assert encode_record(["ab", "c"]).hex(" ") == "00 00 00 02 61 62 00 00 00 01 63", "«encoding.example»"
assert encode_record(["温"]).hex(" ") == "00 00 00 03 e6 b8 a9", "«encoding.utf8»"
assert encode_record(["", "a"]).hex(" ") == "00 00 00 00 00 00 00 01 61", "«encoding.empty»"
### BEGIN HIDDEN TESTS
import random
import struct
given_draw = random.Random(f"{SEED}/encoding")
for given_length in (0, 1, 9, 10, 255, 256, 257, 70_000):
    given_text = "".join(given_draw.choices("aZ 09,.;|\x00é温度🧊", k=given_length))
    given_bytes = given_text.encode("utf-8")
    expected = struct.pack(">I", len(given_bytes)) + given_bytes
    assert encode_record([given_text]) == expected, "«encoding.any-length»"
    assert encode_record([given_text, "", given_text]) == expected + bytes(4) + expected, "«encoding.any-number»"
assert encode_record([]) == b"", "«encoding.none»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 2 · A link
# ```text
# link = H(previous link ‖ bytes of the record)
# ```
#
# ‖ puts bytes one after another. The previous link always has 32 bytes, so nobody can mistake where it ends, and no length need stand in front of it. Before the first record there is no link; `START`, 32 zero bytes, stands for it.
#
# H is a hash function, and `hash_name` says which: `"sha256"`, or `"sm3"`, the function of China's standard GB/T 32905. `HASHES[hash_name]` is the function itself. The standard's own first example is SM3 of `abc`; it must begin with `66c7f0f4`:

# %% [markdown] lang="zh"
# ## 2 · 一个链接
# ```text
# 链接 = H(前一个链接 ‖ 记录的字节串)
# ```
#
# ‖ 表示把字节首尾相接。前一个链接固定为 32 个字节，边界不会弄错，不必再写长度。第一条记录前面没有链接，用 `START` 代替，也就是 32 个值为 0 的字节。
#
# H 是一个哈希函数，由 `hash_name` 指定：`"sha256"`，或者国家标准 GB/T 32905 规定的 `"sm3"`。`HASHES[hash_name]` 就是那个函数。标准里的第一个示例就是 `abc` 的 SM3 杂凑值，应以 `66c7f0f4` 开头：

# %%
print(sm3(b"abc").hex())

# %% task="link"
def hash_link(previous: bytes, record: list[str], hash_name: str = "sha256") -> bytes:
    """«hash_link»

    «hash_link.more»
    """
    ### BEGIN SOLUTION
    return HASHES[hash_name](previous + encode_record(record))
    ### END SOLUTION

# %% test="link" points=2
given_link = hash_link(START, ["ab", "c"])
assert isinstance(given_link, bytes) and len(given_link) == 32, f"«returned» {type(given_link).__name__} → «link.raw»"
assert hash_link(given_link, ["ab", "c"]) != given_link, "«link.previous»"
assert hash_link(START, ["a", "bc"]) != given_link, "«link.boundary»"
assert given_link.hex().startswith("237fbdce"), "«link.sha256»"
assert hash_link(START, ["ab", "c"], "sm3").hex().startswith("1a6b6387"), "«link.sm3»"
### BEGIN HIDDEN TESTS
import hashlib
import random
import struct
given_draw = random.Random(f"{SEED}/link")
for given_length in (0, 1, 24, 60, 300):
    given_previous, given_text = given_draw.randbytes(32), "".join(given_draw.choices("abc 012.", k=given_length))
    given_written = struct.pack(">I", given_length) + given_text.encode() + struct.pack(">I", 2) + b"no"
    assert hash_link(given_previous, [given_text, "no"]) == hashlib.sha256(given_previous + given_written).digest(), "«link.any-sha256»"
    assert hash_link(given_previous, [given_text, "no"], "sm3") == sm3(given_previous + given_written), "«link.any-sm3»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 3 · The log
# A log is a list of entries, oldest first. An entry is a tuple `(record, link)`: the record as it was given, and its link. The link of the first record is made with `START`, every other with the link of the entry before. Without records the log is `[]`.
#
# `hash_name` says which hash function the log is made with. Hand it on to `hash_link`, here and in every later task that has it.

# %% [markdown] lang="zh"
# ## 3 · 日志
# 日志是一列按先后排好的条目，最早的在前。每个条目是一个元组 `(record, link)`：记录（原样保留）和它的链接。第一条记录的链接用 `START` 来算，其余的用前一个条目的链接来算。一条记录都没有，日志就是 `[]`。
#
# `hash_name` 指定日志用哪个哈希函数。请把它原样传给 `hash_link`；后面凡是带 `hash_name` 的任务，也都一样。

# %% task="log"
def build_log(records: list[list[str]], hash_name: str = "sha256") -> list[tuple[list[str], bytes]]:
    """«build_log»

    «build_log.more»
    """
    ### BEGIN SOLUTION
    log = []
    previous = START
    for record in records:
        previous = hash_link(previous, record, hash_name)
        log.append((record, previous))
    return log
    ### END SOLUTION

# %% test="log" points=3
given_answer = build_log([])
assert given_answer == [], f"«returned» {given_answer!r} → «log.empty»"
given_log = build_log(LOGBOOK)
assert len(given_log) == 6, "«log.size»"
assert isinstance(given_log[0], tuple) and given_log[0][0] == LOGBOOK[0], "«log.entry»"
assert given_log[0][1] == hash_link(START, LOGBOOK[0]), "«log.first»"
assert given_log[1][1] == hash_link(given_log[0][1], LOGBOOK[1]), "«log.second»"
assert given_log[5][1] == PRINTED_HEAD, "«log.head»"
assert build_log(LOGBOOK[:1], "sm3")[0][1] == hash_link(START, LOGBOOK[0], "sm3"), "«log.sm3»"
### BEGIN HIDDEN TESTS
import hashlib
import random
import struct


def expected_log(records, compute_hash):
    log, digest = [], bytes(32)
    for record in records:
        digest = compute_hash(digest + b"".join(struct.pack(">I", len(text)) + text.encode() for text in record))
        log.append((record, digest))
    return log


given_draw = random.Random(f"{SEED}/log")
for given_size in (1, 2, 3, 8, 40):
    given_records = [["".join(given_draw.choices("abc 012.", k=given_draw.randrange(9))) for _ in range(3)] for _ in range(given_size)]
    assert build_log(given_records) == expected_log(given_records, lambda data: hashlib.sha256(data).digest()), "«log.any-sha256»"
    if given_size < 9:
        assert build_log(given_records, "sm3") == expected_log(given_records, sm3), "«log.any-sm3»"
given_records = [["same"]] * 4
assert build_log(given_records) == expected_log(given_records, lambda data: hashlib.sha256(data).digest()), "«log.any-sha256»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 4 · The first place that does not fit
# Now you are the inspector. You are given a log, and somebody may have edited it: a record, a link, an entry taken out, put in, or exchanged with another.
#
# Return the number (from 0) of the **first** entry whose link does not follow from its own record and the link that stands before it in the log, or `None` if they all do. The links in the log may have been forged, too. Do not trust that one is 32 bytes long: compare whole values, with `!=`.

# %% [markdown] lang="zh"
# ## 4 · 第一处对不上的地方
# 现在你是检查人员。交到你手里的日志可能被人动过：改记录、改链接、删掉或插入条目，或者对调两个条目。
#
# 每个条目的链接，都应当等于用本条记录和日志里存着的前一个链接算出的值。返回**第一个**对不上的条目的编号（从 0 数起）；全都对得上，就返回 `None`。链接也可能是造假的人随手填的，不一定正好 32 个字节：直接用 `!=` 比较整个值。哪怕只有一个字节不同，或长度不同，也算对不上。

# %% task="verify"
def verify_log(log: list[tuple[list[str], bytes]], hash_name: str = "sha256") -> int | None:
    """«verify_log»

    «verify_log.more»
    """
    ### BEGIN SOLUTION
    previous = START
    for number, (record, link) in enumerate(log):
        if link != hash_link(previous, record, hash_name):
            return number
        previous = link
    return None
    ### END SOLUTION

# %% test="verify" points=4
given_log = build_log(LOGBOOK)
assert verify_log(given_log) is None, "«verify.honest»"
given_forgery = [*given_log[:2], (["08:00", "room 1", "4.8"], given_log[2][1]), *given_log[3:]]
given_answer = verify_log(given_forgery)
assert given_answer == 2, f"«returned» {given_answer!r} → «verify.record»"
given_forgery = [*given_log[:2], (["08:00", "room 1", "4.8"], hash_link(given_log[1][1], ["08:00", "room 1", "4.8"])), *given_log[3:]]
assert verify_log(given_forgery) == 3, "«verify.relinked»"
assert verify_log(given_log[1:]) == 0, "«verify.first»"
assert verify_log(given_log[:1], "sm3") == 0, "«verify.other»"
### BEGIN HIDDEN TESTS
import hashlib
import random
import struct


def expected_log(records, compute_hash):
    log, digest = [], bytes(32)
    for record in records:
        digest = compute_hash(digest + b"".join(struct.pack(">I", len(text)) + text.encode() for text in record))
        log.append((record, digest))
    return log


given_draw = random.Random(f"{SEED}/verify")
given_records = [["".join(given_draw.choices("abc 012.", k=5)) for _ in range(2)] for _ in range(9)]
given_log = expected_log(given_records, lambda data: hashlib.sha256(data).digest())
assert verify_log([]) is None and verify_log(given_log) is None and verify_log(given_log[:1]) is None, "«verify.any-honest»"
for given_place, (given_record, given_link) in enumerate(given_log):
    before, after = given_log[:given_place], given_log[given_place + 1 :]
    given_text = given_draw.randrange(2)
    given_letter = given_draw.randrange(5)
    altered = list(given_record[given_text])
    altered[given_letter] = chr(ord(altered[given_letter]) ^ 1 << given_draw.randrange(7))
    altered = ["".join(altered) if number == given_text else text for number, text in enumerate(given_record)]
    assert verify_log([*before, (altered, given_link), *after]) == given_place, "«verify.any-record»"
    for given_bit in (0, given_draw.randrange(1, 255), 255):
        altered_link = (int.from_bytes(given_link, "big") ^ 1 << given_bit).to_bytes(32, "big")
        assert verify_log([*before, (given_record, altered_link), *after]) == given_place, "«verify.any-link»"
    for altered_link in (b"", given_link[:31], given_link + b"\x00", bytes(32)):
        assert verify_log([*before, (given_record, altered_link), *after]) == given_place, "«verify.length»"
    assert verify_log([*before, (["put", "in"], given_draw.randbytes(32)), (given_record, given_link), *after]) == given_place, "«verify.inserted»"
    if after:
        assert verify_log([*before, *after]) == given_place, "«verify.removed»"
        assert verify_log([*before, after[0], (given_record, given_link), *after[1:]]) == given_place, "«verify.swapped»"
        assert verify_log([*before, (altered, given_link), (altered, after[0][1]), *after[1:]]) == given_place, "«verify.two»"
given_log = expected_log(given_records, sm3)
assert verify_log(given_log, "sm3") is None and verify_log(given_log) == 0, "«verify.sm3»"
assert verify_log([*given_log[:4], (["put", "in"], given_log[4][1]), *given_log[5:]], "sm3") == 4, "«verify.sm3»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 5 · One record, and all that follows
# Now you are the keeper of the cold store, and you have read this lab. Hash functions are public. Replace one record and compute its link and **every link after it** anew. The entries before it stay exactly as they are, even if they do not fit. Return a new list; do not alter the one that you were given. `index` is the number of an entry that is there.

# %% [markdown] lang="zh"
# ## 5 · 改一条，后面全部重算
# 现在你是保管日志的人，而且上面这套办法你一清二楚。哈希函数是公开的，谁都能重算。请用代码实现：换掉一条记录，再把它的链接和**后面所有的链接**都重算一遍。前面的条目一概原样保留，哪怕本来就对不上。返回一个新的列表，不要改动传入的列表。`index` 一定是已有条目的编号。

# %% task="rewrite"
def rewrite_log(log: list[tuple[list[str], bytes]], index: int, record: list[str], hash_name: str = "sha256") -> list[tuple[list[str], bytes]]:
    """«rewrite_log»

    «rewrite_log.more»
    """
    ### BEGIN SOLUTION
    forged = log[:index]
    previous = forged[-1][1] if forged else START
    for each in [record, *(old for old, _ in log[index + 1 :])]:
        previous = hash_link(previous, each, hash_name)
        forged.append((each, previous))
    return forged
    ### END SOLUTION

# %% test="rewrite" points=3
given_log = build_log([list(given_record) for given_record in LOGBOOK])
given_forgery = rewrite_log(given_log, 2, ["08:00", "room 1", "4.8"])
assert isinstance(given_forgery, list), f"«returned» {type(given_forgery).__name__} → «rewrite.list»"
assert given_log == build_log(LOGBOOK), "«rewrite.given»"
assert given_forgery[2][0] == ["08:00", "room 1", "4.8"] and len(given_forgery) == 6, "«rewrite.record»"
assert given_forgery[:2] == given_log[:2], "«rewrite.before»"
assert verify_log(given_forgery) is None, "«rewrite.fits»"
assert given_forgery[5][1] != PRINTED_HEAD, "«rewrite.head»"
given_forgery = rewrite_log(given_log, 0, ["06:00", "room 1", "4.8"])
assert given_forgery[0][1] == hash_link(START, ["06:00", "room 1", "4.8"]) and verify_log(given_forgery) is None, "«rewrite.first»"
given_misfit = [(["06:00", "room 1", "4.8"], given_log[0][1]), *given_log[1:]]
assert rewrite_log(given_misfit, 2, ["08:00", "room 1", "4.8"])[:2] == given_misfit[:2], "«rewrite.misfit»"
given_forgery = rewrite_log(given_log, 0, ["06:00", "room 1", "4.8"], "sm3")
assert given_forgery[0][1] == hash_link(START, ["06:00", "room 1", "4.8"], "sm3"), "«rewrite.sm3»"
### BEGIN HIDDEN TESTS
import hashlib
import random
import struct


def expected_log(records, compute_hash):
    log, digest = [], bytes(32)
    for record in records:
        digest = compute_hash(digest + b"".join(struct.pack(">I", len(text)) + text.encode() for text in record))
        log.append((record, digest))
    return log


given_draw = random.Random(f"{SEED}/rewrite")
for compute_hash, hash_name in ((lambda data: hashlib.sha256(data).digest(), "sha256"), (sm3, "sm3")):
    for given_size in (1, 2, 5):
        given_records = [["".join(given_draw.choices("abc 012.", k=5)) for _ in range(2)] for _ in range(given_size)]
        for given_place in range(given_size):
            expected = expected_log([*given_records[:given_place], ["4.8"], *given_records[given_place + 1 :]], compute_hash)
            given_log = expected_log(given_records, compute_hash)
            assert rewrite_log(given_log, given_place, ["4.8"], hash_name) == expected, "«rewrite.any-place»"
            given_misfits = [(["put", "in"], given_log[0][1]), *given_log[1:]]
            expected = given_misfits[:given_place] + expected[given_place:]
            assert rewrite_log(given_misfits, given_place, ["4.8"], hash_name) == expected, "«rewrite.any-misfit»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 6 · The printed head
# `verify_log` finds nothing wrong with that forgery, and no function ever will that sees only the log. But its last link, its **head**, is another one now. If the old head was printed in time, where the keeper cannot reach it, it convicts them.
#
# You are the inspector again, with the log and the printed head. Return whether this is the log whose head was printed: every entry fits, **and** the last link is the printed head. The head of an empty log is `START`.

# %% [markdown] lang="zh"
# ## 6 · 公布的链头
# 这样造出来的假日志，`verify_log` 挑不出毛病；任何只看日志的函数都挑不出来。可是它的最后一个链接，也就是**链头**，已经变了。只要原来的链头早就公布在保管日志的人改不到的地方，他就抵赖不了。
#
# 你又成了检查人员，手里有日志，还有公布的链头。判断这是不是当初公布链头时的那份日志：每个条目都对得上，**而且**最后一个链接就是**公布的**链头。空日志的链头是 `START`。

# %% task="head"
def is_intact(log: list[tuple[list[str], bytes]], head: bytes, hash_name: str = "sha256") -> bool:
    """«is_intact»

    «is_intact.more»
    """
    ### BEGIN SOLUTION
    last = log[-1][1] if log else START
    return last == head and verify_log(log, hash_name) is None
    ### END SOLUTION

# %% test="head" points=3
given_log = build_log(LOGBOOK)
given_answer = is_intact(given_log, PRINTED_HEAD)
assert given_answer is True, f"«returned» {given_answer!r} → «head.honest»"
given_forgery = build_log([*LOGBOOK[:2], ["08:00", "room 1", "4.8"], *LOGBOOK[3:]])
assert is_intact(given_forgery, PRINTED_HEAD) is False, "«head.rewritten»"
assert is_intact([*given_log[:2], (["08:00", "room 1", "4.8"], given_log[2][1]), *given_log[3:]], PRINTED_HEAD) is False, "«head.edited»"
assert is_intact(given_log[:5], PRINTED_HEAD) is False, "«head.cut»"
given_edited = [(["06:00", "room 1", "4.8"], given_log[0][1]), *given_log[1:]]
assert is_intact(given_edited, PRINTED_HEAD) is False, "«head.first»"
assert is_intact(given_log, PRINTED_HEAD, "sm3") is False, "«head.other»"
try:
    given_answer = is_intact([], START)
except IndexError:
    given_answer = None
assert given_answer is True, "«head.empty»"
### BEGIN HIDDEN TESTS
import hashlib
import random
import struct


def expected_log(records, compute_hash):
    log, digest = [], bytes(32)
    for record in records:
        digest = compute_hash(digest + b"".join(struct.pack(">I", len(text)) + text.encode() for text in record))
        log.append((record, digest))
    return log


given_draw = random.Random(f"{SEED}/head")
given_records = [["".join(given_draw.choices("abc 012.", k=5)) for _ in range(2)] for _ in range(7)]
for compute_hash, hash_name in ((lambda data: hashlib.sha256(data).digest(), "sha256"), (sm3, "sm3")):
    given_log = expected_log(given_records, compute_hash)
    given_heads = [bytes(32), *(link for _, link in given_log)]
    for given_size in range(8):
        for claimed_size in range(8):
            expected = given_size == claimed_size
            assert is_intact(given_log[:given_size], given_heads[claimed_size], hash_name) is expected, "«head.any-size»"
    for given_place in range(7):
        altered = [*given_log[:given_place], (["4.8"], given_log[given_place][1]), *given_log[given_place + 1 :]]
        assert is_intact(altered, given_heads[7], hash_name) is False, "«head.any-record»"
    altered = [*given_log[:6], (given_log[6][0], given_log[6][1][:31])]
    assert is_intact(altered, given_heads[7], hash_name) is False, "«head.bytes»"
    assert is_intact(given_log, given_heads[7][:31], hash_name) is False and is_intact([], b"", hash_name) is False, "«head.bytes»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 7 · Heads in the newspaper
# One head tells **that** the log was rewritten, not where: the forged log fits from end to end. So a careful store has its head printed every few hours, together with the count of the records that the log held at that moment. Each printed head with its count is an **anchor**, and doing so is called **anchoring**.
#
# `anchors` is a dictionary from counts of records to printed heads: `{2: …, 4: …, 6: …}` are the heads of the log when it held 2, 4 and 6 records. All counts are at least 1, and they are not sorted. The log that you are given passes `verify_log`, but somebody may have rewritten it, or cut off its end. Find the **earliest** alteration as closely as the anchors allow:
#
# - The anchor for *n* records agrees if the log has at least *n* entries and the link of entry number *n* - 1, the last of the first *n*, is the printed head.
# - As long as an anchor agrees, everything up to it is as it was. So the earliest alteration lies after the last anchor that agrees (or, if none does, after the start), up to the first that does not.
# - Return the numbers of the first and the last record in that stretch as a tuple, whether the log still has them or not: if the anchor for 2 agrees and the one for 4 does not, `(2, 3)`.
# - Return `None` if all agree. That is so without any anchor, too; and records that came after the last anchor change nothing about it.
#
# Can the anchor for 4 disagree and the one for 6 agree? No: the link of a record depends on every record before it, and nobody can find two inputs with the same digest.

# %% [markdown] lang="zh"
# ## 7 · 登在报纸上的链头
# 一个链头只能说明日志**被改写过**，说不出改在哪里：假日志从头到尾都对得上。所以谨慎的冷库每隔几小时就把链头登在报纸上，同时写明当时日志里有几条记录。公布的每个链头连同条数，就是一个**锚点**；这种做法叫**锚定**（anchoring）。
#
# `anchors` 是字典：键是记录条数，值是当时公布的链头。例如 `{2: …, 4: …, 6: …}`，分别是日志有 2 条、4 条、6 条记录时的链头。条数都至少是 1，顺序不定。交到你手里的日志能通过 `verify_log`，但可能被人改写过，或者被截掉了末尾。请根据这些锚点，把**最早**那处改动的范围缩到最小：
#
# - 每个锚点记着条数 *n* 和当时的链头。日志至少有 *n* 个条目，而且第 *n* 个条目（编号 *n* − 1）的链接等于那个链头，这个锚点就算相符。
# - 锚点只要相符，到它为止的记录就都没变过。所以最早的改动，就在最后一个相符的锚点之后（一个相符的都没有，就从开头算起），不会晚于第一个不相符的锚点。
# - 用一个元组返回这一段里第一条和最后一条记录的编号，不管日志里还有没有这些记录：条数为 2 的锚点相符、条数为 4 的不相符，就是 `(2, 3)`。
# - 全部相符，返回 `None`。一个锚点也没有时同样如此；最后一个锚点之后新添的记录，不影响结果。
#
# 会不会条数为 4 的锚点不相符，条数为 6 的反而相符？不会：每个链接都取决于前面的每一条记录，而谁也找不出摘要相同的两个输入。

# %% task="anchors"
def find_window(log: list[tuple[list[str], bytes]], anchors: dict[int, bytes]) -> tuple[int, int] | None:
    """«find_window»

    «find_window.more»
    """
    ### BEGIN SOLUTION
    agreed = 0
    for size in sorted(anchors):
        if size > len(log) or log[size - 1][1] != anchors[size]:
            return agreed, size - 1
        agreed = size
    return None
    ### END SOLUTION

# %% test="anchors" points=4
given_log = build_log(LOGBOOK)
given_anchors = {6: given_log[5][1], 2: given_log[1][1], 4: given_log[3][1]}


def ask(given_log):
    try:
        return find_window(given_log, given_anchors)
    except IndexError:
        return "IndexError"


assert ask(given_log) is None, "«anchors.honest»"
assert ask(build_log([*LOGBOOK, ["12:00", "room 1", "4.3"]])) is None, "«anchors.grown»"
given_answer = ask(build_log([*LOGBOOK[:2], ["08:00", "room 1", "4.8"], *LOGBOOK[3:]]))
assert given_answer == (2, 3), f"«returned» {given_answer!r} → «anchors.middle»"
assert ask(build_log([["06:00", "room 1", "4.8"], *LOGBOOK[1:]])) == (0, 1), "«anchors.start»"
assert ask(given_log[:5]) == (4, 5), "«anchors.cut»"
assert find_window(given_log, {}) is None, "«anchors.no-anchor»"
### BEGIN HIDDEN TESTS
import hashlib
import random
import struct


def expected_log(records):
    log, digest = [], bytes(32)
    for record in records:
        digest = hashlib.sha256(digest + b"".join(struct.pack(">I", len(text)) + text.encode() for text in record)).digest()
        log.append((record, digest))
    return log


given_draw = random.Random(f"{SEED}/anchors")
given_records = [["".join(given_draw.choices("abc 012.", k=5)) for _ in range(2)] for _ in range(12)]
given_log = expected_log(given_records)
for _ in range(6):
    given_sizes = given_draw.sample(range(1, 13), 4)
    given_anchors = {size: given_log[size - 1][1] for size in given_sizes}
    assert find_window(given_log, given_anchors) is None, "«anchors.any-honest»"
    assert find_window(expected_log([*given_records, ["later"]]), given_anchors) is None, "«anchors.any-honest»"
    for given_place in range(12):
        first = max([0, *(size for size in given_sizes if size <= given_place)])
        after = [size for size in given_sizes if size > given_place]
        expected = (first, min(after) - 1) if after else None
        forgery = expected_log([*given_records[:given_place], ["4.8"], *given_records[given_place + 1 :]])
        assert find_window(forgery, given_anchors) == expected, "«anchors.any-place»"
        assert find_window(given_log[:given_place], given_anchors) == expected, "«anchors.any-cut»"
assert find_window(given_log, {}) is None and find_window([], {3: given_log[2][1]}) == (0, 2), "«anchors.none»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 8 · A log without boundaries
# Before you came, the store used another company's program for its log. It joined the texts of a record without their lengths:

# %% [markdown] lang="zh"
# ## 8 · 没有记下边界的日志
# 在你来之前，冷库用的是另一家公司的日志软件。它把记录里的文本直接拼起来，不写长度：

# %%
def hash_weakly(previous: bytes, record: list[str]) -> bytes:
    return sha256(previous + "".join(record).encode("utf-8"))

# %% [markdown] lang="en"
# Its links, call them **weak**, leave out where one text ends and the next begins. So `"room 1", "9.8"` can become `"room 19", ".8"`: another room, and nine degrees colder. No link has to be touched, so neither `verify_log` nor a printed head would notice.
#
# Write the attack. Return a record other than the given one, with **as many texts**, and with the same weak link. Which of them does not matter. Any of the texts may be empty, in the given record and in yours. Return a new list; do not alter the one that you were given. If there is no such record, return `None`.

# %% [markdown] lang="zh"
# 这样的链接没有记下一段文本到哪里为止、下一段从哪里开始，我们叫它**弱链接**。于是 `"room 1", "9.8"` 能变成 `"room 19", ".8"`：1 号库房的 9.8 度，变成了 19 号库房的 .8 度（也就是 0.8）。一个链接也不用动：`verify_log` 发现不了，公布的链头也发现不了。
#
# 请用代码实现这种攻击：返回一条与给定的不同、**文本段数相同**、弱链接也相同的记录，任意一条都行。给定的和你造出来的记录里，都可以有空字符串。返回一个新的列表，不要改动传入的列表。如果不存在这样的记录，返回 `None`。

# %% task="ambiguity"
def forge_record(record: list[str]) -> list[str] | None:
    """«forge_record»

    «forge_record.more»
    """
    ### BEGIN SOLUTION
    joined, empty = "".join(record), [""] * (len(record) - 1)
    for forged in ([*empty, joined], [joined, *empty]):
        if len(forged) == len(record) and forged != record:
            return forged
    return None
    ### END SOLUTION

# %% test="ambiguity" points=3
given_record = list(LOGBOOK[2])
given_forgery = forge_record(given_record)
assert given_record == LOGBOOK[2], "«ambiguity.given»"
assert isinstance(given_forgery, list) and given_forgery != LOGBOOK[2], f"«returned» {given_forgery!r} → «ambiguity.other»"
assert len(given_forgery) == 3, "«ambiguity.count»"
assert hash_weakly(START, given_forgery) == hash_weakly(START, LOGBOOK[2]), "«ambiguity.link»"
for given_record in (["4.2"], [""], ["", ""], ["room 1", ""], ["", "4.2"]):
    try:
        given_forgery = forge_record(list(given_record))
    except IndexError:
        given_forgery = "looked for what is not there"
    if len(given_record) == 1:
        assert given_forgery is None, "«ambiguity.none»"
    elif not any(given_record):
        assert given_forgery is None, "«ambiguity.no-letter»"
    else:
        assert isinstance(given_forgery, list) and given_forgery != given_record, "«ambiguity.empty»"
        assert len(given_forgery) == 2 and "".join(given_forgery) == "".join(given_record), "«ambiguity.empty»"
### BEGIN HIDDEN TESTS
import itertools
given_texts = ["", "a", "bc", "温度"]
for given_size in range(4):
    for given_record in map(list, itertools.product(given_texts, repeat=given_size)):
        given_forgery = forge_record(given_record)
        if given_size < 2 or not any(given_record):
            assert given_forgery is None, "«ambiguity.any-none»"
        else:
            assert isinstance(given_forgery, list) and len(given_forgery) == given_size, "«ambiguity.any-record»"
            assert all(isinstance(given_text, str) for given_text in given_forgery), "«ambiguity.any-record»"
            assert given_forgery != given_record and "".join(given_forgery) == "".join(given_record), "«ambiguity.any-record»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# Try it on your own links: take away the # at the beginning of the cell below, and run it. It prints `False`: with the lengths in front the two links differ, and the forgery shows.

# %% [markdown] lang="zh"
# 再拿你自己的链接试试：去掉下面单元格开头的 #，再运行。前面写了长度，两个链接就不同了；出现 `False`，就说明造假露馅了。

# %%
#print(hash_link(START, LOGBOOK[2]) == hash_link(START, forge_record(LOGBOOK[2])))

# %% [markdown] lang="en"
# ## 9 · A secret in front
# The store next door had heard that a whole log can be computed anew. So that no outsider can do that, it hashes a secret together with the notes of the day (here just some bytes, `notes`), and writes the digest below the notes as a seal:
#
# ```text
# seal = SHA-256(secret ‖ notes)
# ```
#
# Without the secret nobody can make a seal, or so they think. But look how SHA-256 reads its input:
#
# - It reads a block of 64 bytes at a time, and all that it keeps is a **state** of eight numbers.
# - Behind the input it puts a **padding**, which fills the last block and ends with the length of the whole input.
# - The digest *is* the state after the last block. So whoever has the seal has the state, and can read on from there without the secret.
#
# ```text
# secret ‖ notes ‖ padding  →  the old seal
# secret ‖ notes ‖ padding ‖ extra ‖ new padding  →  the new seal
# ```
#
# The new padding is that of the whole input, secret and all.
#
# Write this **length extension**. You have the notes and their seal, and you know how long the secret is (a forger who does not know it tries a few lengths); what you add is `extra`. Return a tuple: the longer notes, `notes ‖ padding ‖ extra`, and the seal that the store would give them. The old padding stays in the middle of the notes as a few odd bytes; the store's computer does not mind them.
#
# MiniChain, the library that comes with this lab, has its own SHA-256, of which you need four functions:
#
# - `compute_padding(n)` returns the padding, as bytes, behind an input of n bytes in all. Both times n counts from the first byte of the secret.
# - `split_words(seal, "big")` turns a digest back into the state: a list of eight numbers.
# - `compute_next_hash(state, block)` returns the state after one more block, eight numbers again. A block has exactly 64 bytes: call it once for each.
# - `compute_digest(state)` returns the digest of a state: 32 bytes.

# %% [markdown] lang="zh"
# ## 9 · 前面加个秘密
# 隔壁的冷库听说，整份日志可以从头到尾重算一遍。为了不让外人这样做，它把一个秘密和当天的记录（这里就是一串字节 `notes`）接在一起求哈希，再把**哈希值**写在记录下面，当作印记：
#
# ```text
# 印记 = SHA-256(秘密 ‖ 记录)
# ```
#
# 他们以为，没有秘密，谁也造不出印记。可是请看 SHA-256 怎样读它的输入：
#
# - 每次读 64 个字节（一块），读完只留下一个**状态**：八个 32 位整数。
# - 最后它补上一段**填充**，把最后一块凑满；填充末尾还写着整个输入的总长度。
# - 摘要**就是**读完最后一块时的状态。所以谁有印记，谁就有了状态，不知道秘密也能从那里接着往下读。
#
# ```text
# 秘密 ‖ 记录 ‖ 填充  →  原来的印记
# 秘密 ‖ 记录 ‖ 填充 ‖ 追加的内容 ‖ 新的填充  →  新的印记
# ```
#
# 新的填充要按整个输入的总长度来算，秘密也算在内。
#
# 请用代码实现这种**长度扩展攻击**（length extension）。你手里有记录和它的印记，还知道秘密有多长（真正造假的人若不知道，多试几个长度就行）；要追加的是 `extra`。返回一个元组：加长后的记录 `notes ‖ 填充 ‖ extra`，以及那家冷库会给它打上的印记。原来的填充会留在记录中间，看上去是一段乱码，那家冷库的电脑并不在意。
#
# 随本实验附带的 MiniChain 程序库有自己的 SHA-256，要用到其中的四个函数：
#
# - `compute_padding(n)`：返回总长 n 个字节的输入该补的填充（字节串）。你要调用它两次，每次的 n 都从秘密的第一个字节数起。
# - `split_words(seal, "big")`：把摘要还原成状态（八个整数的列表）。
# - `compute_next_hash(state, block)`：返回再读入一块之后的新状态，还是八个整数。每次只能读入正好一块（64 个字节），所以要逐块调用。
# - `compute_digest(state)`：返回状态的摘要，32 个字节。

# %%
from minichain.crypto.sha256 import compute_digest, compute_next_hash, compute_padding
from minichain.crypto.words import split_words

# %% task="extension"
def extend_seal(notes: bytes, seal: bytes, secret_length: int, extra: bytes) -> tuple[bytes, bytes]:
    """«extend_seal»

    «extend_seal.more»
    """
    ### BEGIN SOLUTION
    longer = notes + compute_padding(secret_length + len(notes)) + extra
    rest = extra + compute_padding(secret_length + len(longer))
    state = split_words(seal, "big")
    for start in range(0, len(rest), 64):
        state = compute_next_hash(state, rest[start : start + 64])
    return longer, compute_digest(state)
    ### END SOLUTION

# %% test="extension" points=5
given_secret, given_notes = b"a secret of 23 letters.", b"08:00 room 1 9.8\n"
for given_extra in (b"08:00 room 1 4.8 (sensor was faulty)\n", b"09:00 room 1 4.9\n" * 7):
    try:
        given_answer = extend_seal(given_notes, sha256(given_secret + given_notes), len(given_secret), given_extra)
    except (IndexError, ValueError):
        given_answer = "a block that is none"
    assert given_answer != "a block that is none", "«extension.block»"
    assert isinstance(given_answer, tuple) and [type(given_part) for given_part in given_answer] == [bytes, bytes], (
        f"«returned» {type(given_answer).__name__} → «extension.types»"
    )
    given_longer, given_seal = given_answer
    assert len(given_seal) == 32, "«extension.types»"
    assert given_longer.startswith(given_notes) and given_longer.endswith(given_extra), "«extension.ends»"
    assert len(given_longer) == 64 - len(given_secret) + len(given_extra), "«extension.padding»"
    assert given_seal == sha256(given_secret + given_longer), "«extension.seal»"
### BEGIN HIDDEN TESTS
import hashlib
import random
given_bytes = random.Random(f"{SEED}/extension").randbytes
for secret_length, notes_length, extra_length in ((0, 0, 0), (1, 54, 1), (1, 55, 9), (16, 47, 55), (16, 48, 56), (32, 96, 64), (20, 200, 150)):
    given_secret, given_notes, given_extra = given_bytes(secret_length), given_bytes(notes_length), given_bytes(extra_length)
    given_old = hashlib.sha256(given_secret + given_notes).digest()
    given_longer, given_seal = extend_seal(given_notes, given_old, secret_length, given_extra)
    expected_size = (secret_length + notes_length + 8) // 64 * 64 + 64 - secret_length + extra_length
    assert len(given_longer) == expected_size, "«extension.any-length»"
    assert given_longer.startswith(given_notes) and given_longer.endswith(given_extra), "«extension.any-length»"
    assert given_seal == hashlib.sha256(given_secret + given_longer).digest(), "«extension.any-seal»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# Both faults were once in one place. In 2009 Thai Duong and Juliano Rizzo showed that requests to Flickr were signed with a hash of a secret and of names and values joined without any mark between them: [their advisory](https://vnhacker.blogspot.com/2009/09/flickrs-api-signature-forgery.html) moves the boundary, as you did in task 8, and extends the length, as in task 9. The remedy for the second is [HMAC](https://www.rfc-editor.org/rfc/rfc2104), which hashes twice with the secret. SM3 is built like SHA-256, and needs it as much.
#
# **What this leaves out.** A printed head shows that the log has not changed *since*; whether the thermometer told the truth, no hash can know. And who makes sure that everyone reads the same newspaper? In a blockchain no newspaper is needed: many parties keep the log, and agree on each new head.

# %% [markdown] lang="zh"
# 这两个漏洞曾经出现在同一个系统里。2009 年，Thai Duong 和 Juliano Rizzo 指出，Flickr 的接口请求是这样签名的：一个秘密，后面接上参数名和参数值，中间没有任何分隔，一起求哈希。[他们的公告](https://vnhacker.blogspot.com/2009/09/flickrs-api-signature-forgery.html)里既有任务 8 那种挪动边界的手法，也有任务 9 的长度扩展。后一种的对策是 [HMAC](https://www.rfc-editor.org/rfc/rfc2104)：带着秘密求两次哈希。SM3 的构造与 SHA-256 相似，同样需要它。
#
# **这里没讲到的：** 公布的链头只能说明日志**从那以后**没有变过；温度计当初说的是不是实话，哈希无从知道。还有，怎么保证人人看到的是同一份报纸？区块链不需要报纸：许多参与者各存一份日志，就每个新的链头达成一致。
