# %% [markdown] lang="en"
# # Merkle proofs
# One record, one root, a handful of hashes.
#
# Every night a city's data office publishes its catalogue: hundreds of thousands of records, far too many to print. What it does print, in the gazette, is one line of 32 bytes and the number of records: the **Merkle root**.
#
# Months later the harbour office must show a court that one record was in that night's catalogue. It may not hand over the rest, and the court trusts neither office. All that it trusts is the printed line.
#
# A **Merkle proof** settles it. For a catalogue of 500,000 records it is at most 19 hash values: 608 bytes. You will build the tree and its proofs, then change sides and judge proofs that someone else hands you, and in the end forge a second list with the same root.

# %% [markdown] lang="zh"
# # 默克尔证明
# 一条记录，一个根，寥寥几个哈希值。
#
# 某市数据局每晚发布一份数据目录，记录有几十万条，不可能全部登报。登在公报上的只有一行：32 字节的**默克尔根**（Merkle root），外加记录的条数。
#
# 几个月后，港务部门要向法院证明：某条记录当晚确实在目录里。其余记录不能交出去；法院对这两家也都信不过，只认公报上的那一行。
#
# 这时，一份**默克尔证明**（Merkle proof）就够了。目录有 50 万条记录，证明最多也只有 19 个哈希值（国家标准里也叫杂凑值），共 608 字节。在这个实验里，你先造树、造证明，再换到法院一边，核验别人递上来的证明，最后亲手伪造一份根相同的列表。

# %% [markdown] lang="en"
# ## How this works
# - Run the cell below this text first (click into it and press Shift+Enter, or ▶ at the top): its table follows your tests as you run them; in the course's own page, a click on the points at the top opens it, too. A cell that runs for more than 20 seconds is stopped, so an endless loop does no harm.
# - Put your code in place of the line `raise NotImplementedError()`, then run the test cell below. No message means passed. `NotImplementedError` means that a task has no code yet. Otherwise read the **last line** of the error (the table shows it, too): it tells you what to look at. If it is one of Python's own errors, find the line of yours that `---->` points at. If several tests fail, begin with the first.
# - The first line of a test cell says what it is worth: 30 points in all. When your work is graded, further tests run that you cannot see here. They try the edge cases, so every sentence of a task counts.
# - Later tasks call the functions of earlier ones: start at the top, and run every code cell on the way, those that are given too: a `NameError` in a test names what was not run. `hashlib` is all you need. Leave the cell with `SEED` as it is: the grader draws its examples from it.
#
# The tree is that of [RFC 9162, section 2.1](https://www.rfc-editor.org/rfc/rfc9162#section-2.1): Certificate Transparency uses it to keep the public logs of web certificates honest.

# %% [markdown] lang="zh"
# ## 怎么做
# - 先运行这段文字下面的单元格（点一下它，按 Shift+Enter，或点上方的 ▶）：它给出一张进度表，每运行一个测试就更新一次；在课程网页里做实验时，点页面上方的分数，随时能打开这张表。单元格运行超过 20 秒会自动中止，写出死循环也不要紧。
# - 用你的代码换掉 `raise NotImplementedError()` 那一行，然后运行下面的测试单元格。什么都不显示，就是通过。报 `NotImplementedError`，说明这个任务还没有写。其他报错，就看**最后一行**（进度表里也有），它会告诉你该看哪里；如果是 Python 自己的报错，再找 `---->` 指着的、你自己写的那一行。有好几项没通过时，先改最前面的一项。
# - 测试单元格的第一行写着分值，总共 30 分。正式评分时还会运行一些这里看不到的测试，专查边界情况，所以任务里的每句话都要仔细看、照着做。
# - 后面的任务会用到前面写好的函数，请从头做起；途中的代码单元格，现成的也都要运行：测试里报 `NameError`，就是定义那个名字的单元格还没运行。只需要 `hashlib`。写着 `SEED` 的单元格不用动，评分程序用它生成测试数据。
#
# 这里用的是 [RFC 9162 第 2.1 节](https://www.rfc-editor.org/rfc/rfc9162#section-2.1)定义的树。证书透明度（Certificate Transparency）就用它来防止网站证书的公开日志被人做手脚。

# %% figure=true
from minichain.learn import save_progress, watch_progress
watch_progress("«lab.tests»", lang="«lab.lang»", lab="«lab.id»", version="«lab.version»")

# %% parameters=true
SEED = 0

# %%
import hashlib

# «catalogue»
CATALOGUE = [
    b"transport/bus-stops v3",
    b"health/clinics v1",
    b"housing/permits v12",
    b"water/quality v7",
    b"schools/places v2",
    b"parks/trees v5",
    b"energy/meters v9",
]
PUBLISHED_ROOT = bytes.fromhex("b4b00e6ed62b627f887cac0332c643bac6dcbd3292e250521d1291013754c169")

# %% [markdown] lang="en"
# ## Look first
# The tree of seven records. Change a record: which boxes change with it, and which do not? Then choose a record to prove: the green boxes are its proof, the blue ones are what the court works out by itself. (By keyboard: Tab to a list, Space to open it, arrow keys, Enter.)

# %% [markdown] lang="zh"
# ## 先看一看
# 这是七条记录的树。改动一条记录，看看哪些方框跟着变、哪些不变。再选一条要证明的记录：绿框就是它的证明，蓝框由法院自己算出。（用键盘操作：按 Tab 移到下拉列表，按空格展开，用方向键选择，按回车确定。）

# %% figure=true
from minichain.learn import show_merkle_tree
show_merkle_tree(CATALOGUE, proved=2, lang="«lab.lang»")

# %% [markdown] lang="en"
# ## 1 · Leaves and nodes
# A record becomes a leaf; two nodes, left and right, become their parent:
#
# ```text
# leaf = SHA-256(00 ‖ record)
# node = SHA-256(01 ‖ left ‖ right)
# ```
#
# `00` and `01` are single bytes, and ‖ puts bytes one after another. Write both functions; each returns the 32 raw bytes of the digest.
#
# Why the extra byte? Without it, two digests side by side would make a perfectly good *record*, and the leaf of that record would be the parent of the two. A forger could then prove a record that nobody ever wrote.

