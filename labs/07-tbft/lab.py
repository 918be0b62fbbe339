# %% [markdown] lang="en"
# # TBFT: voting with locks
# Four sit at a table and must agree. One of them lies.
#
# Port, customs, carrier and bank keep one ledger together. Nobody is the master of it, so for each block they **vote**. Members may be slow, and their power may fail. And one of them may be *Byzantine*: it tells the port one thing and the bank another, votes twice, or keeps silent when it is needed. Still no two honest members may ever decide differently, and the table must not stand still for ever.
#
# That is possible as long as the liars have less than a third of the votes. You will write the rules by which it is done: those of the [paper on Tendermint](https://arxiv.org/abs/1807.04938) (Buchman, Kwon and Milosevic, 2018), on which ChainMaker's **TBFT** is built. Then you change sides, and show that with one liar more no rule can help.

# %% [markdown] lang="zh"
# # TBFT：带锁的投票
# 四个人围坐一桌，必须达成一致。其中一个会说谎。
#
# 港口、海关、船公司和银行共同维护一本账，没有谁说了算，所以每个区块都要**投票**。成员可能反应慢，可能断电；还可能有一个是*拜占庭*成员：对港口一套说法，对银行另一套，一轮里投两次票，或者在关键时刻一声不响。即便如此，任何两个诚实成员都绝不能作出不同的决定，投票也不能永远卡住。
#
# 只要说谎者手里的票不到三分之一，这就办得到。规则由你来写：出自 [Tendermint 的论文](https://arxiv.org/abs/1807.04938)（Buchman、Kwon、Milosevic，2018 年），长安链的 **TBFT** 就以它为基础。然后换到说谎者一边，证明再多一个说谎者，什么规则都无济于事。

# %% [markdown] lang="en"
# ## How this works
# - Run the cell below this text first (click into it and press Shift+Enter, or ▶ at the top): its table follows your tests as you run them; in the course's own page, a click on the points at the top opens it, too. A cell that runs for more than 20 seconds is stopped, so an endless loop does no harm.
# - Put your code in place of the line `raise NotImplementedError()`, then run the test cell below. No message means passed. `NotImplementedError` means that a task has no code yet. Otherwise read the **last line** of the error (the table shows it, too): it tells you what to look at. If it is one of Python's own errors, find the line of yours that `---->` points at. If several tests fail, begin with the first.
# - The first line of a test cell says what it is worth: 30 points in all. When your work is graded, further tests run that you cannot see here: edge cases, and whole evenings at the table, votes from beginning to end with a liar among the members. So every sentence of a task counts.
# - Later tasks call the functions of earlier ones: start at the top, and run every code cell on the way, those that are given too: a `NameError` in a test names what was not run. You need no import. Leave the cell with `SEED` as it is: the grader draws its examples from it.

# %% [markdown] lang="zh"
# ## 怎么做
# - 先运行这段文字下面的单元格（点一下它，按 Shift+Enter，或点上方的 ▶）：它给出一张进度表，每运行一个测试就更新一次；在课程网页里做实验时，点页面上方的分数，随时能打开这张表。单元格运行超过 20 秒会自动中止，写出死循环也不要紧。
# - 用你的代码换掉 `raise NotImplementedError()` 那一行，然后运行下面的测试单元格。什么都不显示，就是通过。报 `NotImplementedError`，说明这个任务还没有写。其他报错，就看**最后一行**（进度表里也有），它会告诉你该看哪里；如果是 Python 自己的报错，再找 `---->` 指着的、你自己写的那一行。有好几项没通过时，先改最前面的一项。
# - 测试单元格的第一行写着分值，总共 30 分。正式评分时还会运行一些这里看不到的测试：边界情况，以及成员中有说谎者的完整投票。所以任务里的每句话都要仔细看、照着做。
# - 后面的任务会用到前面写好的函数，请从头做起；途中的代码单元格，现成的也都要运行：测试里报 `NameError`，就是定义那个名字的单元格还没运行。不需要导入任何模块。写着 `SEED` 的单元格不用动，评分程序用它生成测试数据。

# %% figure=true
from minichain.learn import save_progress, watch_progress
watch_progress("«lab.tests»", lang="«lab.lang»", lab="«lab.id»", version="«lab.version»")

# %% parameters=true
SEED = 0

# %% [markdown] lang="en"
# ## Look first
# One block is decided like this. In a **round**, one member, the **proposer**, proposes a block. Then all vote twice: a **prevote** ("I have seen this proposal, and could live with it") and a **precommit** ("I have seen that more than two thirds prevoted it"). Prevotes for one block from more than two thirds of the members are called a **polka**; precommits for it from more than two thirds **decide** it. Whoever finds the proposal wrong, or waits for it in vain, votes **nil**: for no block. And whoever precommits a block is **locked** on it: it will not lightly help another one. If a round leads nowhere, the next one begins, with another proposer.
#
# Go through the steps, then seat a liar: choose who it is, and what it does. It is A's turn first, so a two-faced A can propose two blocks; whoever only votes, on the one block that there is, has little to be two-faced about. Can one liar make two honest members decide differently? Can it hold up the table? And can two, say A and C, or A and B? (What some have heard, the others hear a little later: so a member may still decide a block of the round before.)
#
# By keyboard: Tab goes on to the next list or field. Space opens a list, the arrow keys choose, Enter takes. In the field for the step, the arrow keys count up and down.

# %% [markdown] lang="zh"
# ## 先看一看
# 一个区块是这样定下来的。在一**轮**（round）里，由一个成员，即**提议节点**，提出一个区块。然后大家投两次票：先是**预投票**（prevote，“我看到了这个提议，可以接受”），再是**预提交**（precommit，“我看到超过三分之二投了它的预投票”）。超过三分之二的成员预投同一个区块，叫做一个 **polka**；超过三分之二的成员预提交它，就**决定**了。认为提议有错，或者没有等到提议，就投**空票**（nil）：哪个区块都不投。谁预提交了一个区块，就**锁定**在它上面，不会轻易去帮别的区块。一轮没有结果，就换一个提议节点，开始下一轮。
#
# 先一步一步看下去，再安排一个说谎者：选哪个成员说谎、怎么说谎。最先轮到 A 提议，所以 A 可以提出两个区块，对不同的人说不同的话；别的成员只是投票，区块又只有一个，想说两样的话也没什么可说。一个说谎者能让两个诚实成员作出不同的决定吗？能让投票停下来吗？换成两个，比如 A 和 C，或者 A 和 B，又会怎样？（有人听到的消息，别人晚一点也会听到；所以进了新的一轮，还会有成员去决定前一轮的区块。）
#
# 用键盘：Tab 移到下一个列表或数字框。空格键打开列表，方向键选择，回车键确定；在步骤的数字框里，用上下方向键增减。

# %% figure=true
from minichain.learn import show_round_table
show_round_table(lang="«lab.lang»")

# %% [markdown] lang="en"
# ## What is given
# **Weights.** `{"A": 1, "B": 1, "C": 1, "D": 1}` says who sits at the table, in which order, and how much each vote weighs. Less than a third of the weight is Byzantine.
#
# **Values.** A block is named here by a short text such as `"red"`, in place of its hash. `None` is **nil**: a vote for no block at all. Votes may be nil, a proposal never is.
#
# **Messages** are dicts with `"kind"` (`"proposal"`, `"prevote"`, `"precommit"`), `"height"` (which block of the chain, from 1), `"round"` (from 0), `"member"` (who signed it; nobody can sign for somebody else) and `"value"`. A proposal also has `"pol_round"`, which task 3 explains.
#
# **A node** is what one member knows, a dict too:
#
# | key | what it is |
# |---|---|
# | `"member"`, `"weights"`, `"turns"` | its own name, all weights, and for how many heights a proposer keeps its turn |
# | `"height"`, `"round"` | where it is now |
# | `"step"` | `"propose"`: it has not yet prevoted in this round; `"prevote"`: it has prevoted; `"precommit"`: it has precommitted |
# | `"locked_value"`, `"locked_round"` | what it is locked on, and since which round; both `None` if it is not |
# | `"valid_value"`, `"valid_round"` | the block of the last polka that it saw (nil does not count), and the round of that polka; both `None` if there was none |
# | `"log"` | the list of all messages that it has, its own among them, in the order in which they came; of every height and round, and some of them twice |
# | `"refused"` | the list of values that it found wrong when it executed them |
#
# Your functions look at a node and **answer**; they change nothing. An answer is a dict with what is to be done, and `{}` means: nothing now. What carries the answers out is given in task 9.

# %% [markdown] lang="zh"
# ## 已经给出的
# **权重。** `{"A": 1, "B": 1, "C": 1, "D": 1}` 列出有哪些成员、按什么顺序、每个成员的票有多大权重。拜占庭成员的权重合计不到三分之一。
#
# **值。** 区块在这里用 `"red"` 这样的短文本来表示，代替它的哈希值。`None` 表示**空票**（nil）：哪个区块都不投。投票可以投空票，提议却总是提出一个区块。
#
# **消息**是字典，有 `"kind"`（`"proposal"` 提议、`"prevote"` 预投票、`"precommit"` 预提交）、`"height"`（链上第几个区块，从 1 数起）、`"round"`（轮次，从 0 数起）、`"member"`（谁签的名；谁也不能替别人签名）和 `"value"`。提议还有 `"pol_round"`，任务 3 再解释。
#
# **节点**（node）也是字典，装着一个成员所知道的一切：
#
# | 键 | 是什么 |
# |---|---|
# | `"member"`、`"weights"`、`"turns"` | 自己的名字，全部权重，以及一个提议节点连续负责几个高度 |
# | `"height"`、`"round"` | 现在的高度和轮次 |
# | `"step"` | `"propose"`：这一轮还没有预投票；`"prevote"`：已经预投票；`"precommit"`：已经预提交 |
# | `"locked_value"`、`"locked_round"` | 锁定在哪个值上，从哪一轮起；没有锁定则都是 `None` |
# | `"valid_value"`、`"valid_round"` | 最近看到的是哪个区块的 polka（空票的不算），在哪一轮；没有则都是 `None` |
# | `"log"` | 手里的全部消息（也有自己的），按收到的顺序排成列表；各个高度、各个轮次的都有，有的还会重复 |
# | `"refused"` | 执行之后发现有错的值，排成列表 |
#
# 你的函数只看节点，**返回**要做什么，自己什么也不改动。返回值是一个字典；`{}` 表示眼下什么也不用做。照着去做的那部分代码，任务 9 会给出。

