# %% [markdown] lang="en"
# # A ledger in 200 lines
# Blocks in, a state out, and nothing that breaks a rule.
#
# A heap of aluminium lies in a harbour. Its owner has a paper that says so, a **warehouse receipt**, and borrows money on it: the paper is *pledged* to a bank, which may take the metal if the loan is not paid back. Then the owner has a second paper made out for the same heap, and pledges that to the next bank.
#
# Each bank keeps books, and no bank sees those of the others. What they lack is one book that all of them hold and none of them rules: a **ledger**. It must give the same answer on every computer, refuse what breaks a rule, and say which rule it was.
#
# You will write it: one way to write things as bytes, rules for transactions and blocks, a record of what every transaction read and wrote, and the step that makes a block part of the past. It takes about 200 lines, of which a third is given. There is no money in it, only rights: who owns a receipt, and to whom it is pledged.

# %% [markdown] lang="zh"
# # 两百行写一个账本
# 读入区块，得出状态；凡是违反规则的，一概挡在外面。
#
# 港口堆着一批铝锭。货主手里有一张凭证，证明货是他的，这叫**仓单**（warehouse receipt）。他拿仓单去借钱，把它**质押**给银行：钱还不上，货就归银行处置。接着，他又让人照样开了一张，把同一批货再质押给另一家银行。
#
# 每家银行都有自己的账，谁也看不到别家的。它们缺的是一本共同的账：人人各存一份，谁也不能独自说了算。这样一本共同的账，就叫**账本**（ledger）。它在哪台电脑上都要给出同样的答案；违反规则的要拒绝，还要说清楚违反了哪一条。
#
# 这个账本由你来写：把值编码成字节的唯一方式，交易和区块的规则，每笔交易读了什么、写了什么的记录，还有让区块入账的那一步。一共大约两百行，其中三分之一已经给出。里面没有钱，只有权利：仓单归谁所有，质押给了谁。

# %% [markdown] lang="en"
# ## How this works
# - Run the cell below this text first (click into it and press Shift+Enter, or ▶ at the top): its table follows your tests as you run them; in the course's own page, a click on the points at the top opens it, too. A cell that runs for more than 20 seconds is stopped, so an endless loop does no harm.
# - Put your code in place of the line `raise NotImplementedError()`, then run the test cell below. No message means passed. `NotImplementedError` means that a task has no code yet. Otherwise read the **last line** of the error (the table shows it, too): it tells you what to look at. If it is one of Python's own errors, find the line of yours that `---->` points at. If several tests fail, begin with the first.
# - The first line of a test cell says what it is worth: 30 points in all. When your work is graded, further tests run that you cannot see here. They try the edge cases, so every sentence of a task counts.
# - Later tasks call the functions of earlier ones: start at the top, and run every code cell on the way, those that are given too: a `NameError` in a test names what was not run. `hashlib` is all you need. People who know Python take four to five hours for the whole; tasks 1, 2, 5 and 8 are the long ones, and a pause does no harm: save the notebook, and run it from the top when you come back. Leave the cell with `SEED` as it is: the grader draws its examples from it.

# %% [markdown] lang="zh"
# ## 怎么做
# - 先运行这段文字下面的单元格（点一下它，按 Shift+Enter，或点上方的 ▶）：它给出一张进度表，每运行一个测试就更新一次；在课程网页里做实验时，点页面上方的分数，随时能打开这张表。单元格运行超过 20 秒会自动中止，写出死循环也不要紧。
# - 用你的代码换掉 `raise NotImplementedError()` 那一行，然后运行下面的测试单元格。什么都不显示，就是通过。报 `NotImplementedError`，说明这个任务还没有写。其他报错，就看**最后一行**（进度表里也有），它会告诉你该看哪里；如果是 Python 自己的报错，再找 `---->` 指着的、你自己写的那一行。有好几项没通过时，先改最前面的一项。
# - 测试单元格的第一行写着分值，总共 30 分。正式评分时还会运行一些这里看不到的测试，专查边界情况，所以任务里的每句话都要仔细看、照着做。
# - 后面的任务会用到前面写好的函数，请从头做起；途中的代码单元格，现成的也都要运行：测试里报 `NameError`，就是定义那个名字的单元格还没运行。只需要 `hashlib`。会写 Python 的人，全部做完大约要四到五个小时，任务 1、2、5、8 最费时间；中途停下也没关系：保存好，回来时从头运行一遍即可。写着 `SEED` 的单元格不用动，评分程序用它生成测试数据。

# %% figure=true
from minichain.learn import save_progress, watch_progress
watch_progress("«lab.tests»", lang="«lab.lang»", lab="«lab.id»", version="«lab.version»")

# %% parameters=true
SEED = 0

# %% [markdown] lang="en"
# ## What is given
# A **transaction** is what somebody (the `sender`) asks the ledger to do: a `method` and its `arguments`. It carries an `id`, the name of the `chain` it is meant for, and the time at which it becomes void, `expires` (0: never). Everything is plain data: dicts, lists, texts, whole numbers and bytes. You may rely on its form: transactions, blocks and ledgers always have the fields and types that this lab describes. Their *values* may be wrong, or a lie.
#
# Transactions are packed, in a fixed order, into **blocks**, and each block follows another: together they are the **chain**. The **height** of a block is its number in the chain; the first one has height 1. (A real chain begins with a genesis block of height 0, which holds its rules; here they are in the code.)
#
# The **state** is what holds now. It maps a key, such as `owner/A1` or `pledge/A1`, to a list `[value, height, index]`: the value, and who wrote it, namely transaction number `index`, from 0, of the block at `height`. The last two numbers are the **version** of the value. What was there before the first block, the members and their roles, has height 0, and for `index` the member's place in the list of members, from 0. What was deleted is no longer in the state.
#
# The **contract** is the program that says what a transaction may do. It calls `read(key)`, which gives a value or `None`, and `write(key, value)`, where `None` deletes; where a rule is broken it raises `Refused`, and it raises nothing else. It knows five methods:
#
# | method | who may call it | arguments | what it does |
# |---|---|---|---|
# | `issue` | a warehouse | the owner, then receipts | makes out new receipts for that owner |
# | `transfer` | the owner of the receipts | the new owner, then receipts | hands them on, unless they are pledged |
# | `pledge` | the owner of the receipts | a bank, then receipts | pledges them, unless they are pledged |
# | `release` | the bank that they are pledged to | the owner, then receipts | ends the pledge |
# | `configure` | an admin | a member, a role | gives the member that role (`None`: takes it away) |
#
# The **ledger** is a dict with all that is needed to judge the next block: `chain`, its name; `height` and `time`, those of its last block (0 before the first); `head`, the hash of its last block (32 zero bytes before the first); `state`; and `ids` and `filter`, which task 2 explains. Times are whole numbers; all that matters is which comes first.
#
# `compute_root` is the Merkle root of the lab “Merkle proofs”: 32 bytes that stand for a list of records and their order. If you have not done that lab, take it for a function that is simply there.

# %% [markdown] lang="zh"
# ## 已经给出的
# **交易**（transaction）是某人（发送者 `sender`）请账本办的一件事：一个方法 `method` 和它的参数 `arguments`。它带着编号 `id`、所属链的名字 `chain`，以及从什么时刻起作废：`expires`（0 表示永不作废）。数据只用最基本的类型：字典、列表、文本（字符串）、整数和字节串。交易、区块和账本的字段和类型都与这里写的一致，不必检查；可能弄错或造假的，是里面的**值**。
#
# 交易按固定的顺序装进一个个**区块**（block），区块一个接一个，连成**链**（chain）。区块的**高度**（height）就是它在链上的序号，第一个区块的高度是 1。（真正的链从高度 0 的创世区块开始，规则写在里面；这里的规则就在代码里。）
#
# **状态**（state）就是账本此刻的内容。它把 `owner/A1`（A1 归谁）、`pledge/A1`（A1 质押给谁）这样的键映射到列表 `[value, height, index]`：值，以及它是哪一笔交易写的，也就是高度为 `height` 的区块里序号为 `index` 的交易（序号从 0 数起）。后两个数合起来，叫这个值的**版本**（version）。第一个区块之前就有的内容，也就是成员和他们的角色，高度记为 0，`index` 是这个成员在名单里的序号，也从 0 数起。删掉的键，就不在状态里了。
#
# **合约**（contract）是规定交易能做什么的程序。它调用 `read(key)` 得到值（没有则为 `None`），调用 `write(key, value)` 写入（值为 `None` 就是删除）；违反规则就抛出 `Refused`，此外不抛出任何错误。它有五种方法：
#
# | 方法 | 谁可以调用 | 参数 | 做什么 |
# |---|---|---|---|
# | `issue` | 仓库 | 货主，后跟一张或多张仓单 | 给这位货主开出新的仓单 |
# | `transfer` | 仓单的货主 | 新货主，后跟一张或多张仓单 | 转给新货主；已质押的不行 |
# | `pledge` | 仓单的货主 | 银行，后跟一张或多张仓单 | 质押给这家银行；已质押的不行 |
# | `release` | 接受质押的银行 | 货主，后跟一张或多张仓单 | 解除质押 |
# | `configure` | 管理员 | 成员，角色 | 让这个成员担任这个角色（`None` 表示取消） |
#
# **账本**（ledger）是一个字典，校验下一个区块所需的都在里面：`chain` 是链的名字；`height` 和 `time` 是最后一个区块的高度和时间（还没有区块时为 0）；`head` 是最后一个区块的哈希值（还没有区块时为 32 个值为 0 的字节）；`state` 是状态；`ids` 和 `filter` 到任务 2 再说。时间都是整数，只用来比较先后。
#
# `compute_root` 求的是实验《默克尔证明》里的默克尔根：用 32 个字节代表一组记录和它们的顺序。没做过那个实验也不要紧，当作现成的函数用就行。

# %%
import hashlib


class Refused(Exception):
    """«Refused»"""


def call_contract(transaction, read, write):
    """«call_contract»"""
    method, sender, arguments = transaction["method"], transaction["sender"], transaction["arguments"]
    demand(method in ("issue", "transfer", "pledge", "release", "configure"), "«because.no-such-method»")
    demand(len(arguments) > 1, "«because.too-few-arguments»")
    first, *names = arguments  # «unpack»
    if method == "configure":
        demand(read(f"role/{sender}") == "admin", "«because.only-an-admin-configures»")
        write(f"role/{first}", names[0])
        return
    for name in names:
        owner, pledge = f"owner/{name}", f"pledge/{name}"
        if method == "issue":
            demand(read(f"role/{sender}") == "warehouse", "«because.only-a-warehouse-issues-receipts»")
            demand(read(owner) is None, "«because.the-receipt-exists»")
            write(owner, first)
        elif method == "transfer":
            demand(read(owner) == sender, "«because.not-the-owner»")
            demand(read(pledge) is None, "«because.pledged»")
            write(owner, first)
        elif method == "pledge":
            demand(read(owner) == sender, "«because.not-the-owner»")
            demand(read(pledge) is None, "«because.pledged-already»")
            demand(read(f"role/{first}") == "bank", "«because.not-a-bank»")
            write(pledge, first)
        else:
            demand(read(owner) == first, "«because.not-its-owner»")
            demand(read(pledge) == sender, "«because.not-pledged-to-the-sender»")
            write(pledge, None)