# %% [markdown] lang="zh"
# ## 1 · 叶节点与内部节点
# 一条记录变成一个叶节点；左、右两个节点合成它们的父节点：
#
# ```text
# 叶节点 = SHA-256(00 ‖ 记录)
# 父节点 = SHA-256(01 ‖ 左 ‖ 右)
# ```
#
# `00` 和 `01` 各是一个字节，‖ 表示把字节首尾相接。请写出这两个函数，返回值都是摘要的 32 个原始字节。
#
# 为什么要多出一个字节？没有它，把两个摘要并排放在一起，就能冒充一条“记录”，而这条记录的叶节点恰好等于它们的父节点。这样一来，从来没人写过的记录也能被“证明”出来。

# %% task="hashing"
def hash_leaf(record: bytes) -> bytes:
    """«hash_leaf»

    «hash_leaf.more»
    """
    ### BEGIN SOLUTION
    return hashlib.sha256(b"\x00" + record).digest()
    ### END SOLUTION


def hash_node(left: bytes, right: bytes) -> bytes:
    """«hash_node»

    «hash_node.more»
    """
    ### BEGIN SOLUTION
    return hashlib.sha256(b"\x01" + left + right).digest()
    ### END SOLUTION

# %% test="hashing" points=3
given_left, given_right = hash_leaf(b"left"), hash_leaf(b"right")
assert isinstance(given_left, bytes) and len(given_left) == 32, "«hashing.raw»"
assert hash_leaf(b"").hex().startswith("6e340b9c"), "«hashing.leaf»"
assert hash_node(given_left, given_right) != hash_node(given_right, given_left), "«hashing.order»"
assert hash_leaf(given_left + given_right) != hash_node(given_left, given_right), "«hashing.apart»"
assert hash_node(given_left, given_right).hex().startswith("1874cd29"), "«hashing.node»"
### BEGIN HIDDEN TESTS
import random
given_bytes = random.Random(f"{SEED}/hashing").randbytes
for given_record in map(given_bytes, (0, 1, 31, 32, 33, 64, 65, 500)):
    assert hash_leaf(given_record) == hashlib.sha256(b"\x00" + given_record).digest(), "«hashing.any-leaf»"
for given_pair in [(given_bytes(32), given_bytes(32)) for _ in range(4)]:
    assert hash_node(*given_pair) == hashlib.sha256(b"\x01" + b"".join(given_pair)).digest(), "«hashing.any-node»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 2 · The root
# - No records: the root is SHA-256 of nothing at all, `hashlib.sha256(b"")`.
# - One record: the root is its leaf.
# - More: split the list after the first *k* records, where *k* is the largest power of two **smaller** than the length. Join the root of the first part and the root of the rest with `hash_node`.
#
# Seven records split into 4 and 3, three into 2 and 1, eight into 4 and 4:
#
# ```text
#                 0–6
#          ┌───────┴───────┐
#         0–3             4–6
#      ┌───┴───┐        ┌──┴──┐
#     0–1     2–3      4–5    │
#    ┌─┴─┐   ┌─┴─┐    ┌─┴─┐   │
#    0   1   2   3    4   5   6
# ```
#
# Record 6 has no partner, so it waits and is joined further up. It is never copied to make a pair; task 7 shows what would happen if it were.

# %% [markdown] lang="zh"
# ## 2 · 默克尔根
# - 没有记录：根是空字节串的 SHA-256，即 `hashlib.sha256(b"")`。
# - 一条记录：根就是它的叶节点。
# - 多条记录：在前 *k* 条之后切开，*k* 是**小于**记录条数的最大的 2 的幂。分别求出前后两段的根，再用 `hash_node` 合成一个。
#
# 7 条切成 4 和 3，3 条切成 2 和 1，8 条切成 4 和 4：
#
# ```text
#                 0–6
#          ┌───────┴───────┐
#         0–3             4–6
#      ┌───┴───┐        ┌──┴──┐
#     0–1     2–3      4–5    │
#    ┌─┴─┐   ┌─┴─┐    ┌─┴─┐   │
#    0   1   2   3    4   5   6
# ```
#
# 记录 6 没有同伴，就等到更上一层再合并，绝不会把自己复制一份凑成对。要是复制了会怎样？任务 7 见分晓。

# %% task="root"
def compute_split(size: int) -> int:
    """«compute_split»

    «compute_split.more»
    """
    ### BEGIN SOLUTION
    return 1 << ((size - 1).bit_length() - 1)
    ### END SOLUTION


def compute_root(records: list[bytes]) -> bytes:
    """«compute_root»

    «compute_root.more»
    """
    ### BEGIN SOLUTION
    if not records:
        return hashlib.sha256(b"").digest()
    if len(records) == 1:
        return hash_leaf(records[0])
    split = compute_split(len(records))
    return hash_node(compute_root(records[:split]), compute_root(records[split:]))
    ### END SOLUTION

# %% test="root" points=4
assert [compute_split(given_size) for given_size in (2, 3, 4, 5, 7, 8, 9)] == [1, 2, 2, 4, 4, 4, 8], "«root.split»"
assert compute_root([]) == hashlib.sha256(b"").digest(), "«root.empty»"
assert compute_root([b"alone"]) == hash_leaf(b"alone"), "«root.one»"
given_pair = hash_node(hash_leaf(b"a"), hash_leaf(b"b"))
assert compute_root([b"a", b"b"]) == given_pair, "«root.two»"
assert compute_root([b"a", b"b", b"c"]) == hash_node(given_pair, hash_leaf(b"c")), "«root.three»"
assert compute_root(CATALOGUE) == PUBLISHED_ROOT, "«root.published»"
### BEGIN HIDDEN TESTS
import random


