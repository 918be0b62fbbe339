# %% [markdown] lang="en"
# # MaxBFT and choosing consensus
# One vote a view, and three certificates in a row that nobody can take back.
#
# When four organisations keep one ledger, each may talk to each: four members, twelve directions (Ann to Bob is one, Bob to Ann another). With a hundred members, voting in which everyone tells everyone takes about twenty thousand messages for a single block. **HotStuff** (2019) does it with about two hundred: votes go to one member only, who makes a **quorum certificate** of them, and the certificate travels with the next block. ChainMaker's **MaxBFT** and MiniChain's are built on it.
#
# The saving has a price. A certificate is not yet a decision, and the rules that say when it becomes one are few, short, and easy to get wrong. You will write them as small functions, put them together into a member, run it against silent and lying leaders, and then change sides: take one rule away, and make honest members decide two different things.
#
# At the end you elect the members of an epoch, and choose: which consensus for whom?

# %% [markdown] lang="zh"
# # MaxBFT 与共识的选择
# 每个视图只投一票；连着三张证书，就再也没有人能反悔。
#
# 四家机构共记一本账，两两之间都能通信：四个成员，十二个方向（Ann 到 Bob 是一个，Bob 到 Ann 又是一个）。成员到了一百个，如果每个都要告诉其余所有的，光是一个区块就要约两万条消息。**HotStuff**（2019 年）只要约两百条：选票只发给一个成员，由它汇成一张**法定人数证书**（quorum certificate），证书跟着下一个区块一起走。长安链的 **MaxBFT** 和 MiniChain 的 MaxBFT 都是这样做的。
#
# 省消息是有代价的。有了证书，还不等于有了决定；从证书到决定，规则没有几条，也都很短，却很容易写错。你要把它们写成一个个小函数，拼成一个成员，让它面对沉默的、说谎的主导节点；然后换到攻击者一边：去掉一条规则，让诚实的成员作出两个不同的决定。
#
# 最后，你要选出一个世代的成员，再做一次选择：什么样的机构，该用什么样的共识？

# %% [markdown] lang="en"
# ## How this works
# - Run the cell below this text first (click into it and press Shift+Enter, or ▶ at the top): its table follows your tests as you run them; in the course's own page, a click on the points at the top opens it, too. A cell that runs for more than 20 seconds is stopped, so an endless loop does no harm.
# - Put your code in place of the line `raise NotImplementedError()`, then run the test cell below. No message means passed. `NotImplementedError` means that a task has no code yet. Otherwise read the **last line** of the error (the table shows it, too): it tells you what to look at. If it is one of Python's own errors, find the line of yours that `---->` points at. If several tests fail, begin with the first.
# - The first line of a test cell says what it is worth: 30 points in all. When your work is graded, further tests run that you cannot see here. They try the edge cases, so every sentence of a task counts.
# - Tasks 5 and 6 call the functions of tasks 1 to 4: start at the top, and run every code cell on the way, those that are given too: a `NameError` in a test names what was not run. Tasks 7 to 10 can be done in any order. Leave the cell with `SEED` as it is: the grader draws its examples from it.

# %% [markdown] lang="zh"
# ## 怎么做
# - 先运行这段文字下面的单元格（点一下它，按 Shift+Enter，或点上方的 ▶）：它给出一张进度表，每运行一个测试就更新一次；在课程网页里做实验时，点页面上方的分数，随时能打开这张表。单元格运行超过 20 秒会自动中止，写出死循环也不要紧。
# - 用你的代码换掉 `raise NotImplementedError()` 那一行，然后运行下面的测试单元格。什么都不显示，就是通过。报 `NotImplementedError`，说明这个任务还没有写。其他报错，就看**最后一行**（进度表里也有），它会告诉你该看哪里；如果是 Python 自己的报错，再找 `---->` 指着的、你自己写的那一行。有好几项没通过时，先改最前面的一项。
# - 测试单元格的第一行写着分值，总共 30 分。正式评分时还会运行一些这里看不到的测试，专查边界情况，所以任务里的每句话都要仔细看、照着做。
# - 任务 5 和 6 要用到任务 1 到 4 的函数，请从头做起，途中的代码单元格，现成的也都要运行：测试里报 `NameError`，就是定义那个名字的单元格还没运行。任务 7 到 10 先做哪个都行。写着 `SEED` 的单元格不用动，评分程序用它生成测试数据。

# %% figure=true
from minichain.learn import save_progress, watch_progress
watch_progress("«lab.tests»", lang="«lab.lang»", lab="«lab.id»", version="«lab.version»")

# %% parameters=true
SEED = 0

# %% [markdown] lang="en"
# ## What is given
# Time is cut into **views**, numbered from 1. Each view has a **leader**, who proposes one block; a leader keeps its turn for four views, and is followed by the next member. Everything is plain data:
#
# - A **certificate** (QC) is `{"block": "b4", "view": 4, "signers": ["Ann", "Bob", "Dan"]}`: these members voted for the block `b4`, which was proposed in view 4. Signatures were checked before your functions are called, so every signer really signed, and every block really comes from the leader of its view. But there may be too few signers, one may stand there twice, or somebody may not be a member at all.
# - A **block** is `{"id": "b5", "view": 5, "qc": …}`. It stands on the block that its certificate names: that is its **parent**. Views may be missing in between. All blocks go back to `GENESIS`, which has no certificate (`None`); the certificate *for* genesis is `GENESIS_QC`, and needs no signer.
# - The arrows of this picture are the certificates that the blocks carry: `genesis <-qc- b1 <-qc- b2 <-qc- b3`. So b3 carries the certificate for b2. The one for b3 itself comes with the next block, or is made by a leader from votes.
# - A **vote** is `{"voter": "Ann", "view": 5, "block": "b5"}`. It goes to the leader of the next view, and to nobody else.
# - A **member** is a dict: its `name`; all `members`; the `blocks` it has, by id; `voted`, the last view in which it voted; `high`, the certificate of the latest view that it knows; `lock`, a certificate too: it names a block against which the member does not vote easily (tasks 2 and 3); and `decided`, the ids of the blocks that it has decided, from genesis on.
#
# Whoever is honest keeps to the rules; a liar may do anything but sign with another's name. Of n members fewer than a third are liars: of four, one. You may rely on the form of what comes in, and on this: if a member has a block, it has all blocks below it. **No function changes what it is given**: where something becomes different, return a new dict (`{**member, "voted": 5}` is one).

# %% [markdown] lang="zh"
# ## 已经给出的
# 时间分成一个个**视图**（view），从 1 开始编号。每个视图有一个**主导节点**（leader），由它提议一个区块；一个成员连续主导四个视图，然后轮到下一个。数据只用最基本的类型：
#
# - **证书**（QC）是 `{"block": "b4", "view": 4, "signers": ["Ann", "Bob", "Dan"]}`：这几个成员给视图 4 里提议的区块 `b4` 投了票。调用你的函数之前，签名都已经验过，所以名单上的人确实签了名；区块是不是由那个视图的主导节点发来的，也验过了。但人数可能不够，同一个人可能写了两次，也可能有人根本不是成员。
# - **区块**是 `{"id": "b5", "view": 5, "qc": …}`。它的证书写着哪个区块，它就接在哪个区块后面，那就是它的**父区块**。中间可以缺几个视图。从任何区块往回走，都会走到 `GENESIS`（创世区块），它没有证书（`None`）；*给*创世区块的证书是 `GENESIS_QC`，不需要有人签名。
# - 下面这幅图里，箭头就是各区块所带的证书：`genesis <-qc- b1 <-qc- b2 <-qc- b3`。b3 带着给 b2 的证书；给 b3 自己的证书，要随下一个区块来，或者由主导节点用选票汇成。
# - **选票**是 `{"voter": "Ann", "view": 5, "block": "b5"}`。它只发给下一个视图的主导节点，不发给别人。
# - **成员**是一个字典：名字 `name`；全体成员 `members`；手里的区块 `blocks`（按编号）；最后一次投票的视图 `voted`；见过的证书里视图最新的一张 `high`；`lock`（锁）也是一张证书：区块与它所指的冲突，成员就不会轻易投票（任务 2 和 3）；`decided` 是已经决定的区块编号，从创世区块开始。
#
# 诚实的成员守规则；说谎的什么都做得出来，只是不能用别人的名字签名。n 个成员里，说谎的不到三分之一：四个里面有一个。传进来的数据格式都是对的；成员手里有某个区块，就一定有它之前的所有区块，这一点也不用检查。**函数一律不得改动传入的东西**：要变的时候，返回一个新的字典（例如 `{**member, "voted": 5}`）。

# %%
MEMBERS = ["Ann", "Bob", "Cho", "Dan"]
GENESIS = {"id": "genesis", "view": 0, "qc": None}
GENESIS_QC = {"block": "genesis", "view": 0, "signers": []}


def make_block(block_id, view, parent, signers=("Ann", "Bob", "Cho")):
    """«make_block»"""
    qc = {"block": parent["id"], "view": parent["view"], "signers": list(signers)}
    return {"id": block_id, "view": view, "qc": GENESIS_QC if parent["id"] == "genesis" else qc}


def make_chain(letter, views, parent=GENESIS):
    """«make_chain»"""
    blocks = []
    for view in views:
        blocks.append(make_block(f"{letter}{view}", view, blocks[-1] if blocks else parent))
    return blocks


def start_member(name, members, blocks=()):
    """«start_member»"""
    known = {block["id"]: block for block in (GENESIS, *blocks)}
    return {"name": name, "members": list(members), "blocks": known, "voted": 0,
            "high": GENESIS_QC, "lock": GENESIS_QC, "decided": ["genesis"]}

# %% [markdown] lang="en"
# ## Look first
# This is MiniChain's own engine; Bob lies, the others are honest. Let the chain grow by a block or two, and see what Ann, who leads the views 1 to 4, decides. Bob leads the views 5 to 8 and may build on any block that has a certificate. Try to grow a **fork**: a second branch that gets certificates. With the right rules, the others will not vote for it. Now choose an engine without locks, and try again. (By keyboard: Tab goes from one control to the next; Space opens a list, arrow keys choose, Enter takes; Space presses a button.)

# %% [markdown] lang="zh"
# ## 先看一看
# 这是 MiniChain 自己的引擎；Bob 说谎，其余的人诚实。先让链再长一两个区块，看看主导视图 1 到 4 的 Ann 决定了什么。视图 5 到 8 由 Bob 主导，只要区块有证书，他就可以接在上面。试着长出一个**分叉**：第二条也能拿到证书的分支。规则正确时，别人不会给它投票。再换一个没有锁的引擎，重来一次。（用键盘：Tab 移到下一个控件；列表用空格打开，方向键选择，回车确定；按钮用空格按下。）

# %% figure=true
from minichain.learn import show_qc_chain
show_qc_chain(lang="«lab.lang»")