def demand(holds, reason):
    if not holds:
        raise Refused(reason)


def make_transaction(tx_id, sender, method, *arguments, expires=0, chain="receipts"):
    """«make_transaction»"""
    return {"chain": chain, "id": tx_id, "expires": expires, "sender": sender, "method": method, "arguments": list(arguments)}


def start_ledger(chain, roles):
    """«start_ledger»"""
    state = {f"role/{name}": [role, 0, index] for index, (name, role) in enumerate(roles.items())}
    return {"chain": chain, "height": 0, "time": 0, "head": bytes(32), "state": state, "ids": {}, "filter": 0}


def compute_root(records):
    """«compute_root»"""
    level = [hashlib.sha256(b"\x00" + record).digest() for record in records] or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        pairs = [level[start : start + 2] for start in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]

# %%
# «day»
# «names»
ROLES = {"registrar": "admin", "harbour": "warehouse", "north-bank": "bank", "south-bank": "bank", "trader": "owner", "foundry": "owner"}
DAY = [
    [
        make_transaction("t1", "harbour", "issue", "trader", "A1", "A2"),
        make_transaction("t2", "harbour", "issue", "foundry", "A3"),
    ],
    [
        make_transaction("t3", "trader", "pledge", "north-bank", "A1"),
        make_transaction("t4", "trader", "pledge", "south-bank", "A1"),
        make_transaction("t5", "foundry", "transfer", "trader", "A3"),
    ],
    [make_transaction("t6", "registrar", "configure", "east-bank", "bank")],
    [
        make_transaction("t7", "north-bank", "release", "trader", "A1"),
        make_transaction("t8", "trader", "transfer", "foundry", "A1"),
        make_transaction("t9", "foundry", "pledge", "east-bank", "A1"),
    ],
]
HEADS = [
    "1814af95d58766096ccb66db62e42b3f7e42e9d80c1242219da15d53e478bb5d",
    "b517737a7467a7a8ebdcbaf1d44286fc13f7caadeca5266cadaf83f000c3e56b",
    "6c62e90636fd02111ea704da8d048fcac4631c6443c87bb492294d14366dbc04",
    "f9b3ad99b17e55e15403200a942a1fe4ce6e1b9f77311b4241bb75d137b3efbc",
]

# %% [markdown] lang="en"
# ## Look first
# A day at the harbour, in four blocks, each bound to the one before by its hash. Choose a block, then one of its transactions. What did it read, what did it write, and what became of the state? Which transaction stands in its block although the contract refused it? (The figure writes a version as `1·0`: block 1, transaction 0. By keyboard: Tab to a list, Space to open it, arrow keys, Enter.)

# %% [markdown] lang="zh"
# ## 先看一看
# 港口的一天，分成四个区块，每个区块都用哈希值与前一个相连。先选一个区块，再选其中一笔交易：它读了什么，写了什么，状态变成了什么样？哪一笔交易被合约拒绝了，却照样留在区块里？（图里的版本写成 `1·0`：区块 1，交易 0。用键盘操作：按 Tab 移到下拉列表，按空格展开，用方向键选择，按回车确定。）

# %% figure=true
from minichain.learn import show_block_explorer
show_block_explorer(DAY, call_contract, start_ledger("receipts", ROLES)["state"], hashes=HEADS, lang="«lab.lang»")

# %% [markdown] lang="en"
# ## 1 · One value, one row of bytes
# All computers must hash the same bytes, or they will never agree. So every value gets exactly **one** encoding, called canonical: a letter for its kind, a length or a count in 4 bytes (big endian), and its content.
#
# | kind | letter | length or count | content |
# |---|---|---|---|
# | `None` | `n` | 0 | nothing |
# | whole number | `i` | bytes of the content | its decimal digits, in front of them `-` if it is negative |
# | text | `s` | bytes of the content | UTF-8 |
# | bytes | `b` | bytes of the content | the bytes |
# | list | `l` | elements | the encodings of the elements, in order |
# | dict | `d` | entries | for each key, in the order of `sorted`, the encoding of the key and that of its value |
#
# Keys of dicts are always texts; that need not be checked. Two dicts with the same entries are equal, whatever the order in which these were filled in, so they must give the same bytes: that is why the keys are sorted. Any other value raises a `TypeError`: a tuple, a float (computers round differently), and `True` or `False` as well, although Python takes them for numbers.
#
# What you may need of Python: `(5).to_bytes(4, "big")` gives the four bytes `00 00 00 05`, `"仓".encode()` the UTF-8 of a text, and `b"".join([...])` strings pieces together. A list may hold lists: `encode` may call itself.

# %% [markdown] lang="zh"
# ## 1 · 一个值，一串字节
# 每台电脑都要对同样的字节求哈希，否则永远对不上。所以一个值只能有**一种**写法，叫规范编码（canonical encoding）：先是表示种类的字母，再用 4 个字节写出长度或个数（大端序），最后是内容。
#
# | 种类 | 字母 | 长度或个数 | 内容 |
# |---|---|---|---|
# | `None` | `n` | 0 | 无 |
# | 整数 | `i` | 内容的字节数 | 十进制数字，负数前面有 `-` |
# | 文本 | `s` | 内容的字节数 | UTF-8 |
# | 字节串 | `b` | 内容的字节数 | 这些字节 |
# | 列表 | `l` | 元素的个数 | 各元素的编码，顺序不变 |
# | 字典 | `d` | 条目的个数 | 键用 `sorted` 排好序，依次写出每个键的编码和它的值的编码 |
#
# 字典的键总是文本，不必检查。条目相同的两个字典算相等，与填入的顺序无关，所以编码也必须相同：键要排序，就是为了这个。其他值一律抛出 `TypeError`：元组、浮点数（不同的电脑舍入可能不同），以及 `True` 和 `False`，尽管 Python 把它们也当作整数。
#
# 用得上的 Python 写法：`(5).to_bytes(4, "big")` 得到四个字节 `00 00 00 05`，`"仓".encode()` 得到文本的 UTF-8 编码，`b"".join([...])` 把几段字节接起来。列表里还可以有列表：`encode` 可以调用它自己。

# %% task="encoding"
def encode(value) -> bytes:
    """«encode»

    «encode.more»
    """
    ### BEGIN SOLUTION
    if type(value) is list:
        return b"l" + len(value).to_bytes(4, "big") + b"".join(encode(element) for element in value)
    if type(value) is dict:
        entries = (encode(key) + encode(value[key]) for key in sorted(value))
        return b"d" + len(value).to_bytes(4, "big") + b"".join(entries)
    if value is None:
        letter, content = b"n", b""
    elif type(value) is int:
        letter, content = b"i", str(value).encode()
    elif type(value) is str:
        letter, content = b"s", value.encode()
    elif type(value) is bytes:
        letter, content = b"b", value
    else:
        raise TypeError(f"{type(value).__name__} has no canonical encoding")
    return letter + len(content).to_bytes(4, "big") + content
    ### END SOLUTION

# %% test="encoding" points=3
given_answer = encode("A1")
assert isinstance(given_answer, bytes), f"«returned» {type(given_answer).__name__} → «encoding.bytes»"
assert encode("A1").hex(" ") == "73 00 00 00 02 41 31", "«encoding.text»"
assert encode(b"A1") != encode("A1") and encode(12) != encode("12"), "«encoding.kinds»"
assert encode(-12) == b"i\x00\x00\x00\x03-12", "«encoding.number»"
assert encode("仓") == b"s\x00\x00\x00\x03\xe4\xbb\x93", "«encoding.utf8»"
assert encode(None) == b"n" + bytes(4), "«encoding.none»"
assert encode(["a", ["b"]]) != encode(["a", "b"]), "«encoding.nested»"
assert encode([7, None]) == b"l\x00\x00\x00\x02" + encode(7) + encode(None), "«encoding.list»"
assert encode({"b": 1, "a": 2}) == encode({"a": 2, "b": 1}), "«encoding.order»"
assert encode({"a": 2}) == b"d\x00\x00\x00\x01" + encode("a") + encode(2), "«encoding.dict»"
for given_value in (0.5, True, ["a", False], ("a", "b")):
    try:
        given_answer = encode(given_value)
    except TypeError:
        given_answer = "refused"
    except Exception:
        given_answer = "another error"
    assert given_answer != "another error", f"{given_value!r} → «encoding.other-error»"
    assert given_answer == "refused", f"{given_value!r} → «encoding.others»"
### BEGIN HIDDEN TESTS
import random
import struct


def expected_encoding(value):
    if value is None:
        return b"n\x00\x00\x00\x00"
    if isinstance(value, (int, str, bytes)):
        content = value if isinstance(value, bytes) else str(value).encode("utf-8")
        return {int: b"i", str: b"s", bytes: b"b"}[type(value)] + struct.pack(">I", len(content)) + content
    parts = value if isinstance(value, list) else [part for pair in sorted(value.items()) for part in pair]
    return (b"l" if isinstance(value, list) else b"d") + struct.pack(">I", len(value)) + b"".join(map(expected_encoding, parts))


given_draw = random.Random(f"{SEED}/encoding")
for given_value in (0, -1, 10**30, "", b"", [], {}, [[]], [{}], "仓单🧊" * 90, given_draw.randbytes(70_000), list(range(300))):
    assert encode(given_value) == expected_encoding(given_value), "«encoding.any-value»"
for _ in range(5):
    given_keys = ["".join(given_draw.choices("aZ仓é0/", k=given_draw.randrange(5))) for _ in range(9)]
    given_value = {given_key: [given_draw.randrange(-99, 9**9), {"x": given_key, "": None}] for given_key in given_keys}
    assert encode(given_value) == expected_encoding(given_value), "«encoding.any-dict»"
for given_value in (1.0, float("nan"), True, False, [[1.5]], {"a": True}):
    try:
        given_answer = encode(given_value)
    except TypeError:
        given_answer = "refused"
    assert given_answer == "refused", "«encoding.any-other»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 2 · Has this been here before?