def expected_root(records):
    level = [hashlib.sha256(b"\x00" + record).digest() for record in records] or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        pairs = [level[start : start + 2] for start in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


for given_size in (*range(2, 201), 255, 256, 257, 500_000):
    assert compute_split(given_size) == max(2**power for power in range(20) if 2**power < given_size), "«root.any-split»"
given_bytes = random.Random(f"{SEED}/root").randbytes
given_records = [given_bytes(given_number % 40) for given_number in range(200)]
for given_size in range(201):
    assert compute_root(given_records[:given_size]) == expected_root(given_records[:given_size]), "«root.any-size»"
assert compute_root(given_records[:3]) != compute_root(given_records[:3] + given_records[2:3]), "«root.copied»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 3 · Making a proof
# The proof of a record is everything that a stranger lacks in order to climb from that record to the root: at each step, the hash of the **sibling**, the other child of the same parent. The lowest sibling comes first.
#
# In the tree above, the proof of record 2 is `[leaf 3, node 0–1, node 4–6]`. Record 6 needs two hashes only: `[node 4–5, node 0–3]`. A list of one record has the empty proof.
#
# An index that no record has (there is no record −1 either) raises a `ValueError`.

# %% [markdown] lang="zh"
# ## 3 · 生成证明
# 从一条记录一路算到根，外人缺什么，证明里就给什么：每上一步，给出**兄弟节点**（同一个父节点的另一个孩子）的哈希值。最底层的排在最前面。
#
# 在上面那棵树里，记录 2 的证明是 `[叶节点 3, 节点 0–1, 节点 4–6]`；记录 6 只需要两个：`[节点 4–5, 节点 0–3]`。列表里只有一条记录时，证明为空。
#
# 下标对应不到任何记录时，抛出 `ValueError`。负的下标也一样，这里没有“第 −1 条”。

# %% task="proof"
def compute_proof(records: list[bytes], index: int) -> list[bytes]:
    """«compute_proof»

    «compute_proof.more»
    """
    ### BEGIN SOLUTION
    if not 0 <= index < len(records):
        raise ValueError(f"index {index}: the list has {len(records)} records, numbered from 0")
    if len(records) == 1:
        return []
    split = compute_split(len(records))
    if index < split:
        return [*compute_proof(records[:split], index), compute_root(records[split:])]
    return [*compute_proof(records[split:], index - split), compute_root(records[:split])]
    ### END SOLUTION

# %% test="proof" points=4
given_leaf = [hash_leaf(given_record) for given_record in CATALOGUE]
given_01, given_23, given_45 = (hash_node(*given_leaf[start : start + 2]) for start in (0, 2, 4))
assert compute_proof([b"alone"], 0) == [], "«proof.one»"
assert compute_proof(CATALOGUE[:2], 1) == [given_leaf[0]], "«proof.two»"
assert compute_proof(CATALOGUE, 2) == [given_leaf[3], given_01, hash_node(given_45, given_leaf[6])], "«proof.order»"
assert compute_proof(CATALOGUE, 6) == [given_45, hash_node(given_01, given_23)], "«proof.last»"
try:
    given_answer = compute_proof(CATALOGUE, 7)
except ValueError:
    given_answer = None
assert given_answer is None, "«proof.range»"
### BEGIN HIDDEN TESTS
import random


def expected_levels(records):
    levels = [[hashlib.sha256(b"\x00" + record).digest() for record in records]]
    while len(levels[-1]) > 1:
        pairs = [levels[-1][start : start + 2] for start in range(0, len(levels[-1]), 2)]
        levels.append([hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs])
    return levels


given_draw = random.Random(f"{SEED}/proof")
given_bytes = given_draw.randbytes
given_records = [given_bytes(8) for _ in range(200)]
for given_size in range(1, 201):
    given_levels = expected_levels(given_records[:given_size])
    given_places = {given_size - 1, given_draw.randrange(given_size)}
    for given_index in range(given_size) if given_size < 14 else given_places:
        given_steps = [given_level[given_index >> height ^ 1 :][:1] for height, given_level in enumerate(given_levels)]
        expected = [given_step[0] for given_step in given_steps if given_step]
        assert compute_proof(given_records[:given_size], given_index) == expected, "«proof.any-size»"
for given_size, given_index in ((0, 0), (1, 1), (1, -1), (4, 4), (7, -1), (7, -7), (7, 8)):
    try:
        given_answer = compute_proof(given_records[:given_size], given_index)
    except ValueError:
        given_answer = None
    assert given_answer is None, "«proof.any-range»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 4 · Judging a proof
# Now you are the court. You hold one record, its index, the size of the list, a proof, and the printed root; you never see the list. Answer `True` if the proof leads from the record to the root, otherwise `False`.
#
# Which side a sibling is on follows from index and size alone. Walk **down** first, from the root: at each split, note whether the record lies left or right. Then climb back **up** from its leaf, turn by turn in reverse, and join one sibling at each.
#
# Size and root are printed, so you trust them. The rest comes from your opponent: a hash too many, a hash too few, an index that no record has. The answer to all of that is `False`, never an error.

# %% [markdown] lang="zh"
# ## 4 · 核验证明
# 现在你是法院。手里有一条记录、它的下标、列表的条数、一份证明，以及公报上的根；列表本身你看不到。证明能从这条记录一直算到根，就回答 `True`，否则回答 `False`。
#
# 兄弟节点在哪一边，只看下标和条数就能知道。先从根往**下**走：每次切开时，记下这条记录落在左半边还是右半边。再从叶节点往**上**爬，把刚才的转向倒过来，一步并入一个兄弟节点。
#
# 条数和根登在公报上，可以相信；其余的都来自对手：哈希值可能多一个、少一个，下标也可能对不上任何记录。碰到这些情况一律回答 `False`，不要报错。

# %% task="included"
def is_included(record: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """«is_included»

    «is_included.more»
    """
    ### BEGIN SOLUTION
    if not 0 <= index < size:
        return False
    turns = []
    while size > 1:
        split = compute_split(size)
        turns.append(index >= split)
        index, size = (index - split, size - split) if index >= split else (index, split)
    if len(proof) != len(turns):
        return False
    digest = hash_leaf(record)
    for turned_right, sibling in zip(reversed(turns), proof):
        digest = hash_node(sibling, digest) if turned_right else hash_node(digest, sibling)
    return digest == root
    ### END SOLUTION

# %% test="included" points=3
given_leaf = [hash_leaf(given_record) for given_record in CATALOGUE]
given_01, given_23, given_45 = (hash_node(*given_leaf[start : start + 2]) for start in (0, 2, 4))
given_proof = [given_leaf[0], given_23, hash_node(given_45, given_leaf[6])]
assert is_included(b"alone", 0, 1, [], hash_leaf(b"alone")) is True, "«included.one»"
assert is_included(CATALOGUE[1], 1, 7, given_proof, PUBLISHED_ROOT) is True, "«included.true»"
assert is_included(CATALOGUE[6], 6, 7, [given_45, hash_node(given_01, given_23)], PUBLISHED_ROOT) is True, "«included.last»"
assert is_included(b"health/clinics v0", 1, 7, given_proof, PUBLISHED_ROOT) is False, "«included.false»"
### BEGIN HIDDEN TESTS
import random


def expected_climb(record, index, size, draw):
    digest, proof = hashlib.sha256(b"\x00" + record).digest(), []
    while size > 1:
        if index ^ 1 < size:
            proof.append(draw(32))
            digest = hashlib.sha256(b"\x01" + (proof[-1] + digest if index & 1 else digest + proof[-1])).digest()
        index, size = index // 2, (size + 1) // 2
    return proof, digest


given_draw = random.Random(f"{SEED}/included")
given_bytes = given_draw.randbytes
for given_size in (*range(1, 201), 500_000):
    given_half = 1 << (given_size - 1).bit_length() >> 1
    given_places = {0, given_half - 1, given_half, given_size - 1, given_draw.randrange(given_size)}
    for given_index in range(given_size) if given_size < 14 else given_places:
        given_record = given_bytes(given_index % 24)
        given_proof, given_root = expected_climb(given_record, given_index, given_size, given_bytes)
        assert is_included(given_record, given_index, given_size, given_proof, given_root) is True, "«included.any-size»"
        assert is_included(given_record + b"!", given_index, given_size, given_proof, given_root) is False, "«included.any-record»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# The next cell needs no new code: it hands your `is_included` the proofs of forgers.

# %% [markdown] lang="zh"
# 下面这个单元格不需要写新代码：它把伪造者的证明递给你的 `is_included`。

# %% test="forged-proof" points=4
given_leaf = [hash_leaf(given_record) for given_record in CATALOGUE]
given_01, given_23, given_45 = (hash_node(*given_leaf[start : start + 2]) for start in (0, 2, 4))
given_proof = [given_leaf[0], given_23, hash_node(given_45, given_leaf[6])]
assert is_included(CATALOGUE[1], 1, 7, given_proof[:], PUBLISHED_ROOT) is True, "«forged.honest»"
assert is_included(CATALOGUE[1], 0, 7, given_proof[:], PUBLISHED_ROOT) is False, "«forged.index»"


def judge(*given):
    try:
        return is_included(*given)
    except (IndexError, StopIteration, ValueError):
        return "an error"


given_short = judge(CATALOGUE[1], 1, 7, given_proof[:2], hash_node(given_01, given_23))
given_long = judge(CATALOGUE[1], 1, 7, [*given_proof, given_01], PUBLISHED_ROOT)
assert "an error" not in (given_short, given_long), "«forged.error»"
assert given_short is False, "«forged.short»"
assert given_long is False, "«forged.long»"
assert judge(CATALOGUE[6], 7, 7, [given_45, hash_node(given_01, given_23)], PUBLISHED_ROOT) is False, "«forged.beyond»"
assert is_included(given_leaf[0] + given_leaf[1], 0, 4, [given_23, hash_node(given_45, given_leaf[6])], PUBLISHED_ROOT) is False, "«forged.node»"
### BEGIN HIDDEN TESTS
import random


def expected_levels(records):
    levels = [[hashlib.sha256(b"\x00" + record).digest() for record in records]]
    while len(levels[-1]) > 1:
        pairs = [levels[-1][start : start + 2] for start in range(0, len(levels[-1]), 2)]
        levels.append([hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs])
    return levels


def expected_turns(index, size):
    turns = []
    while size > 1:
        turns += [index & 1] if index ^ 1 < size else []
        index, size = index // 2, (size + 1) // 2
    return turns


given_draw = random.Random(f"{SEED}/forged-proof")
given_records = [given_draw.randbytes(12) for _ in range(7)]
for given_size in (1, 2, 3, 4, 5, 7):
    given_levels = expected_levels(given_records[:given_size])
    given_root, given_noise = given_levels[-1][0], given_draw.randbytes(32)
    for given_index in range(given_size):
        given_steps = [given_level[given_index >> height ^ 1 :][:1] for height, given_level in enumerate(given_levels)]
        given_proof, given_record = [given_step[0] for given_step in given_steps if given_step], given_records[given_index]
        assert is_included(given_record, given_index, given_size, given_proof, given_root) is True, "«forged.honest»"
        for claimed_size in range(max(1, given_size - 1), given_size + 2):
            for claimed_index in range(claimed_size):
                expected = expected_turns(claimed_index, claimed_size) == expected_turns(given_index, given_size)
                given_answer = is_included(given_record, claimed_index, claimed_size, given_proof, given_root)
                assert given_answer is expected, "«forged.place»"
        for claimed_index in (-1, -given_size, given_size, given_size + 1, given_index - given_size):
            assert is_included(given_record, claimed_index, given_size, given_proof, given_root) is False, "«forged.range»"
        for given_pair in (given_root + given_noise, given_noise + given_root):
            claimed_proof, claimed_root = [*given_proof, given_noise], hashlib.sha256(b"\x01" + given_pair).digest()
            assert is_included(given_record, given_index, given_size, claimed_proof, claimed_root) is False, "«forged.extended»"
        for claimed_proof in ([*given_proof, given_noise], [given_noise, *given_proof], [*given_proof, b""]):
            assert is_included(given_record, given_index, given_size, claimed_proof, given_root) is False, "«forged.extra»"
        for given_step in range(len(given_proof)):
            claimed_proof = [*given_proof[:given_step], given_noise, *given_proof[given_step + 1 :]]
            assert is_included(given_record, given_index, given_size, claimed_proof, given_root) is False, "«forged.sibling»"
            claimed_proof = given_proof[:given_step] + given_proof[given_step + 1 :]
            assert is_included(given_record, given_index, given_size, claimed_proof, given_root) is False, "«forged.missing»"
        assert is_included(given_levels[0][given_index], given_index, given_size, given_proof, given_root) is False, "«forged.digest»"
        if given_size in (2, 4):  # two nodes side by side as a record of the tree without its lower levels
            for height in range(given_size.bit_length() - 1):
                given_pair = b"".join(given_levels[height][given_index >> height + 1 << 1 :][:2])
                claimed = given_pair, given_index >> height + 1, given_size >> height + 1, given_proof[height + 1 :]
                assert is_included(*claimed, given_root) is False, "«forged.inner»"
        assert is_included(given_record, given_index, given_size, given_proof, given_noise) is False, "«forged.root»"
        assert is_included(given_record, given_index, given_size, given_proof, given_root[:31]) is False, "«forged.root»"
for given_size in (1, 3, 5, 7):  # the last record once more, as in trees that pair it with a copy of itself
    given_list = given_records[:given_size]
    given_root, claimed_levels = expected_levels(given_list)[-1][0], expected_levels([*given_list, given_list[-1]])
    claimed_steps = [claimed_level[given_size >> height ^ 1 :][:1] for height, claimed_level in enumerate(claimed_levels)]
    claimed_proof = [claimed_step[0] for claimed_step in claimed_steps if claimed_step]
    for claimed_size, claimed_root in ((given_size, given_root), (given_size, claimed_levels[-1][0]), (given_size + 1, given_root)):
        assert is_included(given_list[-1], given_size, claimed_size, claimed_proof, claimed_root) is False, "«forged.copy»"
given_leaf = expected_levels(given_records[:1])[0][0]
for claimed_index, claimed_size in ((0, 0), (0, -1), (-1, 0), (-2, -1), (1, 1)):
    assert is_included(given_records[0], claimed_index, claimed_size, [], given_leaf) is False, "«forged.empty»"
assert is_included(b"", 0, 0, [], hashlib.sha256(b"").digest()) is False, "«forged.empty»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 5 · The list has grown
# The catalogue only ever grows, or so the office says. One night it printed the root of 3 records, weeks later that of 7. Did anyone quietly swap an old record in between? A **consistency proof** shows that the old list is the beginning of the new one, again without the records. You rebuild *both* roots from the same few hashes.
#
# Walk down with both sizes at once, starting with *m* = `old_size` and *n* = `new_size`, and *k* = `compute_split(n)`:
#
# | case | what it means | note the turn, go on with |
# |---|---|---|
# | *m* = *n* | the two trees are the same from here down | stop |
# | *m* ≤ *k* | the old tree ends in the left part; the right part is new | "left", with *k* for *n* |
# | *m* > *k* | the left part is full, and the same in both trees | "right", with *m* − *k* for *m* and *n* − *k* for *n* |
#
# Where you stop, you need the hash of that subtree. If you never went right, it is the old root itself, which you have. Otherwise it is the first hash of the proof. Then climb, one hash for each turn, in reverse:
#
# - you had gone **left**: the hash is a right sibling, and belongs to the new tree only;
# - you had gone **right**: the hash is a left sibling, and belongs to both trees.
#
# From 3 records to 7 the turns are left, right, left, and the proof is `[leaf 2, leaf 3, node 0–1, node 4–6]`: (3, 7) goes left to (3, 4), right to (1, 2), left to (1, 1), and stops. Both climbs start from leaf 2. A right sibling, leaf 3, makes the new hash node 2–3, and the old one stays leaf 2; a left sibling, node 0–1, joins both; a right sibling, node 4–6, completes the new root. From 5 to 7 the turns are right, left, left, and the proof is `[leaf 4, leaf 5, leaf 6, node 0–3]`. From 4 to 7 it is `[node 4–6]`. From 7 to 7 it is empty.
#
# Answer `True` only if both roots come out and no hash is missing or left over. Sizes that do not fit 0 < `old_size` ≤ `new_size` are `False`.

# %% [markdown] lang="zh"
# ## 5 · 列表变长了
# 数据局声称，目录只增不改。某晚登报的是 3 条记录的根，几周后是 7 条记录的根。其间有没有人悄悄换掉旧记录？**一致性证明**能说明旧列表正是新列表的开头，而且同样不必交出记录：你用同一组哈希值，把新、旧**两个**根都重算出来。
#
# 带着两个条数一起往下走。开始时 *m* = `old_size`，*n* = `new_size`；每一步取 *k* = `compute_split(n)`：
#
# | 情况 | 含义 | 记下转向，接着往下走 |
# |---|---|---|
# | *m* = *n* | 从这里往下，两棵树一模一样 | 停下 |
# | *m* ≤ *k* | 旧树到左半边为止，右半边全是新的 | 记“左”，*n* 换成 *k* |
# | *m* > *k* | 左半边已满，两棵树共有 | 记“右”，*m* 换成 *m* − *k*，*n* 换成 *n* − *k* |
#
# 停下的地方需要那棵子树的哈希值。如果一次也没往右走，它就是旧根，你手里已经有了；否则，它是证明里的第一个哈希值。然后把转向倒过来往上爬，每一步用掉一个哈希值：
#
# - 当时往**左**走：这个哈希值是右边的兄弟，只属于新树；
# - 当时往**右**走：这个哈希值是左边的兄弟，两棵树都有它。
#
# 从 3 条到 7 条，转向依次是左、右、左，证明是 `[叶节点 2, 叶节点 3, 节点 0–1, 节点 4–6]`：(3, 7) 往左到 (3, 4)，往右到 (1, 2)，往左到 (1, 1)，停下。新旧两边都从叶节点 2 出发；右边的兄弟叶节点 3 只并入新的一边，得到节点 2–3，旧的一边仍是叶节点 2；左边的兄弟节点 0–1 两边都并入；右边的兄弟节点 4–6 再并入新的一边，就是新根。从 5 条到 7 条，转向依次是右、左、左，证明是 `[叶节点 4, 叶节点 5, 叶节点 6, 节点 0–3]`。从 4 条到 7 条，证明是 `[节点 4–6]`。从 7 条到 7 条，证明为空。
#
# 两个根都对得上，哈希值也不多不少，才回答 `True`。条数不满足 0 < `old_size` ≤ `new_size` 的，一律 `False`。

# %% task="consistency"
def is_consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]) -> bool:
    """«is_consistent»

    «is_consistent.more»
    """
    ### BEGIN SOLUTION
    if not 0 < old_size <= new_size:
        return False
    turns = []
    while old_size < new_size:
        split = compute_split(new_size)
        turns.append(old_size > split)
        old_size, new_size = (old_size - split, new_size - split) if old_size > split else (old_size, split)
    hashes = proof if any(turns) else [old_root, *proof]
    if len(hashes) != len(turns) + 1:
        return False
    old_digest = new_digest = hashes[0]
    for turned_right, sibling in zip(reversed(turns), hashes[1:]):
        if turned_right:
            old_digest, new_digest = hash_node(sibling, old_digest), hash_node(sibling, new_digest)
        else:
            new_digest = hash_node(new_digest, sibling)
    return old_digest == old_root and new_digest == new_root
    ### END SOLUTION