# %% [markdown] lang="en"
# ## 1 · Certificates
# **How many are enough?** Suppose that of n members fewer than a third lie. If a certificate takes *more than two thirds*, then two certificates always share more than a third, so at least one honest member, who does not say two things at once. And the honest members are more than two thirds, so they can do without the liars. Of four members that is three; of seven, five; of six, five.
#
# 1. `is_certified(qc, members)` tells whether more than two thirds of `members` signed. Count everybody once, and strangers not at all. For genesis, `GENESIS_QC` as it stands is good, and nothing else is.
# 2. `gather(votes, members)` is what a leader does with the votes that it was sent: it returns the certificate that they make, its signers in alphabetical order, each a member and each once; or `None`. Votes count together only if they name the same block *and* the same view. If they make several certificates, return that of the latest view. (Two of *one* view there cannot be while fewer than a third lie, so nothing is asked about that.)

# %% [markdown] lang="zh"
# ## 1 · 证书
# **多少票才够？** 假定 n 个成员里，说谎的不到三分之一。如果一张证书要**超过三分之二**的票，那么任意两张证书的签名人必有超过三分之一相同，其中至少有一个诚实的，而诚实的成员不会对两边说不同的话。另一方面，单是诚实的成员就超过三分之二，没有说谎的配合也凑得够。四个成员要三票；七个要五票；六个也要五票。
#
# 1. `is_certified(qc, members)` 判断 `members` 里是否有超过三分之二签了名。每人只算一次，外人不算。给创世区块的证书，只有 `GENESIS_QC` 原样才有效，别的都无效。
# 2. `gather(votes, members)` 是主导节点收到选票之后要做的事：返回这些票汇成的证书，签名人按字母顺序排列，都是成员，每人一次；汇不成就返回 `None`。只有区块**和**视图都相同的票才能算在一起。如果能汇成几张证书，返回视图最新的那张。（只要说谎的不到三分之一，*同一个*视图就不会有两张，所以这种情况不考。）

# %% task="certificate"
def is_certified(qc: dict, members: list[str]) -> bool:
    """«is_certified»

    «is_certified.more»
    """
    ### BEGIN SOLUTION
    if qc["block"] == "genesis":
        return qc == GENESIS_QC
    signers = set(qc["signers"]) & set(members)
    return 3 * len(signers) > 2 * len(members)
    ### END SOLUTION


def gather(votes: list[dict], members: list[str]) -> dict | None:
    """«gather»

    «gather.more»
    """
    ### BEGIN SOLUTION
    voters = {}
    for vote in votes:
        voters.setdefault((vote["view"], vote["block"]), set()).add(vote["voter"])
    for view, block in sorted(voters, reverse=True):
        qc = {"block": block, "view": view, "signers": sorted(voters[view, block] & set(members))}
        if is_certified(qc, members):
            return qc
    return None
    ### END SOLUTION