# A transaction counts **once**. Whoever sends it a second time (a **replay**) must be refused, so the ledger knows the id of every transaction that ever was in a block: `ledger["ids"]` maps each to the height of its block. On a chain with ten billion transactions that book does not fit into memory, and looking into it takes time.
#
# So a **Bloom filter** stands in front: a row of `FILTER_BITS` bits, all 0 in the beginning, kept here as one whole number: bit *p*, counted from 0, is worth `1 << p`, which is `2**p`.
#
# An id sets three bits, or fewer if some of them coincide. Their numbers are the **positions**:
#
# 1. Compute SHA-256 of the id in UTF-8.
# 2. Take three times 4 bytes from the beginning of the digest: bytes 0–3, bytes 4–7 and bytes 8–11.
# 3. Read each as a number, big endian: `int.from_bytes(four_bytes, "big")`.
# 4. Divide it by `FILTER_BITS`; the remainder is the position.
#
# To set bit *p* and keep the others, write `bits | (1 << p)`. To look at it, write `(bits >> p) & 1`, which is 1 or 0.
#
# If one of an id's three bits is 0, the id was **certainly never** added, and that is the answer: the book is not opened. If all three are 1, it **may** have been; but other ids may have set those bits. That is a **false positive**, and only the book can tell. A filter alone must never turn away a good transaction.

# %% [markdown] lang="zh"
# ## 2 · 以前来过吗？
# 一笔交易只能生效**一次**。有人把它再发一遍（这叫**重放**，replay），就要拒绝；所以账本记着进过区块的每笔交易的编号：`ledger["ids"]` 把编号映射到它所在区块的高度。链上有了上百亿笔交易，这份编号清单就放不进内存了，查一次也很费时间。
#
# 于是在前面加一道**布隆过滤器**（Bloom filter）：一排 `FILTER_BITS` 个比特，起初全是 0。这里把它们合成一个整数来存：第 *p* 个比特（从 0 数起）对应的数值是 `1 << p`，也就是 `2**p`。
#
# 一个编号会把三个比特置为 1（位置碰巧重合时，不到三个）。这三个**位置**（position）是这样算的：
#
# 1. 求编号（UTF-8 编码）的 SHA-256。
# 2. 从摘要开头取三段，每段 4 个字节：第 0–3、4–7、8–11 个字节（从 0 数起）。
# 3. 每段按大端序读成一个数：`int.from_bytes(four_bytes, "big")`。
# 4. 除以 `FILTER_BITS`，余数就是位置。
#
# 要把第 *p* 个比特置为 1、其余不动，就写 `bits | (1 << p)`；要看它是 1 还是 0，就写 `(bits >> p) & 1`。
#
# 三个比特里只要有一个是 0，这个编号就**肯定没有**加进来过，可以直接下结论，不必查编号清单。三个都是 1，则只是**可能**加过；也许是别的编号碰巧把这几个比特置成了 1，这叫**假阳性**（false positive），只有查了编号清单才知道。绝不能光凭过滤器就把一笔好好的交易拒之门外。

# %%
FILTER_BITS = 1024

# %% task="filter"
def compute_positions(tx_id: str) -> list[int]:
    """«compute_positions»

    «compute_positions.more»
    """
    ### BEGIN SOLUTION
    digest = hashlib.sha256(tx_id.encode()).digest()
    return [int.from_bytes(digest[start : start + 4], "big") % FILTER_BITS for start in (0, 4, 8)]
    ### END SOLUTION


def add_id(bits: int, tx_id: str) -> int:
    """«add_id»

    «add_id.more»
    """
    ### BEGIN SOLUTION
    for position in compute_positions(tx_id):
        bits |= 1 << position
    return bits
    ### END SOLUTION


def may_contain(bits: int, tx_id: str) -> bool:
    """«may_contain»

    «may_contain.more»
    """
    ### BEGIN SOLUTION
    return all(bits >> position & 1 for position in compute_positions(tx_id))
    ### END SOLUTION


def is_replayed(ledger: dict, tx_id: str) -> bool:
    """«is_replayed»

    «is_replayed.more»
    """
    ### BEGIN SOLUTION
    return may_contain(ledger["filter"], tx_id) and tx_id in ledger["ids"]
    ### END SOLUTION

# %% test="filter" points=3
assert compute_positions("t1") == [473, 378, 245], "«filter.positions»"
given_bits = add_id(0, "t1")
assert isinstance(given_bits, int) and given_bits == 1 << 473 | 1 << 378 | 1 << 245, "«filter.bits»"
assert add_id(given_bits, "t1") == given_bits, "«filter.again»"
assert add_id(add_id(0, "t2"), "t1") == add_id(given_bits, "t2"), "«filter.keeps»"
assert may_contain(given_bits, "t1") is True and may_contain(given_bits, "t2") is False, "«filter.contain»"
assert may_contain(1 << 473 | 1 << 378, "t1") is False, "«filter.all-three»"
given_ledger = {**start_ledger("receipts", ROLES), "filter": given_bits, "ids": {"t1": 1}}
assert is_replayed(given_ledger, "t1") is True and is_replayed(given_ledger, "t2") is False, "«filter.replayed»"
given_ledger = {**start_ledger("receipts", ROLES), "filter": (1 << FILTER_BITS) - 1, "ids": {"t1": 1}}
assert is_replayed(given_ledger, "t2") is False, "«filter.false-positive»"
given_ledger = {**start_ledger("receipts", ROLES), "filter": 0, "ids": {"t1": 1}}
assert is_replayed(given_ledger, "t1") is False, "«filter.first»"
### BEGIN HIDDEN TESTS
import random
import struct
given_draw = random.Random(f"{SEED}/filter")
given_ids = [f"{given_draw.randrange(16**12):012x}" for _ in range(60)]
given_bits, expected_bits = 0, set()
for given_id in ("", "仓单", *given_ids):
    expected = [number % 1024 for number in struct.unpack(">III", hashlib.sha256(given_id.encode("utf-8")).digest()[:12])]
    assert compute_positions(given_id) == expected, "«filter.any-positions»"
    given_bits, expected_bits = add_id(given_bits, given_id), expected_bits | set(expected)
    assert given_bits == sum(1 << bit for bit in expected_bits), "«filter.any-bits»"
assert all(may_contain(given_bits, given_id) is True for given_id in given_ids), "«filter.any-contain»"
for given_number in range(100):
    given_place = {number % 1024 for number in struct.unpack(">III", hashlib.sha256(b"n%d" % given_number).digest()[:12])}
    assert may_contain(given_bits, f"n{given_number}") is (given_place <= expected_bits), "«filter.any-contain»"
    given_ledger = {"filter": given_bits, "ids": {f"n{given_number}": 0} if given_number % 2 else {}}
    expected = given_place <= expected_bits and given_number % 2 == 1
    assert is_replayed(given_ledger, f"n{given_number}") is expected, "«filter.any-replayed»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 3 · Stop a rival's transaction
# Now change sides. Some node (a computer that keeps the ledger) saves itself the look into the book: what the filter *may contain* it takes for replayed, and drops. And you happen to run the desk that gives everybody the id of their next transaction, such as `rival-17`. You do not want a certain competitor to get through. So give them an id that this node will refuse although nobody ever used it.
#
# `bits` is the filter of the node, and `prefix` the beginning of the id (`"rival-"`). Try numbers: `prefix + "0"`, `prefix + "1"`, and so on, and return the first id that was never used (it is not in `ids`) and that `may_contain` nevertheless takes for used. You may rely on it that there is one: if the filter has few bits set, the search only takes longer.

# %% [markdown] lang="zh"
# ## 3 · 卡住别人的交易
# 现在换个角色。有个节点（保存账本的一台电脑）图省事，不去查编号清单：过滤器说“可能有”，它就当成重放，直接丢掉。而大家的交易，编号正好由你来发，形如 `rival-17`。你不想让某个竞争对手的交易进来，就发给他这样一个编号：谁也没有用过，这个节点却会拒绝。
#
# `bits` 是那个节点的过滤器，`prefix` 是编号的开头（`"rival-"`）。依次试 `prefix + "0"`、`prefix + "1"`……，返回第一个没有人用过（不在 `ids` 里）、而 `may_contain` 却认为可能用过的编号。可以认为总有这样的编号；过滤器里的 1 越少，要找得越久。

# %% task="blocked"
def find_blocked_id(bits: int, ids: dict[str, int], prefix: str) -> str:
    """«find_blocked_id»

    «find_blocked_id.more»
    """
    ### BEGIN SOLUTION
    number = 0
    while not may_contain(bits, f"{prefix}{number}") or f"{prefix}{number}" in ids:
        number += 1
    return f"{prefix}{number}"
    ### END SOLUTION

# %% test="blocked" points=2
given_ids = {f"t{given_number}": 1 for given_number in range(250)}
given_bits = 0
for given_id in given_ids:
    given_bits = add_id(given_bits, given_id)
given_answer = find_blocked_id(given_bits, given_ids, "rival-")
assert isinstance(given_answer, str) and given_answer.startswith("rival-"), f"«returned» {given_answer!r} → «blocked.prefix»"
assert may_contain(given_bits, given_answer), "«blocked.filter»"
given_answer = find_blocked_id(given_bits, given_ids, "t")
assert given_answer not in given_ids, "«blocked.used»"
assert find_blocked_id((1 << FILTER_BITS) - 1, {}, "a-") == "a-0", "«blocked.first»"
### BEGIN HIDDEN TESTS
import random
import struct
given_draw = random.Random(f"{SEED}/blocked")
for given_size in (150, 300):
    given_prefix = f"{given_draw.randrange(16**6):06x}-"
    given_ids = {f"{given_prefix}{given_number}": 1 for given_number in given_draw.sample(range(400), given_size)}
    expected_bits = set()
    for given_id in given_ids:
        expected_bits |= {number % 1024 for number in struct.unpack(">III", hashlib.sha256(given_id.encode()).digest()[:12])}
    expected = next(
        f"{given_prefix}{number}"
        for number in range(99_999)
        if f"{given_prefix}{number}" not in given_ids
        and {bit % 1024 for bit in struct.unpack(">III", hashlib.sha256(b"%s%d" % (given_prefix.encode(), number)).digest()[:12])} <= expected_bits
    )
    assert find_blocked_id(sum(1 << bit for bit in expected_bits), given_ids, given_prefix) == expected, "«blocked.any»"
assert find_blocked_id((1 << 1024) - 1, {}, given_prefix) == f"{given_prefix}0", "«blocked.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 4 · Rules for a transaction
# A ledger does not say "no"; it says which rule was broken, by an **error code** that every program understands. `time` is the time of the block in which the transaction is to stand. Check in this order, and return the code of the **first** rule that is broken, or `None`:
#
# | code | the transaction … |
# |---|---|
# | `"TX_OTHER_CHAIN"` | names another chain than the ledger's |
# | `"TX_EXPIRED"` | has a time `expires` (not 0) that is not later than `time`: at that very moment it is void already |
# | `"TX_REPLAYED"` | has an id that was in a block before |
# | `"TX_UNKNOWN_MEMBER"` | has a sender for whom the state has no key `role/…`: only members may write here |
#
# What the contract thinks of it does not matter here, and nothing is changed.