# %% test="consistency" points=3
given_leaf = [hash_leaf(given_record) for given_record in CATALOGUE]
given_01, given_23, given_45 = (hash_node(*given_leaf[start : start + 2]) for start in (0, 2, 4))
given_03, given_46 = hash_node(given_01, given_23), hash_node(given_45, given_leaf[6])
given_proof = [given_leaf[2], given_leaf[3], given_01, given_46]
assert is_consistent(4, given_03, 7, PUBLISHED_ROOT, [given_46]) is True, "«consistency.four»"
assert is_consistent(3, hash_node(given_01, given_leaf[2]), 7, PUBLISHED_ROOT, given_proof) is True, "«consistency.three»"
given_old, given_proof = hash_node(given_03, given_leaf[4]), [given_leaf[4], given_leaf[5], given_leaf[6], given_03]
assert is_consistent(5, given_old, 7, PUBLISHED_ROOT, given_proof) is True, "«consistency.five»"
assert is_consistent(7, PUBLISHED_ROOT, 7, PUBLISHED_ROOT, []) is True, "«consistency.same»"
assert is_consistent(4, given_03, 7, given_03, [given_46]) is False, "«consistency.new»"
### BEGIN HIDDEN TESTS
import random


def expected_root(leaves):
    while len(leaves) > 1:
        pairs = [leaves[start : start + 2] for start in range(0, len(leaves), 2)]
        leaves = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return leaves[0]