# %%
def build_message(kind, member, value, round=0, height=1, **more):
    """«build_message»"""
    return {"kind": kind, "height": height, "round": round, "member": member, "value": value, **more}


def build_node(member, weights, height=1, turns=1, log=(), refused=()):
    """«build_node»"""
    place = {"member": member, "weights": weights, "turns": turns, "height": height, "round": 0, "step": "propose"}
    memory = {"locked_value": None, "locked_round": None, "valid_value": None, "valid_round": None}
    return {**place, **memory, "log": list(log), "refused": list(refused)}


FOUR = {"A": 1, "B": 1, "C": 1, "D": 1}

# %% [markdown] lang="en"
# ## 1 · Enough
# How many is enough? If any two groups that are enough have an **honest** member in common, they cannot decide two things, because that member does not say two things. Groups of *more than two thirds* of the weight overlap in more than a third, and less than a third lies. That is a **quorum**. Not a majority, and not two thirds exactly.
#
# A group of *more than a third* cannot consist of liars only: there is **one honest** member in it.
#
# A group comes as a list of names. A name may stand in it twice, and counts once; a name that is not in `weights` counts for nothing.
#
# Then count: who voted for what? Only votes of this kind, this height and this round count. A member that voted twice for the same value is one voter; one that voted for two values (only a liar does) stands under both.

# %% [markdown] lang="zh"
# ## 1 · 多少才够
# 多少票才够？任意两组“够数”的成员，只要有一个**诚实**成员是共同的，就不可能定出两个结果，因为它不会对两边说不同的话。各自*超过三分之二*权重的两组，重叠的部分超过三分之一，而说谎的不到三分之一。这就是**法定人数**：不是过半数，也不是恰好三分之二。
#
# *超过三分之一*的一组，不可能全是说谎者：其中至少有**一个诚实**成员。
#
# 一组成员以名字的列表给出。同一个名字可能出现两次，只算一次；不在 `weights` 里的名字不算数。
#
# 然后数票：谁投了什么？种类、高度、轮次都对得上的票才算。给同一个值投了两次的成员只是一个投票者；给两个值都投了的（只有说谎者会这样），两边都列上。

# %% task="count"
def is_quorum(weights: dict[str, int], members: list[str]) -> bool:
    """«is_quorum»

    «is_quorum.more»
    """
    ### BEGIN SOLUTION
    return 3 * sum(weights.get(member, 0) for member in set(members)) > 2 * sum(weights.values())
    ### END SOLUTION


def is_one_honest(weights: dict[str, int], members: list[str]) -> bool:
    """«is_one_honest»

    «is_one_honest.more»
    """
    ### BEGIN SOLUTION
    return 3 * sum(weights.get(member, 0) for member in set(members)) > sum(weights.values())
    ### END SOLUTION


def count_votes(log: list[dict], kind: str, height: int, round: int) -> dict:
    """«count_votes»

    «count_votes.more»
    """
    ### BEGIN SOLUTION
    tally = {}
    for message in log:
        if (message["kind"], message["height"], message["round"]) == (kind, height, round):
            tally.setdefault(message["value"], set()).add(message["member"])
    return {value: sorted(voters) for value, voters in tally.items()}
    ### END SOLUTION

# %% test="count" points=3
assert is_quorum(FOUR, ["A", "B", "D"]) is True and is_quorum(FOUR, ["A", "B"]) is False, "«count.three-of-four»"
assert is_quorum({"A": 1, "B": 1, "C": 1}, ["A", "B"]) is False, "«count.exactly»"
assert is_quorum(dict.fromkeys("ABCDE", 1), ["A", "B", "C"]) is False, "«count.majority»"
assert is_quorum({"A": 4, "B": 1, "C": 1}, ["A", "B"]) is True, "«count.weight»"
assert is_quorum(FOUR, ["A", "B", "B", "A"]) is False, "«count.twice»"
assert is_quorum(FOUR, ["A", "B", "nobody"]) is False, "«count.stranger»"
assert is_one_honest(FOUR, ["A"]) is False and is_one_honest(FOUR, ["C", "A"]) is True, "«count.honest»"
given_log = [
    build_message("prevote", "C", "red"), build_message("prevote", "A", "red"), build_message("prevote", "B", None),
    build_message("prevote", "D", "red", round=1), build_message("precommit", "D", "red"), build_message("prevote", "D", "red", height=2),
]
given_tally = count_votes(given_log, "prevote", 1, 0)
assert isinstance(given_tally, dict) and "red" in given_tally, "«count.dict»"
assert "D" not in given_tally["red"], "«count.others»"
assert given_tally == {"red": ["A", "C"], None: ["B"]}, "«count.tally»"
given_log += [build_message("prevote", "A", "red"), build_message("prevote", "B", "red")]
assert count_votes(given_log, "prevote", 1, 0) == {"red": ["A", "B", "C"], None: ["B"]}, "«count.again»"
assert count_votes(given_log, "prevote", 3, 0) == {}, "«count.nothing»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/count")
for _ in range(60):
    given_weights = {f"m{number}": given_draw.randrange(1, 5) for number in range(given_draw.randrange(1, 9))}
    given_group = given_draw.choices([*given_weights, "nobody"], k=given_draw.randrange(9))
    weight = sum(number for name, number in given_weights.items() if name in given_group)
    total = sum(given_weights.values())
    assert is_quorum(given_weights, given_group) is (weight > total * 2 / 3 and 3 * weight != 2 * total), "«count.any-quorum»"
    assert is_one_honest(given_weights, given_group) is (weight > total / 3 and 3 * weight != total), "«count.any-honest»"