# %% [markdown] lang="zh"
# ## 4 · 交易的规则
# 账本不会只说一声“不行”，它要用各种程序都认得的**错误码**说明违反了哪条规则。`time` 是交易将要进入的那个区块的时间。请按下面的顺序检查，返回**第一条**被违反的规则的错误码；都没有违反，就返回 `None`：
#
# | 错误码 | 这笔交易…… |
# |---|---|
# | `"TX_OTHER_CHAIN"` | 写的链名与账本的不同 |
# | `"TX_EXPIRED"` | `expires` 不为 0，而且不晚于 `time`：正好到了那一刻，就已经作废 |
# | `"TX_REPLAYED"` | 编号以前进过区块 |
# | `"TX_UNKNOWN_MEMBER"` | 状态里没有发送者的 `role/…` 键：只有成员才能提交交易 |
#
# 合约会不会拒绝它，这里不管；什么也不要改动。

# %% task="transaction"
def validate_transaction(ledger: dict, transaction: dict, time: int) -> str | None:
    """«validate_transaction»

    «validate_transaction.more»
    """
    ### BEGIN SOLUTION
    if transaction["chain"] != ledger["chain"]:
        return "TX_OTHER_CHAIN"
    if 0 < transaction["expires"] <= time:
        return "TX_EXPIRED"
    if is_replayed(ledger, transaction["id"]):
        return "TX_REPLAYED"
    if f"role/{transaction['sender']}" not in ledger["state"]:
        return "TX_UNKNOWN_MEMBER"
    return None
    ### END SOLUTION

# %% test="transaction" points=4
given_ledger = {**start_ledger("receipts", ROLES), "filter": add_id(0, "old"), "ids": {"old": 1}}
given_answer = validate_transaction(given_ledger, make_transaction("new", "trader", "pledge", "north-bank", "A1"), 100)
assert given_answer != "TX_EXPIRED", "«transaction.never»"
assert given_answer is None, "«transaction.good»"
given_transaction = make_transaction("new", "trader", "pledge", "north-bank", "A1", chain="cargo")
assert validate_transaction(given_ledger, given_transaction, 100) == "TX_OTHER_CHAIN", "«transaction.chain»"
for given_expires, expected in ((99, "TX_EXPIRED"), (100, "TX_EXPIRED"), (101, None)):
    given_transaction = make_transaction("new", "trader", "pledge", "north-bank", "A1", expires=given_expires)
    assert validate_transaction(given_ledger, given_transaction, 100) == expected, "«transaction.expired»"
assert validate_transaction(given_ledger, make_transaction("old", "trader", "pledge", "north-bank", "A1"), 100) == "TX_REPLAYED", "«transaction.replayed»"
assert validate_transaction(given_ledger, make_transaction("new", "thief", "pledge", "north-bank", "A1"), 100) == "TX_UNKNOWN_MEMBER", "«transaction.member»"
given_transaction = make_transaction("old", "thief", "pledge", "north-bank", "A1", expires=5, chain="cargo")
assert validate_transaction(given_ledger, given_transaction, 100) == "TX_OTHER_CHAIN", "«transaction.order»"
### BEGIN HIDDEN TESTS
import itertools
import random
given_draw = random.Random(f"{SEED}/transaction")
given_name, given_time = f"chain-{given_draw.randrange(10**6)}", given_draw.randrange(10, 10**6)
given_state = {"role/ann": ["bank", 0, 0], "owner/bob": ["ann", 1, 0], "role/eve/x": ["bank", 0, 1]}
given_full = (1 << 1024) - 1
given_ledger = {"chain": given_name, "height": 3, "time": 5, "head": bytes(32), "state": given_state, "ids": {"used": 2}, "filter": given_full}
for given_chain, given_late, given_id, given_sender in itertools.product(
    (given_name, "receipts"), (0, given_time, given_time - 1, given_time + 1), ("used", "fresh"), ("ann", "bob", "eve")
):
    given_transaction = make_transaction(given_id, given_sender, "nonsense", "x", expires=given_late, chain=given_chain)
    expected = (
        "TX_OTHER_CHAIN" if given_chain != given_name
        else "TX_EXPIRED" if given_late in (given_time, given_time - 1)
        else "TX_REPLAYED" if given_id == "used"
        else "TX_UNKNOWN_MEMBER" if given_sender != "ann"
        else None
    )
    assert validate_transaction(given_ledger, given_transaction, given_time) == expected, "«transaction.any»"
given_fresh = make_transaction("fresh", "ann", "pledge", "b", "A1", chain=given_name)
assert validate_transaction(given_ledger, given_fresh, given_time) is None, "«transaction.false-positive»"
assert validate_transaction({**given_ledger, "state": {}}, given_fresh, given_time) == "TX_UNKNOWN_MEMBER", "«transaction.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 5 · What it read, what it wrote
# Run the contract, but let it touch nothing. Give it a `read` and a `write` of your own, two functions that you define inside `execute` and that note what happens in dicts of `execute`. Functions within a function see its variables, and may change a dict or list of it:
#
# ```python
# def count_words(text):
#     seen = {}
#
#     def note(word):
#         seen[word] = seen.get(word, 0) + 1
#
#     for word in text.split():
#         note(word)
#     return seen
# ```
#
# The note is the **read-write set** (in code often *rwset*), a dict:
#
# - `"code"`: the number `0`, or `1` if the contract raised `Refused`.
# - `"reads"`: for each key that was read **from the state**, the list `[key, version]`. The version is a list as well, `[height, index]`: the two numbers behind the value in the state; or `None` if there is no such key. The version says *which* writing of the value was read: two ledgers with the same values but another past are told apart by it (task 8), and whether two transactions got in each other's way can be seen from it.
# - `"writes"`: for each key that was written, the list `[key, value]` with the last value; `None` for a deleted one.
#
# Both lists are sorted by key, and name no key twice. Two more things:
#
# - **A transaction sees its own writes.** If it reads a key that it has written before, it gets that value (`None` if it deleted the key), and the state is not asked: that is no entry in `"reads"`.
# - **All or nothing.** What the contract refuses has written nothing: `"writes"` is empty. What it had read stays.

# %% [markdown] lang="zh"
# ## 5 · 读了什么，写了什么
# 让合约运行一遍，但不让它真的碰状态：把你在 `execute` 里面定义的 `read` 和 `write` 交给它。这两个函数把读写情况记进 `execute` 的字典。定义在函数里面的函数看得见外层的变量，外层的字典、列表也可以改：
#
# ```python
# def count_words(text):
#     seen = {}
#
#     def note(word):
#         seen[word] = seen.get(word, 0) + 1
#
#     for word in text.split():
#         note(word)
#     return seen
# ```
#
# 记下来的就是**读写集**（read-write set，代码里常写成 rwset），一个字典：
#
# - `"code"`：整数 `0`；合约抛出了 `Refused` 则为 `1`。
# - `"reads"`：凡是**从状态里**读过的键，各记一个列表 `[key, version]`。版本也是列表，写成 `[height, index]`，取自状态里值后面的那两个数；状态里没有这个键，就是 `None`。版本说明读到的是**哪一次**写下的值：两个账本的值相同、来历却不同，靠它才分得出来（任务 8）；两笔交易有没有互相影响，也要看它。
# - `"writes"`：凡是写过的键，各记一个列表 `[key, value]`，值取最后一次写的；删除记为 `None`。
#
# 两个列表都按键排序，同一个键只出现一次。还有两点：
#
# - **交易看得见自己写的内容。** 读一个自己刚写过的键，得到的是刚写的值（删掉了就是 `None`），没有去查状态，所以不记进 `"reads"`。
# - **要么全做，要么全不做。** 合约拒绝的交易什么也没有写：`"writes"` 为空；已经读过的照样记着。

# %% task="execute"
def execute(state: dict, transaction: dict) -> dict:
    """«execute»

    «execute.more»
    """
    ### BEGIN SOLUTION
    reads, writes = {}, {}

    def read(key):
        if key in writes:
            return writes[key]
        value, *version = state.get(key, [None])
        reads[key] = version or None
        return value

    def write(key, value):
        writes[key] = value

    code = 0
    try:
        call_contract(transaction, read, write)
    except Refused:
        code = 1
        writes.clear()
    return {
        "code": code,
        "reads": [[key, reads[key]] for key in sorted(reads)],
        "writes": [[key, writes[key]] for key in sorted(writes)],
    }
    ### END SOLUTION

# %% test="execute" points=4
given_state = {"role/harbour": ["warehouse", 0, 1], "role/north-bank": ["bank", 0, 2], "owner/A1": ["trader", 1, 0]}
given_record = execute(given_state, make_transaction("t1", "trader", "pledge", "north-bank", "A1"))
assert isinstance(given_record, dict) and sorted(given_record) == ["code", "reads", "writes"], f"«returned» {given_record!r} → «execute.keys»"
assert given_record["code"] != 1, "«execute.value»"
assert type(given_record["code"]) is int and given_record["code"] == 0, "«execute.code»"
assert given_record["writes"] == [["pledge/A1", "north-bank"]], "«execute.writes»"
assert given_record["reads"] == [["owner/A1", [1, 0]], ["pledge/A1", None], ["role/north-bank", [0, 2]]], "«execute.reads»"
assert "pledge/A1" not in given_state, "«execute.state»"
try:
    given_record = execute(given_state, make_transaction("t2", "thief", "pledge", "north-bank", "A1"))
except Exception:
    given_record = "raised"