def expected_proof(old_size, leaves, is_whole=True):
    if old_size == len(leaves):
        return [] if is_whole else [expected_root(leaves)]
    split = max(2**power for power in range(20) if 2**power < len(leaves))
    if old_size <= split:
        return [*expected_proof(old_size, leaves[:split], is_whole), expected_root(leaves[split:])]
    return [*expected_proof(old_size - split, leaves[split:], False), expected_root(leaves[:split])]


given_draw = random.Random(f"{SEED}/consistency")
given_leaf = [given_draw.randbytes(32) for _ in range(200)]
for given_size in range(1, 201):
    given_root, given_half = expected_root(given_leaf[:given_size]), 1 << (given_size - 1).bit_length() >> 1
    given_places = {given_half, given_draw.randrange(1, given_size + 1)}
    for given_old in range(1, given_size + 1) if given_size < 14 else given_places:
        given_proof = expected_proof(given_old, given_leaf[:given_size])
        given_old_root = expected_root(given_leaf[:given_old])
        assert is_consistent(given_old, given_old_root, given_size, given_root, given_proof) is True, "«consistency.any-size»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# No new code here either: this cell plays an office that rewrites its past.

# %% [markdown] lang="zh"
# 这里同样不需要新代码：这个单元格模拟一家篡改旧账的机构。