# %% test="certificate" points=3
given_qc = {"block": "b4", "view": 4, "signers": ["Ann", "Bob", "Dan"]}
assert is_certified(given_qc, MEMBERS) is True, "«certificate.three»"
assert is_certified({**given_qc, "signers": ["Ann", "Bob"]}, MEMBERS) is False, "«certificate.two»"
assert not is_certified({**given_qc, "signers": ["Bob", "Ann", "Bob", "Bob"]}, MEMBERS), "«certificate.twice»"
assert not is_certified({**given_qc, "signers": ["Ann", "Bob", "Eve"]}, MEMBERS), "«certificate.stranger»"
assert is_certified(GENESIS_QC, MEMBERS), "«certificate.genesis»"
given_votes = [{"voter": name, "view": 4, "block": "b4"} for name in ("Dan", "Bob")]
assert (given_answer := gather(given_votes, MEMBERS)) is None, f"«certificate.gather-two» «yours» {given_answer}"
given_votes.append({"voter": "Ann", "view": 4, "block": "b4"})
assert (given_answer := gather(given_votes, MEMBERS)) == given_qc, f"«certificate.gather» «yours» {given_answer}"
assert (given_answer := gather([*given_votes[:2], {"voter": "Ann", "view": 4, "block": "c4"}], MEMBERS)) is None, f"«certificate.mixed» «yours» {given_answer}"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/certificate")
assert not is_certified({**GENESIS_QC, "view": 9}, MEMBERS), "«certificate.any-genesis»"
for given_size in range(1, 14):
    given_names = [f"M{number:02}" for number in range(given_size)]
    for given_count in range(given_size + 1):
        given_signers = given_draw.sample(given_names, given_count)
        expected = given_count * 3 > given_size * 2
        given_qc = {"block": "b", "view": 3, "signers": [*given_signers, *given_signers[:2], "Eve", "Zoe"]}
        assert is_certified(given_qc, given_names) == expected, "«certificate.any-count»"
        given_votes = [{"voter": name, "view": 8, "block": "x"} for name in [*given_signers, *given_signers[:3], "Eve"]]
        given_votes += [{"voter": name, "view": 8, "block": "y"} for name in given_names if name not in given_signers]
        given_votes += [{"voter": name, "view": 9, "block": "x"} for name in given_names[: given_size // 2]]
        given_draw.shuffle(given_votes)
        given_answer = gather(given_votes, given_names)
        if expected:
            assert given_answer == {"block": "x", "view": 8, "signers": sorted(given_signers)}, "«certificate.any-gather»"
        elif 3 * (given_size - given_count) <= 2 * given_size and given_size > 1:
            assert given_answer is None, "«certificate.any-gather»"
given_votes = [{"voter": name, "view": view, "block": f"z{view}"} for view in (9, 10, 2) for name in MEMBERS]
for _ in range(5):
    given_draw.shuffle(given_votes)
    assert gather(given_votes, MEMBERS) == {"block": "z10", "view": 10, "signers": MEMBERS}, "«certificate.any-latest»"
assert gather([], MEMBERS) is None, "«certificate.any-gather»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 2 · Is it safe to vote?
# A vote is a promise. Before a member votes for a block, it asks:
#
# 1. **Have I voted in this view, or in a later one?** Then no: one vote a view, and never back in time.
# 2. **Is the block's view later than that of its certificate?** If not, it is no block.
# 3. **Does it respect my lock?** The lock is a certificate, and stands for a block which others may have decided on already. So the block must stand on the locked one, right on it or with others in between (this keeps things *safe*); *or* its certificate must be of a **later** view than the lock (this keeps things *alive*: more than two thirds have moved on, so the lock was for nothing).
#
# Why is that safe? Had the locked block been decided, more than two thirds would be locked on it, as task 4 shows. More than two thirds signed the later certificate. Both groups share an honest member; and the first certificate beside a decided block would have needed its vote against its own lock. So there is no such certificate, and where there is one, the locked block was not decided.
#
# `extends(blocks, block_id, ancestor)` tells whether one comes to the block `ancestor` if one starts at `block_id` and goes from parent to parent; a block extends itself.
#
# `is_safe_to_vote(member, block)` answers by the three questions. The block itself need not be among `member["blocks"]` yet, but its parent is.

# %% [markdown] lang="zh"
# ## 2 · 可以投票吗？
# 投票就是承诺。给一个区块投票之前，成员要问：
#
# 1. **这个视图或更晚的视图，我投过票吗？** 投过就不行：每个视图一票，也绝不回头。
# 2. **区块的视图比它证书的视图晚吗？** 不晚，就是无效的区块。
# 3. **过得了我的锁吗？** 锁是一张证书，它指的区块，别人可能已经决定了。所以要么这个区块接在锁住的区块上，紧接着或者中间隔几个都行（这保证**安全**）；**要么**它的证书视图比锁**更晚**（这保证**活性**：超过三分之二的成员已经往前走了，这把锁就没有用了）。
#
# 这为什么安全？假如锁住的区块已经决定，那么超过三分之二的成员都锁在它上面，任务 4 会说明这一点；而给更晚的证书签名的也超过三分之二。两边必有一个共同的诚实成员；要出现第一张绕开已决定区块的证书，它就得违背自己的锁去投票。所以这样的证书不会有；反过来，既然有了，锁住的区块就一定还没有决定。
#
# `extends(blocks, block_id, ancestor)` 判断：从 `block_id` 出发，一个父区块一个父区块地往回走，会不会走到 `ancestor`；从自己到自己也算。
#
# `is_safe_to_vote(member, block)` 按这三个问题作答。区块本身可以还不在 `member["blocks"]` 里，它的父区块则一定在。

# %% task="safe"
def extends(blocks: dict[str, dict], block_id: str, ancestor: str) -> bool:
    """«extends»

    «extends.more»
    """
    ### BEGIN SOLUTION
    while block_id != ancestor and block_id != "genesis":
        block_id = blocks[block_id]["qc"]["block"]
    return block_id == ancestor
    ### END SOLUTION


def is_safe_to_vote(member: dict, block: dict) -> bool:
    """«is_safe_to_vote»

    «is_safe_to_vote.more»
    """
    ### BEGIN SOLUTION
    qc, lock = block["qc"], member["lock"]
    if block["view"] <= member["voted"] or block["view"] <= qc["view"]:
        return False
    return qc["view"] > lock["view"] or extends(member["blocks"], qc["block"], lock["block"])
    ### END SOLUTION

# %% test="safe" points=4
b1, b2, b3 = make_chain("b", (1, 2, 3))
c4, c5 = make_chain("c", (4, 5), b1)
given_blocks = {block["id"]: block for block in (GENESIS, b1, b2, b3, c4, c5)}
assert extends(given_blocks, "b3", "b1") is True and extends(given_blocks, "b3", "genesis"), "«safe.extends»"
assert extends(given_blocks, "b3", "b3"), "«safe.itself»"
assert extends(given_blocks, "c5", "b2") is False, "«safe.beside»"
given_member = start_member("Ann", MEMBERS, [b1, b2, b3])
assert is_safe_to_vote({**given_member, "voted": 3}, make_block("b4", 4, b3)) is True, "«safe.next»"
assert not is_safe_to_vote({**given_member, "voted": 4}, make_block("b4", 4, b3)), "«safe.twice»"
assert not is_safe_to_vote({**given_member, "voted": 9}, make_block("b4", 4, b3)), "«safe.back»"
given_member = {**given_member, "voted": 3, "lock": b3["qc"]}
assert is_safe_to_vote(given_member, make_block("b4", 4, b3)), "«safe.on-lock»"
assert not is_safe_to_vote(given_member, c4), "«safe.lock»"
x2 = make_block("x2", 2, b1)
given_twin = start_member("Ann", MEMBERS, [b1, b2, b3, x2])
assert not is_safe_to_vote({**given_twin, "voted": 3, "lock": b3["qc"]}, make_block("x4", 4, x2)), "«safe.equal»"
given_member = start_member("Ann", MEMBERS, [b1, b2, b3, c4])
assert is_safe_to_vote({**given_member, "voted": 4, "lock": b3["qc"]}, c5), "«safe.newer»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/safe")
for _ in range(40):
    given_blocks = [GENESIS]
    for given_view in range(1, 12):
        if given_draw.random() < 0.8:
            given_parent = given_blocks[-1] if given_draw.random() < 0.5 else given_draw.choice(given_blocks)
            given_blocks.append(make_block(f"n{given_view}", given_view, given_parent))
    given_known = {block["id"]: block for block in given_blocks}
    expected_below = {"genesis": {"genesis"}}
    for given_block in given_blocks[1:]:
        expected_below[given_block["id"]] = {given_block["id"]} | expected_below[given_block["qc"]["block"]]
    given_one, given_other = given_draw.choice(given_blocks)["id"], given_draw.choice(given_blocks)["id"]
    assert extends(given_known, given_one, given_other) == (given_other in expected_below[given_one]), "«safe.any-extends»"
    given_member = start_member("Bob", MEMBERS, given_blocks[1:])
    for _ in range(3):
        given_parent, given_locked = given_draw.choice(given_blocks), given_draw.choice(given_blocks)
        given_lock = make_block("?", 99, given_locked)["qc"]
        given_block = make_block("new", given_draw.randrange(max(1, given_parent["view"]), 15), given_parent)
        given_member = {**given_member, "voted": given_draw.randrange(13), "lock": given_lock}
        expected = given_block["view"] > max(given_member["voted"], given_parent["view"]) and (
            given_parent["view"] > given_locked["view"] or given_locked["id"] in expected_below[given_parent["id"]]
        )
        assert is_safe_to_vote(given_member, given_block) == expected, "«safe.any»"
x1 = make_block("x1", 1, GENESIS)
given_member = {**start_member("Dan", MEMBERS, [b1, b2, b3, x1]), "voted": 3, "lock": b2["qc"]}
assert not is_safe_to_vote(given_member, make_block("x4", 4, x1)), "«safe.any-equal»"
given_member = start_member("Dan", MEMBERS, [b1, b2, b3])
assert not is_safe_to_vote(given_member, make_block("b3b", 3, b3)), "«safe.any-no-block»"
given_member = {**given_member, "voted": 3, "lock": make_block("?", 9, b1)["qc"]}
assert is_safe_to_vote(given_member, make_block("b8", 8, b1)), "«safe.any-same»"
assert is_safe_to_vote({**given_member, "lock": GENESIS_QC}, make_block("c9", 9, GENESIS)), "«safe.any-start»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 3 · The highest certificate, and the lock
# Each block brings a certificate, and a certificate changes two things about a member:
#
# - **`high`**: if the certificate is of a later view than `high`, it becomes `high`. A leader builds its next block on it.
# - **`lock`**: look at the block that the certificate is for. It carries a certificate itself, for *its* parent. If that one is of a later view than the lock, it becomes the lock. So a member locks the block that has a certified child: **one** step back from the block that was certified just now, neither none nor two. Why? Whoever voted for the child had seen the certificate for the locked block, which the child carries. So more than two thirds know that certificate, and their leaders go on from there.
#
# Neither ever goes back to an earlier view, whatever arrives late; a second certificate of the same view changes nothing either. Genesis carries no certificate, so the certificate for genesis locks nothing.
#
# `learn(member, qc)` returns the member after a certificate, whose block is in `member["blocks"]`.

# %% [markdown] lang="zh"
# ## 3 · 最高的证书，和锁
# 每个区块都带来一张证书。一张证书会让成员的两样东西变化：
#
# - **`high`**：证书的视图比 `high` 晚，它就成为新的 `high`。主导节点把下一个区块建在它上面。
# - **`lock`**：看看证书给的是哪个区块。那个区块自己也带着一张证书，是给*它的*父区块的。如果那一张的视图比锁晚，它就成为新的锁。也就是说，成员锁住的是子区块已有证书的那个区块：从刚刚拿到证书的区块往回**一步**，不是零步，也不是两步。为什么？给子区块投票的人，都看到了子区块所带的、给锁住的那个区块的证书。所以超过三分之二的成员知道那张证书，它们当主导节点时会从那里接着往后建。
#
# 两者都绝不退回更早的视图，不管迟到的是什么；同一个视图的第二张证书，也什么都不改变。创世区块不带证书，所以给创世区块的证书不锁任何东西。
#
# `learn(member, qc)` 返回成员得知一张证书之后的状态；证书所给的区块在 `member["blocks"]` 里。

# %% task="learn"
def learn(member: dict, qc: dict) -> dict:
    """«learn»

    «learn.more»
    """
    ### BEGIN SOLUTION
    carried = member["blocks"][qc["block"]]["qc"]
    high = qc if qc["view"] > member["high"]["view"] else member["high"]
    lock = carried if carried and carried["view"] > member["lock"]["view"] else member["lock"]
    return {**member, "high": high, "lock": lock}
    ### END SOLUTION

# %% test="learn" points=3
b1, b2, b3, b4 = make_chain("b", (1, 2, 3, 4))
given_member = start_member("Ann", MEMBERS, [b1, b2, b3, b4])
given_after = learn(given_member, b3["qc"])
assert isinstance(given_after, dict) and set(given_after) == set(given_member), "«learn.dict»"
assert given_after["high"] == b3["qc"], f"«learn.high» «yours» {given_after['high']}"
assert given_after["lock"] == b2["qc"], f"«learn.lock» «yours» {given_after['lock']}"
assert given_member["high"] == GENESIS_QC, "«learn.given»"
given_after = learn(learn(given_member, b4["qc"]), b2["qc"])
assert given_after["high"] == b4["qc"], f"«learn.high-back» «yours» {given_after['high']}"
assert given_after["lock"] == b3["qc"], f"«learn.lock-back» «yours» {given_after['lock']}"
try:
    given_answer = learn(given_member, GENESIS_QC)
except (TypeError, KeyError) as error:
    given_answer = f"{type(error).__name__}: {error}"
assert given_answer == given_member, f"«learn.genesis» «yours» {given_answer}"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/learn")
for _ in range(30):
    given_blocks = [GENESIS]
    for given_view in sorted(given_draw.sample(range(1, 30), 9)):
        given_parent = given_blocks[-1] if given_draw.random() < 0.6 else given_draw.choice(given_blocks)
        given_blocks.append(make_block(f"n{given_view}", given_view, given_parent))
    given_member = start_member("Cho", MEMBERS, given_blocks[1:])
    expected_high, expected_lock = GENESIS_QC, GENESIS_QC
    for given_block in given_draw.choices(given_blocks, k=4):
        given_qc = make_block("?", 99, given_block)["qc"]
        if given_block["view"] > expected_high["view"]:
            expected_high = given_qc
        if given_block["qc"] is not None and given_block["qc"]["view"] > expected_lock["view"]:
            expected_lock = given_block["qc"]
        given_member = learn(given_member, given_qc)
        assert given_member["high"] == expected_high, "«learn.any-high»"
        assert given_member["lock"] == expected_lock, "«learn.any-lock»"
    assert given_member == {**start_member("Cho", MEMBERS, given_blocks[1:]), "high": expected_high, "lock": expected_lock}, "«learn.any-rest»"
given_member = start_member("Cho", MEMBERS, [b1, make_block("x1", 1, GENESIS), make_block("y2", 2, b1), make_block("z2", 2, make_block("x1", 1, GENESIS))])
given_first = learn(given_member, {"block": "y2", "view": 2, "signers": ["Ann", "Bob", "Cho"]})
given_after = learn(given_first, {"block": "z2", "view": 2, "signers": ["Bob", "Cho", "Dan"]})
assert given_after == given_first, "«learn.any-equal»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 4 · Three in a row
# When is a block decided, for ever? When it, its child and its grandchild all have certificates, and their **views follow each other directly**: v, v + 1, v + 2. The first of the three is then decided, and with it everything below it that is not decided yet. Why the first? Whoever voted for the third had seen the certificate for the second, and so, by task 3, had locked the first: more than two thirds have.
#
# `find_decided(member, qc)` returns what `member` decides when it learns `qc`: a list of ids, the oldest first; empty if there is nothing new. The certificate `qc` is for the *third* block; the first two are certified by what the second and third carry. Walk from the first block down to the block that was decided last, `member["decided"][-1]`. If you come to genesis without meeting it, the first block is either decided already, or stands on **another branch**. Then more than a third of the members have lied; a member never decides both, and the list is empty.
#
# Why directly? In a missing view something happened that you have not seen: its leader, perhaps the same one, may have shown others another block, and somewhere a certificate for that may lie.

# %% [markdown] lang="zh"
# ## 4 · 连着三个
# 一个区块什么时候算是决定了，永不反悔？它、它的子区块、它的孙区块都有证书，并且三者的**视图连续**：v、v + 1、v + 2。这时决定的是三个当中的第一个，连同它之前还没有决定的所有区块。为什么是第一个？给第三个投票的人，都看到了给第二个的证书，按任务 3，也就锁住了第一个：超过三分之二的成员都锁住了它。
#
# `find_decided(member, qc)` 返回 `member` 得知证书 `qc` 时要决定的区块：编号的列表，旧的在前；没有新的就是空列表。证书 `qc` 给的是**第三个**区块；前两个的证书，由第二个和第三个区块带着。从第一个区块往回走，走到最后决定的那个 `member["decided"][-1]` 为止。如果一直走到创世区块也没碰到它，那么第一个区块要么早已决定，要么在**另一条分支**上。后一种情况说明，说谎的超过了三分之一；成员绝不两边都决定，这时返回空列表。
#
# 为什么视图必须连续？缺了的那个视图里，有些事你没有看到：它的主导节点（也许还是同一个人）可能给别人看过另一个区块，也许某处有一张给它的证书。

# %% task="decide"
def find_decided(member: dict, qc: dict) -> list[str]:
    """«find_decided»

    «find_decided.more»
    """
    ### BEGIN SOLUTION
    blocks = member["blocks"]
    third = blocks[qc["block"]]
    second = third["qc"] and blocks[third["qc"]["block"]]
    first = second and second["qc"] and blocks[second["qc"]["block"]]
    if not first or third["view"] != second["view"] + 1 or second["view"] != first["view"] + 1:
        return []
    branch = []
    while first["id"] != member["decided"][-1]:
        if first["qc"] is None:
            return []
        branch.insert(0, first["id"])
        first = blocks[first["qc"]["block"]]
    return branch
    ### END SOLUTION

# %% test="decide" points=4
b1, b2, b3, b4 = make_chain("b", (1, 2, 3, 4))
given_member = start_member("Ann", MEMBERS, [b1, b2, b3, b4])
assert (given_answer := find_decided(given_member, b4["qc"])) == ["b1"], f"«decide.three» «yours» {given_answer}"
assert (given_answer := find_decided(given_member, b3["qc"])) == [], f"«decide.two» «yours» {given_answer}"
assert (given_answer := find_decided({**given_member, "decided": ["genesis", "b1"]}, b4["qc"])) == [], f"«decide.again» «yours» {given_answer}"
n1, n2, n4, n5, n6 = make_chain("n", (1, 2, 4, 5, 6))
given_member = start_member("Ann", MEMBERS, [n1, n2, n4, n5, n6])
assert (given_answer := find_decided(given_member, n5["qc"])) == [], f"«decide.gap» «yours» {given_answer}"
given_qc = {"block": "n6", "view": 6, "signers": ["Ann", "Bob", "Cho"]}
assert (given_answer := find_decided(given_member, given_qc)) == ["n1", "n2", "n4"], f"«decide.ancestors» «yours» {given_answer}"
assert (given_answer := find_decided({**given_member, "decided": ["genesis", "n1"]}, given_qc)) == ["n2", "n4"], f"«decide.rest» «yours» {given_answer}"
given_fork = make_chain("c", (5, 6, 7, 8))
given_member = {**start_member("Ann", MEMBERS, [b1, b2, b3, b4, *given_fork]), "decided": ["genesis", "b1"]}
try:
    given_answer = find_decided(given_member, given_fork[3]["qc"])
except (TypeError, KeyError) as error:
    given_answer = f"{type(error).__name__}: {error}"
assert given_answer == [], f"«decide.branch» «yours» {given_answer}"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/decide")
given_hits = 0
for _ in range(60):
    given_blocks, given_view = [GENESIS], 0
    for _ in range(given_draw.randrange(2, 10)):
        given_view += 1 if given_draw.random() < 0.75 else given_draw.randrange(2, 4)
        given_parent = given_blocks[-1] if given_draw.random() < 0.85 else given_draw.choice(given_blocks)
        given_blocks.append(make_block(f"n{given_view}", given_view, given_parent))
    given_known = {block["id"]: block for block in given_blocks}
    given_member = start_member("Dan", MEMBERS, given_blocks[1:])
    for given_block in given_blocks:
        expected, given_chain = [], [given_block]
        while given_chain[0]["qc"] is not None:
            given_chain.insert(0, given_known[given_chain[0]["qc"]["block"]])
        given_views = [block["view"] for block in given_chain[-3:]]
        if len(given_views) == 3 and given_views == list(range(given_views[0], given_views[0] + 3)):
            given_names = [block["id"] for block in given_chain[:-2]]
            if given_member["decided"][-1] in given_names:
                expected = given_names[given_names.index(given_member["decided"][-1]) + 1 :]
        given_answer = find_decided(given_member, make_block("?", 99, given_block)["qc"])
        assert given_answer == expected, "«decide.any»"
        given_hits += bool(expected)
        given_member = {**given_member, "decided": given_member["decided"] + expected}
b1, b2, b3, b4 = make_chain("b", (1, 2, 3, 4))
given_fork = make_chain("c", (5, 6, 7, 8))
given_member = {**start_member("Dan", MEMBERS, [b1, b2, b3, b4, *given_fork]), "decided": ["genesis", "b1"]}
assert find_decided(given_member, given_fork[3]["qc"]) == [], "«decide.any-fork»"
given_member = {**given_member, "decided": ["genesis", "b1", "b2"]}
assert find_decided(given_member, b4["qc"]) == [], "«decide.any-late»"
assert find_decided(start_member("Dan", MEMBERS), GENESIS_QC) == [], "«decide.any-start»"
given_late = make_chain("d", (3, 4, 6, 7))
given_member = start_member("Dan", MEMBERS, given_late)
assert find_decided(given_member, {"block": "d6", "view": 6, "signers": MEMBERS}) == [], "«decide.any-gap»"
given_late = make_chain("d", (3, 5, 6, 7))
given_member = start_member("Dan", MEMBERS, given_late)
assert find_decided(given_member, {"block": "d6", "view": 6, "signers": MEMBERS}) == [], "«decide.any-gap»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 5 · A member
# Put it together.
#
# `take_certificate(member, qc)` returns the member after a good certificate: it has learned it, and `decided` has grown by what that decides.
#
# `on_proposal(member, block)` is what a member does when a leader shows it a block. It returns two things: the member afterwards, and its vote, or `None`.
#
# 1. If the block's certificate does not hold, or its parent is not among `blocks`, nothing happens: the same member, and no vote.
# 2. Otherwise it keeps the block and takes its certificate, even if the block is late, even if by question 2 of task 2 it is none, and even if the member will not vote for it.
# 3. If it is safe to vote (ask *after* step 2), it notes the view in `voted` and votes.

# %% [markdown] lang="zh"
# ## 5 · 一个成员
# 现在拼起来。
#
# `take_certificate(member, qc)` 返回成员得到一张有效证书之后的状态：`high` 和 `lock` 按任务 3 更新，`decided` 也加上了因此决定的区块。
#
# `on_proposal(member, block)` 是主导节点给成员看一个区块时，成员要做的事。它返回两样东西：此后的成员，以及成员的选票（不投就是 `None`）。
#
# 1. 区块的证书无效，或者父区块不在 `blocks` 里，就什么也不发生：成员照旧，不投票。
# 2. 否则就留下这个区块，收下它的证书；哪怕区块来迟了，哪怕按任务 2 的第 2 问它是无效的区块，哪怕接下来不给它投票。
# 3. 可以投票（在第 2 步**之后**再问），就把视图记进 `voted`，投出一票。

# %% task="member"
def take_certificate(member: dict, qc: dict) -> dict:
    """«take_certificate»

    «take_certificate.more»
    """
    ### BEGIN SOLUTION
    member = learn(member, qc)
    return {**member, "decided": member["decided"] + find_decided(member, qc)}
    ### END SOLUTION


def on_proposal(member: dict, block: dict) -> tuple[dict, dict | None]:
    """«on_proposal»

    «on_proposal.more»
    """
    ### BEGIN SOLUTION
    qc = block["qc"]
    if not is_certified(qc, member["members"]) or qc["block"] not in member["blocks"]:
        return member, None
    member = take_certificate({**member, "blocks": {**member["blocks"], block["id"]: block}}, qc)
    if not is_safe_to_vote(member, block):
        return member, None
    return {**member, "voted": block["view"]}, {"voter": member["name"], "view": block["view"], "block": block["id"]}
    ### END SOLUTION

# %% test="member" points=3
b1, b2, b3, b4 = make_chain("b", (1, 2, 3, 4))
given_member = start_member("Ann", MEMBERS)
given_answer = on_proposal(given_member, b1)
assert isinstance(given_answer, tuple) and len(given_answer) == 2, "«member.pair»"
given_after, given_vote = given_answer
assert given_vote == {"voter": "Ann", "view": 1, "block": "b1"}, f"«member.vote» «yours» {given_vote}"
assert given_after["voted"] == 1 and given_after["blocks"]["b1"] == b1, "«member.kept»"
assert given_member == start_member("Ann", MEMBERS), "«member.given»"
assert on_proposal(given_after, make_block("x1", 1, GENESIS))[1] is None, "«member.twice»"
assert on_proposal(given_after, b3) == (given_after, None), "«member.unknown»"
given_forged = make_block("f2", 2, b1, ["Bob", "Bob", "Bob"])
assert on_proposal(given_after, given_forged) == (given_after, None), "«member.forged»"
for given_block in (b2, b3):
    given_after, given_vote = on_proposal(given_after, given_block)
    assert given_vote is not None and given_vote["block"] == given_block["id"], "«member.follows»"
assert (given_after["high"], given_after["lock"]) == (b3["qc"], b2["qc"]), f"«member.learned» «yours» {given_after['high']} {given_after['lock']}"
assert on_proposal(given_after, b4)[0]["decided"] == ["genesis", "b1"], "«member.decides»"
given_after, given_vote = on_proposal(given_after, make_block("c4", 4, GENESIS))
assert given_vote is None, "«member.lock»"
assert "c4" in given_after["blocks"], "«member.kept-anyway»"
### BEGIN HIDDEN TESTS
def given_show(given_name, given_blocks):
    """Show a member some blocks; return it, and the ids that it voted for."""
    given_one, given_voted = start_member(given_name, MEMBERS), []
    for given_each in given_blocks:
        given_one, given_said = on_proposal(given_one, given_each)
        given_voted.append(None if given_said is None else given_said["block"])
    return given_one, given_voted


b1, b2, b3, b4 = make_chain("b", (1, 2, 3, 4))
c5 = make_block("c5", 5, b1)
assert given_show("Cho", [b1, b2, b3, b4, c5])[1][-1] is None, "«story.lock»"
c4, c5 = make_chain("c", (4, 5))
assert given_show("Cho", [b1, b2, b3, c4, c5])[1] == ["b1", "b2", "b3", None, "c5"], "«story.unlock»"
x1 = make_block("x1", 1, GENESIS, ["Bob", "Cho", "Dan"])
x5 = make_block("x5", 5, x1, ["Bob", "Cho", "Dan"])
assert given_show("Ann", [b1, x1, b2, b3, x5])[1] == ["b1", None, "b2", "b3", None], "«story.equal»"
given_gap = make_chain("g", (1, 2, 4, 5, 6, 7))
given_after, given_votes = given_show("Dan", given_gap[:5])
assert given_after["decided"] == ["genesis"], "«story.gap»"
assert given_show("Dan", given_gap)[0]["decided"] == ["genesis", "g1", "g2", "g4"], "«story.ancestors»"
late = make_block("d2", 2, b1)
assert given_show("Ann", [b1, make_block("b3", 3, b1), late])[1][-1] is None, "«story.past»"
given_after, given_votes = given_show("Ann", [b1, b2, b3, b4, make_block("s6", 6, b1)])
assert (given_after["high"], given_after["lock"]) == (b4["qc"], b3["qc"]), "«story.stale»"
for given_signers in (["Bob"] * 4, ["Bob", "Eve", "Zoe"], ["Bob", "Cho"], []):
    given_false = make_block("f2", 2, b1, given_signers)
    given_after, given_votes = given_show("Ann", [b1, given_false, make_block("f3", 3, given_false)])
    assert given_votes == ["b1", None, None] and set(given_after["blocks"]) == {"genesis", "b1"}, "«story.forged»"
given_fork = make_chain("c", (5, 6, 7, 8))
assert given_show("Ann", [b1, b2, b3, b4, *given_fork])[0]["decided"] == ["genesis", "b1"], "«story.both»"
given_after, given_votes = given_show("Ann", [b1, b2, b3, b4, make_block("b3b", 3, b2), make_block("b5", 5, b4)])
assert given_votes == ["b1", "b2", "b3", "b4", None, "b5"], "«story.late»"
assert given_after["decided"] == ["genesis", "b1", "b2"], "«story.late»"

given_after, given_votes = given_show("Ann", [b1, b2, b3, make_block("x4", 4, b2), b4])
assert given_votes[3:] == ["x4", None], "«story.past»"
assert given_after["high"] == b4["qc"] and given_after["decided"] == ["genesis", "b1"], "«story.second»"


def given_attack(given_first):
    """Show Ann, Cho and Dan the first blocks; then Bob shows Cho and Dan a branch from genesis. Return what each has decided."""
    given_all = {name: start_member(name, MEMBERS) for name in ("Ann", "Cho", "Dan")}
    given_steps = [(f"b{view}", view, list(given_all)) for view in range(1, given_first + 1)]
    given_steps += [(f"c{view}", view, ["Cho", "Dan"]) for view in range(5, 9)]
    given_parent, given_signed = GENESIS, []
    for given_id, given_view, given_to in given_steps:
        if given_id == "c5":
            given_qc = {"block": given_parent["id"], "view": given_parent["view"], "signers": given_signed}
            given_all["Ann"] = take_certificate(given_all["Ann"], given_qc)
            given_parent, given_signed = GENESIS, []
        given_block = make_block(given_id, given_view, given_parent, given_signed)
        given_signed = ["Bob"]
        for given_name in given_to:
            given_all[given_name], given_said = on_proposal(given_all[given_name], given_block)
            given_signed += [] if given_said is None else [given_name]
        given_parent = given_block
    return [one["decided"] for one in given_all.values()]


for given_first, given_text in ((3, "«story.fork-no-lock»"), (2, "«story.fork-two-chain»")):
    given_lists = given_attack(given_first)
    for given_one in given_lists:
        for given_other in given_lists:
            assert all(mine == theirs for mine, theirs in zip(given_one, given_other)), given_text
assert given_attack(3)[0] == ["genesis", "b1"], "«story.ann»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 6 · The pacemaker
# Safety never asks what time it is. But a leader may be silent, and then somebody must move on. This is the **pacemaker's** work, and three rules will do:
#
# - `get_leader(members, view)`: members take turns in the order of the list, and each keeps its turn for `TURN` views: the first leads views 1 to 4, the second 5 to 8, and after the last one the first again. (With turns of one view and one silent member of four, there would never be certificates of three views in a row, and nothing would be decided, ever.)
# - `compute_timeout(view, decided_view)`: how many milliseconds a member waits in `view`, if the last block that it decided is of `decided_view`. 300 for the first four views after that one; then 100 more for each further view. A slow network gets the time that it needs.
# - `choose_view(view, high, wishes, members)`: in which view a member is now. It is in `view`, knows the certificate `high`, and has heard who gave up: `wishes` maps names to the latest view that each of them wants to be in. A certificate of view v leads to v + 1. Views that **more than two thirds** of the members wish for, or for later ones, are entered too, so no liar can drive the others ahead. Wishes of strangers do not count; whoever is not in `wishes` wishes for nothing; and nobody ever goes back.
#
# The cell below gives `play`, which runs a whole schedule with your rules: who is silent, and who is deaf in which round. `run_schedule`, at the end of your cell, starts it; leave it as it is. You need not read `play`: it shows blocks, carries votes and lets time pass, and asks your functions for everything else.

# %% [markdown] lang="zh"
# ## 6 · 节拍器
# 安全与时间无关。但主导节点可能沉默，那就得有办法继续往前走。这是**节拍器**（pacemaker）的事，三条规则就够了：
#
# - `get_leader(members, view)`：成员按名单顺序轮流主导，每人连续主导 `TURN` 个视图：第一个人主导视图 1 到 4，第二个人 5 到 8，最后一个人之后又轮到第一个人。（如果每个视图就换人，四个成员里有一个沉默，就永远凑不齐连着三个视图的证书，永远什么也决定不了。）
# - `compute_timeout(view, decided_view)`：成员在视图 `view` 里要等多少毫秒；它最后决定的区块属于视图 `decided_view`。在那之后的头四个视图都是 300；再往后，每多一个视图多 100。网络再慢，也总会等得够久。
# - `choose_view(view, high, wishes, members)`：成员现在该在哪个视图。它原来在 `view`，知道证书 `high`，也知道谁已经等不下去了：`wishes` 记着每个成员请求进入的最新视图。有了视图 v 的证书，就进入 v + 1。有**超过三分之二**的成员请求进入某个视图（或更晚的），也就进入；这样，说谎的人没法把别人往前赶。不是成员的，请求不算；不在 `wishes` 里的，就是没有请求；谁也绝不往回走。
#
# 下面的单元格给出 `play`：它用你的规则跑完一整份日程，日程写着谁沉默，谁在哪一轮听不见。你的单元格末尾的 `run_schedule` 会启动它，请原样保留。`play` 不必读：它只管展示区块、传递选票、让时间过去，其余的都问你的函数。

# %%
TURN = 4


def play(schedule, rules):
    """«play»

    «play.more»
    """
    members, silent = schedule["members"], schedule["silent"]
    awake = [name for name in members if name not in silent]
    states = {name: start_member(name, members) for name in awake}
    views, votes, made = dict.fromkeys(awake, 1), {name: [] for name in awake}, {name: 0 for name in awake}
    wishes, clock, transcript = {}, 0, []

    def note(what, name, **more):
        transcript.append({"at": clock, "what": what, "from": name, **more})

    def send(what, name, **more):
        for other in members:
            if other != name:
                note(what, name, to=other, **more)

    def settle(name, state):
        for block_id in state["decided"][len(states[name]["decided"]):]:
            note("decide", name, block=block_id)
        states[name] = state
        view = rules["choose_view"](views[name], state["high"], wishes, members)
        if view != views[name]:
            note("enter", name, view=view)
        views[name] = view

    for number in range(schedule["rounds"]):
        deaf = schedule["deaf"][number] if number < len(schedule["deaf"]) else []
        shown = []
        for name in awake:  # leaders gather votes, and propose on the best certificate that they know
            qc = rules["gather"](votes[name], members)
            good = qc is not None and qc["block"] in states[name]["blocks"]
            settle(name, rules["take_certificate"](states[name], qc) if good else states[name])
            if rules["get_leader"](members, views[name]) == name and made[name] < views[name]:
                made[name] = views[name]
                shown.append((name, {"id": f"{name}-{views[name]}", "view": views[name], "qc": states[name]["high"]}))
        for leader, block in shown:
            send("block", leader, block=block["id"])
            for name in awake:
                if name != leader and name in deaf:
                    continue
                below, missing = block["qc"]["block"], []
                while below not in states[name]["blocks"]:  # what a member lacks, it is sent
                    missing.insert(0, states[leader]["blocks"][below])
                    below = missing[0]["qc"]["block"]
                for each in missing:
                    settle(name, rules["on_proposal"](states[name], each)[0])
                state, vote = rules["on_proposal"](states[name], block)
                settle(name, state)
                if vote is not None:
                    collector = rules["get_leader"](members, vote["view"] + 1)
                    if collector != name:
                        note("vote", name, to=collector, block=vote["block"], view=vote["view"])
                    if collector in awake:
                        votes[collector].append(vote)
        if shown:
            clock += 50
            continue
        waits = []
        for name in awake:  # nobody spoke: all wait until their time is over, and wish for the next view
            decided_view = states[name]["blocks"][states[name]["decided"][-1]]["view"]
            waits.append(rules["compute_timeout"](views[name], decided_view))
        clock += max(waits)
        for name in awake:
            wishes[name] = views[name] + 1
            send("wish", name, view=wishes[name])
    return transcript

# %% task="pacemaker"
def get_leader(members: list[str], view: int) -> str:
    """«get_leader»

    «get_leader.more»
    """
    ### BEGIN SOLUTION
    return members[(view - 1) // TURN % len(members)]
    ### END SOLUTION


def compute_timeout(view: int, decided_view: int) -> int:
    """«compute_timeout»

    «compute_timeout.more»
    """
    ### BEGIN SOLUTION
    return 300 + 100 * max(0, view - decided_view - 4)
    ### END SOLUTION


def choose_view(view: int, high: dict, wishes: dict[str, int], members: list[str]) -> int:
    """«choose_view»

    «choose_view.more»
    """
    ### BEGIN SOLUTION
    wished = sorted((wishes.get(name, 0) for name in members), reverse=True)
    return max(view, high["view"] + 1, wished[2 * len(members) // 3])
    ### END SOLUTION


def run_schedule(schedule: dict) -> list[dict]:
    """«run_schedule»"""
    rules = {"gather": gather, "take_certificate": take_certificate, "on_proposal": on_proposal,
             "get_leader": get_leader, "compute_timeout": compute_timeout, "choose_view": choose_view}
    return play(schedule, rules)

# %% test="pacemaker" points=3
assert [get_leader(MEMBERS, view) for view in (1, 4, 5, 16)] == ["Ann", "Ann", "Bob", "Dan"], "«pacemaker.leader»"
assert (given_answer := get_leader(MEMBERS, 17)) == "Ann", f"«pacemaker.around» «yours» {given_answer}"
assert compute_timeout(1, 0) == 300 and compute_timeout(14, 10) == 300, "«pacemaker.short»"
assert compute_timeout(15, 10) == 400 and compute_timeout(17, 10) == 600, "«pacemaker.grows»"
try:
    given_answer = choose_view(4, {"block": "b4", "view": 4, "signers": ["Ann", "Bob", "Cho"]}, {}, MEMBERS)
except (IndexError, KeyError) as error:
    given_answer = f"{type(error).__name__}: {error}"
assert given_answer == 5, f"«pacemaker.certificate» «yours» {given_answer}"
given_wishes = {"Ann": 6, "Bob": 9, "Cho": 6}
assert (given_answer := choose_view(5, GENESIS_QC, given_wishes, MEMBERS)) == 6, f"«pacemaker.agreed» «yours» {given_answer}"
try:
    given_answer = choose_view(5, GENESIS_QC, {"Bob": 900, "Cho": 6}, MEMBERS)
except (IndexError, KeyError) as error:
    given_answer = f"{type(error).__name__}: {error}"
assert given_answer == 5, f"«pacemaker.liar» «yours» {given_answer}"
assert (given_answer := choose_view(8, GENESIS_QC, given_wishes, MEMBERS)) == 8, f"«pacemaker.back» «yours» {given_answer}"
given_story = run_schedule({"members": MEMBERS, "silent": [], "deaf": [], "rounds": 6})
given_decided = [entry["block"] for entry in given_story if entry["what"] == "decide" and entry["from"] == "Dan"]
assert given_decided == ["Ann-1", "Ann-2", "Ann-3"], f"«pacemaker.calm» {given_decided}"
given_story = run_schedule({"members": MEMBERS, "silent": ["Ann"], "deaf": [], "rounds": 12})
assert any(entry["what"] == "decide" for entry in given_story), "«pacemaker.silent»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/pacemaker")
for given_size in range(1, 12):
    given_names = [f"M{number:02}" for number in range(given_size)]
    expected = [name for name in given_names for _ in range(4)] * 2
    assert [get_leader(given_names, view) for view in range(1, 8 * given_size + 1)] == expected, "«pacemaker.any-leader»"
    for _ in range(6):
        given_wishes = {name: given_draw.randrange(1, 9) for name in [*given_names, "Eve", "Zoe"] if given_draw.random() < 0.9}
        given_wishes["Mallory"] = 999
        given_view, given_high = given_draw.randrange(1, 9), {**GENESIS_QC, "view": given_draw.randrange(8)}
        expected = given_view
        for given_candidate in range(1, 10):
            given_count = sum(given_wishes.get(name, 0) >= given_candidate for name in given_names)
            if given_count * 3 > given_size * 2 or given_candidate == given_high["view"] + 1:
                expected = max(expected, given_candidate)
        assert choose_view(given_view, given_high, given_wishes, given_names) == expected, "«pacemaker.any-view»"
for given_view in range(1, 40):
    expected_ms = [300 + 100 * max(0, given_view - 4 - decided) for decided in range(0, given_view)]
    assert [compute_timeout(given_view, decided) for decided in range(given_view)] == expected_ms, "«pacemaker.any-timeout»"


def given_check(given_schedule, given_text, given_least):
    """Run a schedule, and hold its transcript to what must always be so. Return the times of decisions."""
    given_rows = run_schedule(given_schedule)
    given_lists, given_said, given_times = {}, {}, []
    for given_row in given_rows:
        if given_row["what"] == "decide":
            given_lists.setdefault(given_row["from"], []).append(given_row["block"])
            given_times.append(given_row["at"])
        elif given_row["what"] == "vote":
            given_slot = given_row["from"], given_row["view"]
            assert given_said.setdefault(given_slot, given_row["block"]) == given_row["block"], "«play.twice»"
    given_longest = max(given_lists.values(), key=len, default=[])
    assert all(one == given_longest[: len(one)] for one in given_lists.values()), "«play.agree»"
    assert all(len(set(one)) == len(one) for one in given_lists.values()), "«play.agree»"
    assert len(given_longest) >= given_least, given_text
    return given_times, given_longest


for given_size in (4, 7):
    given_names = [f"M{number:02}" for number in range(given_size)]
    for given_silent in range(given_size):
        given_schedule = {"members": given_names, "silent": [given_names[given_silent]], "deaf": [], "rounds": 40}
        given_times, given_blocks = given_check(given_schedule, "«play.silent»", 12)
        assert not any(block.startswith(given_names[given_silent]) for block in given_blocks), "«play.agree»"
given_schedule = {"members": MEMBERS, "silent": ["Bob", "Cho"], "deaf": [], "rounds": 30}
assert run_schedule(given_schedule) and given_check(given_schedule, "«play.silent»", 0)[1] == [], "«play.two-silent»"
given_names = [f"M{number:02}" for number in range(7)]
given_schedule = {"members": given_names, "silent": given_names[:2], "deaf": [], "rounds": 24}
given_times, given_blocks = given_check(given_schedule, "«play.silent»", 6)
expected_ms = sum(300 + 100 * max(0, view - 4) for view in range(1, 9))
assert min(given_times) == expected_ms + 150, "«play.time»"
for _ in range(6):
    given_deaf = [[name for name in MEMBERS if given_draw.random() < 0.25] for _ in range(20)]
    given_check({"members": MEMBERS, "silent": [], "deaf": given_deaf, "rounds": 50}, "«play.deaf»", 8)
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 7 · Change sides
# Now you are Bob. You lead the views 5 to 8, and the network is yours: you say who is shown a block and who is not. You cannot sign for others, and honest members vote as their engine tells them.
#
# `build_attack(target)` returns a **script**, a list of at most 40 steps such as `{"view": 1, "block": "b1", "on": "genesis", "to": ["Cho", "Dan"]}`: in view 1 its leader makes the block `b1` on genesis, and Cho and Dan are shown it. This is what a step may do:
#
# - The script says what **every** leader does, Ann's steps in the views 1 to 4 too. An honest leader makes one block a view, on the best certificate that she knows. A leader who lies may make several blocks in one view, on anything that has a certificate by then.
# - Views never go back from step to step; they may be skipped, for you can let all wait until they give up. A block's view is later than that of the block below, and its name is new.
# - A block stands on `"genesis"`, or on a block with three votes of four. Liars vote for everything, whether they are in `to` or not. The leader has its own block, and need not be in `to`; an honest one votes for it if its engine agrees.
# - Votes go to the leader of the *next* view, so whoever leads next learns the certificate even if nobody else does. All others learn it from the next block that they are shown. Members are sent what they lack below a block.
#
# The script is replayed on MiniChain's engine. Make **two honest members decide different blocks**. There are three targets, each with a test of its own; begin with the first:
#
# - `target = "right"`: nothing is wrong with the engine; but Bob *and Cho* lie. Two of four is more than the rules can bear: together you can make a **forked certificate**, two of one view for two blocks.
# - `target = "no-lock"`: the engine does not ask for the lock. Only Bob lies.
# - `target = "two-chain"`: the engine decides a block as soon as its child is certified, in the next view. Only Bob lies.
#
# Draw it on paper first, or try it in the figure at the top. Who must have decided what, when your second branch begins, and what must the others not know? Remember that nobody who has decided a block will ever decide one that contradicts it.

# %% [markdown] lang="zh"
# ## 7 · 换到攻击者一边
# 现在你是 Bob。视图 5 到 8 由你主导，网络也归你管：谁能看到区块，谁看不到，由你说了算。你不能替别人签名；诚实的成员投不投票，由他们的引擎决定。
#
# `build_attack(target)` 返回一个**脚本**，也就是至多 40 步的列表，每一步形如 `{"view": 1, "block": "b1", "on": "genesis", "to": ["Cho", "Dan"]}`：视图 1 的主导节点在创世区块上造出区块 `b1`，给 Cho 和 Dan 看。规则如下：
#
# - **每一个**主导节点做什么，都写在脚本里，包括 Ann 在视图 1 到 4 里的步骤。诚实的主导节点每个视图只造一个区块，接在它所知道的最好的证书上；说谎的可以在一个视图里造几个，接在当时已有证书的任何区块上。
# - 各步的视图不能倒退，但可以跳过：你可以让大家一直等到放弃。区块的视图要比它所接的区块晚，名字不能重复。
# - 区块接在 `"genesis"` 上，或者接在四票里得了三票的区块上。说谎的什么都投，在不在 `to` 里都一样。主导节点自己有自己的区块，不必写进 `to`；诚实的主导节点，引擎同意就会给自己的区块投票。
# - 选票发给**下一个**视图的主导节点，所以哪怕别人都不知道，它也知道那张证书。其余的人，要等看到下一个区块才知道。成员缺了前面的区块，会补发给它。
#
# 脚本会在 MiniChain 的引擎上重演。你要让**两个诚实的成员决定不同的区块**。目标有三个，各有自己的测试，从第一个做起：
#
# - `target = "right"`：引擎没有毛病，但 Bob **和 Cho** 都说谎。四个里面有两个，规则就顶不住了：你们俩可以造出**分叉的证书**，同一个视图的两张证书，给两个不同的区块。
# - `target = "no-lock"`：引擎不问锁。只有 Bob 说谎。
# - `target = "two-chain"`：子区块在下一个视图拿到证书，引擎就决定了父区块。只有 Bob 说谎。
#
# 先在纸上画一画，或者在最上面的图里试一试。第二条分支开始的时候，谁应当已经决定了什么，其他人又应当不知道什么？别忘了：已经决定了一个区块的人，绝不会再决定与它矛盾的区块。

# %% task="attack"
def build_attack(target: str) -> list[dict]:
    """«build_attack»

    «build_attack.more»
    """
    ### BEGIN SOLUTION
    def grow(letter, views, to):
        names = ["genesis", *(f"{letter}{view}" for view in views)]
        return [{"view": view, "block": names[place + 1], "on": names[place], "to": to} for place, view in enumerate(views)]

    if target == "right":
        twins = zip(grow("x", (5, 6, 7, 8), ["Ann"]), grow("y", (5, 6, 7, 8), ["Dan"]))
        return [step for pair in twins for step in pair]
    seen = (1, 2, 3) if target == "no-lock" else (1, 2)
    return grow("b", seen, ["Cho", "Dan"]) + grow("c", (5, 6, 7, 8), ["Cho", "Dan"])
    ### END SOLUTION

# %% test="attack-right" points=1
from minichain.network.fork_stories import tell_attack

given_told = tell_attack(build_attack("right"), ["Bob", "Cho"], "right", lang="«lab.lang»")
assert given_told == "", f"right: {given_told}"

# %% test="attack-no-lock" points=2
from minichain.network.fork_stories import tell_attack

given_told = tell_attack(build_attack("no-lock"), ["Bob"], "no-lock", lang="«lab.lang»")
assert given_told == "", f"no-lock: {given_told}"

# %% test="attack-two-chain" points=1
from minichain.network.fork_stories import tell_attack

given_told = tell_attack(build_attack("two-chain"), ["Bob"], "two-chain", lang="«lab.lang»")
assert given_told == "", f"two-chain: {given_told}"

# %% [markdown] lang="en"
# ## 8 · What does a block cost?
# A **transcript** is what a run leaves: a list of dicts. A message has a `to`: `{"at": 50, "what": "vote", "from": "Cho", "to": "Ann", …}`. What has no `to` is no message (a decision never has one), and not every entry names a block: `{"at": 150, "what": "decide", "from": "Cho", "block": "Ann-1"}` says that Cho decided. Your `run_schedule` returns transcripts, and the test also makes some with MiniChain's TBFT and MaxBFT in its simulator.
#
# - `count_per_block(transcript)` returns how many messages were sent for each decided block. A block counts once, however many members decide it. If nothing was decided, return `None`.
# - `compute_growth(small, large)`: each is a pair (number of members, messages per block). If messages grow like n to the power p, return p: the logarithm of the ratio of the messages, divided by the logarithm of the ratio of the members. For (4, 10) and (8, 20) that is 1.0: twice the members, twice the messages. For (4, 10) and (8, 40) it is 2.0.

# %% [markdown] lang="zh"
# ## 8 · 一个区块要多少消息？
# **运行记录**（transcript）是一次运行留下的记录：字典的列表。消息有 `to`：`{"at": 50, "what": "vote", "from": "Cho", "to": "Ann", …}`。没有 `to` 的不是消息（决定从来没有 `to`），也不是每一条都写着区块：`{"at": 150, "what": "decide", "from": "Cho", "block": "Ann-1"}` 是说 Cho 作了决定。你的 `run_schedule` 返回的就是运行记录；测试还会用模拟器跑 MiniChain 的 TBFT 和 MaxBFT，得到另外一些。
#
# - `count_per_block(transcript)` 返回平均每决定一个区块发了多少条消息。一个区块不管有几个成员决定，只算一次。如果什么也没有决定，返回 `None`。
# - `compute_growth(small, large)`：两个参数都是（成员数，每个区块的消息数）。如果消息数按 n 的 p 次方增长，就返回 p：消息数之比的对数，除以成员数之比的对数。(4, 10) 和 (8, 20) 得 1.0：成员翻一倍，消息也翻一倍。(4, 10) 和 (8, 40) 得 2.0。

# %% task="messages"
import math


def count_per_block(transcript: list[dict]) -> float | None:
    """«count_per_block»

    «count_per_block.more»
    """
    ### BEGIN SOLUTION
    blocks = {entry["block"] for entry in transcript if entry["what"] == "decide"}
    messages = sum("to" in entry for entry in transcript)
    return messages / len(blocks) if blocks else None
    ### END SOLUTION


def compute_growth(small: tuple[int, float], large: tuple[int, float]) -> float:
    """«compute_growth»

    «compute_growth.more»
    """
    ### BEGIN SOLUTION
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])
    ### END SOLUTION

# %% test="messages" points=2
from minichain.network.measure import record_run

given_rows = [
    {"at": 0, "what": "block", "from": "Ann", "to": "Bob", "block": "b1"},
    {"at": 0, "what": "block", "from": "Ann", "to": "Cho", "block": "b1"},
    {"at": 5, "what": "enter", "from": "Bob", "view": 2},
    {"at": 9, "what": "vote", "from": "Bob", "to": "Ann", "view": 1, "block": "b1"},
    {"at": 9, "what": "decide", "from": "Bob", "block": "b1"},
    {"at": 9, "what": "decide", "from": "Cho", "block": "b1"},
]
try:
    given_answer = count_per_block(given_rows)
except KeyError as error:
    given_answer = f"KeyError: {error}"
assert given_answer == 3, f"«messages.count» «yours» {given_answer}"
assert (given_answer := count_per_block([*given_rows, {"at": 12, "what": "decide", "from": "Cho", "block": "b2"}])) == 1.5, f"«messages.average» «yours» {given_answer}"
assert (given_answer := count_per_block(given_rows[:4])) is None, f"«messages.none» «yours» {given_answer}"
assert abs(compute_growth((4, 10), (8, 20)) - 1) < 1e-9 and abs(compute_growth((4, 10), (8, 40)) - 2) < 1e-9, "«messages.growth»"
given_growth = {}
for given_engine in ("tbft", "maxbft"):
    given_points = [(size, count_per_block(record_run(given_engine, size, 900))) for size in (4, 10)]
    given_growth[given_engine] = compute_growth(*given_points)
assert given_growth["maxbft"] < 1.4 and given_growth["tbft"] > 1.6, f"«messages.measured» {given_growth}"
### BEGIN HIDDEN TESTS
import math
import random
given_draw = random.Random(f"{SEED}/messages")
for _ in range(10):
    given_rows, given_count, given_blocks = [], 0, set()
    for _ in range(given_draw.randrange(30)):
        given_what = given_draw.choice(["block", "vote", "wish", "enter", "decide"])
        given_row = {"at": given_draw.randrange(99), "what": given_what, "from": "Ann", "block": f"b{given_draw.randrange(5)}"}
        if given_what in ("block", "vote", "wish"):
            given_row["to"] = given_draw.choice(MEMBERS)
            given_count += 1
        elif given_what == "decide":
            given_blocks.add(given_row["block"])
        given_rows.append(given_row)
    expected = given_count / len(given_blocks) if given_blocks else None
    assert count_per_block(given_rows) == expected, "«messages.any-count»"
    given_small = given_draw.randrange(2, 9), given_draw.uniform(1, 50)
    given_large = given_draw.randrange(10, 99), given_draw.uniform(60, 900)
    expected = math.log10(given_large[1] / given_small[1]) / math.log10(given_large[0] / given_small[0])
    assert math.isclose(compute_growth(given_small, given_large), expected), "«messages.any-growth»"
given_points = []
for given_size in (4, 16):
    given_names = [f"M{number:02}" for number in range(given_size)]
    given_rows = run_schedule({"members": given_names, "silent": [], "deaf": [], "rounds": 20})
    given_blocks = {row["block"] for row in given_rows if row["what"] == "decide"}
    assert len(given_blocks) >= 15, "«messages.any-linear»"
    given_points.append(sum("to" in row for row in given_rows) / len(given_blocks))
assert 0.8 < math.log(given_points[1] / given_points[0]) / math.log(4) < 1.3, "«messages.any-linear»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## Look again
# The same simulator measures all of MiniChain's engines: choose what to measure, and up to how many members. Nothing in this chart is typed in; it is run when you choose. Which lines run alike? Which engine has the fewest messages, and what does it not protect against? Decide before you read on below the figure.

# %% [markdown] lang="zh"
# ## 再看一看
# 同一个模拟器可以测量 MiniChain 的所有引擎：选择测什么，测到多少个成员。图里没有一个数是写死的，都是你选了之后现跑出来的。哪几条线的走势相像？哪个引擎的消息最少，它又防不住什么？先自己想好，再往图下面看。

# %% figure=true
from minichain.learn import show_engine_chart
show_engine_chart(lang="«lab.lang»")

# %% [markdown] lang="en"
# Raft, MaxBFT and proof of work run alike: about n messages a block, a little more. TBFT's line is twice as steep. Solo sends none, has no line, and stands still when its one computer does. Of the others proof of work sends the fewest messages, and decides last; what it calls decided is only ever more and more certain. Raft lies high and flat, and falls to a single liar.

# %% [markdown] lang="zh"
# Raft、MaxBFT 和工作量证明的走势相像：每个区块的消息大约按 n 增长，略多一点。TBFT 的线要陡一倍。Solo 一条消息也不发，所以没有线；它那一台电脑停了，一切就停了。其余几种里，工作量证明的消息最少，作出决定却最慢，而且它的“决定”只是越来越有把握而已。Raft 的线高而平缓，却经不起一个成员说谎。

# %% [markdown] lang="en"
# ## 9 · Who votes in this epoch?
# Hundreds could vote; twenty are enough. ChainMaker elects them for an **epoch** by weight. A weight is registered for each organisation by those who admit it to the chain, and says how much it has at stake: half of the seats go to the heaviest, half are drawn from the rest. The heaviest have most to lose; the drawn keep them from being among themselves. Everyone must come to the same result, so chance comes from a seed that nobody chose alone.
#
# `elect(candidates, size, seed, epoch)` returns the names of those elected, in the order in which they get their seats. `candidates` maps names to weights (whole numbers from 1).
#
# 1. Rank the candidates: the heaviest first; among equals, the smaller `draw_number(seed, epoch, name)` first. The first half of `size`, rounded **up**, have seats.
# 2. The other seats are drawn one after the other from those that are left, in the order of the ranking. For seat number k (counted from 0 over all seats, so the first drawn seat of five has k = 3) take the ticket `draw_number(seed, epoch, f"seat {k}")`, modulo the **total weight of those that are left**. Go through them in order: whoever's weight is larger than the ticket gets the seat; otherwise subtract that weight and go on. Whoever has a seat is no longer among those left.
# 3. If there are no more candidates than seats, all of them are elected, by the same two rules and in the order that these give; the draw ends when nobody is left.
#
# Tickets fall on weight, not on names. So whoever spreads a small weight over many names gains next to nothing in the draw. It is another matter for somebody heavy, because one name never has more than one seat: of ten seats, against twenty rivals of weight 10, a weight of 100 has one seat as one name, about 3.4 as ten names of 10, and about 5.9 as nine names of 11, which take the whole first half. No rule of the draw helps against that. What helps is admission: an organisation is registered once.

# %% [markdown] lang="zh"
# ## 9 · 这个世代谁来投票？
# 能投票的有几百家，二十家就够了。长安链按权重选出一个**世代**（epoch）的成员，权重由批准各家入链的机构登记，表示各家押上了多少：席位的一半给权重最大的，一半从其余的里面抽。权重最大的，输不起；抽出来的，让他们没法关起门来自己说了算。每个成员都要算出同样的结果，所以随机性来自一个谁也不能独自决定的种子。
#
# `elect(candidates, size, seed, epoch)` 返回当选者的名字，按得到席位的顺序。`candidates` 把名字对应到权重（从 1 开始的整数）。
#
# 1. 给候选者排名：重的在前；一样重的，`draw_number(seed, epoch, name)` 小的在前。`size` 的一半，**往上**取整，给排在前面的。
# 2. 其余席位从剩下的人里一个接一个地抽，剩下的人按排名顺序排列。抽第 k 个席位（所有席位从 0 数起，所以五个席位时，第一个抽出的席位 k = 3），签号是 `draw_number(seed, epoch, f"seat {k}")` 除以**剩下的人的总权重**所得的余数。依次看过去：谁的权重大于签号，席位就归谁；否则签号减去他的权重，接着往下看。得到席位的人就不在剩下的人里了。
# 3. 候选者不比席位多，就全部当选，仍按上面两条规则，顺序也由它们给出；没有人剩下，抽签就结束。
#
# 签落在权重上，不落在名字上。所以把不大的权重拆给许多名字，在抽签里几乎捞不到好处。权重大的就另当别论，因为一个名字至多得一个席位：十个席位，对手是二十个权重 10 的，100 的权重放在一个名字下，得一席；拆成十个 10 平均约 3.4 席，拆成九个 11 约 5.9 席，前一半席位全归了它。对此，抽签的规则无能为力。管用的是准入：一家机构只登记一次。

# %%
import hashlib


def draw_number(seed, epoch, use):
    """«draw_number»"""
    return int.from_bytes(hashlib.sha256(f"{seed}/{epoch}/{use}".encode()).digest(), "big")

# %% task="election"
def elect(candidates: dict[str, int], size: int, seed: str, epoch: int) -> list[str]:
    """«elect»

    «elect.more»
    """
    ### BEGIN SOLUTION
    left = sorted(candidates, key=lambda name: (-candidates[name], draw_number(seed, epoch, name)))
    elected = left[: (size + 1) // 2]
    del left[: len(elected)]
    while left and len(elected) < size:
        ticket = draw_number(seed, epoch, f"seat {len(elected)}") % sum(candidates[name] for name in left)
        index = 0
        while candidates[left[index]] <= ticket:
            ticket -= candidates[left[index]]
            index += 1
        elected.append(left.pop(index))
    return elected
    ### END SOLUTION

# %% test="election" points=2
given_candidates = {"Fay": 30, "Gus": 20, "Hua": 9, "Ida": 5, "Jun": 3, "Kim": 2, "Lea": 1}
given_elected = elect(given_candidates, 5, "seed", 3)
assert isinstance(given_elected, list) and len(given_elected) == len(set(given_elected)) == 5, "«election.five»"
assert given_elected[:3] == ["Fay", "Gus", "Hua"], f"«election.top» «yours» {given_elected}"
assert given_elected == elect(dict(reversed(given_candidates.items())), 5, "seed", 3), "«election.order»"
assert len({tuple(elect(given_candidates, 5, "seed", epoch)) for epoch in range(8)}) > 1, "«election.epoch»"
assert len({tuple(elect(given_candidates, 5, f"seed {number}", 1)) for number in range(8)}) > 1, "«election.seed»"
given_answer = elect(given_candidates, 9, "seed", 1)
assert given_answer == ["Fay", "Gus", "Hua", "Ida", "Jun", "Kim", "Lea"], f"«election.all» «yours» {given_answer}"
assert given_elected[3:] == ["Kim", "Ida"], f"«election.drawn» «yours» {given_elected}"
### BEGIN HIDDEN TESTS
import hashlib
import random
from minichain.consensus.election import compute_splitting_bound
from minichain.consensus.machine import Validator


def expected_number(given_seed, given_epoch, given_use):
    return int(hashlib.sha256(f"{given_seed}/{given_epoch}/{given_use}".encode()).hexdigest(), 16)


def expected_elect(given_weights, given_size, given_seed, given_epoch):
    order = sorted((-weight, expected_number(given_seed, given_epoch, name), name) for name, weight in given_weights.items())
    names = [name for _, _, name in order]
    chosen, urn = names[: -(-given_size // 2)], names[-(-given_size // 2) :]
    for seat in range(len(chosen), given_size):
        tickets = [name for name in urn for _ in range(given_weights[name])]
        if tickets:
            chosen.append(tickets[expected_number(given_seed, given_epoch, f"seat {seat}") % len(tickets)])
            urn.remove(chosen[-1])
    return chosen


given_draw = random.Random(f"{SEED}/election")
for given_round in range(40):
    given_weights = {f"M{number}": given_draw.randrange(1, 9) for number in given_draw.sample(range(50), given_draw.randrange(1, 12))}
    given_size, given_epoch = given_draw.randrange(1, 9), given_draw.randrange(5)
    expected = expected_elect(given_weights, given_size, f"s{given_round}", given_epoch)
    given_answer = elect(given_weights, given_size, f"s{given_round}", given_epoch)
    assert given_answer[: (given_size + 1) // 2] == expected[: (given_size + 1) // 2], "«election.any-top»"
    assert given_answer == expected, "«election.any-drawn»"
given_others = {f"H{number}": 60 - number for number in range(4)} | {f"P{number}": 3 for number in range(20)}
given_seats = []
for given_weights in ({**given_others, "Mal-0": 12}, {**given_others, **{f"Mal-{number}": 1 for number in range(12)}}):
    given_won = [sum(name.startswith("Mal") for name in elect(given_weights, 8, "split", epoch)) for epoch in range(60)]
    given_seats.append(sum(given_won) / 60)
given_bound = float(compute_splitting_bound([Validator(name, 3) for name in given_others if name.startswith("P")], 12, 4))
assert given_seats[1] < given_bound + 0.5, "«election.any-split»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 10 · Which consensus for whom?
# These are the engines to choose from:
#
# | engine | what it is |
# |---|---|
# | `solo` | one computer decides alone |
# | `raft` | a leader, and a majority that stores what it says; all are believed |
# | `tbft` | two rounds of votes, everyone to everyone, more than two thirds each |
# | `maxbft` | this lab's; its members may change from one epoch to the next, if somebody names them |
# | `elected-tbft` | TBFT among members who are elected by weight for each epoch, as in task 9 |
# | `pow` | proof of work: whoever finds a number first makes the block, and the branch with most work counts |
#
# Six institutions ask for your advice:
#
# - `hospital`: one hospital logs on one computer which file was opened by whom. Nobody else keeps the log, so there is nobody to agree with and nobody to write to. If the computer is down, the log waits.
# - `bank`: a bank runs its ledger in three data centres of its own. One may burn down, and work goes on. Its own computers crash; they do not lie.
# - `harbour`: customs, the port and two banks keep one register of receipts, a member each. One of them might lie, and a receipt, once pledged, must stay so: what is decided is never reorganised.
# - `provinces`: forty authorities with a member each, far apart. Any of them might be taken over; each block must be final, and the lines are thin, so messages count.
# - `registry`: three hundred organisations could vote. They want twenty members at a time, others every epoch, the big ones always among them; blocks are final, and a few members may lie.
# - `archive`: a public archive of timestamps. Anyone in the world may contribute, unasked and unknown, and whoever comes under a thousand names must gain nothing by it. Whether a timestamp is certain after ten minutes or after a day does not matter.
#
# `advise()` returns a dict from each of the six names to a pair `(engine, reasons)`. The engine is one of `ENGINES`, and `reasons` is a list of exactly **two** different keys of `REASONS`. Each reason must be *true* of the engine you name, and must *matter*: the institution asks for just that in its lines above. Often more than one answer is right. Some reasons of the table are no reason for anybody, and some are true of nothing.

# %% [markdown] lang="zh"
# ## 10 · 谁该用哪种共识？
# 可以选的引擎有这些：
#
# | 引擎 | 是什么 |
# |---|---|
# | `solo` | 一台电脑独自决定 |
# | `raft` | 一个领导者，过半数成员存下它说的；成员之间互相信任 |
# | `tbft` | 两轮投票，人人告诉人人，每一轮都要超过三分之二 |
# | `maxbft` | 就是这个实验里的；每个世代可以换成员，换成谁由外面决定 |
# | `elected-tbft` | TBFT，成员每个世代按权重选出，如任务 9 |
# | `pow` | 工作量证明：谁先找到一个数，谁就造区块；工作量最大的分支算数 |
#
# 六家机构请你出主意：
#
# - `hospital`：一家医院，用一台电脑记录谁打开过哪份病历。别人都不存这份记录，所以不必与谁达成一致，也没有谁要通知。电脑停了，日志等着就是。
# - `bank`：一家银行，账本放在自己的三个数据中心。烧掉一个，业务还要继续。自己的电脑会崩溃，但不会说谎。
# - `harbour`：海关、港口和两家银行共记一本仓单登记簿，各派一个成员。其中可能有一个说谎；仓单一旦质押，就得算数：决定了的绝不重组。
# - `provinces`：四十个主管部门，各有一个成员，相距很远。哪一个都有可能被人控制；每个区块都必须有最终性；带宽又小，消息多了不行。
# - `registry`：有资格投票的机构有三百家。他们希望同时有二十个成员，每个世代换一批，大机构总在其中；区块要有最终性，少数成员可能说谎。
# - `archive`：一个公开的时间戳档案。世界上任何人都可以来添加，不必申请，也不问姓名；一个人用一千个名字来，也不能因此占到便宜。一个时间戳是十分钟后还是一天后才靠得住，都没有关系。
#
# `advise()` 返回一个字典，把这六个名字各自对应到一个元组 `(engine, reasons)`。`engine` 是 `ENGINES` 里的一个；`reasons` 是列表，含 `REASONS` 里**两个**不同的键。每条理由都要对你选的引擎*成立*，并且*切题*：这家机构在上面那几句话里要的正是它。正确答案往往不止一个。表里的理由，有的谁也用不上，有的对什么都不成立。

# %%
ENGINES = ["solo", "raft", "tbft", "maxbft", "elected-tbft", "pow"]
REASONS = {
    "one-computer": "«reason.one-computer»",
    "no-messages": "«reason.no-messages»",
    "crashes": "«reason.crashes»",
    "three-members": "«reason.three-members»",
    "liars": "«reason.liars»",
    "final": "«reason.final»",
    "linear": "«reason.linear»",
    "changing-seats": "«reason.changing-seats»",
    "open": "«reason.open»",
    "counts-work": "«reason.counts-work»",
    "majority-of-liars": "«reason.majority-of-liars»",
    "newest": "«reason.newest»",
}

# %% task="worksheet"
def advise() -> dict[str, tuple[str, list[str]]]:
    """«advise»

    «advise.more»
    """
    ### BEGIN SOLUTION
    return {
        "hospital": ("solo", ["one-computer", "no-messages"]),
        "bank": ("raft", ["crashes", "three-members"]),
        "harbour": ("tbft", ["liars", "final"]),
        "provinces": ("maxbft", ["liars", "linear"]),
        "registry": ("elected-tbft", ["changing-seats", "liars"]),
        "archive": ("pow", ["open", "counts-work"]),
    }
    ### END SOLUTION

# %% test="worksheet" points=2
given_advice = advise()
given_cases = ["hospital", "bank", "harbour", "provinces", "registry", "archive"]
assert isinstance(given_advice, dict) and sorted(given_advice) == sorted(given_cases), "«worksheet.six»"
for given_case in given_cases:
    given_pair = given_advice[given_case]
    assert isinstance(given_pair, tuple) and len(given_pair) == 2, f"{given_case}: «worksheet.pair»"
    assert given_pair[0] in ENGINES, f"{given_case}: «worksheet.engine»"
    assert isinstance(given_pair[1], list) and len(given_pair[1]) == 2, f"{given_case}: «worksheet.two»"
    assert given_pair[1][0] != given_pair[1][1] and all(reason in REASONS for reason in given_pair[1]), f"{given_case}: «worksheet.reasons»"
assert given_advice["hospital"][0] == "solo", "«worksheet.hospital»"
### BEGIN HIDDEN TESTS
expected_true = {
    "solo": {"one-computer", "no-messages", "final"},
    "raft": {"crashes", "three-members", "linear", "final"},
    "tbft": {"crashes", "liars", "final"},
    "maxbft": {"crashes", "liars", "final", "linear", "changing-seats"},
    "elected-tbft": {"crashes", "liars", "final", "changing-seats"},
    "pow": {"crashes", "open", "counts-work"},
}
expected_engines = {
    "hospital": {"solo"}, "bank": {"raft"}, "harbour": {"tbft", "maxbft"}, "provinces": {"maxbft"},
    "registry": {"elected-tbft", "maxbft"}, "archive": {"pow"},
}
expected_needed = {
    "hospital": {"one-computer", "no-messages"}, "bank": {"crashes", "three-members"}, "harbour": {"liars", "final"},
    "provinces": {"liars", "final", "linear"}, "registry": {"liars", "final", "changing-seats"}, "archive": {"open", "counts-work"},
}
for given_case, given_text in (
    ("hospital", "«worksheet.any-hospital»"), ("bank", "«worksheet.any-bank»"), ("harbour", "«worksheet.any-harbour»"),
    ("provinces", "«worksheet.any-provinces»"), ("registry", "«worksheet.any-registry»"), ("archive", "«worksheet.any-archive»"),
):
    given_engine, given_reasons = given_advice[given_case]
    assert given_engine in expected_engines[given_case], given_text
    assert set(given_reasons) <= expected_true[given_engine] & expected_needed[given_case], given_text
### END HIDDEN TESTS

# %% [markdown] lang="en"
# Your members vote once a view, lock one step back, and decide at three in a row; and you have seen, from the other side, what happens where one of these is missing.
#
# **What this leaves out.** Members here never lose power: a real one writes its vote to the disk *before* it leaves, or it votes twice after a restart. Signatures were checked for you. Wishes for a view were believed as they came. And a liar who leads can leave out what clients ask for, as long as it leads; no rule of this lab notices that. The lesson shows the real engine, and its tests.

# %% [markdown] lang="zh"
# 你的成员每个视图投一票，往回一步上锁，连着三个才决定；你也站在攻击者一边看过了，少了其中一条会怎样。
#
# **这里没讲到的：** 这里的成员从不断电；真实的成员要先把选票写进磁盘，*然后*才发出去，否则重启之后会投第二次。签名都替你验过了。换视图的请求，来了就信。还有，说谎的主导节点在任期里可以把客户端的请求扔在一边；这个实验的规则一条也管不到。真实的引擎和它的测试，课文里有。