assert given_record != "raised", "«execute.caught»"
assert type(given_record["code"]) is int, "«execute.code»"
assert given_record == {"code": 1, "reads": [["owner/A1", [1, 0]]], "writes": []}, "«execute.refused»"
given_record = execute(given_state, make_transaction("t3", "trader", "pledge", "north-bank", "A1", "A1"))
assert given_record["code"] == 1, "«execute.own»"
assert given_record["writes"] == [], "«execute.all»"
given_record = execute({}, make_transaction("t4", "thief", "melt"))
assert given_record == {"code": 1, "reads": [], "writes": []}, "«execute.method»"
given_record = execute(given_state, make_transaction("t5", "harbour", "issue", "trader", "B2", "B1"))
assert given_record["writes"] == [["owner/B1", "trader"], ["owner/B2", "trader"]], "«execute.sorted»"
assert given_record["reads"] == [["owner/B1", None], ["owner/B2", None], ["role/harbour", [0, 1]]], "«execute.reads-sorted»"
given_state = {**given_state, "pledge/A1": ["north-bank", 2, 0]}
given_record = execute(given_state, make_transaction("t6", "north-bank", "release", "trader", "A1"))
assert given_record["writes"] == [["pledge/A1", None]], "«execute.deleted»"
given_record = execute(given_state, make_transaction("t7", "north-bank", "release", "trader", "A1", "A1"))
assert given_record["code"] == 1, "«execute.own-deleted»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/execute")
given_bank, given_owner = f"bank-{given_draw.randrange(99)}", f"owner-{given_draw.randrange(99)}"
given_names = given_draw.sample([f"{letter}{number}" for letter in "ABCaz" for number in range(9)], 12)
given_pledged, given_issued = set(given_names[:4]), given_names[:9]
given_state = {f"role/{given_bank}": ["bank", 0, 4], "role/w": ["warehouse", 5, 0]}
given_state |= {f"owner/{name}": [given_owner, 1 + number, number % 3] for number, name in enumerate(given_issued)}
given_state |= {f"pledge/{name}": [given_bank, 20 + number, 0] for number, name in enumerate(given_names[:4])}
for _ in range(60):
    given_method = given_draw.choice(["pledge", "transfer", "release", "issue"])
    given_some = [given_draw.choice(given_names) for _ in range(given_draw.randrange(1, 4))]
    given_sender, given_first = {
        "release": (given_bank, given_owner), "issue": ("w", given_owner)
    }.get(given_method, (given_owner, given_bank))
    reads, writes, ok = set(), {}, True
    for name in given_some:
        is_owned = name in given_issued or writes.get(f"owner/{name}") is not None
        is_pledged = writes.get(f"pledge/{name}", name in given_pledged or None)
        asked = ["role/w", f"owner/{name}"] if given_method == "issue" else [f"owner/{name}"]
        ok = {"issue": not is_owned, "transfer": is_owned and writes.get(f"owner/{name}") is None}.get(given_method, is_owned)
        if ok and given_method != "issue":
            asked.append(f"pledge/{name}")
            ok = bool(is_pledged) is (given_method == "release")
        if ok and given_method == "pledge":
            asked.append(f"role/{given_bank}")
        reads |= {key for key in asked if key not in writes}
        if not ok:
            break
        target = f"owner/{name}" if given_method in ("issue", "transfer") else f"pledge/{name}"
        writes[target] = None if given_method == "release" else given_first
    expected = {
        "code": 0 if ok else 1,
        "reads": [[key, given_state[key][1:] if key in given_state else None] for key in sorted(reads)],
        "writes": [[key, writes[key]] for key in sorted(writes)] if ok else [],
    }
    given_answer = execute(given_state, make_transaction("t", given_sender, given_method, given_first, *given_some))
    assert given_answer == expected, "«execute.any»"
    assert type(given_answer["code"]) is int, "«execute.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 6 · A block of them
# The transactions of a block run one after the other, and each sees what the earlier ones wrote. Return the **new** state, a dict of its own, and the list of read-write sets; the state that you were given stays as it is, because nobody knows yet whether the block is good.
#
# A written value goes into the new state as `[value, height, index]`, with the `height` of the block and the number of the transaction in it, from 0. A key whose written value is `None` leaves the state, if it is there at all.
#
# `compute_rwset_root` binds the read-write sets: it is `compute_root` of their encodings, in order. If two computers come to the same root, they have read the same, written the same, and refused the same.

# %% [markdown] lang="zh"
# ## 6 · 一整个区块
# 区块里的交易一笔接一笔地执行，后面的看得见前面写的内容。返回**新的**状态（另一个字典），以及由读写集组成的列表；传入的状态保持原样，因为区块合不合规则，现在还不知道。
#
# 写入的值以 `[value, height, index]` 的形式放进新状态：`height` 是区块的高度，`index` 是交易在区块里的序号，从 0 数起。写入值为 `None` 的键，要从状态里去掉；本来就没有，也不算错。
#
# `compute_rwset_root` 用一个根代表全部读写集：先逐个编码，再按顺序求 `compute_root`。两台电脑算出的根相同，就说明它们读的一样、写的一样，拒绝的也一样。

# %% task="run"
def execute_block(state: dict, height: int, transactions: list[dict]) -> tuple[dict, list[dict]]:
    """«execute_block»

    «execute_block.more»
    """
    ### BEGIN SOLUTION
    new_state, records = dict(state), []
    for index, transaction in enumerate(transactions):
        record = execute(new_state, transaction)
        for key, value in record["writes"]:
            if value is None:
                new_state.pop(key, None)
            else:
                new_state[key] = [value, height, index]
        records.append(record)
    return new_state, records
    ### END SOLUTION


def compute_rwset_root(records: list[dict]) -> bytes:
    """«compute_rwset_root»

    «compute_rwset_root.more»
    """
    ### BEGIN SOLUTION
    return compute_root([encode(record) for record in records])
    ### END SOLUTION

# %% test="run" points=3
given_start = start_ledger("receipts", ROLES)["state"]
given_answer = execute_block(given_start, 1, DAY[0])
assert isinstance(given_answer, tuple) and len(given_answer) == 2, f"«returned» {type(given_answer).__name__} → «run.pair»"
given_state, given_records = given_answer
assert given_start == start_ledger("receipts", ROLES)["state"], "«run.given»"
assert len(given_records) == 2 and given_records[0] == execute(given_start, DAY[0][0]), "«run.records»"
assert given_state.get("owner/A1") == ["trader", 1, 0] and given_state.get("owner/A3") == ["foundry", 1, 1], "«run.version»"
assert given_state.get("role/harbour") == ["warehouse", 0, 1], "«run.keeps»"
given_state, given_records = execute_block(given_state, 2, DAY[1])
assert given_state.get("pledge/A1") == ["north-bank", 2, 0] and given_records[1]["code"] == 1, "«run.sees»"
given_state, given_records = execute_block(given_state, 3, DAY[3][:1])
assert "pledge/A1" not in given_state, "«run.deleted»"
try:
    given_answer = execute_block(given_start, 1, [make_transaction("t", "registrar", "configure", "nobody", None)])[0]
except KeyError:
    given_answer = "an error"
assert given_answer == given_start, "«run.absent»"
assert compute_rwset_root([]) == hashlib.sha256(b"").digest(), "«run.empty-root»"
assert compute_rwset_root(given_records) == compute_root([encode(given_records[0])]), "«run.root»"
### BEGIN HIDDEN TESTS
import random
import struct


def expected_encoding(value):
    if value is None:
        return b"n\x00\x00\x00\x00"
    if isinstance(value, (int, str, bytes)):
        content = value if isinstance(value, bytes) else str(value).encode("utf-8")
        return {int: b"i", str: b"s", bytes: b"b"}[type(value)] + struct.pack(">I", len(content)) + content
    parts = value if isinstance(value, list) else [part for pair in sorted(value.items()) for part in pair]
    return (b"l" if isinstance(value, list) else b"d") + struct.pack(">I", len(value)) + b"".join(map(expected_encoding, parts))


given_draw = random.Random(f"{SEED}/run")
given_names = [f"R{number}" for number in range(5)]
given_start = {"role/w": ["warehouse", 0, 0], "role/b": ["bank", 0, 1], "owner/R0": ["o", 1, 7], "pledge/R0": ["b", 2, 3]}
for given_size in (0, 1, 9, 30):
    given_height = given_draw.randrange(3, 1000)
    given_transactions, expected, refused = [], dict(given_start), []
    for index in range(given_size):
        method, name = given_draw.choice(["issue", "pledge", "release"]), given_draw.choice(given_names)
        sender, first = {"issue": ("w", "o"), "pledge": ("o", "b"), "release": ("b", "o")}[method]
        given_transactions.append(make_transaction(f"t{index}", sender, method, first, name))
        is_owned, is_pledged = f"owner/{name}" in expected, f"pledge/{name}" in expected
        ok = {"issue": not is_owned, "pledge": is_owned and not is_pledged, "release": is_pledged}[method]
        refused.append(not ok)
        if ok and method == "release":
            del expected[f"pledge/{name}"]
        elif ok:
            expected[f"{'owner' if method == 'issue' else 'pledge'}/{name}"] = [first, given_height, index]
    given_state, given_records = execute_block(given_start, given_height, given_transactions)
    assert given_state == expected, "«run.any-state»"
    assert [record["code"] == 1 for record in given_records] == refused, "«run.any-records»"
    assert compute_rwset_root(given_records) == compute_root([expected_encoding(record) for record in given_records]), "«run.any-root»"
assert given_start == {"role/w": ["warehouse", 0, 0], "role/b": ["bank", 0, 1], "owner/R0": ["o", 1, 7], "pledge/R0": ["b", 2, 3]}, "«run.any-state»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 7 · Making a block
# A block is a dict of three: `"header"`, `"transactions"`, and `"votes"`: the signatures of members who agree to the block, an empty list at first. A block may have no transactions at all. The **header** is small and binds all that counts:
#
# | field | value |
# |---|---|
# | `"chain"` | the ledger's chain |
# | `"height"` | one more than the ledger's height |
# | `"previous"` | the ledger's `head`: the hash of the block before |
# | `"time"` | the given time |
# | `"count"` | how many transactions there are |
# | `"tx_root"` | `compute_root` of the encodings of the transactions |
# | `"rwset_root"` | `compute_rwset_root` of what they read and wrote when they run on the ledger's state at this height |
#
# The **hash of a block** is SHA-256 of the encoding of its header, and of nothing else. Votes come when the hash is known: whoever votes for a block signs its hash. If votes were hashed too, each vote would change what is voted for.
#
# Making a block does not change the ledger.

# %% [markdown] lang="zh"
# ## 7 · 造一个区块
# 区块是含三项的字典：`"header"`、`"transactions"`，以及 `"votes"`（选票：赞成这个区块的成员的签名），起初是空列表。区块里也可以一笔交易都没有。**区块头**（header）很小，却锁定了所有关键内容：
#
# | 字段 | 值 |
# |---|---|
# | `"chain"` | 账本的链名 |
# | `"height"` | 账本的高度加一 |
# | `"previous"` | 账本的 `head`，也就是前一个区块的哈希值 |
# | `"time"` | 给定的时间 |
# | `"count"` | 交易的笔数 |
# | `"tx_root"` | 各笔交易分别编码，再求 `compute_root` |
# | `"rwset_root"` | 按这个高度、在账本的状态上执行这些交易，对得到的读写集求 `compute_rwset_root` |
#
# **区块的哈希值**是区块头编码的 SHA-256，别的什么都不算在内。要等哈希值定了，才能投票：给区块投票，就是给它的哈希值签名。如果选票也参与求哈希，每投一票，投的对象就变了。
#
# 造区块的时候，不要改动账本。

# %% task="block"
def build_block(ledger: dict, transactions: list[dict], time: int) -> dict:
    """«build_block»

    «build_block.more»
    """
    ### BEGIN SOLUTION
    height = ledger["height"] + 1
    _, records = execute_block(ledger["state"], height, transactions)
    header = {
        "chain": ledger["chain"],
        "height": height,
        "previous": ledger["head"],
        "time": time,
        "count": len(transactions),
        "tx_root": compute_root([encode(transaction) for transaction in transactions]),
        "rwset_root": compute_rwset_root(records),
    }
    return {"header": header, "transactions": transactions, "votes": []}
    ### END SOLUTION