# %% test="forged-history" points=3
given_leaf = [hash_leaf(given_record) for given_record in CATALOGUE]
given_01, given_23, given_45 = (hash_node(*given_leaf[start : start + 2]) for start in (0, 2, 4))
given_03, given_46 = hash_node(given_01, given_23), hash_node(given_45, given_leaf[6])
given_old_root = hash_node(given_01, given_leaf[2])
given_proof = [given_leaf[2], given_leaf[3], given_01, given_46]
assert is_consistent(3, given_old_root, 7, PUBLISHED_ROOT, given_proof) is True, "«history.honest»"
claimed_01 = hash_node(given_leaf[0], hash_leaf(b"health/clinics v0"))
claimed_root = hash_node(hash_node(claimed_01, given_23), given_46)
claimed_proof = [given_leaf[2], given_leaf[3], claimed_01, given_46]
assert is_consistent(3, given_old_root, 7, claimed_root, claimed_proof) is False, "«history.rewritten»"
try:
    given_answer = is_consistent(3, given_old_root, 7, given_03, given_proof[:3])
except (IndexError, StopIteration, ValueError):
    given_answer = "an error"
assert given_answer != "an error", "«history.error»"
assert given_answer is False, "«history.short»"
assert is_consistent(7, given_03, 7, PUBLISHED_ROOT, []) is False, "«history.same»"
### BEGIN HIDDEN TESTS
import random


def expected_root(leaves):
    while len(leaves) > 1:
        pairs = [leaves[start : start + 2] for start in range(0, len(leaves), 2)]
        leaves = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return leaves[0]