for given_size in (3, 6, 9, 30):
    given_weights = dict.fromkeys(map(str, range(given_size)), 1)
    given_group = list(given_weights)
    assert is_quorum(given_weights, given_group[: given_size * 2 // 3]) is False, "«count.any-quorum»"
    assert is_quorum(given_weights, given_group[: given_size * 2 // 3 + 1]) is True, "«count.any-quorum»"
    assert is_one_honest(given_weights, given_group[: given_size // 3]) is False, "«count.any-honest»"
    assert is_one_honest(given_weights, given_group[: given_size // 3 + 1]) is True, "«count.any-honest»"
for given_size in (0, 9, 60):
    given_log, expected = [], {}
    for _ in range(given_size):
        given_place = given_draw.choice(["prevote", "precommit"]), given_draw.randrange(1, 3), given_draw.randrange(2)
        given_member, given_value = given_draw.choice("ABCDEF"), given_draw.choice(["red", "blue", None])
        given_log.append(build_message(given_place[0], given_member, given_value, given_place[2], given_place[1]))
        if given_place == ("prevote", 2, 1):
            expected.setdefault(given_value, set()).add(given_member)
    expected = {value: sorted(members) for value, members in expected.items()}
    assert count_votes(given_log, "prevote", 2, 1) == expected, "«count.any-tally»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 2 · Whose turn, and how long
# The members propose in turn, in the order of `weights`. With `turns` = 1, the first one has round 0 of height 1, the second one round 0 of height 2, and so on, and after the last one it begins anew. A proposer keeps its turn for `turns` heights (ChainMaker: `TBFT_blocks_per_proposer`). Within a height, each further round passes the turn on to the next member: so a silent proposer is soon got rid of.
#
# Nobody knows how long a message takes. So a member that waits for something sets an **alarm**: it goes off after `first` milliseconds in round 0, and in each further round `growth` later than in the one before. One day that is longer than messages take.

# %% [markdown] lang="zh"
# ## 2 · 轮到谁，等多久
# 成员按 `weights` 里的顺序轮流提议。`turns` 为 1 时，第一个成员负责高度 1 的第 0 轮，第二个成员负责高度 2 的第 0 轮，依此类推，轮完一圈再从头来。每个提议节点连续负责 `turns` 个高度（长安链的 `TBFT_blocks_per_proposer`）。在同一个高度里，每进一轮就轮到下一个成员：提议节点要是一声不响，很快就换人了。
#
# 消息要走多久，谁也不知道。所以成员要等什么，就设一个**定时器**：第 0 轮的过 `first` 毫秒到点，以后每一轮的都比前一轮多 `growth` 毫秒。总有一轮，等待的时间会超过消息所需的时间。

# %% task="turns"
def get_proposer(weights: dict[str, int], turns: int, height: int, round: int) -> str:
    """«get_proposer»

    «get_proposer.more»
    """
    ### BEGIN SOLUTION
    members = list(weights)
    return members[((height - 1) // turns + round) % len(members)]
    ### END SOLUTION


def compute_timeout(first: int, growth: int, round: int) -> int:
    """«compute_timeout»

    «compute_timeout.more»
    """
    ### BEGIN SOLUTION
    return first + growth * round
    ### END SOLUTION

# %% test="turns" points=1
assert [get_proposer(FOUR, 1, given_height, 0) for given_height in (1, 2, 4, 5)] == ["A", "B", "D", "A"], "«turns.heights»"
assert [get_proposer(FOUR, 1, 1, given_round) for given_round in range(5)] == ["A", "B", "C", "D", "A"], "«turns.rounds»"
assert [get_proposer(FOUR, 3, given_height, 0) for given_height in range(1, 8)] == list("AAABBBC"), "«turns.turns»"
assert get_proposer(FOUR, 3, 4, 2) == "D", "«turns.both»"
assert get_proposer({"D": 5, "A": 1}, 1, 1, 0) == "D", "«turns.order»"
assert compute_timeout(300, 200, 0) == 300, "«turns.first»"
assert compute_timeout(300, 200, 3) == 900, "«turns.growth»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/turns")
for given_size in (1, 4, 7):
    given_names = given_draw.sample("NBFIPXQWE", given_size)
    given_weights = {name: given_draw.randrange(1, 9) for name in given_names}
    for _ in range(12):
        given_turns, given_height, given_round = given_draw.randrange(1, 6), given_draw.randrange(1, 99), given_draw.randrange(12)
        expected = given_names[:]
        for step in range(1, given_height):
            expected = expected[1:] + expected[:1] if step % given_turns == 0 else expected
        for _ in range(given_round):
            expected = expected[1:] + expected[:1]
        assert get_proposer(given_weights, given_turns, given_height, given_round) == expected[0], "«turns.any»"
        given_first, given_growth = given_draw.randrange(1, 999), given_draw.randrange(1, 999)
        expected = given_first + sum([given_growth] * given_round)
        assert compute_timeout(given_first, given_growth, given_round) == expected, "«turns.any-timeout»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 3 · The proposal
# Whoever's turn it is makes a message with the keys `"kind"`, `"height"`, `"round"`, `"member"` and `"value"`, and one more, `"pol_round"`:
#
# - If the node has **seen a polka** in an earlier round of this height (its `"valid_round"` is not `None`), somebody may be locked on that value, or may have decided it already. So it proposes its `"valid_value"` again, and `"pol_round"` is its `"valid_round"`. That number points to the **proof of lock**: the prevotes of that round, which others look for in their own logs.
# - Otherwise it proposes the `fresh` value, and `"pol_round"` is `None`.
#
# The other side: which messages of a log *are* proposals for a round? Those of kind `"proposal"`, of the node's height and of that round, whose member is **the proposer of that round**. Anybody can send something that looks like a proposal. (One that stands in the log twice may be returned twice.)

# %% [markdown] lang="zh"
# ## 3 · 提议
# 轮到谁，谁就造一条消息，键有 `"kind"`、`"height"`、`"round"`、`"member"`、`"value"`，还有一个 `"pol_round"`：
#
# - 如果节点在这个高度的前面某一轮**看到过 polka**（`"valid_round"` 不是 `None`），那么也许有人锁定在那个值上，甚至已经作了决定。所以它再次提议自己的 `"valid_value"`，`"pol_round"` 就写它的 `"valid_round"`。这个数指向**锁定证明**（proof of lock），也就是那一轮的预投票；别人会在自己的日志里去找。
# - 否则它提议 `fresh` 这个新的值，`"pol_round"` 为 `None`。
#
# 再看另一面：日志里哪些消息**算是**某一轮的提议？要种类是 `"proposal"`，高度是节点的高度，轮次是那一轮，而且发送它的成员正是**那一轮的提议节点**。样子像提议的消息，谁都能发。（日志里重复的提议，返回两次也行。）

# %% task="proposal"
def make_proposal(node: dict, fresh: str) -> dict:
    """«make_proposal»

    «make_proposal.more»
    """
    ### BEGIN SOLUTION
    value = fresh if node["valid_round"] is None else node["valid_value"]
    place = {"height": node["height"], "round": node["round"], "member": node["member"]}
    return {"kind": "proposal", **place, "value": value, "pol_round": node["valid_round"]}
    ### END SOLUTION


def get_proposals(node: dict, round: int) -> list[dict]:
    """«get_proposals»

    «get_proposals.more»
    """
    ### BEGIN SOLUTION
    proposer = get_proposer(node["weights"], node["turns"], node["height"], round)
    wanted = ("proposal", node["height"], round, proposer)
    keys = ("kind", "height", "round", "member")
    return [message for message in node["log"] if tuple(message[key] for key in keys) == wanted]
    ### END SOLUTION

# %% test="proposal" points=3
given_node = {**build_node("B", FOUR), "round": 1}
given_proposal = make_proposal(given_node, "blue")
assert isinstance(given_proposal, dict), "«proposal.dict»"
assert sorted(given_proposal) == ["height", "kind", "member", "pol_round", "round", "value"], "«proposal.keys»"
assert given_proposal == build_message("proposal", "B", "blue", 1, pol_round=None), "«proposal.fresh»"
given_proposal = make_proposal({**given_node, "valid_value": "red", "valid_round": 0}, "blue")
assert given_proposal["value"] == "red", "«proposal.valid»"
assert given_proposal["pol_round"] == 0, "«proposal.proof»"
given_real, given_other = build_message("proposal", "B", "blue", 1, pol_round=None), build_message("proposal", "B", "red", 1, pol_round=None)
given_log = [
    build_message("proposal", "D", "stolen", 1, pol_round=None), build_message("proposal", "A", "red", pol_round=None),
    build_message("proposal", "B", "blue", 1, 2, pol_round=None), build_message("prevote", "B", "blue", 1), given_real, given_other,
]
given_node = build_node("C", FOUR, log=given_log)
assert given_log[0] not in get_proposals(given_node, 1), "«proposal.stolen»"
assert given_log[3] not in get_proposals(given_node, 1), "«proposal.vote»"
assert given_log[2] not in get_proposals(given_node, 1), "«proposal.height»"
assert get_proposals(given_node, 1) == [given_real, given_other], "«proposal.two»"
assert get_proposals(given_node, 0) == [given_log[1]], "«proposal.round»"
assert get_proposals(given_node, 3) == [], "«proposal.none»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/proposal")
given_names = given_draw.sample("NBFIPXQWE", 5)
given_weights = {name: given_draw.randrange(1, 4) for name in given_names}
for given_height, given_turns in ((1, 1), (2, 1), (6, 4)):
    given_log = [
        build_message(kind, name, given_draw.choice(["red", "blue"]), number, height, pol_round=None)
        for kind in ("proposal", "prevote") for name in given_names for number in range(3) for height in (given_height, given_height + 1)
    ]
    given_draw.shuffle(given_log)
    for given_round in range(3):
        given_node = {**build_node(given_names[0], given_weights, given_height, given_turns, given_log), "round": given_draw.randrange(3)}
        proposer = given_names[((given_height - 1) // given_turns + given_round) % 5]
        expected = [
            message for message in given_log
            if message["kind"] == "proposal" and message["member"] == proposer
            and message["height"] == given_height and message["round"] == given_round
        ]
        assert get_proposals(given_node, given_round) == expected, "«proposal.any»"
    for given_valid in ((None, None), ("green", 0), ("green", 2)):
        given_node |= {"valid_value": given_valid[0], "valid_round": given_valid[1], "locked_value": "red", "locked_round": 1, "round": 5}
        expected = build_message(
            "proposal", given_names[0], given_valid[0] or "new", 5, given_height, pol_round=given_valid[1]
        )
        assert make_proposal(given_node, "new") == expected, "«proposal.any-made»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 4 · The prevote, and the lock
# `has_polka` asks whether the node's log holds a quorum of prevotes for a value in a round of its height. For `None` it asks for a polka for nil.
#
# Now the first rule, for the proposer as for all others. `choose_prevote` answers `{"prevote": value}` or `{"prevote": None}`, or `{}` for "not now":
#
# 1. `{}` if the step is not `"propose"` (it has prevoted already), or if there is no proposal for the node's round. If there are several, the **first one in the log** is looked at, and no other.
# 2. If its `"pol_round"` is not `None`, it claims an older polka. Then that round must be **before** the node's round, and the node must **see that polka itself**: a quorum of prevotes for this value in round `pol_round`. Otherwise `{}`: a claim is no proof; the votes may still come.
# 3. Nil if the value is in `"refused"`.
# 4. Nil if the node is **locked** on another value, unless the proposal's polka is **at least as new as the lock**: `pol_round` is not `None` and not smaller than `"locked_round"`. Being locked on the same value is no obstacle.
# 5. Otherwise the value.
#
# Why the lock? A member that precommitted `"red"` may have made somebody decide `"red"`, without knowing it. Until it sees that more than two thirds went on to something else *since then*, it must help nothing else.

# %% [markdown] lang="zh"
# ## 4 · 预投票与锁
# `has_polka` 判断：节点的日志里，这个高度的某一轮，对某个值的预投票够不够法定人数。值为 `None` 时，判断的是空票的 polka。
#
# 现在来写第一条规则，提议节点自己也照此投票。`choose_prevote` 返回 `{"prevote": 值}` 或 `{"prevote": None}`；还不到时候就返回 `{}`：
#
# 1. 步骤不是 `"propose"`（已经预投过票），或者节点所在的轮次还没有提议：`{}`。提议有几个时，只看**日志里的第一个**。
# 2. 它的 `"pol_round"` 不是 `None`，就是声称从前有过 polka。那么这个轮次必须**早于**节点所在的轮次，而且节点要**自己看得到那个 polka**：第 `pol_round` 轮里，对这个值的预投票够法定人数。否则返回 `{}`：声称不等于证明，也许那些票还在路上。
# 3. 值在 `"refused"` 里：空票。
# 4. 节点**锁定**在别的值上：空票；除非提议的 polka **不比锁旧**，也就是 `pol_round` 不是 `None`，也不小于 `"locked_round"`。锁定的就是这个值，锁就不碍事。
# 5. 其余情况：投这个值。
#
# 为什么要锁？成员预提交了 `"red"`，就可能已经促成别人决定了 `"red"`，自己却不知道。在看到超过三分之二的成员*此后*转向了别的值之前，它绝不能去帮别的值。

# %% task="prevote"
def has_polka(node: dict, round: int, value: str | None) -> bool:
    """«has_polka»

    «has_polka.more»
    """
    ### BEGIN SOLUTION
    voters = count_votes(node["log"], "prevote", node["height"], round).get(value, [])
    return is_quorum(node["weights"], voters)
    ### END SOLUTION


def choose_prevote(node: dict) -> dict:
    """«choose_prevote»

    «choose_prevote.more»
    """
    ### BEGIN SOLUTION
    proposals = get_proposals(node, node["round"])
    if node["step"] != "propose" or not proposals:
        return {}
    value, pol_round = proposals[0]["value"], proposals[0]["pol_round"]
    if pol_round is not None and not (pol_round < node["round"] and has_polka(node, pol_round, value)):
        return {}
    is_free = node["locked_round"] is None or node["locked_value"] == value
    if not is_free and pol_round is not None:
        is_free = pol_round >= node["locked_round"]
    return {"prevote": value if is_free and value not in node["refused"] else None}
    ### END SOLUTION

# %% test="prevote" points=3
given_votes = [build_message("prevote", given_member, "red") for given_member in "ABC"]
assert has_polka(build_node("C", FOUR, log=given_votes), 0, "red") is True, "«prevote.polka»"
assert has_polka(build_node("C", FOUR, log=given_votes[:2]), 0, "red") is False, "«prevote.no-polka»"
assert has_polka(build_node("C", FOUR, log=given_votes), 0, None) is False, "«prevote.nil-polka»"
given_red, given_blue = build_message("proposal", "A", "red", pol_round=None), build_message("proposal", "A", "blue", pol_round=None)
assert choose_prevote(build_node("C", FOUR)) == {}, "«prevote.no-proposal»"
given_node = build_node("C", FOUR, log=[given_red, given_blue])
assert choose_prevote(given_node) == {"prevote": "red"}, "«prevote.first»"
assert choose_prevote({**given_node, "step": "prevote"}) == {}, "«prevote.once»"
assert choose_prevote({**given_node, "refused": ["red"]}) == {"prevote": None}, "«prevote.refused»"
# «prevote.story»
given_node = {**build_node("C", FOUR, log=given_votes), "round": 1, "locked_value": "red", "locked_round": 0}
given_blue, given_red = build_message("proposal", "B", "blue", 1, pol_round=None), build_message("proposal", "B", "red", 1, pol_round=None)
assert choose_prevote({**given_node, "log": [*given_votes, given_blue]}) == {"prevote": None}, "«prevote.locked»"
assert choose_prevote({**given_node, "log": [*given_votes, given_red]}) == {"prevote": "red"}, "«prevote.same»"
given_polka = [build_message("prevote", given_member, "blue", 1) for given_member in "ABD"]
given_again = build_message("proposal", "C", "blue", 2, pol_round=1)
given_node |= {"round": 2}
assert choose_prevote({**given_node, "log": [*given_votes, given_again]}) == {}, "«prevote.claim»"
assert choose_prevote({**given_node, "log": [*given_votes, *given_polka, given_again]}) == {"prevote": "blue"}, "«prevote.unlock»"
### BEGIN HIDDEN TESTS
import itertools
given_votes = {
    (value, number): [build_message("prevote", name, value, number, 2) for name in "ABC"] for value in ("red", "blue", None) for number in range(4)
}
for given_round, given_pol, given_lock, given_shown, given_step in [
    *itertools.product((0, 1, 3), (None, 0, 1, 2, 3), (None, ("red", 0), ("red", 1), ("red", 2), ("blue", 1)), (True, False), ("propose",)),
    *itertools.product((0, 3), (None, 2), (None, ("red", 1)), (True,), ("prevote", "precommit")),
]:
    given_proposer = "ABCD"[(1 + given_round) % 4]
    given_log = [
        *(given_votes["blue", given_pol or 0] if given_shown else given_votes["blue", given_pol or 0][:2]),
        *given_votes["red", 1],
        build_message("proposal", given_proposer, "blue", given_round, 2, pol_round=given_pol),
        build_message("proposal", given_proposer, "red", given_round, 2, pol_round=None),
    ]
    given_node = {**build_node("D", FOUR, 2, 1, given_log), "round": given_round, "step": given_step}
    given_node |= {"locked_value": given_lock and given_lock[0], "locked_round": given_lock and given_lock[1], "valid_value": "red", "valid_round": 1}
    if given_step != "propose" or (given_pol is not None and (given_pol >= given_round or not given_shown)):
        expected = {}
    elif given_lock is None or given_lock[0] == "blue" or (given_pol is not None and given_pol >= given_lock[1]):
        expected = {"prevote": "blue"}
    else:
        expected = {"prevote": None}
    text = {True: "«prevote.any-wait»", False: "«prevote.any-lock»"}[expected == {}]
    assert choose_prevote(given_node) == expected, text
    if expected and given_round > 0:
        assert choose_prevote({**given_node, "refused": ["green", "blue"]}) == {"prevote": None}, "«prevote.any-refused»"
    if expected == {"prevote": "blue"}:
        assert choose_prevote({**given_node, "refused": ["red"]}) == expected, "«prevote.any-refused»"
    if given_lock is None and given_step == "propose":
        assert has_polka(given_node, given_pol or 0, "blue") is given_shown, "«prevote.any-polka»"
given_node = build_node("D", {"A": 3, "B": 1, "C": 1, "D": 1}, 2, 1, given_votes[None, 2])
assert has_polka(given_node, 2, None) is True, "«prevote.any-polka»"
assert has_polka({**given_node, "log": given_node["log"][1:]}, 2, None) is False, "«prevote.any-polka»"
assert has_polka({**given_node, "height": 1}, 2, None) is False, "«prevote.any-polka»"
assert has_polka(given_node, 1, None) is False and has_polka(given_node, 2, "red") is False, "«prevote.any-polka»"
given_node = {**build_node("D", FOUR, 2, 1, [build_message("proposal", "A", "red", 3, 2, pol_round=None)]), "round": 3}
assert choose_prevote(given_node) == {"prevote": "red"}, "«prevote.any-lock»"
given_node["log"] = [build_message("proposal", "B", "red", 3, 2, pol_round=None), build_message("proposal", "A", "red", 2, 2, pol_round=None)]
assert choose_prevote(given_node) == {}, "«prevote.any-wait»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 5 · The precommit
# When prevotes have come in, `choose_precommit` answers:
#
# 1. `{}` if the step is neither `"prevote"` nor `"precommit"`.
# 2. If there is a **polka** of the node's round for the value of **one of that round's proposals** in its log, and the value is not in `"refused"`, the node remembers it (even if it has before): `"valid_value"` is that value, and `"valid_round"` the node's round. If the step is `"prevote"`, the answer holds three more: `"precommit"` with the value, and **the lock**, `"locked_value"` and `"locked_round"`. If the step is `"precommit"`, the polka came too late to vote for it: then the answer has only the two.
# 3. Otherwise, if the step is `"prevote"` and there is a polka for nil: `{"precommit": None}`.
# 4. Otherwise `{}`.
#
# Three prevotes for different things are no polka, and a value that nobody proposed does not count. But every proposal of the round does, not only the first one in the log: a two-faced proposer may have shown the others another one first. And an answer that locks always precommits: that is all a lock is for.

# %% [markdown] lang="zh"
# ## 5 · 预提交
# 收到预投票之后，`choose_precommit` 这样返回：
#
# 1. 步骤既不是 `"prevote"` 也不是 `"precommit"`：`{}`。
# 2. 对节点所在轮次的**某个提议**的值，日志里有这一轮的 **polka**，而且这个值不在 `"refused"` 里：节点把它记下来（已经记过也照样返回），`"valid_value"` 是这个值，`"valid_round"` 是节点所在的轮次。步骤是 `"prevote"` 时，返回的字典里还要有三项：`"precommit"` 为这个值，再加上**锁**，即 `"locked_value"` 和 `"locked_round"`。步骤是 `"precommit"` 时，polka 来得太晚，不能再投了：返回的字典里只有前面两项。
# 3. 否则，步骤是 `"prevote"`，而空票有 polka：`{"precommit": None}`。
# 4. 否则：`{}`。
#
# 三张预投票投的东西不一样，不算 polka；没有人提议过的值也不算。不过这一轮的每个提议都要看，不只是日志里的第一个：提议节点如果对不同的人说不同的话，别人先看到的也许是另一个。返回的字典里有锁，就一定有预提交：锁就是为预提交设的。

# %% task="precommit"
def choose_precommit(node: dict) -> dict:
    """«choose_precommit»

    «choose_precommit.more»
    """
    ### BEGIN SOLUTION
    if node["step"] not in ("prevote", "precommit"):
        return {}
    for proposal in get_proposals(node, node["round"]):
        value = proposal["value"]
        if value not in node["refused"] and has_polka(node, node["round"], value):
            answer = {"valid_value": value, "valid_round": node["round"]}
            if node["step"] == "prevote":
                answer |= {"precommit": value, "locked_value": value, "locked_round": node["round"]}
            return answer
    if node["step"] == "prevote" and has_polka(node, node["round"], None):
        return {"precommit": None}
    return {}
    ### END SOLUTION

# %% test="precommit" points=3
given_red = build_message("proposal", "A", "red", pol_round=None)
given_votes = [build_message("prevote", given_member, "red") for given_member in "ABC"]
given_node = {**build_node("C", FOUR, log=[given_red, *given_votes]), "step": "prevote"}
given_answer = choose_precommit(given_node)
assert isinstance(given_answer, dict) and given_answer.get("precommit") == "red", "«precommit.polka»"
assert [given_answer.get("locked_value"), given_answer.get("locked_round")] == ["red", 0], "«precommit.lock»"
assert [given_answer.get("valid_value"), given_answer.get("valid_round")] == ["red", 0], "«precommit.valid»"
assert choose_precommit({**given_node, "log": [given_red, *given_votes[:2]]}) == {}, "«precommit.no-polka»"
given_mixed = [*given_votes[:2], build_message("prevote", "C", None), build_message("prevote", "D", "blue")]
assert choose_precommit({**given_node, "log": [given_red, *given_mixed]}) == {}, "«precommit.mixed»"
assert choose_precommit({**given_node, "log": given_votes}) == {}, "«precommit.no-proposal»"
given_nil = [build_message("prevote", given_member, None) for given_member in "BCD"]
assert choose_precommit({**given_node, "log": [given_red, *given_nil]}) == {"precommit": None}, "«precommit.nil»"
assert choose_precommit({**given_node, "step": "propose"}) == {}, "«precommit.step»"
assert choose_precommit({**given_node, "step": "precommit"}) == {"valid_value": "red", "valid_round": 0}, "«precommit.late»"
assert choose_precommit({**given_node, "step": "precommit", "log": given_nil}) == {}, "«precommit.nil-late»"
### BEGIN HIDDEN TESTS
import itertools
for given_step, given_value, given_size, given_round, given_refused, given_proposed in [
    *itertools.product(("prevote",), ("red", "blue", None), (2, 3), (0, 2), ([], ["red"], ["blue", "green"]), (("red",), ("blue", "red"), ())),
    *itertools.product(("propose", "precommit"), ("red", "blue", None), (2, 3, 4), (2,), ([], ["red"]), (("red",), ("blue", "red"))),
]:
    given_proposer = "ABCD"[(2 + given_round) % 4]
    given_log = [build_message("prevote", name, given_value, given_round, 3) for name in "DCBA"[:given_size]]
    given_log += [build_message("prevote", name, "red", 1, 3) for name in "ABC"]
    given_log += [build_message("prevote", name, "red", given_round, 2) for name in "ABC"]
    given_log += [build_message("precommit", name, "red", given_round, 3) for name in "ABC"]
    given_log += [build_message("proposal", given_proposer, value, given_round, 3, pol_round=None) for value in given_proposed]
    given_log += [build_message("proposal", "ABCD"[(3 + given_round) % 4], "blue", given_round, 3, pol_round=None)]
    given_node = {**build_node("B", FOUR, 3, 1, given_log, given_refused), "step": given_step, "round": given_round}
    given_node |= {"locked_value": "green", "locked_round": 0, "valid_value": "green", "valid_round": 0}
    expected, text = {}, "«precommit.any-nothing»"
    if given_size > 2 and given_step != "propose":
        if given_value in given_proposed and given_value not in given_refused:
            expected, text = {"valid_value": given_value, "valid_round": given_round}, "«precommit.any-late»"
            if given_step == "prevote":
                expected |= {"precommit": given_value, "locked_value": given_value, "locked_round": given_round}
                text = "«precommit.any-lock»"
        elif given_value is None and given_step == "prevote":
            expected, text = {"precommit": None}, "«precommit.any-nil»"
    assert choose_precommit(given_node) == expected, text
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 6 · Decide, or go on
# `find_decision` answers `{"decide": value}` as soon as the log holds, in **any** round of the node's height, a quorum of precommits for the value of one of that round's proposals; otherwise `{}`. Any round: precommits are slow, and whoever counts only those of the present round may wait for ever. If several rounds have such a value, take that of the earliest round. What is in `"refused"` does not matter here: among those who precommitted are honest ones who found it right.
#
# `on_timeout` is called when an alarm goes off. A member has three of them: `"propose"` is set when a round begins (`first` is 300, `growth` 200), `"prevote"` and `"precommit"` when a quorum has cast such votes in this round, whatever they are for (150 and 150); the table of task 9 sees to that. A `timer` is a dict with `"name"`, `"height"` and `"round"`. Alarms of another height or another round than the node's are **old**, and mean nothing any more: `{}`. Otherwise:
#
# | name | in which step | answer |
# |---|---|---|
# | `"propose"` | `"propose"` | `{"prevote": None}`: no proposal came |
# | `"prevote"` | `"prevote"` | `{"precommit": None}`: no polka came |
# | `"precommit"` | any | `{"round": …}`, the round after this one: no decision came |
#
# and in any other step `{}`.

# %% [markdown] lang="zh"
# ## 6 · 决定，或者继续
# 在节点所在高度的**任何一轮**里，只要日志中对那一轮某个提议的值的预提交够了法定人数，`find_decision` 就返回 `{"decide": 值}`；否则返回 `{}`。为什么是任何一轮？预提交可能来得很慢，只数当前这一轮的，也许要等到天荒地老。几个轮次里都有这样的值，就取最早的一轮。这里不管 `"refused"`：投了预提交的成员里有诚实的，他们查过，没有错。
#
# 定时器到点，就会调用 `on_timeout`。每个成员有三种定时器：`"propose"` 在一轮开始时设（`first` 为 300，`growth` 为 200）；`"prevote"` 和 `"precommit"` 等这一轮的这种票够了法定人数才设，不管投的是什么（150 和 150）。设定时器由任务 9 给出的代码负责。`timer` 是一个字典，有 `"name"`、`"height"` 和 `"round"`。高度或轮次与节点的不同，就是**过期**的定时器，已经没有意义：`{}`。否则：
#
# | name | 在哪个步骤 | 返回 |
# |---|---|---|
# | `"propose"` | `"propose"` | `{"prevote": None}`：没有等到提议 |
# | `"prevote"` | `"prevote"` | `{"precommit": None}`：没有等到 polka |
# | `"precommit"` | 任何步骤 | `{"round": …}`，下一轮：没有等到决定 |
#
# 在别的步骤都返回 `{}`。

# %% task="decision"
def find_decision(node: dict) -> dict:
    """«find_decision»

    «find_decision.more»
    """
    ### BEGIN SOLUTION
    for round in sorted({message["round"] for message in node["log"]}):
        tally = count_votes(node["log"], "precommit", node["height"], round)
        for proposal in get_proposals(node, round):
            if is_quorum(node["weights"], tally.get(proposal["value"], [])):
                return {"decide": proposal["value"]}
    return {}
    ### END SOLUTION


def on_timeout(node: dict, timer: dict) -> dict:
    """«on_timeout»

    «on_timeout.more»
    """
    ### BEGIN SOLUTION
    if (timer["height"], timer["round"]) != (node["height"], node["round"]):
        return {}
    if timer["name"] == "propose" and node["step"] == "propose":
        return {"prevote": None}
    if timer["name"] == "prevote" and node["step"] == "prevote":
        return {"precommit": None}
    if timer["name"] == "precommit":
        return {"round": node["round"] + 1}
    return {}
    ### END SOLUTION

# %% test="decision" points=3
given_red = build_message("proposal", "A", "red", pol_round=None)
given_votes = [build_message("precommit", given_member, "red") for given_member in "ABC"]
given_node = {**build_node("C", FOUR, log=[given_red, *given_votes]), "step": "precommit"}
assert find_decision(given_node) == {"decide": "red"}, "«decision.decide»"
assert find_decision({**given_node, "log": [given_red, *given_votes[:2]]}) == {}, "«decision.two»"
given_polka = [build_message("prevote", given_member, "red") for given_member in "ABC"]
assert find_decision({**given_node, "log": [given_red, *given_polka]}) == {}, "«decision.prevotes»"
given_nil = [build_message("precommit", given_member, None) for given_member in "ABC"]
assert find_decision({**given_node, "log": [given_red, *given_nil]}) == {}, "«decision.nil»"
assert find_decision({**given_node, "round": 4, "step": "propose"}) == {"decide": "red"}, "«decision.late»"
assert find_decision({**given_node, "height": 2}) == {}, "«decision.height»"
given_timer = {"name": "propose", "height": 1, "round": 0}
assert on_timeout(build_node("C", FOUR), given_timer) == {"prevote": None}, "«decision.propose»"
assert on_timeout({**build_node("C", FOUR), "step": "prevote"}, given_timer) == {}, "«decision.step»"
assert on_timeout({**build_node("C", FOUR), "step": "prevote"}, {**given_timer, "name": "prevote"}) == {"precommit": None}, "«decision.prevote»"
for given_step in ("propose", "prevote", "precommit"):
    given_answer = on_timeout({**build_node("C", FOUR), "step": given_step}, {**given_timer, "name": "precommit"})
    assert given_answer == {"round": 1}, "«decision.precommit»"
assert on_timeout({**build_node("C", FOUR), "round": 1}, given_timer) == {}, "«decision.old»"
### BEGIN HIDDEN TESTS
import itertools
for given_kind, given_value, given_size, given_round, given_proposed in itertools.product(
    ("prevote", "precommit"), ("red", "blue", None), (2, 3), (0, 1, 3), (("red",), ("blue", "red"), ())
):
    given_log = [build_message(given_kind, name, given_value, given_round, 2) for name in "DCBA"[:given_size]]
    given_log += [build_message("precommit", name, "red", given_round, 3) for name in "ABC"]
    given_log += [build_message("precommit", "D", "red", number, 2) for number in range(4)]
    given_log += [build_message("proposal", "ABCD"[(1 + given_round) % 4], value, given_round, 2, pol_round=None) for value in given_proposed]
    given_log += [build_message("proposal", "ABCD"[(2 + given_round) % 4], "blue", given_round, 2, pol_round=None)]
    given_node = {**build_node("B", FOUR, 2, 1, given_log, ["red", "blue"]), "step": "prevote", "round": 1}
    expected = {"decide": given_value} if given_kind == "precommit" and given_size > 2 and given_value in given_proposed else {}
    assert find_decision(given_node) == expected, "«decision.any»"
given_log = []
for given_round, given_value in ((2, "late"), (1, "early")):
    given_log += [build_message("precommit", name, given_value, given_round) for name in "BCD"]
    given_log += [build_message("proposal", "ABCD"[given_round], given_value, given_round, pol_round=None)]
assert find_decision({**build_node("A", FOUR, log=given_log), "round": 2}) == {"decide": "early"}, "«decision.any»"
for given_name, given_step, given_height, given_round in itertools.product(
    ("propose", "prevote", "precommit"), ("propose", "prevote", "precommit"), (2, 3), (0, 4, 5)
):
    given_node = {**build_node("A", FOUR, 3), "round": 4, "step": given_step}
    expected = {}
    if (given_height, given_round) == (3, 4):
        expected = {
            ("propose", "propose"): {"prevote": None}, ("prevote", "prevote"): {"precommit": None},
        }.get((given_name, given_step), {"round": 5} if given_name == "precommit" else {})
    given_timer = {"name": given_name, "height": given_height, "round": given_round}
    assert on_timeout(given_node, given_timer) == expected, "«decision.any-timeout»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 7 · After the power cut
# A member that forgets what it said may say something else: then an honest member has voted twice. So before a message leaves, a **record** is written to the disk, and after a power cut the last record is all that is left: a dict with the `"height"` and `"round"` in which the member was, the four entries of lock and polka, and `"message"`, the last message that was signed. If nothing was ever signed there is no record: it is `None`.
#
# `recover` is given a fresh node (others have told it again what it missed, so nothing is missing in its log) and the record. If there is a record of the **same height**, it returns a node with the record's round and its four entries (`"locked_value"`, `"locked_round"`, `"valid_value"`, `"valid_round"`); otherwise the node as it is. The step stays `"propose"`: the member walks through that round once more.
#
# So it may come to want something else than before. That is why `may_sign` is asked before anything is signed, as in Tendermint. What it forbids is not said; the rest of the answer is carried out all the same. A message has a **place**: its height; within a height its round; within a round the order proposal, prevote, precommit. It may be signed if nothing was signed before, if its place comes **after** that of the last signed message, or if it **is** the last signed message, word for word: saying the same again harms nobody.

# %% [markdown] lang="zh"
# ## 7 · 断电之后
# 成员要是忘了自己说过什么，就可能改口：那样一来，诚实成员也投了两次票。所以消息发出之前，先要把一条**记录**（record）写到磁盘上；断电之后，剩下的只有最后一条记录。它是一个字典：当时的 `"height"` 和 `"round"`，关于锁和 polka 的四项，以及 `"message"`，也就是最后签过名的那条消息。从来没有签过，就没有记录：记录是 `None`。
#
# `recover` 的参数是一个全新的节点（它错过的消息，别人已经补发给它，日志什么也不缺）和这条记录。如果有记录，而且是**同一个高度**的，就返回这样一个节点：轮次和那四项（`"locked_value"`、`"locked_round"`、`"valid_value"`、`"valid_round"`）取自记录；否则原样返回节点。步骤仍是 `"propose"`：成员把那一轮重新走一遍。
#
# 这样一来，它这回想说的，可能与上回不同。所以签名之前都要过 `may_sign` 这一关，Tendermint 也是这样做的。不许签的就不发出去，返回的其余各项照做。每条消息有一个**位置**：先看高度；同一高度看轮次；同一轮里按提议、预投票、预提交的顺序。从来没有签过，可以签；位置在最后签过的那条**之后**，可以签；与最后签过的那条一字不差，也可以签：同样的话再说一遍，没有关系。

# %% task="restart"
def recover(node: dict, record: dict | None) -> dict:
    """«recover»

    «recover.more»
    """
    ### BEGIN SOLUTION
    if record is None or record["height"] != node["height"]:
        return node
    kept = ("round", "locked_value", "locked_round", "valid_value", "valid_round")
    return {**node, **{key: record[key] for key in kept}}
    ### END SOLUTION


def may_sign(record: dict | None, message: dict) -> bool:
    """«may_sign»

    «may_sign.more»
    """
    ### BEGIN SOLUTION
    if record is None:
        return True
    kinds = ["proposal", "prevote", "precommit"]
    last = record["message"]
    before = (last["height"], last["round"], kinds.index(last["kind"]))
    now = (message["height"], message["round"], kinds.index(message["kind"]))
    return now > before or message == last
    ### END SOLUTION

# %% test="restart" points=2
given_memory = {"locked_value": "red", "locked_round": 1, "valid_value": "blue", "valid_round": 2}
given_last = build_message("prevote", "C", "red", 2, 5)
given_record = {"height": 5, "round": 2, **given_memory, "message": given_last}
given_node = build_node("C", FOUR, 5, log=[given_last])
given_answer = recover(given_node, given_record)
assert isinstance(given_answer, dict), "«restart.node»"
assert [given_answer.get("locked_value"), given_answer.get("locked_round")] == ["red", 1], "«restart.lock»"
assert given_answer == {**given_node, **given_memory, "round": 2}, "«restart.all»"
assert recover(given_node, None) == given_node, "«restart.nothing»"
assert recover({**given_node, "height": 6}, given_record) == {**given_node, "height": 6}, "«restart.height»"
assert may_sign(None, given_last) is True, "«restart.first»"
assert may_sign(given_record, build_message("prevote", "C", None, 2, 5)) is False, "«restart.twice»"
assert may_sign(given_record, dict(given_last)) is True, "«restart.again»"
assert may_sign(given_record, build_message("precommit", "C", "red", 1, 5)) is False, "«restart.back»"
assert may_sign(given_record, build_message("precommit", "C", None, 2, 5)) is True, "«restart.onwards»"
assert may_sign(given_record, build_message("proposal", "C", "red", 0, 6, pol_round=None)) is True, "«restart.later-height»"
### BEGIN HIDDEN TESTS
import itertools
import random
given_draw = random.Random(f"{SEED}/restart")
given_places = list(itertools.product((4, 5, 11), (0, 2, 10), ("proposal", "prevote", "precommit")))
for given_last_place, given_place in sorted({
    (place, (place + step) % 27) for place in range(27) for step in (0, 1, 26, *given_draw.sample(range(2, 26), 3))
}):
    height, number, kind = given_places[given_last_place]
    given_last = build_message(kind, "C", "red", number, height, **({"pol_round": None} if kind == "proposal" else {}))
    given_record = {"height": height, "round": number, **given_memory, "message": given_last}
    height, number, kind = given_places[given_place]
    given_message = build_message(kind, "C", "red", number, height, **({"pol_round": None} if kind == "proposal" else {}))
    assert may_sign(given_record, given_message) is (given_place >= given_last_place), "«restart.any-place»"
    if given_place == given_last_place:
        given_message |= {"pol_round": 0} if kind == "proposal" else {"value": None}
        assert may_sign(given_record, given_message) is False, "«restart.any-twice»"
for given_height, given_round in itertools.product((4, 5, 6), (0, 3)):
    given_memory = {"locked_value": None, "locked_round": None, "valid_value": "green", "valid_round": 0}
    given_record = {"height": 5, "round": given_round, **given_memory, "message": build_message("prevote", "C", None, given_round, 5)}
    given_node = build_node("C", {"C": 2, "A": 1}, given_height, 3, [given_record["message"]], ["red"])
    expected = {**given_node, **given_memory, "round": given_round} if given_height == 5 else given_node
    assert recover(given_node, given_record) == expected, "«restart.any-record»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 8 · Out with what nobody can repeat
# A contract, the program that a transaction runs, reads its computer's clock, to the second. Where the clock shows another second it writes something else. Whoever executes the block there gets another **read-write set** (what a transaction read and wrote, such as `{"reads": [], "writes": [["stamp", 7]]}`), finds the block wrong, and prevotes nil. All are honest, and perhaps nothing is ever decided.
#
# So a member **complains**: it names the transactions whose read-write sets differ from those in the proposal. `find_suspects` is given two dicts from a transaction's name to its read-write set: what the proposer claims, and what the member got itself. It returns the names in `proposed` for which `own` has something else, or nothing; sorted.
#
# Then the next proposer leaves out what has been complained of by **more than a third of the weight**: at least one honest member has seen it misbehave. Fewer must not be enough, or one liar could keep any transaction out of the chain. And to ask for a quorum would be too much: it may be that only a few members see the difference. `complaints` is a list of pairs `[member, name]`, in which pairs may repeat; return the names to be left out, sorted.

# %% [markdown] lang="zh"
# ## 8 · 剔除结果对不上的交易
# 有个合约（一笔交易要运行的程序）会读本机的时钟，精确到秒。哪个成员的时钟走到了另一秒，合约在那里写下的值就不一样：这个成员执行提议节点的区块，得到的**读写集**（一笔交易读了什么、写了什么，例如 `{"reads": [], "writes": [["stamp", 7]]}`）不同，认为区块有错，就投空票。大家都诚实，却可能什么也定不下来。
#
# 于是成员要**举报**（complaint）：把读写集与提议里不同的那些交易点名。`find_suspects` 的参数是两个字典，都是从交易名到读写集：`proposed` 是提议节点声称的，`own` 是自己执行得到的。返回 `proposed` 里那些在 `own` 中不同或者没有的交易名，排好序。
#
# 举报者的权重**超过三分之一**的交易，下一个提议节点就不再放进去：至少有一个诚实成员亲眼看到它不对劲。少于这个数不行，否则一个说谎者就能把任何交易挡在链外。要求法定人数又太多了：也许只有少数成员看得到差别。`complaints` 是由 `[成员, 交易名]` 组成的列表，同样的一对可能重复出现；返回要剔除的交易名，排好序。

# %% task="evict"
def find_suspects(proposed: dict[str, dict], own: dict[str, dict]) -> list[str]:
    """«find_suspects»

    «find_suspects.more»
    """
    ### BEGIN SOLUTION
    return sorted(name for name in proposed if proposed[name] != own.get(name))
    ### END SOLUTION


def find_evicted(weights: dict[str, int], complaints: list[list[str]]) -> list[str]:
    """«find_evicted»

    «find_evicted.more»
    """
    ### BEGIN SOLUTION
    accusers = {}
    for member, name in complaints:
        accusers.setdefault(name, []).append(member)
    return sorted(name for name in accusers if is_one_honest(weights, accusers[name]))
    ### END SOLUTION

# %% test="evict" points=2
given_done, given_early, given_late = ({"reads": [], "writes": [["stamp", given_second]]} for given_second in (0, 7, 8))
assert find_suspects({"t1": given_done, "clock": given_early}, {"t1": given_done, "clock": given_late}) == ["clock"], "«evict.suspects»"
assert find_suspects({"t1": given_done}, {"t1": dict(given_done)}) == [], "«evict.nothing»"
assert find_suspects({"t2": given_done, "t1": given_early}, {}) == ["t1", "t2"], "«evict.missing»"
given_read = {"reads": [["stamp", [1, 0]]], "writes": [["stamp", 0]]}
assert find_suspects({"t1": given_done}, {"t1": given_read}) == ["t1"], "«evict.reads»"
assert find_evicted(FOUR, [["A", "clock"], ["C", "clock"], ["C", "t1"]]) == ["clock"], "«evict.two»"
assert find_evicted(FOUR, [["D", "t1"]] * 5) == [], "«evict.one»"
assert find_evicted(FOUR, [["D", "t2"], ["A", "t2"], ["A", "t1"], ["D", "t1"]]) == ["t1", "t2"], "«evict.sorted»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/evict")
for _ in range(30):
    given_weights = {f"m{number}": given_draw.randrange(1, 5) for number in range(given_draw.randrange(1, 8))}
    given_complaints = [[given_draw.choice([*given_weights, "nobody"]), given_draw.choice("rstuv")] for _ in range(given_draw.randrange(24))]
    expected = [
        name for name in "rstuv"
        if 3 * sum(weight for member, weight in given_weights.items() if [member, name] in given_complaints) > sum(given_weights.values())
    ]
    assert find_evicted(given_weights, given_complaints) == expected, "«evict.any-evicted»"
    given_kinds = [{"reads": [], "writes": []}, {"reads": [["k", None]], "writes": []}, {"reads": [], "writes": [["k", None]]}]
    given_proposed = {name: given_draw.choice(given_kinds) for name in given_draw.sample("zyxwv", 4)}
    given_own = {name: given_draw.choice(given_kinds) for name in given_draw.sample("zyxwv", 4)}
    expected = [name for name in "vwxyz" if name in given_proposed and (name not in given_own or given_own[name] != given_proposed[name])]
    assert find_suspects(given_proposed, given_own) == expected, "«evict.any-suspects»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 9 · At the table
# The next cell seats your rules at a table, `minichain/network/voting_table.py`. Nothing in that file decides anything: it carries messages, sets alarms, writes records, and asks your functions what to do. An **evening** is one run from beginning to end. `run_schedule` takes its **schedule**, plain data that says who sits there, what is slow, whose power fails, and what liars say to whom. Only `"weights"` must be there; what holds otherwise stands in brackets:
#
# | key | what it is |
# |---|---|
# | `"weights"`, `"turns"`, `"heights"` | the members and turns (1), as before, and how many heights are to be decided (1) |
# | `"pools"` | for each member the transactions that it would like to propose; joined by `+` they name a value. `"clock"` reads its member's clock, to the second (`clock@7`: the proposer read 7) |
# | `"clocks"` | for each member, by how many milliseconds its clock is ahead (0) |
# | `"delay"`, `"late"` | how many milliseconds a message takes (10), and exceptions `[sender, recipient, kind, round, ms]`: such a message takes `ms` instead, and `None` means any |
# | `"crashes"` | `[member, from, until]` in milliseconds |
# | `"liars"`, `"lies"` | who is Byzantine, and `[time, recipient, message]` for each lie |
# | `"gossip"` | each lie reaches the other honest members as well, so many milliseconds after its recipient (400) |
#
# It returns a **transcript**, a list of `[time, member, action, height, round, value, …]` (the rest is for the grader). `tell` prints one, with `(height/round)` at the end of each line; `lock` is what a member notes, not something that it says. `find_fault` says `"fork"` if two honest members decided differently at one height, `"double"` if an honest one voted for two things in one round, else `None`.
#
# `play` is one line: hand the schedule over to `run_schedule`, and return the transcript. (It is there so that a whole evening costs the grader one call.) Then run the cell with `tell` below, and read what your table did. You may change its schedule as you like; to see task 8 at work, give B a `"clock"` in its pool, and add `"clocks": {"C": 1000, "D": 1000}`.

# %% [markdown] lang="zh"
# ## 9 · 跑起来
# 下面这个单元格用 `minichain/network/voting_table.py` 把你的规则跑起来。那个文件不作任何决定：只是传递消息、设定时器、写下记录，并问你的函数该怎么办。从头到尾跑一遍，叫做**一场**；`run_schedule` 的参数是这一场的**日程**（schedule），用普通数据写明有哪些成员、哪里慢、谁会断电、说谎者对谁说什么。只有 `"weights"` 非写不可，别的不写就按括号里的算：
#
# | 键 | 是什么 |
# |---|---|
# | `"weights"`、`"turns"`、`"heights"` | 成员和 turns（1），与前面一样；以及要定下几个高度（1） |
# | `"pools"` | 每个成员想提议的交易；用 `+` 连起来就是值的名字。`"clock"` 会读成员自己的时钟，精确到秒（`clock@7`：提议节点读到的是 7） |
# | `"clocks"` | 每个成员的时钟快了多少毫秒（0） |
# | `"delay"`、`"late"` | 消息要走多少毫秒（10），以及例外：`[发送者, 接收者, 种类, 轮次, 毫秒]`，这样的消息改走这么多毫秒，`None` 表示任意 |
# | `"crashes"` | `[成员, 从, 到]`，单位毫秒 |
# | `"liars"`、`"lies"` | 谁是拜占庭成员；每句谎话写成 `[时间, 接收者, 消息]` |
# | `"gossip"` | 每句谎话，在接收者听到之后过这么多毫秒，别的诚实成员也会听到（400） |
#
# 它返回一份**运行记录**（transcript），即 `[时间, 成员, 动作, 高度, 轮次, 值, …]` 的列表（后面几项供评分程序用）。`tell` 把它打印出来，每行末尾是 `(高度/轮次)`；其中 `lock` 是成员自己记下的，不是发出去的消息。`find_fault` 检查它：两个诚实成员在同一高度作出不同的决定，返回 `"fork"`；某个诚实成员在一轮里投了两种不同的票，返回 `"double"`；都没有，返回 `None`。
#
# `play` 只有一行：把日程交给 `run_schedule`，返回它给出的运行记录。（有了它，评分程序跑完一整场只需调用一次。）然后运行下面带 `tell` 的单元格，看看发生了什么。那里的日程可以随意改；想看任务 8 怎么起作用，就给 B 的交易加上 `"clock"`，再写上 `"clocks": {"C": 1000, "D": 1000}`。

# %%
from minichain.network.voting_table import find_fault, run_rules, tell


def lie(time, recipients, kind, value, round=0, height=1, liar="D", **more):
    """«lie»"""
    return [[time, recipient, build_message(kind, liar, value, round, height, **more)] for recipient in recipients]


def run_schedule(schedule):
    """«run_schedule»"""
    return run_rules(globals(), schedule)

# %% task="table"
def play(schedule: dict) -> list[list]:
    """«play»

    «play.more»
    """
    ### BEGIN SOLUTION
    return run_schedule(schedule)
    ### END SOLUTION

# %%
EVENING = {"weights": FOUR, "liars": ["A"], "pools": {"B": ["t1", "t2"], "C": ["t2"], "D": ["t1"]}}
tell(play(EVENING) or [])

# %% test="table" points=1
given_pools = {"A": ["t1", "t2"], "B": ["t1", "t3"], "C": ["t3"], "D": []}
given_transcript = play({"weights": FOUR, "heights": 3, "pools": given_pools})
assert isinstance(given_transcript, list) and given_transcript, "«table.list»"
given_decisions = [given_row[1:] for given_row in given_transcript if given_row[2] == "decide"]
assert [given_row[0] for given_row in given_decisions if given_row[2] == 1] == list("ABCD"), "«table.first»"
assert {given_row[4] for given_row in given_decisions if given_row[2] == 1} == {"t1+t2"}, "«table.value»"
assert {(given_row[2], given_row[4]) for given_row in given_decisions} == {(1, "t1+t2"), (2, "t3"), (3, "empty")}, "«table.three»"
given_transcript = play({"weights": FOUR, "liars": ["A"], "pools": {"B": ["t1", "t2"], "C": ["t2"], "D": ["t1"]}})
assert find_fault(given_transcript) is None, "«table.fault»"
assert sorted(given_row[1] for given_row in given_transcript if given_row[2:6] == ["decide", 1, 1, "t1+t2"]) == list("BCD"), "«table.silent»"
### BEGIN HIDDEN TESTS
given_seven = {"gold": 3, "iron": 1, "lead": 1, "zinc": 2, "tin": 1, "steel": 1}
given_transcript = play({"weights": given_seven, "turns": 2, "heights": 4, "pools": {name: [name, "tin"] for name in given_seven}})
expected = [[height, 0, value] for height, value in enumerate(["gold+tin", "empty", "iron", "empty"], 1)]
for given_name in given_seven:
    given_rows = [row[3:6] for row in given_transcript if row[1:3] == [given_name, "decide"]]
    assert [given_rows[0], given_rows[2]] == [[1, 0, "gold+tin"], [3, 0, "iron"]] and len(given_rows) == 4, "«table.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# The next three cells need no new code. They seat your rules at tables where something goes wrong: liars, a network that is slow and then heals, power cuts. When your work is graded, many more such evenings are played; of one that goes wrong you are told its story.

# %% [markdown] lang="zh"
# 下面三个单元格不需要写新代码，它们让你的规则面对会出事的场面：有说谎者，网络先慢后好，还有断电。正式评分时还会跑很多场；哪一场出了事，就把它的经过告诉你。

# %% test="liars" points=3
given_lies = [
    *lie(0, ["A"], "proposal", "red", pol_round=None), *lie(0, ["B", "C"], "proposal", "blue", pol_round=None),
    *lie(5, ["A"], "prevote", "red"), *lie(5, ["B", "C"], "prevote", "blue"),
    *lie(15, ["A"], "precommit", "red"), *lie(15, ["B", "C"], "precommit", "blue"),
]
given_transcript = play({"weights": dict.fromkeys("DABC", 1), "liars": ["D"], "gossip": 100, "lies": given_lies})
assert isinstance(given_transcript, list) and given_transcript, "«needs.play»"
assert find_fault(given_transcript) != "fork", "«liars.visible-fork»"
assert sorted(given_row[1] for given_row in given_transcript if given_row[2] == "decide") == list("ABC"), "«liars.visible-all»"
assert {given_row[5] for given_row in given_transcript if given_row[2] == "decide"} == {"blue"}, "«liars.visible-blue»"
### BEGIN HIDDEN TESTS
from minichain.network.voting_evenings import draw_evenings, judge
given_stories = {
    "two-faced": "«liars.two-faced»",
    "second-proposal": "«liars.second-proposal»",
    "no-lock": "«liars.no-lock»",
    "old-polka": "«liars.old-polka»",
    "invented-polka": "«liars.invented-polka»",
    "parrot": "«liars.parrot»",
    "five": "«liars.five»",
    "three": "«liars.three»",
    "impostor": "«liars.impostor»",
    "two-rounds": "«liars.two-rounds»",
    "two-heights": "«liars.two-heights»",
    "weights": "«liars.weights»",
    "nil-polka": "«liars.nil-polka»",
    "one-polka": "«liars.one-polka»",
    "evening": "«liars.evening»",
}
given_faults = {
    "fork": "«fault.fork»",
    "double": "«fault.double»",
    "unproven": "«fault.unproven»",
    "unlocked": "«fault.unlocked»",
    "wrong": "«fault.wrong»",
    "stall": "«fault.stall»",
    "broken": "«fault.broken»",
}
for given_evening in draw_evenings(SEED, "liars"):
    given_fault = judge(given_evening, play(given_evening.schedule))
    given_text = f"{given_stories[given_evening.key]} + {given_faults.get(given_fault)}"
    assert given_fault is None, given_text
### END HIDDEN TESTS

# %% test="healing" points=2
given_transcript = play({"weights": FOUR, "delay": 600, "pools": dict.fromkeys("ABCD", ["t1"])})
assert isinstance(given_transcript, list) and given_transcript, "«needs.play»"
assert sorted(given_row[1] for given_row in given_transcript if given_row[2] == "decide") == list("ABCD"), "«healing.visible»"
### BEGIN HIDDEN TESTS
from minichain.network.voting_evenings import draw_evenings, judge
given_stories = {
    "slow-network": "«healing.slow-network»",
    "locked-alone": "«healing.locked-alone»",
    "same-again": "«healing.same-again»",
    "bring-along": "«healing.bring-along»",
    "late-polka": "«healing.late-polka»",
    "late-proof": "«healing.late-proof»",
    "two-proposals": "«healing.two-proposals»",
    "silent-proposer": "«healing.silent-proposer»",
    "old-alarm": "«healing.old-alarm»",
    "old-round": "«healing.old-round»",
    "left-behind": "«healing.left-behind»",
    "patience": "«healing.patience»",
    "clock": "«healing.clock»",
    "outvoted": "«healing.outvoted»",
    "look": "«healing.look»",
    "censor": "«healing.censor»",
    "evening": "«healing.evening»",
}
given_faults = {
    "fork": "«fault.fork»",
    "double": "«fault.double»",
    "unproven": "«fault.unproven»",
    "unlocked": "«fault.unlocked»",
    "wrong": "«fault.wrong»",
    "stall": "«fault.stall»",
    "broken": "«fault.broken»",
}
for given_evening in draw_evenings(SEED, "healing"):
    given_fault = judge(given_evening, play(given_evening.schedule))
    given_text = f"{given_stories[given_evening.key]} + {given_faults.get(given_fault)}"
    assert given_fault is None, given_text
### END HIDDEN TESTS

# %% test="crashes" points=1
given_transcript = play({
    "weights": FOUR, "pools": dict.fromkeys("ABCD", ["red"]), "crashes": [["A", 470, 615]],
    "late": [["A", "C", "proposal", 0, 2000], ["D", "A", "prevote", 0, 600]],
})
assert isinstance(given_transcript, list) and given_transcript, "«needs.play»"
assert find_fault(given_transcript) != "double", "«crashes.visible»"
assert sorted(given_row[1] for given_row in given_transcript if given_row[2] == "decide") == list("ABCD"), "«crashes.visible-all»"
### BEGIN HIDDEN TESTS
from minichain.network.voting_evenings import draw_evenings, judge
given_stories = {
    "lost-lock": "«crashes.lost-lock»",
    "two-precommits": "«crashes.two-precommits»",
    "back-again": "«crashes.back-again»",
    "evening": "«crashes.evening»",
}
given_faults = {
    "fork": "«fault.fork»",
    "double": "«fault.double»",
    "unproven": "«fault.unproven»",
    "unlocked": "«fault.unlocked»",
    "wrong": "«fault.wrong»",
    "stall": "«fault.stall»",
    "broken": "«fault.broken»",
}
for given_evening in draw_evenings(SEED, "crashes"):
    given_fault = judge(given_evening, play(given_evening.schedule))
    given_text = f"{given_stories[given_evening.key]} + {given_faults.get(given_fault)}"
    assert given_fault is None, given_text
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 10 · One liar too many
# Change sides. Of **four** members with equal weights, **two** are yours now. The other two follow the rules, and their rules are right. Write the script of your lies, such that these two decide differently at height 1.
#
# Return a list of `[time, recipient, message]`, as in a schedule's `"lies"`. The times are whole numbers from 0 that give the order; your recipients are the two honest members. `build_message` makes the messages, and `lie` whole rows; it takes the recipients as a list, because a name may be longer than a letter. In a proposal, give `pol_round=None`. You can sign for your two members only. What the honest two say to each other arrives after all of your lies, because the network is slow; but you cannot make them say anything.
#
# Two things to know. The proposer must be yours, and the honest members know whose turn it is (at height 1, `turns` makes no difference). And whoever hears messages of a later round from more than a third of the weight goes there at once (line 55 of the paper's algorithm): any messages of that round will do, and none that came earlier is lost.
#
# The test hands your script to MiniChain's own engine, `minichain.consensus.tbft`, at four tables; how it does that you need not read.

# %% [markdown] lang="zh"
# ## 10 · 多了一个说谎者
# 现在换到说谎者一边。**四个**成员权重相同，其中**两个**听你的。另外两个遵守规则，而且规则写得没有错。请写出你的谎话脚本，让这两个成员在高度 1 作出不同的决定。
#
# 返回由 `[时间, 接收者, 消息]` 组成的列表，与日程里的 `"lies"` 一样。时间是从 0 开始的整数，只用来排顺序；接收者就是那两个诚实成员。消息用 `build_message` 来造，整行可以用 `lie` 来造；名字可能不止一个字母，所以接收者要写成列表交给它。提议里要写 `pol_round=None`。你只能替自己的两个成员签名。两个诚实成员之间说的话，因为网络慢，要在你的谎话全部说完之后才到；不过你也不能替他们说话。
#
# 有两件事要知道。提议节点必须是你的人，而轮到谁，诚实成员心里清楚（在高度 1，`turns` 是几都一样）。还有，谁从超过三分之一的权重那里听到后面某一轮的消息，就会立刻跟到那一轮去（论文中算法的第 55 行）：那一轮的什么消息都算，先到的也不会丢。
#
# 测试会把你的脚本交给 MiniChain 自己的引擎 `minichain.consensus.tbft`，换四种说谎者的组合各跑一遍；它是怎么跑的，可以不看。

# %% task="attack"
def build_lies(weights: dict[str, int], liars: list[str]) -> list[list]:
    """«build_lies»

    «build_lies.more»
    """
    ### BEGIN SOLUTION
    members = list(weights)
    honest = [member for member in members if member not in liars]
    turn = min(members.index(liar) for liar in liars)
    lies = []
    for victim, value in zip(honest, ["red", "blue"]):
        lies.append([0, victim, build_message("proposal", members[turn], value, turn, pol_round=None)])
        for time, kind in ((1, "prevote"), (2, "precommit")):
            lies += [[time, victim, build_message(kind, liar, value, turn)] for liar in liars]
    return lies
    ### END SOLUTION

# %% test="attack" points=3
from dataclasses import replace

from minichain.consensus.machine import Broadcast, Decide, Received, Started, Validator
from minichain.consensus.tbft import Tbft
from minichain.consensus.tbft_algorithm import TbftSettings
from minichain.consensus.tbft_messages import Kind, Proposal, Vote
from minichain.ledger.encoding import encode
from minichain.network.simulated_ledger import Batch, SimulatedLedger, compute_hash
from minichain.network.tokens import Notes, Pen


def spell_lie(message, notes):
    """«spell_lie»"""
    content = None if message["value"] is None else encode(Batch(message["height"], message["value"], ()))
    value_id, kind = content and compute_hash(content), Kind[message["kind"].upper()]
    vote = Vote(kind, message["height"], message["round"], value_id, message["member"], b"")
    vote = replace(vote, signature=Pen(message["member"], notes).sign(vote.statement))
    return Proposal(vote, content) if kind is Kind.PROPOSAL else vote


def replay_lies(weights, liars, lies):
    """«replay_lies»"""
    notes, validators = Notes(), tuple(Validator(member, weight) for member, weight in weights.items())
    honest = [member for member in weights if member not in liars]
    machines = {
        member: Tbft(TbftSettings(), member, validators, SimulatedLedger(member, validators), Pen(member, notes), ()) for member in honest
    }
    decided, said = {}, []

    def take(member, event):
        for effect in machines[member].step(event):
            if isinstance(effect, Broadcast):
                said.append((member, effect.message))
            elif isinstance(effect, Decide):
                decided[member] = effect.value

    for member in honest:
        take(member, Started())
    for _, recipient, message in sorted(lies, key=lambda one: one[0]):
        take(recipient, Received(message["member"], spell_lie(message, notes)))
    for sender, message in said:
        for other in honest:
            if other != sender:
                take(other, Received(sender, message))
    return decided


for given_liars in (["A", "B"], ["A", "C"], ["B", "D"], ["D", "C"]):
    given_script = build_lies(FOUR, given_liars)
    assert isinstance(given_script, list) and all(isinstance(given_row, list) and len(given_row) == 3 for given_row in given_script), "«attack.list»"
    given_text = f"{', '.join(given_liars)} → «attack.signed»"
    assert all(given_row[2]["member"] in given_liars for given_row in given_script), given_text
    assert all(given_row[1] in FOUR and given_row[1] not in given_liars for given_row in given_script), "«attack.recipient»"
    assert all(given_row[2]["kind"] in ("proposal", "prevote", "precommit") for given_row in given_script), "«attack.kind»"
    given_proposals = [given_row[2] for given_row in given_script if given_row[2]["kind"] == "proposal"]
    assert all(given_message.get("pol_round", 0) is None for given_message in given_proposals), "«attack.pol-round»"
    given_decided = replay_lies(FOUR, given_liars, given_script)
    given_text = f"{', '.join(given_liars)} → «attack.decide»"
    assert len(given_decided) == 2, given_text
    given_text = f"{', '.join(given_liars)} → «attack.fork»"
    assert len(set(given_decided.values())) == 2, given_text
### BEGIN HIDDEN TESTS
import itertools
import random
given_draw = random.Random(f"{SEED}/attack")
for given_pair in itertools.combinations(range(4), 2):
    given_names = given_draw.sample(["bank", "port", "ship", "toll", "yard", "A", "D"], 4)
    given_weights, given_liars = dict.fromkeys(given_names, 1), [given_names[place] for place in given_pair]
    if given_draw.random() < 0.5:
        given_liars.reverse()
    given_script = build_lies(given_weights, given_liars)
    assert {given_row[1] for given_row in given_script} <= given_weights.keys() - set(given_liars), "«attack.any-recipient»"
    assert all(given_row[2]["member"] in given_liars for given_row in given_script), "«attack.any»"
    assert len(set(replay_lies(given_weights, given_liars, given_script).values())) == 2, "«attack.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# Nothing was wrong with the honest members' rules, and they decided differently all the same. With *f* liars it takes more than 3*f* members; that is not a weakness of TBFT but a border that no protocol can cross (without trusting something else).
#
# **What this leaves out.** Signatures were taken for granted, and so was gossip: that every message gets to everybody in the end. Here a block is a word; in reality its hash is voted on, and the block travels in parts. Whoever votes twice leaves two signatures behind, and with these two anybody can prove it: what becomes of such a member is a matter of governance. And of a block's cost nothing was said: with *n* members every round takes about 2*n*² messages. How to do with fewer is the subject of the next lab.

# %% [markdown] lang="zh"
# 诚实成员的规则没有任何错，他们还是作出了不同的决定。要容忍 *f* 个说谎者，成员必须多于 3*f* 个：这不是 TBFT 的弱点，而是任何协议都越不过的界线（除非另外信任别的什么）。
#
# **这里没讲到的：** 签名直接当作可靠的，闲聊（gossip）也是：每条消息最终都会传到每个成员那里。这里的区块只是一个词；实际上投票投的是它的哈希值，区块本身则分成小块传送。投两次票的成员留下了两个签名，谁拿着这两个签名都能证明它作恶；怎么处置，是治理的事。代价也没有讲：*n* 个成员，每轮大约要 2*n*² 条消息。怎样才能少一些，是下一个实验的主题。