def hash_block(block: dict) -> bytes:
    """«hash_block»

    «hash_block.more»
    """
    ### BEGIN SOLUTION
    return hashlib.sha256(encode(block["header"])).digest()
    ### END SOLUTION

# %% test="block" points=2
given_ledger = start_ledger("receipts", ROLES)
given_block = build_block(given_ledger, DAY[0], 9)
assert isinstance(given_block, dict) and sorted(given_block) == ["header", "transactions", "votes"], (
    f"«returned» {type(given_block).__name__} → «block.three»"
)
given_header = given_block["header"]
assert isinstance(given_header, dict), "«block.fields»"
assert sorted(given_header) == ["chain", "count", "height", "previous", "rwset_root", "time", "tx_root"], "«block.fields»"
assert [given_header[field] for field in ("chain", "height", "time", "count")] == ["receipts", 1, 9, 2], "«block.values»"
assert given_header["previous"] == bytes(32), "«block.previous»"
assert given_header["tx_root"] == compute_root([encode(given_transaction) for given_transaction in DAY[0]]), "«block.tx-root»"
assert given_header["rwset_root"] == compute_rwset_root(execute_block(given_ledger["state"], 1, DAY[0])[1]), "«block.rwset-root»"
assert given_ledger == start_ledger("receipts", ROLES), "«block.ledger»"
given_answer = hash_block(given_block)
assert isinstance(given_answer, bytes) and len(given_answer) == 32, f"«returned» {type(given_answer).__name__} → «block.raw»"
assert hash_block({**given_block, "votes": [b"north-bank", b"south-bank"]}) == hash_block(given_block), "«block.votes»"
assert hash_block(given_block).hex() == HEADS[0], "«block.head»"
given_ledger |= {"height": 1, "time": 9, "head": hash_block(given_block), "state": execute_block(given_ledger["state"], 1, DAY[0])[0]}
assert hash_block(build_block(given_ledger, DAY[1], 18)).hex() == HEADS[1], "«block.second»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/block")
for given_size in (0, 1, 5):
    given_name, given_height, given_time = f"c{given_draw.randrange(10**6)}", given_draw.randrange(1, 10**6), given_draw.randrange(10**9)
    given_ledger = {**start_ledger(given_name, ROLES), "height": given_height, "head": given_draw.randbytes(32), "time": given_time - 1}
    given_transactions = [
        make_transaction(f"t{index}", "harbour", "issue", f"owner {given_draw.randrange(99)}", f"R{index % 3}", chain=given_name)
        for index in range(given_size)
    ]
    given_block = build_block(given_ledger, given_transactions, given_time)
    expected = {
        "chain": given_name, "height": given_height + 1, "previous": given_ledger["head"], "time": given_time, "count": given_size,
        "tx_root": compute_root([encode(given_transaction) for given_transaction in given_transactions]),
        "rwset_root": compute_rwset_root(execute_block(given_ledger["state"], given_height + 1, given_transactions)[1]),
    }
    assert given_block == {"header": expected, "transactions": given_transactions, "votes": []}, "«block.any»"
    expected = hashlib.sha256(encode(given_block["header"])).digest()
    assert hash_block(given_block) == expected, "«block.any-hash»"
    assert hash_block({**given_block, "votes": [given_draw.randbytes(9)], "transactions": []}) == expected, "«block.any-votes»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 8 · Judging a block
# A block arrives from another node. The node that made the block, its **proposer**, may be mistaken, or may lie. Check in this order, and return the code of the **first** rule that is broken, or `None`; the ledger stays as it is.
#
# | code | broken if |
# |---|---|
# | `"BLOCK_OTHER_CHAIN"` | the header names another chain than the ledger's |
# | `"BLOCK_HEIGHT"` | its height is not one more than the ledger's |
# | `"BLOCK_PREVIOUS"` | `"previous"` is not the ledger's `head` |
# | `"BLOCK_TIME"` | its time is before the ledger's (the same time is allowed) |
# | `"BLOCK_COUNT"` | `"count"` is not the number of transactions |
# | `"BLOCK_TX_ROOT"` | `"tx_root"` is not the root of these transactions |
# | `"BLOCK_CONFIGURATION"` | there is a transaction with the method `configure`, and it is not the only one of the block |
# | a code of task 4 | a transaction breaks that rule, at the time of the header |
# | `"TX_REPLAYED"` | also if an earlier transaction of the same block has the same id |
# | `"BLOCK_RWSET_ROOT"` | the transactions, when **you** run them, do not give the `"rwset_root"` of the header |
#
# Take the transactions one at a time: first all rules of task 4, then the comparison with the ids before it in this block; only then comes the next transaction. The rules of task 4 go by the ledger as it is, whatever earlier transactions of this block would change in it.
#
# Why must a configuration be alone? It changes who may do what. Another transaction that came behind it in the same block would have been judged by the rules before the change, and executed under those after it.
#
# A transaction that the *contract* refuses breaks no rule of the block. It stands in it, with `"code"` 1, and everybody can see that it was tried.

# %% [markdown] lang="zh"
# ## 8 · 校验区块
# 别的节点送来一个区块。提议这个区块的节点可能弄错了，也可能在说谎。请按下面的顺序检查，返回**第一条**被违反的规则的错误码；都没有违反，就返回 `None`。账本保持原样。
#
# | 错误码 | 什么情况下违反 |
# |---|---|
# | `"BLOCK_OTHER_CHAIN"` | 区块头写的链名与账本的不同 |
# | `"BLOCK_HEIGHT"` | 高度不等于账本的高度加一 |
# | `"BLOCK_PREVIOUS"` | `"previous"` 不是账本的 `head` |
# | `"BLOCK_TIME"` | 时间早于账本的时间（可以相同） |
# | `"BLOCK_COUNT"` | `"count"` 不等于交易的笔数 |
# | `"BLOCK_TX_ROOT"` | `"tx_root"` 与由这些交易算出的根不同 |
# | `"BLOCK_CONFIGURATION"` | 区块里有 `configure` 交易，而且不止这一笔交易 |
# | 任务 4 的错误码 | 有交易违反了那条规则，时间按区块头的算 |
# | `"TX_REPLAYED"` | 同一个区块里，前面已有编号相同的交易，也算重放 |
# | `"BLOCK_RWSET_ROOT"` | 由**你**来执行这些交易，得不出区块头里的 `"rwset_root"` |
#
# 交易要逐笔检查：先按任务 4 查这一笔的各条规则，再看它的编号与本区块前面的是否相同；查完一笔，再查下一笔。任务 4 的规则都按账本现有的状态来查，本区块里前面的交易要改动的内容，一概不算。
#
# 配置交易为什么必须独占一个区块？它改变的是成员的权限。同一个区块里，排在它后面的交易就成了按旧规则校验、按新规则执行。
#
# 被**合约**拒绝的交易并不违反区块的规则。它照样留在区块里，`"code"` 为 1，谁都看得到有人试过。

# %% task="validate"
def validate_block(ledger: dict, block: dict) -> str | None:
    """«validate_block»

    «validate_block.more»
    """
    ### BEGIN SOLUTION
    header, transactions = block["header"], block["transactions"]
    if header["chain"] != ledger["chain"]:
        return "BLOCK_OTHER_CHAIN"
    if header["height"] != ledger["height"] + 1:
        return "BLOCK_HEIGHT"
    if header["previous"] != ledger["head"]:
        return "BLOCK_PREVIOUS"
    if header["time"] < ledger["time"]:
        return "BLOCK_TIME"
    if header["count"] != len(transactions):
        return "BLOCK_COUNT"
    if header["tx_root"] != compute_root([encode(transaction) for transaction in transactions]):
        return "BLOCK_TX_ROOT"
    if len(transactions) > 1 and any(transaction["method"] == "configure" for transaction in transactions):
        return "BLOCK_CONFIGURATION"
    ids = set()
    for transaction in transactions:
        code = validate_transaction(ledger, transaction, header["time"])
        if code is not None:
            return code
        if transaction["id"] in ids:
            return "TX_REPLAYED"
        ids.add(transaction["id"])
    _, records = execute_block(ledger["state"], header["height"], transactions)
    if header["rwset_root"] != compute_rwset_root(records):
        return "BLOCK_RWSET_ROOT"
    return None
    ### END SOLUTION

# %% test="validate" points=3
given_ledger = {**start_ledger("receipts", ROLES), "time": 10}
given_block = build_block(given_ledger, DAY[0], 10)
assert isinstance(given_block, dict) and isinstance(given_block.get("header"), dict), "«needs.block»"
given_answer = validate_block(given_ledger, given_block)
assert given_answer is None, f"{given_answer!r} → «validate.good»"
for given_field, given_value, expected in (
    ("chain", "cargo", "BLOCK_OTHER_CHAIN"),
    ("height", 2, "BLOCK_HEIGHT"),
    ("previous", b"\x01" * 32, "BLOCK_PREVIOUS"),
    ("time", 9, "BLOCK_TIME"),
    ("count", 3, "BLOCK_COUNT"),
    ("tx_root", bytes(32), "BLOCK_TX_ROOT"),
    ("rwset_root", bytes(32), "BLOCK_RWSET_ROOT"),
):
    given_answer = validate_block(given_ledger, {**given_block, "header": {**given_block["header"], given_field: given_value}})
    assert given_answer == expected, f"«validate.field» {given_field} → {given_answer}"