def expected_proof(old_size, leaves, is_whole=True):
    if old_size == len(leaves):
        return [] if is_whole else [expected_root(leaves)]
    split = max(2**power for power in range(20) if 2**power < len(leaves))
    if old_size <= split:
        return [*expected_proof(old_size, leaves[:split], is_whole), expected_root(leaves[split:])]
    return [*expected_proof(old_size - split, leaves[split:], False), expected_root(leaves[:split])]


given_bytes = random.Random(f"{SEED}/forged-history").randbytes
given_leaf = [given_bytes(32) for _ in range(7)]
given_roots = [None, *(expected_root(given_leaf[:given_size]) for given_size in range(1, 8))]
for given_size in (1, 2, 3, 4, 5, 7):
    given_root, given_noise = given_roots[given_size], given_bytes(32)
    for given_old in range(1, given_size + 1):
        given_old_root, given_proof = given_roots[given_old], expected_proof(given_old, given_leaf[:given_size])
        assert is_consistent(given_old, given_old_root, given_size, given_root, given_proof) is True, "«history.honest»"
        assert is_consistent(given_old, given_noise, given_size, given_root, given_proof) is False, "«history.old-root»"
        assert is_consistent(given_old, given_old_root, given_size, given_noise, given_proof) is False, "«history.new-root»"
        for claimed_old in set(range(-1, given_size + 2)) - {given_old}:
            assert is_consistent(claimed_old, given_old_root, given_size, given_root, given_proof) is False, "«history.old-size»"
        for claimed_start, claimed_end in (([], [given_noise]), ([given_noise], []), ([given_old_root], []), ([], [b""])):
            claimed_proof = [*claimed_start, *given_proof, *claimed_end]
            assert is_consistent(given_old, given_old_root, given_size, given_root, claimed_proof) is False, "«history.extra»"
        claimed_proof, claimed_root = [*given_proof, given_noise], hashlib.sha256(b"\x01" + given_root + given_noise).digest()
        assert is_consistent(given_old, given_old_root, given_size, claimed_root, claimed_proof) is False, "«history.extended»"
        for given_step in range(len(given_proof)):
            claimed_proof = [*given_proof[:given_step], given_noise, *given_proof[given_step + 1 :]]
            assert is_consistent(given_old, given_old_root, given_size, given_root, claimed_proof) is False, "«history.hash»"
            claimed_proof = given_proof[:given_step] + given_proof[given_step + 1 :]
            assert is_consistent(given_old, given_old_root, given_size, given_root, claimed_proof) is False, "«history.missing»"
        if given_old < given_size:
            assert is_consistent(given_size, given_root, given_old, given_old_root, given_proof) is False, "«history.backwards»"
            assert is_consistent(given_old, given_root, given_size, given_old_root, given_proof) is False, "«history.swapped»"
            assert is_consistent(given_size, given_old_root, given_size, given_root, []) is False, "«history.equal»"
            assert is_consistent(given_old, given_old_root, given_size, given_old_root, given_proof[:-1]) is False, "«history.cut»"
given_nothing = hashlib.sha256(b"").digest()
for claimed_size, claimed_root in ((0, given_nothing), (1, given_roots[1]), (7, given_roots[7])):
    assert is_consistent(0, given_nothing, claimed_size, claimed_root, []) is False, "«history.empty»"
assert is_consistent(-1, given_roots[1], -1, given_roots[1], []) is False, "«history.empty»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 6 · Another tree: a real block
# Bitcoin's blocks are public data. A block is a list of transactions, each named by its id, a hash. The block's header carries a Merkle root of these ids, and the header's own hash is what the block is called by. [Its rule](https://developer.bitcoin.org/reference/block_chain.html#merkle-trees) for the root is older than ours and differs in nearly every detail:
#
# - an id is **written** in hexadecimal with its bytes in reverse order: turn it into bytes, then reverse them;
# - the ids themselves are the lowest level, without any leaf hash;
# - take the level two by two; if one is left over, it is **paired with itself**;
# - a parent is SHA-256 of the SHA-256 of left ‖ right, with no byte in front;
# - repeat until one is left; reverse its bytes again and write it in hexadecimal.
#
# A list of one id has that id as its root. Below is block 100,000 of the main network, dated 29 December 2010. Any Bitcoin node shows the same for `getblock 000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506`.

# %% [markdown] lang="zh"
# ## 6 · 另一种树：一个真实的区块
# 比特币的区块是公开数据。一个区块就是一列交易，每笔交易以一个哈希值作编号（txid）；区块头里有由这些编号算出的默克尔根，而区块头自己的哈希值就是这个区块的名字。[它求根的规则](https://developer.bitcoin.org/reference/block_chain.html#merkle-trees)比我们的更早，几乎处处不同：
#
# - 编号**写出来**时是十六进制，而且字节顺序是倒的：先转成字节，再倒过来；
# - 最底层就是编号本身，不另做叶节点哈希；
# - 每层两个两个地取，最后剩下一个，就**和自己配成一对**；
# - 父节点是对 左 ‖ 右 连做两次 SHA-256，前面不加任何字节；
# - 一层层做到只剩一个，再把字节倒回来，写成十六进制。
#
# 只有一个编号时，根就是它自己。下面是主网上高度为 100000 的区块，时间是 2010 年 12 月 29 日；在任何一个比特币节点上执行 `getblock 000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506`，看到的都一样。

# %%
BLOCK_TXIDS = [
    "8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
    "fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
    "6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
    "e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d",
]
BLOCK_ROOT = "f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766"

# %% task="bitcoin"
def compute_bitcoin_root(txids: list[str]) -> str:
    """«compute_bitcoin_root»

    «compute_bitcoin_root.more»
    """
    ### BEGIN SOLUTION
    level = [bytes.fromhex(txid)[::-1] for txid in txids]
    while len(level) > 1:
        level += level[-1:] * (len(level) % 2)
        pairs = [level[start] + level[start + 1] for start in range(0, len(level), 2)]
        level = [hashlib.sha256(hashlib.sha256(pair).digest()).digest() for pair in pairs]
    return level[0][::-1].hex()
    ### END SOLUTION