given_configuration = make_transaction("c", "registrar", "configure", "east-bank", "bank")
given_answer = validate_block(given_ledger, build_block(given_ledger, [given_configuration], 10))
assert given_answer is None, f"{given_answer!r} → «validate.alone»"
given_answer = validate_block(given_ledger, build_block(given_ledger, [DAY[0][0], given_configuration], 10))
assert given_answer == "BLOCK_CONFIGURATION", f"{given_answer!r} → «validate.configuration»"
given_answer = validate_block(given_ledger, build_block(given_ledger, [given_configuration, {**given_configuration, "id": "d"}], 10))
assert given_answer == "BLOCK_CONFIGURATION", f"{given_answer!r} → «validate.two»"
given_stranger = make_transaction("t", "thief", "issue", "thief", "A1")
given_answer = validate_block(given_ledger, build_block(given_ledger, [DAY[0][0], given_stranger], 10))
assert given_answer == "TX_UNKNOWN_MEMBER", f"{given_answer!r} → «validate.transaction»"
given_late = make_transaction("t", "harbour", "issue", "trader", "A9", expires=15)
given_answer = validate_block(given_ledger, build_block(given_ledger, [given_late], 15))
assert given_answer == "TX_EXPIRED", f"{given_answer!r} → «validate.time»"
given_twice = make_transaction("t1", "harbour", "issue", "trader", "A9")
given_answer = validate_block(given_ledger, build_block(given_ledger, [DAY[0][0], given_twice], 10))
assert given_answer == "TX_REPLAYED", f"{given_answer!r} → «validate.twice»"
given_refused = make_transaction("t", "trader", "pledge", "north-bank", "A1")
given_answer = validate_block(given_ledger, build_block(given_ledger, [given_refused], 10))
assert given_answer is None, f"{given_answer!r} → «validate.refused»"
assert given_ledger == {**start_ledger("receipts", ROLES), "time": 10}, "«validate.ledger»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/validate")
given_ledger = {
    **start_ledger(f"c{given_draw.randrange(10**6)}", ROLES), "height": given_draw.randrange(2, 10**6), "time": given_draw.randrange(50, 10**6),
    "head": given_draw.randbytes(32), "ids": {"used": 1}, "filter": (1 << 1024) - 1,
}
given_name, given_time = given_ledger["chain"], given_ledger["time"]
given_good = [make_transaction(f"g{index}", "harbour", "issue", "trader", f"R{index}", chain=given_name) for index in range(4)]
given_block = build_block(given_ledger, given_good, given_time + 3)
assert validate_block(given_ledger, given_block) is None, "«validate.false-positive»"
assert validate_block(given_ledger, build_block(given_ledger, [], given_time)) is None, "«validate.any-empty»"
given_header = given_block["header"]
given_wrong = [
    ("chain", "other", "BLOCK_OTHER_CHAIN"),
    ("height", given_ledger["height"], "BLOCK_HEIGHT"),
    ("previous", bytes(31) + b"\x01", "BLOCK_PREVIOUS"),
    ("time", given_time - 1, "BLOCK_TIME"),
    ("count", 5, "BLOCK_COUNT"),
    ("tx_root", given_header["rwset_root"], "BLOCK_TX_ROOT"),
    ("rwset_root", given_header["tx_root"], "BLOCK_RWSET_ROOT"),
]
for given_first in range(7):
    given_answer = validate_block(given_ledger, {**given_block, "header": given_header | {field: value for field, value, _ in given_wrong[given_first:]}})
    assert given_answer == given_wrong[given_first][2], "«validate.any-order»"
for given_height in (given_ledger["height"] - 1, given_ledger["height"] + 2):
    given_answer = validate_block(given_ledger, {**given_block, "header": {**given_header, "height": given_height}})
    assert given_answer == "BLOCK_HEIGHT", "«validate.any-order»"
assert validate_block(given_ledger, {**given_block, "header": {**given_header, "count": 3}}) == "BLOCK_COUNT", "«validate.any-order»"
given_configuration = make_transaction("c", "registrar", "configure", "east-bank", "bank", chain=given_name)
for given_place in range(3):
    given_some = [*given_good[:given_place], given_configuration, *given_good[given_place:2]]
    assert validate_block(given_ledger, build_block(given_ledger, given_some, given_time)) == "BLOCK_CONFIGURATION", "«validate.any-configuration»"
given_pair = [given_configuration, {**given_configuration, "id": "d"}]
assert validate_block(given_ledger, build_block(given_ledger, given_pair, given_time)) == "BLOCK_CONFIGURATION", "«validate.any-configuration»"
given_some = [given_configuration, make_transaction("x", "thief", "issue", "y", "z", chain=given_name)]
assert validate_block(given_ledger, build_block(given_ledger, given_some, given_time)) == "BLOCK_CONFIGURATION", "«validate.any-configuration»"
assert validate_block(given_ledger, build_block(given_ledger, [given_configuration], given_time)) is None, "«validate.any-configuration»"
given_bad = {
    "TX_OTHER_CHAIN": {**given_good[3], "chain": "other"},
    "TX_EXPIRED": {**given_good[3], "expires": given_time + 1},
    "TX_REPLAYED": {**given_good[3], "id": "used"},
    "TX_UNKNOWN_MEMBER": {**given_good[3], "sender": "nobody"},
}
for given_code, given_transaction in given_bad.items():
    for given_place in range(4):
        given_some = [*given_good[:given_place], given_transaction, *given_good[given_place:3]]
        assert validate_block(given_ledger, build_block(given_ledger, given_some, given_time + 1)) == given_code, "«validate.any-transaction»"
for given_code, given_other in (("TX_EXPIRED", "TX_UNKNOWN_MEMBER"), ("TX_UNKNOWN_MEMBER", "TX_EXPIRED")):
    given_some = [given_bad[given_code], {**given_bad[given_other], "id": "more"}]
    assert validate_block(given_ledger, build_block(given_ledger, given_some, given_time + 1)) == given_code, "«validate.any-transaction»"
given_twin = {**given_good[3], "id": "g0"}
assert validate_block(given_ledger, build_block(given_ledger, [*given_good[:3], given_twin], given_time)) == "TX_REPLAYED", "«validate.any-twice»"
for given_some, expected in (
    ([given_good[0], {**given_bad["TX_UNKNOWN_MEMBER"], "id": "g0"}], "TX_UNKNOWN_MEMBER"),
    ([given_good[0], given_twin, given_bad["TX_UNKNOWN_MEMBER"]], "TX_REPLAYED"),
    ([given_good[0], given_bad["TX_UNKNOWN_MEMBER"], given_twin], "TX_UNKNOWN_MEMBER"),
):
    assert validate_block(given_ledger, build_block(given_ledger, given_some, given_time)) == expected, "«validate.one-by-one»"
given_block = build_block(given_ledger, [*given_good[:3], given_twin], given_time)
given_block["header"]["rwset_root"] = bytes(32)
assert validate_block(given_ledger, given_block) == "TX_REPLAYED", "«validate.any-order»"
given_block = build_block(given_ledger, [given_bad["TX_EXPIRED"]], given_time + 1)
given_block["header"]["rwset_root"] = bytes(32)
assert validate_block(given_ledger, given_block) == "TX_EXPIRED", "«validate.any-order»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# The next cell needs no new code: it hands your `validate_block` what dishonest proposers have made up.

# %% [markdown] lang="zh"
# 下面这个单元格不需要写新代码：它把恶意节点编造的区块交给你的 `validate_block`。

# %% test="forged-blocks" points=2
given_ledger = start_ledger("receipts", ROLES)
given_ledger["state"]["owner/A1"] = ["trader", 0, 6]
given_block = build_block(given_ledger, DAY[1][:2], 1)
assert isinstance(given_block, dict) and isinstance(given_block.get("header"), dict), "«needs.block»"
given_answer = validate_block(given_ledger, given_block)
assert given_answer is None, f"{given_answer!r} → «forged.honest»"
given_forgery = {**given_block, "transactions": DAY[1][1::-1]}
given_answer = validate_block(given_ledger, given_forgery)
assert given_answer == "BLOCK_TX_ROOT", f"{given_answer!r} → «forged.order»"
given_other = build_block({**given_ledger, "state": {**given_ledger["state"], "pledge/A1": ["south-bank", 0, 7]}}, DAY[1][:2], 1)
given_answer = validate_block(given_ledger, given_other)
assert given_answer == "BLOCK_RWSET_ROOT", f"{given_answer!r} → «forged.result»"
given_other = build_block({**given_ledger, "state": {**given_ledger["state"], "owner/A1": ["trader", 0, 9]}}, DAY[1][:2], 1)
given_answer = validate_block(given_ledger, given_other)
assert given_answer == "BLOCK_RWSET_ROOT", f"{given_answer!r} → «forged.version»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/forged-blocks")
given_ledger = {**start_ledger("receipts", ROLES), "head": given_draw.randbytes(32)}
given_ledger["state"] |= {f"owner/R{index}": ["trader", 0, 20 + index] for index in range(5)}
given_some = [make_transaction(f"t{index}", "trader", "pledge", given_draw.choice(["north-bank", "south-bank"]), f"R{index}") for index in range(5)]
given_block = build_block(given_ledger, given_some, 7)
assert validate_block(given_ledger, given_block) is None, "«forged.honest»"
assert validate_block(given_ledger, {**given_block, "votes": [given_draw.randbytes(64)]}) is None, "«forged.any-votes»"
for given_place in range(5):
    given_others = [dict(transaction) for transaction in given_some]
    given_others[given_place]["arguments"] = ["north-bank" if given_others[given_place]["arguments"][0] == "south-bank" else "south-bank", f"R{given_place}"]
    assert validate_block(given_ledger, {**given_block, "transactions": given_others}) == "BLOCK_TX_ROOT", "«forged.any-transaction»"
    for given_key, given_value in ((f"owner/R{given_place}", ["trader", 0, 99]), (f"owner/R{given_place}", ["foundry", 0, 20 + given_place]), (f"pledge/R{given_place}", ["south-bank", 0, 30])):
        given_other = build_block({**given_ledger, "state": {**given_ledger["state"], given_key: given_value}}, given_some, 7)
        assert validate_block(given_ledger, given_other) == "BLOCK_RWSET_ROOT", "«forged.any-result»"
given_others = [*given_some[:4], given_some[3]]
given_other = {"header": {**given_block["header"], "tx_root": compute_root([encode(transaction) for transaction in given_others])}, "transactions": given_others, "votes": []}
assert validate_block(given_ledger, given_other) == "TX_REPLAYED", "«forged.any-transaction»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 9 · Into the past
# Judge the block. If it breaks a rule, return the code and leave **no trace**: the ledger is exactly as it was. Otherwise change the ledger **in place**, and return `None`:
#
# - `"state"` is the new state, and `"height"` and `"time"` are those of the block;
# - `"head"` is the hash of the block;
# - `"ids"` maps the id of **every** transaction of the block to its height, also of those that the contract refused, and `"filter"` contains them too.

# %% [markdown] lang="zh"
# ## 9 · 正式入账
# 先校验区块。违反了规则，就返回错误码，而且**不留痕迹**：账本和原来一模一样。没有违反，就**直接改动**传入的账本，并返回 `None`：
#
# - `"state"` 换成新的状态，`"height"` 和 `"time"` 换成区块的；
# - `"head"` 是这个区块的哈希值；
# - `"ids"` 里记下区块中**每一笔**交易的编号，映射到区块的高度，被合约拒绝的也算；`"filter"` 里也要加上。

# %% task="apply"
def apply_block(ledger: dict, block: dict) -> str | None:
    """«apply_block»

    «apply_block.more»
    """
    ### BEGIN SOLUTION
    code = validate_block(ledger, block)
    if code is not None:
        return code
    header, transactions = block["header"], block["transactions"]
    ledger["state"], _ = execute_block(ledger["state"], header["height"], transactions)
    for transaction in transactions:
        ledger["ids"][transaction["id"]] = header["height"]
        ledger["filter"] = add_id(ledger["filter"], transaction["id"])
    ledger["height"], ledger["time"], ledger["head"] = header["height"], header["time"], hash_block(block)
    return None
    ### END SOLUTION

# %% test="apply" points=2
given_ledger = start_ledger("receipts", ROLES)
given_block = build_block(given_ledger, DAY[0], 9)
assert isinstance(given_block, dict) and isinstance(given_block.get("header"), dict), "«needs.block»"
given_answer = apply_block(given_ledger, given_block)
assert given_answer is None, f"{given_answer!r} → «apply.good»"
assert given_ledger["height"] == 1 and given_ledger["time"] == 9, "«apply.height»"
assert given_ledger["state"].get("owner/A1") == ["trader", 1, 0], "«apply.state»"
assert given_ledger["head"] == hash_block(given_block), "«apply.head»"
assert given_ledger["ids"] == {"t1": 1, "t2": 1}, "«apply.ids»"
assert given_ledger["filter"] == add_id(add_id(0, "t1"), "t2"), "«apply.filter»"
given_answer = apply_block(given_ledger, build_block(given_ledger, [DAY[0][0]], 10))
assert given_answer == "TX_REPLAYED", f"{given_answer!r} → «apply.replayed»"
given_block = build_block(given_ledger, DAY[1], 18)
for given_field, given_value, expected in (("previous", bytes(32), "BLOCK_PREVIOUS"), ("rwset_root", bytes(32), "BLOCK_RWSET_ROOT")):
    given_before = {**given_ledger, "state": dict(given_ledger["state"]), "ids": dict(given_ledger["ids"])}
    given_answer = apply_block(given_ledger, {**given_block, "header": {**given_block["header"], given_field: given_value}})
    assert given_answer == expected, f"{given_answer!r} → «apply.code»"
    assert given_ledger == given_before, "«apply.trace»"
given_answer = apply_block(given_ledger, given_block)
assert given_answer is None, f"{given_answer!r} → «apply.good»"
assert given_ledger["ids"].get("t4") == 2, "«apply.refused»"
### BEGIN HIDDEN TESTS
import copy
import random
given_draw = random.Random(f"{SEED}/apply")
given_ledger = start_ledger("receipts", ROLES)
owners, pledges, expected_ids, expected_bits, given_count = {}, {}, {}, 0, 0
for given_height in range(1, 13):
    given_some = []
    for _ in range(given_draw.randrange(4)):
        method, name = given_draw.choice(["issue", "pledge", "release", "transfer"]), f"R{given_draw.randrange(4)}"
        owner = owners.get(name, "trader")
        sender, first = {
            "issue": ("harbour", "trader"), "pledge": (owner, "north-bank"), "release": ("north-bank", owner),
            "transfer": (owner, "foundry" if owner == "trader" else "trader"),
        }[method]
        given_some.append(make_transaction(f"t{given_count}", sender, method, first, name))
        ok = {"issue": name not in owners, "release": name in pledges}.get(method, name in owners and name not in pledges)
        if ok and method == "release":
            del pledges[name]
        elif ok:
            (pledges if method == "pledge" else owners)[name] = first
        expected_ids[f"t{given_count}"] = given_height
        expected_bits |= add_id(0, f"t{given_count}")
        given_count += 1
    given_time = given_ledger["time"] + given_draw.randrange(3)
    given_block = build_block(given_ledger, given_some, given_time)
    given_before = copy.deepcopy(given_ledger)
    given_header, given_flood = given_block["header"], given_draw.randbytes(32)
    given_late = make_transaction("late", "harbour", "issue", "trader", "R9", expires=max(given_time, 1))
    given_old = make_transaction(given_draw.choice(list(given_ledger["ids"]) or ["none"]), "harbour", "issue", "trader", "R9")
    given_bad = [
        ("BLOCK_PREVIOUS", {**given_block, "header": {**given_header, "previous": given_flood}}),
        ("BLOCK_RWSET_ROOT", {**given_block, "header": {**given_header, "rwset_root": given_flood}}),
        ("TX_EXPIRED", build_block(given_ledger, [*given_some, given_late], max(given_time, 1))),
        ("TX_REPLAYED", build_block(given_ledger, [*given_some, given_old, given_old], given_time)),
    ]
    for given_code, given_forgery in given_bad:
        assert apply_block(given_ledger, given_forgery) == given_code, "«apply.any-code»"
        assert given_ledger == given_before, "«apply.any-trace»"
    assert apply_block(given_ledger, given_block) is None, "«apply.any-good»"
    assert {key: row[0] for key, row in given_ledger["state"].items() if not key.startswith("role/")} == {
        **{f"owner/{name}": owner for name, owner in owners.items()}, **{f"pledge/{name}": bank for name, bank in pledges.items()}
    }, "«apply.any-state»"
    assert given_ledger["ids"] == expected_ids and given_ledger["filter"] == expected_bits, "«apply.any-ids»"
    expected = [given_height, given_time, hash_block(given_block), "receipts"]
    assert [given_ledger[field] for field in ("height", "time", "head", "chain")] == expected, "«apply.any-head»"
    assert apply_block(given_ledger, given_block) == "BLOCK_HEIGHT", "«apply.any-code»"
given_ledger["filter"] = (1 << 1024) - 1
given_block = build_block(given_ledger, [make_transaction("valid", "harbour", "issue", "trader", "R8")], given_ledger["time"])
assert apply_block(given_ledger, given_block) is None, "«apply.false-positive»"
assert given_ledger["ids"].get("valid") == 13, "«apply.false-positive»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 10 · From the beginning
# A new computer joins. It asks nobody what holds now: it takes the blocks and works the state out for itself. Start a ledger with `start_ledger(chain, roles)`, apply the blocks in order, and stop at the first one that is refused. Return the ledger, and the code of that block (`None` if none was refused). This is called replaying a chain; it is honest work, and has nothing to do with the attack of task 2.
#
# Whoever replays the same blocks gets the same state and the same head. That is what makes the many copies **one** ledger.

# %% [markdown] lang="zh"
# ## 10 · 从头来过
# 网络里新来了一台电脑。账本现在是什么状态，它不问任何人，而是取来所有区块，自己算出来。用 `start_ledger(chain, roles)` 建立账本，依次处理各个区块，遇到第一个被拒绝的就停下。返回账本，以及那个区块的错误码（没有被拒绝的，就是 `None`）。函数名 `replay` 在这里指把链从头处理一遍，与任务 2 的重放攻击不是一回事。
#
# 无论谁把同样的区块从头处理一遍，得到的都是同样的状态、同样的 `head`。正因为如此，这许多份副本才是**同一本**账。

# %% task="replay"
def replay(chain: str, roles: dict[str, str], blocks: list[dict]) -> tuple[dict, str | None]:
    """«replay»

    «replay.more»
    """
    ### BEGIN SOLUTION
    ledger = start_ledger(chain, roles)
    for block in blocks:
        code = apply_block(ledger, block)
        if code is not None:
            return ledger, code
    return ledger, None
    ### END SOLUTION

# %% test="replay" points=2
given_ledger, given_blocks = start_ledger("receipts", ROLES), []
for given_number, given_some in enumerate(DAY):
    given_blocks.append(build_block(given_ledger, given_some, 9 * (given_number + 1)))
    assert apply_block(given_ledger, given_blocks[-1]) is None, "«needs.apply»"
given_answer = replay("receipts", ROLES, given_blocks)
assert isinstance(given_answer, tuple) and len(given_answer) == 2, f"«returned» {type(given_answer).__name__} → «replay.pair»"
assert given_answer[1] is None, f"{given_answer[1]!r} → «replay.good»"
assert given_answer[0] == given_ledger, "«replay.same»"
assert given_answer[0]["head"].hex() == HEADS[3], "«replay.head»"
given_answer = replay("receipts", ROLES, [given_blocks[0], *given_blocks[2:]])
assert given_answer[1] == "BLOCK_HEIGHT" and given_answer[0]["height"] == 1, "«replay.gap»"
given_forgery = {**given_blocks[1], "header": {**given_blocks[1]["header"], "previous": bytes(32)}}
given_answer = replay("receipts", ROLES, [given_blocks[0], given_forgery, *given_blocks[1:]])
assert given_answer[1] == "BLOCK_PREVIOUS" and given_answer[0]["height"] == 1, "«replay.stop»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/replay")
for given_size in (0, 1, 7):
    given_name = f"c{given_draw.randrange(10**6)}"
    given_ledger, given_blocks, given_rows = start_ledger(given_name, ROLES), [], []
    for given_number in range(given_size):
        given_some = [
            make_transaction(f"t{given_number}-{index}", "harbour", "issue", given_draw.choice(["trader", "foundry"]), f"R{given_draw.randrange(9)}", chain=given_name)
            for index in range(given_draw.randrange(4))
        ]
        given_blocks.append(build_block(given_ledger, given_some, given_draw.randrange(5) + given_ledger["time"]))
        assert apply_block(given_ledger, given_blocks[-1]) is None, "«replay.any»"
        given_rows.append(given_ledger["head"])
    assert replay(given_name, ROLES, given_blocks) == (given_ledger, None), "«replay.any»"
    for given_place in range(given_size):
        given_bad = {**given_blocks[given_place], "header": {**given_blocks[given_place]["header"], "rwset_root": given_draw.randbytes(32)}}
        given_answer, given_code = replay(given_name, ROLES, [*given_blocks[:given_place], given_bad, *given_blocks[given_place:]])
        assert given_code == "BLOCK_RWSET_ROOT" and given_answer["height"] == given_place, "«replay.any-bad»"
        assert given_answer["head"] == (given_rows[given_place - 1] if given_place else bytes(32)), "«replay.any-bad»"
assert replay("other", ROLES, given_blocks)[1] == "BLOCK_OTHER_CHAIN", "«replay.any-bad»"
assert replay(given_name, {}, [given_blocks[0]])[0]["state"] == {}, "«replay.any-roles»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# That is a ledger. Two hundred lines, and the second bank can now see the first one's pledge before it lends.
#
# **What this leaves out.** Nobody has signed anything yet: a `sender` is only a name here, and becomes more than that by a signature as in the lab on keys. One computer made each block; who may do so, and what happens if two do it at once, is the business of *consensus*. And no ledger can see whether the metal is really in the harbour: it shows that a receipt was pledged once, not that the receipt is true.

# %% [markdown] lang="zh"
# 这就是一个账本。有了这两百行代码，第二家银行放款之前，就能看到仓单已经质押给第一家了。
#
# **这里没讲到的：** 到现在谁也没有签过名：这里的 `sender` 只是一个名字，要让它有凭有据，得用上实验《密钥与签名》里的签名。每个区块都由一台电脑造出来；谁可以造，两台同时造了怎么办，那是**共识**的事。还有，铝锭到底在不在港口，账本是看不见的：它能说明仓单只质押了一次，却不能说明仓单是真的。