# %% test="bitcoin" points=3
assert compute_bitcoin_root(BLOCK_TXIDS[:1]) == BLOCK_TXIDS[0], "«bitcoin.one»"
assert compute_bitcoin_root(BLOCK_TXIDS[:]) == BLOCK_ROOT, "«bitcoin.block»"
assert compute_bitcoin_root(BLOCK_TXIDS[:3]) == compute_bitcoin_root(BLOCK_TXIDS[:3] + BLOCK_TXIDS[2:3]), "«bitcoin.odd»"
### BEGIN HIDDEN TESTS
import random


def expected_bitcoin_root(level):
    if len(level) == 1:
        return level[0][::-1].hex()
    pairs = [(level[start], level[min(start + 1, len(level) - 1)]) for start in range(0, len(level), 2)]
    return expected_bitcoin_root([hashlib.sha256(hashlib.sha256(b"".join(pair)).digest()).digest() for pair in pairs])


given_bytes = random.Random(f"{SEED}/bitcoin").randbytes
given_ids = [given_bytes(32) for _ in range(33)]
for given_size in (*range(1, 18), 31, 32, 33):
    given_txids = [given_id[::-1].hex() for given_id in given_ids[:given_size]]
    assert compute_bitcoin_root(given_txids) == expected_bitcoin_root(given_ids[:given_size]), "«bitcoin.any-size»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 7 · One root, two lists
# Pairing the last one with itself has a price: `[a, b, c]` and `[a, b, c, c]` have the same root. In 2012 this became [CVE-2012-2459](https://nvd.nist.gov/vuln/detail/CVE-2012-2459). An attacker sent nodes (here: the computers of the network) a real block with its last transactions repeated. A node saw that the block was invalid, remembered its hash as bad, and then refused the *honest* block, which has that same hash.
#
# Write that attack: from a list of ids make a longer list with the same root, by appending some of its last ids again, in their order. Do not change the list that you are given. If several longer lists have that root, any of them is right. Six ids are a good riddle: `[a, b, c, d, e, f, f]` does not work. Draw the levels, and look below the root for the one that is odd. The test here does not try six; the grading does.
#
# Some lists have no such twin: for them, return `None`.

# %% [markdown] lang="zh"
# ## 7 · 一个根，两份列表
# 让最后一个和自己配对，是有代价的：`[a, b, c]` 与 `[a, b, c, c]` 的根相同。2012 年，这成了漏洞 [CVE-2012-2459](https://nvd.nist.gov/vuln/detail/CVE-2012-2459)：攻击者取一个真实的区块，把末尾几笔交易重复一遍，发给各个节点。节点发现区块无效，便把它的哈希值记入黑名单；可**真正的**区块哈希值一模一样，于是也被拒之门外。
#
# 请用代码实现这种攻击：给定一列编号，把它末尾的若干个按原来的顺序再接一遍，得到一列更长、根却不变的编号；不要改动传进来的列表。这样的列表可能不止一个，返回哪一个都算对。六个编号是道好题：`[a, b, c, d, e, f, f]` 行不通。把每一层画出来，找找根以下哪一层是奇数个。这里的测试不试六个，评分时会试。
#
# 有些列表没有这样的“孪生”列表，这时返回 `None`。

# %% task="twin"
def compute_twin(txids: list[str]) -> list[str] | None:
    """«compute_twin»

    «compute_twin.more»
    """
    ### BEGIN SOLUTION
    repeated = len(txids) & -len(txids)
    return None if repeated == len(txids) else txids + txids[-repeated:]
    ### END SOLUTION

# %% test="twin" points=3
assert compute_twin(["aa", "bb", "cc"]) == ["aa", "bb", "cc", "cc"], "«twin.three»"
assert compute_twin(BLOCK_TXIDS[:]) is None, "«twin.none»"
### BEGIN HIDDEN TESTS
import random


def expected_bitcoin_root(level):
    if len(level) == 1:
        return level[0][::-1].hex()
    pairs = [(level[start], level[min(start + 1, len(level) - 1)]) for start in range(0, len(level), 2)]
    return expected_bitcoin_root([hashlib.sha256(hashlib.sha256(b"".join(pair)).digest()).digest() for pair in pairs])


given_bytes = random.Random(f"{SEED}/twin").randbytes
given_txids = [given_bytes(32).hex() for _ in range(33)]
for given_size in range(1, 34):
    given_twin, given_list = compute_twin(given_txids[:given_size]), given_txids[:given_size]
    if given_size in (1, 2, 4, 8, 16, 32):
        assert given_twin is None, "«twin.any-none»"
        continue
    assert isinstance(given_twin, list) and given_twin[:given_size] == given_list and len(given_twin) > given_size, "«twin.longer»"
    assert set(given_twin) == set(given_list), "«twin.longer»"
    given_roots = [expected_bitcoin_root([bytes.fromhex(txid)[::-1] for txid in txids]) for txids in (given_list, given_twin)]
    assert given_roots[0] == given_roots[1], "«twin.any-size»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# Now give both lists, three records and four, to your own `compute_root`: RFC 9162 never copies a node, so two lists never share a root.

# %% [markdown] lang="zh"
# 现在把这两份列表（一份三条记录，一份四条）交给你自己写的 `compute_root`：RFC 9162 从不复制节点，所以两份不同的列表绝不会有同一个根。

# %%
# «try»
# print(compute_root([b"a", b"b", b"c"]) == compute_root([b"a", b"b", b"c", b"c"]))

# %% [markdown] lang="en"
# **What this leaves out.** The printed line must come from a source that cannot show one root to you and another to me, which is what a ledger is for. A log with a billion entries does not recompute its tree from scratch: it keeps the hashes of full subtrees. And a proof shows that a record *is* in the list; that one is *not* takes another kind of tree.

# %% [markdown] lang="zh"
# **这里没讲到的：** 公布的那一行必须来源可靠，不能给你看一个根、给我看另一个；这正是账本的用处。十亿条记录的日志也不会每次从头重算，而是把已满子树的哈希值存起来。另外，默克尔证明只能说明某条记录**在**列表里；要证明它**不在**，需要另一种树。
