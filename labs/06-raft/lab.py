# %% [markdown] lang="en"
# # Raft
# Five copies of one log, and any two of the five may be gone.
#
# One computer that puts all requests in order is simple, and when its disk dies, everything stands still. So let five keep the same **log**: the same entries in the same order. They talk over a network that loses messages, repeats them and lets them overtake each other; and any of the five may lose power between one line of its program and the next. What was once confirmed to a customer must never be taken back.
#
# **Raft** (Ongaro and Ousterhout, 2014) does it with one idea: in each period, called a **term**, at most one member is the **leader**. It alone adds entries, the others copy them, and an entry that a majority of the members stores is **committed**. Hyperledger Fabric orders its transactions this way, ChainMaker does where it is configured so, and Kubernetes keeps its state in etcd, which is built on Raft.
#
# You will write the rules of a member, about a hundred lines: who gets a vote, which entries a follower takes, when an entry is committed. A cluster that is given lets your rules run, with power failures and a network cut in two. In the end you change sides and build the run of events by which one small change of the commit rule loses a confirmed entry.

# %% [markdown] lang="zh"
# # Raft
# 同一份日志存五份，丢了任意两份都不要紧。
#
# 由一台电脑给所有请求排顺序，很简单；可它的硬盘一坏，一切就都停了。那就让五台保存同一份**日志**（log）：条目相同，顺序相同。它们靠网络通信，而网络会丢消息、重复消息，还会让后发的先到；五台里的任何一台，都可能在程序的两行之间断电。而凡是已经向客户端确认过的，绝不能反悔。
#
# **Raft**（Ongaro 与 Ousterhout，2014 年）靠一个想法做到了这一点：时间分成一段一段，每一段叫一个**任期**（term），每个任期至多有一个成员是**领导者**（leader）。只有它能添加条目，其余成员照抄；多数成员都存下的条目，就算**已提交**（committed）。Hyperledger Fabric 就是这样给交易排序的，长安链可以配置成这样，Kubernetes 把自己的状态存在 etcd 里，而 etcd 正是建立在 Raft 上的。
#
# 成员要遵守的规则由你来写，大约一百行：票投给谁，跟随者收下哪些条目，条目什么时候算提交。有一个现成的集群来跑你的规则，还会让成员断电，把网络切成两半。最后换到攻击者一边：提交规则只改一小处，由你设计一连串事件，让一个已经确认的条目丢失。

# %% [markdown] lang="en"
# ## How this works
# - Run the cell below this text first (click into it and press Shift+Enter, or ▶ at the top): its table follows your tests as you run them; in the course's own page, a click on the points at the top opens it, too. A cell that runs for more than 20 seconds is stopped, so an endless loop does no harm.
# - Put your code in place of the line `raise NotImplementedError()`, then run the test cell below. No message means passed. `NotImplementedError` means that a task has no code yet. Otherwise read the **last line** of the error (the table shows it, too): it tells you what to look at. If it is one of Python's own errors, find the line of yours that `---->` points at. If several tests fail, begin with the first.
# - The first line of a test cell says what it is worth: 36 points in all. When your work is graded, further tests run that you cannot see here: edge cases of each function, and dozens of runs in which members crash and the network is cut. Every sentence of a task counts.
# - Later tasks call the functions of earlier ones: start at the top, and run every code cell on the way, those that are given too: a `NameError` in a test names what was not run. You need no import. Leave the cell with `SEED` as it is: the grader draws its runs from it.

# %% [markdown] lang="zh"
# ## 怎么做
# - 先运行这段文字下面的单元格（点一下它，按 Shift+Enter，或点上方的 ▶）：它给出一张进度表，每运行一个测试就更新一次；在课程网页里做实验时，点页面上方的分数，随时能打开这张表。单元格运行超过 20 秒会自动中止，写出死循环也不要紧。
# - 用你的代码换掉 `raise NotImplementedError()` 那一行，然后运行下面的测试单元格。什么都不显示，就是通过。报 `NotImplementedError`，说明这个任务还没有写。其他报错，就看**最后一行**（进度表里也有），它会告诉你该看哪里；如果是 Python 自己的报错，再找 `---->` 指着的、你自己写的那一行。有好几项没通过时，先改最前面的一项。
# - 测试单元格的第一行写着分值，总共 36 分。正式评分时还会运行一些这里看不到的测试：每个函数的边界情况，还有几十次有成员崩溃、网络被切断的运行。任务里的每句话都要仔细看、照着做。
# - 后面的任务会用到前面写好的函数，请从头做起；途中的代码单元格，现成的也都要运行：测试里报 `NameError`，就是定义那个名字的单元格还没运行。不需要导入任何模块。写着 `SEED` 的单元格不用动，评分程序用它生成各次运行。

# %% figure=true
from minichain.learn import save_progress, watch_progress
watch_progress("«lab.tests»", lang="«lab.lang»", lab="«lab.id»", version="«lab.version»")

# %% parameters=true
SEED = 0

# %% [markdown] lang="en"
# ## Look first
# Five members, each a line on which time runs to the right; the colour of a line and the number on it tell the term. At the right stands the log of each: a box for each entry with the term in which it was added (point at it to see the value); what is committed has a thick edge, and a bar below it.
#
# The first second has passed: who was elected? The one entry is empty: in this figure every new leader begins with such an entry. The leader that you will write does without; task 7 tells what it is good for. Now let the leader crash, or cut it off, and let time pass: how long does it take until there is a new one? What becomes of a value that a cut-off leader adds?
#
# ("Add a value" asks all members, and whoever takes itself for the leader adds it. With each press of a button a little time passes. By keyboard: Tab goes from one control to the next; Space opens the list of members, arrow keys choose, Enter takes; Space presses a button.)

# %% [markdown] lang="zh"
# ## 先看一看
# 五个成员，各占一行，时间向右走；行的颜色和上面的数字表示任期。右边是各自的日志：一个条目一个方框，写着它是在哪个任期添加的（指针移上去能看到值）；已提交的有粗边，下面还有一条横杠。
#
# 第一秒已经过去：谁当选了？日志里唯一的条目是空的：在这张图里，新领导者一上任就先添加一个空条目。你要写的领导者不这样做；空条目有什么好处，任务 7 会讲。再让领导者崩溃，或者切断它的网络，让时间继续走：过多久有了新的领导者？被切断的领导者如果还收到一个值，这个值后来怎样了？
#
# （“请求写入一个值”是向所有成员请求的，凡是自认为领导者的都会添加。每按一次按钮，时间都会过去一小会儿。用键盘：Tab 移到下一个控件；成员的列表用空格打开，方向键选择，回车确定；按钮用空格按下。）

# %% figure=true
from minichain.learn import show_raft_cluster
show_raft_cluster(lang="«lab.lang»")

# %% [markdown] lang="en"
# ## What is given
# A **log** is a list of entries, and an **entry** a list `[term, value]`: the term in which a leader added it, and what was asked for. Entries are counted from **1**: the entry at index 1 is `log[0]`. Index 0 means: before the first. `get_term(log, index)` gives the term of the entry at an index: `0` for index 0, `None` if there is no such entry.
#
# A **node** is all that a member knows, a dict:
#
# | key | what it is |
# |---|---|
# | `"name"`, `"members"` | its own name, and the names of all, its own among them |
# | `"term"`, `"vote"`, `"log"` | its term, whom it voted for in this term (`None`: nobody), its log |
# | `"role"` | `"follower"`, `"candidate"` or `"leader"` |
# | `"votes"` | a candidate's voters: names, each once, in any order |
# | `"commit"` | the index up to which it knows the log to be committed |
# | `"next"`, `"match"` | what a leader knows of each other member: the index of the entry to send it next, and the index up to which its log is known to agree with the leader's |
#
# **Term, vote and log stand on the disk** and are still there after a power failure. All else is gone then, and the member comes back as a follower with `"commit"` 0.
#
# Members send each other four kinds of **messages**, dicts as well; each has `"kind"`, `"from"`, `"to"`, and the `"term"` of its sender:
#
# | kind | who sends it | further keys |
# |---|---|---|
# | `"ask"` | a candidate: vote for me | `"last_term"`, `"last_index"`: term and index of the last entry of its log |
# | `"vote"` | the answer | `"granted"`: `True` or `False` |
# | `"append"` | a leader: take these | `"after"`, `"after_term"`: index and term of the entry in front of these; `"entries"`, at most two, perhaps none; `"commit"`, the leader's |
# | `"ack"` | the answer | `"ok"`: `True` or `False`; `"index"`: see task 5 |
#
# `make_message(node, to, kind, …)` makes a message from `node`, and `make_append(node, to)` the `"append"` that a leader sends to a member next. `get_others(node)` lists the other members; what goes to all of them leaves in this order. Your rules are functions that get a node and give back **a new one**: never change a node or a log that you were given, but write `{**node, "role": "follower"}` and `log + [entry]`.

# %% [markdown] lang="zh"
# ## 已经给出的
# **日志**（log）是条目的列表，**条目**（entry）是列表 `[term, value]`：领导者添加它时的任期，以及请求的内容。条目从 **1** 数起：下标 1 的条目是 `log[0]`，下标 0 表示第一个条目之前。`get_term(log, index)` 给出某个下标处条目的任期：下标 0 得 `0`，没有这个条目得 `None`。
#
# **节点**（node）是一个字典，装着一个成员所知道的一切：
#
# | 键 | 含义 |
# |---|---|
# | `"name"`、`"members"` | 自己的名字；全体成员的名字，包括自己 |
# | `"term"`、`"vote"`、`"log"` | 任期；在这个任期里票投给了谁（`None` 是还没投）；日志 |
# | `"role"` | 角色：跟随者 `"follower"`、候选者 `"candidate"` 或领导者 `"leader"` |
# | `"votes"` | 投票给这个候选者的成员：每个名字一次，顺序不限 |
# | `"commit"` | 据它所知，日志提交到了哪个下标 |
# | `"next"`、`"match"` | 领导者为其余每个成员记着：下一次从哪个下标的条目开始发；已知它的日志到哪个下标为止与领导者的相同 |
#
# **任期、选票和日志写在硬盘上**，断电之后还在。其余的都会丢失，成员重启后是跟随者，`"commit"` 为 0。
#
# 成员之间发送四种**消息**，也是字典；每条都有 `"kind"`、`"from"`、`"to"`，以及发送者的任期 `"term"`：
#
# | 种类 | 谁发的 | 其余的键 |
# |---|---|---|
# | `"ask"` | 候选者：请投我一票 | `"last_term"`、`"last_index"`：它的日志里最后一个条目的任期和下标 |
# | `"vote"` | 回复 | `"granted"`：`True` 或 `False` |
# | `"append"` | 领导者：请收下这些条目 | `"after"`、`"after_term"`：这些条目的前一个条目的下标和任期；`"entries"`：至多两个，也可能没有；`"commit"`：领导者的 |
# | `"ack"` | 回复 | `"ok"`：`True` 或 `False`；`"index"`：见任务 5 |
#
# `make_message(node, to, kind, …)` 造一条由 `node` 发出的消息，`make_append(node, to)` 造领导者接下来该发给某个成员的 `"append"`。`get_others(node)` 列出其余成员；发给所有其余成员的消息，都按这个顺序发出。你写的规则都是函数，传入一个节点，返回**一个新的**：不要改动传入的节点和日志，而要写成 `{**node, "role": "follower"}`、`log + [entry]`。

# %%
MEMBERS = ["A", "B", "C", "D", "E"]
BATCH = 2


def make_node(name, members, term=0, vote=None, log=()):
    """«make_node»"""
    node = {"name": name, "members": list(members), "term": term, "vote": vote, "log": list(log)}
    return {**node, "role": "follower", "votes": [], "commit": 0, "next": {}, "match": {}}


def get_term(log, index):
    """«get_term»"""
    if index == 0:
        return 0
    return log[index - 1][0] if index <= len(log) else None


def get_others(node):
    """«get_others»"""
    return [name for name in node["members"] if name != node["name"]]


def make_message(node, to, kind, **fields):
    """«make_message»"""
    return {"kind": kind, "from": node["name"], "to": to, "term": node["term"], **fields}


def make_append(node, to):
    """«make_append»"""
    after, log = node["next"][to] - 1, node["log"]
    entries = log[after : after + BATCH]
    return make_message(node, to, "append", after=after, after_term=get_term(log, after), entries=entries, commit=node["commit"])

# %% [markdown] lang="en"
# ## 1 · A newer term
# Terms are the clock of Raft. Nobody can tell what time it is, but everybody can tell which of two terms is newer. Whoever learns of a **newer** term than its own enters it at once: it takes the term over, has voted for nobody in it yet (`"vote"` is `None`, `"votes"` is empty), and is a follower, whatever it was before. All else stays. A leader does it too: that there is a newer term means that somebody was able to ask for votes without it.
#
# The same term, or an older one, changes nothing.

# %% [markdown] lang="zh"
# ## 1 · 更大的任期
# 任期是 Raft 的时钟。几点了谁也说不准，但两个任期哪个更大，谁都看得出来。成员一旦得知比自己**更大**的任期，就立刻进入它：把任期改成新的，在新任期里还没有给谁投过票（`"vote"` 是 `None`，`"votes"` 为空），而且不论原来是什么，都成为跟随者。其余的不变。领导者也不例外：有了更大的任期，说明有人已经绕过它发起了选举。
#
# 任期相同或更小，什么都不变。

# %% task="term"
def take_term(node: dict, term: int) -> dict:
    """«take_term»

    «take_term.more»
    """
    ### BEGIN SOLUTION
    if term <= node["term"]:
        return node
    return {**node, "term": term, "vote": None, "role": "follower", "votes": []}
    ### END SOLUTION

# %% test="term" points=2
given_node = {**make_node("B", MEMBERS, 3, "B", [[1, "x"]]), "role": "leader", "votes": ["B", "C", "D"], "commit": 1}
given_answer = take_term(given_node, 5)
assert isinstance(given_answer, dict), "«term.node»"
assert given_answer["term"] == 5, "«term.term»"
assert given_answer["vote"] is None, "«term.vote»"
assert given_answer["role"] == "follower" and given_answer["votes"] == [], "«term.role»"
assert given_answer["log"] == [[1, "x"]] and given_answer["commit"] == 1, "«term.rest»"
assert given_node["term"] == 3 and given_node["role"] == "leader", "«given»"
assert take_term(given_node, 3) == given_node, "«term.same»"
assert take_term(given_node, 2) == given_node, "«term.older»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/term")
for _ in range(60):
    given_term, given_new = given_draw.randrange(8), given_draw.randrange(9)
    given_node = {
        **make_node("C", ["B", "C", "D"], given_term, given_draw.choice([None, "B", "C"]), [[1, "p"]] * given_draw.randrange(3)),
        "role": given_draw.choice(["follower", "candidate", "leader"]), "votes": given_draw.sample(["B", "C", "D"], given_draw.randrange(4)),
        "commit": given_draw.randrange(3), "next": {"B": 2, "D": 1}, "match": {"B": 1, "D": 0},
    }
    given_answer = take_term(given_node, given_new)
    if given_new <= given_term:
        assert given_answer == given_node, "«term.any-old»"
    else:
        for given_key, expected in (("term", given_new), ("vote", None), ("role", "follower"), ("votes", [])):
            assert given_answer[given_key] == expected, "«term.any-new»"
        for given_key in ("name", "members", "log", "commit"):
            assert given_answer[given_key] == given_node[given_key], "«term.any-new»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 2 · Whom to vote for
# A candidate asks for a vote. Two rules decide, and each of them has a reason.
#
# - **One vote in a term.** Any two majorities share a member: of five, three and three would be six. If nobody votes for two candidates in the same term, no two of them can win it. Asked again by the same candidate (the first answer may have been lost), a member says yes again.
# - **Only for a log that is at least as up to date as one's own.** A majority stores what is committed, and a majority votes for whoever wins. So at least one of the voters stores it; and if that one refuses everybody who is behind, a leader has all that is committed. Which of two logs is more up to date? The one whose **last entry** has the newer term; if these terms are the same, the longer one. Equal logs are both up to date.
#
# `on_ask` returns the new node, with the vote in it if it was granted, and a list with the one message that is the answer: `"vote"`, to the candidate, with `"granted"`. A request of an **older** term than the node's is refused; a refusal is an answer too. A newer term than the node's does not come here: task 8 sees to that with `take_term`.

# %% [markdown] lang="zh"
# ## 2 · 票投给谁
# 候选者来拉票。投不投看两条规则，每一条都有道理。
#
# - **一个任期只投一票。** 任意两个多数派都有共同的成员：一共五个，三个加三个就是六个了。只要没有人在同一个任期里投给两个候选者，就不可能有两个候选者都当选。同一个候选者再来拉一次票（上一次的回复可能丢了），就再答应一次。
# - **只投给日志至少和自己一样新的。** 已提交的条目有多数成员存着，当选者也得到了多数成员的票。所以投票的人里，总有一个存着它；只要这个人拒绝一切比自己落后的，领导者就一定有全部已提交的条目。两份日志哪份更新？看**最后一个条目**：任期大的更新；任期相同，长的更新。两样都相同，算一样新。
#
# `on_ask` 返回新的节点（答应了，就把票记在里面），以及只含一条回复的列表：发给候选者的 `"vote"`，带上 `"granted"`。任期比节点**小**的请求要拒绝；拒绝也是回复。任期比节点大的请求到不了这里：任务 8 会用 `take_term` 先处理好。

# %% task="vote"
def is_up_to_date(log: list, last_term: int, last_index: int) -> bool:
    """«is_up_to_date»

    «is_up_to_date.more»
    """
    ### BEGIN SOLUTION
    return (last_term, last_index) >= (get_term(log, len(log)), len(log))
    ### END SOLUTION


def on_ask(node: dict, message: dict) -> tuple[dict, list[dict]]:
    """«on_ask»

    «on_ask.more»
    """
    ### BEGIN SOLUTION
    candidate = message["from"]
    granted = (
        message["term"] == node["term"]
        and node["vote"] in (None, candidate)
        and is_up_to_date(node["log"], message["last_term"], message["last_index"])
    )
    if granted:
        node = {**node, "vote": candidate}
    return node, [make_message(node, candidate, "vote", granted=granted)]
    ### END SOLUTION

# %% test="vote" points=4
assert is_up_to_date([], 0, 0) is True, "«vote.empty»"
assert is_up_to_date([[1, "x"]], 1, 1) is True, "«vote.equal»"
assert is_up_to_date([[1, "x"], [1, "y"]], 1, 1) is False, "«vote.shorter»"
assert is_up_to_date([[2, "x"]], 1, 7) is False, "«vote.long-but-old»"
assert is_up_to_date([[1, "x"], [1, "y"], [1, "z"]], 2, 1) is True, "«vote.short-but-new»"
given_node = make_node("B", MEMBERS, 3, None, [[1, "x"], [2, "y"]])
given_ask = {"kind": "ask", "from": "A", "to": "B", "term": 3, "last_term": 2, "last_index": 2}
given_answer = on_ask(given_node, given_ask)
assert isinstance(given_answer, tuple) and len(given_answer) == 2, "«vote.pair»"
assert isinstance(given_answer[1], list) and len(given_answer[1]) == 1, "«vote.one-message»"
assert given_answer[1][0] == {"kind": "vote", "from": "B", "to": "A", "term": 3, "granted": True}, "«vote.yes»"
assert given_answer[0]["vote"] == "A", "«vote.noted»"
assert given_node["vote"] is None, "«given»"
given_voted = given_answer[0]
given_answer = on_ask(given_voted, given_ask)
assert len(given_answer[1]) == 1 and given_answer[1][0]["granted"] is True, "«vote.again»"
given_answer = on_ask(given_voted, {**given_ask, "from": "C"})
assert len(given_answer[1]) == 1 and given_answer[1][0]["granted"] is False and given_answer[0]["vote"] == "A", "«vote.second»"
assert given_answer[1][0]["to"] == "C", "«vote.to»"
given_answer = on_ask(given_node, {**given_ask, "last_term": 1, "last_index": 9})
assert len(given_answer[1]) == 1 and given_answer[1][0]["granted"] is False and given_answer[0]["vote"] is None, "«vote.behind»"
given_answer = on_ask(given_node, {**given_ask, "term": 2})
assert len(given_answer[1]) == 1 and given_answer[1][0]["granted"] is False and given_answer[0]["vote"] is None, "«vote.old»"
assert given_answer[1][0]["term"] == 3, "«vote.own-term»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/vote")
for _ in range(150):
    given_log = [[given_term, "v"] for given_term in sorted(given_draw.choices(range(1, 5), k=given_draw.randrange(5)))]
    given_last_term, given_last_index = given_draw.randrange(5), given_draw.randrange(6)
    ours = given_log[-1][0] if given_log else 0
    further = given_last_term > ours or (given_last_term == ours and given_last_index >= len(given_log))
    assert is_up_to_date(given_log, given_last_term, given_last_index) is further, "«vote.any-up-to-date»"
    given_node = {
        **make_node("D", ["B", "D", "E"], 5, given_draw.choice([None, "B", "D", "E"]), given_log),
        "role": given_draw.choice(["follower", "candidate"]), "votes": ["D"], "commit": len(given_log) // 2,
    }
    given_ask = {
        "kind": "ask", "from": given_draw.choice(["B", "E"]), "to": "D", "term": given_draw.choice([5, 5, 5, 4]),
        "last_term": given_last_term, "last_index": given_last_index,
    }
    granted = given_ask["term"] == 5 and further and given_node["vote"] in (None, given_ask["from"])
    expected = {"kind": "vote", "from": "D", "to": given_ask["from"], "term": 5, "granted": granted}
    given_answer, given_messages = on_ask(given_node, given_ask)
    assert given_messages == [expected], "«vote.any-answer»"
    assert given_answer == {**given_node, "vote": given_ask["from"] if granted else given_node["vote"]}, "«vote.any-node»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 3 · An election
# A member that has heard no leader for too long **stands for election**: it enters a term that is one newer, becomes a candidate, votes for itself (`"vote"`, and `"votes"` holds its own name), and sends an `"ask"` to every other member. It may have been a candidate already, whose election came to nothing; then it does the same again.
#
# `on_vote` counts an answer. A member that is not a candidate (any more) ignores it, and a candidate ignores an answer that was not granted. A member counts **once**, however often its answer arrives. As soon as the voters are **more than half of all members**, not only of those who answered, the candidate is the leader of this term. About each other member it knows nothing yet and tries the end of its own log: `"next"` is one more than the index of its last entry, `"match"` is 0; all else stays, `"votes"` too. At once it sends an `"append"` to every other member, so that they hear of it.
#
# Both functions return the new node and the list of messages. No cluster here has only one member.

# %% [markdown] lang="zh"
# ## 3 · 选举
# 成员太久没有收到领导者的消息，就**发起选举**：任期加一，成为候选者，把票投给自己（`"vote"`；`"votes"` 里是它自己的名字），再给其余每个成员发一条 `"ask"`。它也许本来就是候选者，只是那次选举没有结果；那就再来一遍。
#
# `on_vote` 处理一条投票的回复。节点不是（或不再是）候选者，就忽略它；候选者忽略没有答应的回复。一个成员只算**一票**，不管它的回复到了几次。一旦投票给它的超过**全体成员的一半**（不是回复者的一半），候选者就成为这个任期的领导者。对其余每个成员它还一无所知，就先从自己日志的末尾试起：`"next"` 是最后一个条目的下标加一，`"match"` 是 0；其余的不变，`"votes"` 也留着。它立刻给其余每个成员发一条 `"append"`，让大家知道。
#
# 两个函数都返回新的节点和消息的列表。这里的集群都不止一个成员。

# %% task="election"
def start_election(node: dict) -> tuple[dict, list[dict]]:
    """«start_election»

    «start_election.more»
    """
    ### BEGIN SOLUTION
    me, log = node["name"], node["log"]
    node = {**node, "term": node["term"] + 1, "role": "candidate", "vote": me, "votes": [me]}
    last = {"last_term": get_term(log, len(log)), "last_index": len(log)}
    return node, [make_message(node, to, "ask", **last) for to in get_others(node)]
    ### END SOLUTION


def on_vote(node: dict, message: dict) -> tuple[dict, list[dict]]:
    """«on_vote»

    «on_vote.more»
    """
    ### BEGIN SOLUTION
    if node["role"] != "candidate" or not message["granted"]:
        return node, []
    node = {**node, "votes": sorted({*node["votes"], message["from"]})}
    if len(node["votes"]) <= len(node["members"]) // 2:
        return node, []
    others = get_others(node)
    node = {**node, "role": "leader", "next": dict.fromkeys(others, len(node["log"]) + 1), "match": dict.fromkeys(others, 0)}
    return node, [make_append(node, to) for to in others]
    ### END SOLUTION

# %% test="election" points=5
given_node = make_node("A", MEMBERS, 4, "C", [[1, "x"], [3, "y"]])
given_answer = start_election(given_node)
assert isinstance(given_answer, tuple) and len(given_answer) == 2, "«election.pair»"
given_candidate, given_messages = given_answer
assert given_candidate["term"] == 5 and given_candidate["role"] == "candidate", "«election.term»"
assert given_candidate["vote"] == "A" and list(given_candidate["votes"]) == ["A"], "«election.itself»"
assert given_node["term"] == 4 and given_node["role"] == "follower", "«given»"
assert [given_message["to"] for given_message in given_messages] == ["B", "C", "D", "E"], "«election.all»"
assert given_messages[0]["kind"] == "ask" and given_messages[0]["term"] == 5, "«election.ask»"
assert [given_messages[0].get("last_term"), given_messages[0].get("last_index")] == [3, 2], "«election.last»"
given_answer = start_election(make_node("A", MEMBERS))
assert [given_answer[1][0].get("last_term"), given_answer[1][0].get("last_index")] == [0, 0], "«election.empty»"
given_vote = {"kind": "vote", "from": "B", "to": "A", "term": 5, "granted": True}
given_answer = on_vote(given_candidate, given_vote)
assert isinstance(given_answer, tuple) and len(given_answer) == 2, "«election.pair»"
assert given_answer[0]["role"] == "candidate" and given_answer[1] == [], "«election.two-of-five»"
assert sorted(given_answer[0]["votes"]) == ["A", "B"], "«election.votes»"
assert on_vote(given_answer[0], given_vote)[0]["role"] == "candidate", "«election.twice»"
assert on_vote(given_answer[0], {**given_vote, "from": "C", "granted": False})[0]["role"] == "candidate", "«election.refused»"
given_leader, given_messages = on_vote(given_answer[0], {**given_vote, "from": "D"})
assert given_leader["role"] == "leader", "«election.won»"
assert given_leader["next"] == {"B": 3, "C": 3, "D": 3, "E": 3}, "«election.next»"
assert given_leader["match"] == {"B": 0, "C": 0, "D": 0, "E": 0}, "«election.match»"
assert [given_message["to"] for given_message in given_messages] == ["B", "C", "D", "E"], "«election.appends»"
expected = {"kind": "append", "from": "A", "to": "B", "term": 5, "after": 2, "after_term": 3, "entries": [], "commit": 0}
assert expected in given_messages, "«election.append»"
assert on_vote(given_leader, {**given_vote, "from": "E"}) == (given_leader, []), "«election.late»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/election")
for given_size in (2, 3, 4, 5, 6, 7):
    given_names = given_draw.sample([f"n{number}" for number in range(20)], given_size)
    given_log = [[given_term, "v"] for given_term in sorted(given_draw.choices(range(1, 5), k=given_draw.randrange(4)))]
    given_node = {**make_node(given_names[0], given_names, 6, given_draw.choice(given_names), given_log), "commit": len(given_log) // 2}
    given_node |= {"role": given_draw.choice(["follower", "candidate"]), "votes": given_names[:1]}
    given_node, given_messages = start_election(given_node)
    last = [given_log[-1][0] if given_log else 0, len(given_log)]
    expected = [
        {"kind": "ask", "from": given_names[0], "to": name, "term": 7, "last_term": last[0], "last_index": last[1]} for name in given_names[1:]
    ]
    assert given_messages == expected, "«election.any-ask»"
    assert [given_node[key] for key in ("term", "role", "vote")] == [7, "candidate", given_names[0]], "«election.any-candidate»"
    assert list(given_node["votes"]) == given_names[:1], "«election.any-candidate»"
    assert given_node["log"] == given_log and given_node["commit"] == len(given_log) // 2, "«election.any-candidate»"
    voters = {given_names[0]}
    for _ in range(3 * given_size):
        given_voter, given_granted = given_draw.choice(given_names[1:]), given_draw.random() < 0.7
        before = given_node
        given_node, given_messages = on_vote(
            given_node, {"kind": "vote", "from": given_voter, "to": given_names[0], "term": 7, "granted": given_granted}
        )
        if before["role"] == "leader":
            assert given_node == before and given_messages == [], "«election.any-late»"
            continue
        voters |= {given_voter} if given_granted else set()
        if not given_granted or 2 * len(voters) <= given_size:
            assert given_node["role"] == "candidate" and given_messages == [], "«election.any-count»"
            assert sorted(given_node["votes"]) == sorted(voters), "«election.any-count»"
            continue
        assert given_node["role"] == "leader", "«election.any-count»"
        assert given_node["next"] == {name: len(given_log) + 1 for name in given_names[1:]}, "«election.any-leader»"
        assert given_node["match"] == {name: 0 for name in given_names[1:]}, "«election.any-leader»"
        assert given_node["term"] == 7 and given_node["vote"] == given_names[0] and given_node["log"] == given_log, "«election.any-leader»"
        expected = [
            {"kind": "append", "from": given_names[0], "to": name, "term": 7, "after": last[1], "after_term": last[0], "entries": [],
             "commit": len(given_log) // 2}
            for name in given_names[1:]
        ]
        assert given_messages == expected, "«election.any-leader»"
given_node = {**make_node("n1", ["n1", "n2", "n3"], 7, "n1"), "votes": ["n1"]}
given_vote = {"kind": "vote", "from": "n2", "to": "n1", "term": 7, "granted": True}
assert on_vote(given_node, given_vote) == (given_node, []), "«election.any-follower»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 4 · Two logs become one
# A leader sends entries, and with them the index and the term of the entry **in front** of them, `after` and `after_term`. A follower takes them only if its own log has an entry with that very index and term. Only one leader adds entries in a term, so index and term together name one entry; and because that entry was itself taken on this condition, and so was the one before it, all before it is the same as well (the paper calls this **log matching**). Index 0, before the first entry, always fits, with term 0. `fits` answers this question.
#
# `merge` returns the log into which the entries were taken; it is only called when they fit. Where the follower has nothing yet, they are added. Where it has an entry with the same index and the **same term**, it is the same entry and stays. Where it has one of another term, this one is void, and so is **all behind it**: the log is cut there, and the leader's entries follow.
#
# And if all entries are there already? Then nothing is cut off behind them. An old message may have been late: its entries agree with the log, and what stands behind them came later and has perhaps been confirmed to the leader.

# %% [markdown] lang="zh"
# ## 4 · 两份日志合成一份
# 领导者发来条目，还附上它们**前一个**条目的下标和任期，`after` 和 `after_term`。跟随者自己的日志里也有下标和任期都相同的条目，才收下。一个任期里只有一个领导者添加条目，所以下标和任期合在一起，就认定了是哪个条目；而那个条目当初也要这样对得上才收下，再前面的也一样，所以在它之前的也全都相同（论文里叫**日志匹配**，log matching）。下标 0，即第一个条目之前，总是对得上，任期为 0。`fits` 就判断这一点。
#
# `merge` 返回收下条目之后的日志；对得上，才会用到它。跟随者那里还没有的，添上。下标相同、**任期也相同**的，就是同一个条目，留着。任期不同的，跟随者的那个条目就作废，连同**它后面的全部**：从那里截断，接上领导者的条目。
#
# 如果这些条目早就都有了呢？那么它们后面的什么也不截掉。也许是一条旧消息来晚了：它的条目与日志一致，而后面的那些是后来才收到的，说不定已经向领导者确认过了。

# %% task="merge"
def fits(log: list, after: int, after_term: int) -> bool:
    """«fits»

    «fits.more»
    """
    ### BEGIN SOLUTION
    return get_term(log, after) == after_term
    ### END SOLUTION


def merge(log: list, after: int, entries: list) -> list:
    """«merge»

    «merge.more»
    """
    ### BEGIN SOLUTION
    for number, (term, _) in enumerate(entries):
        if get_term(log, after + number + 1) != term:
            return log[: after + number] + entries[number:]
    return log
    ### END SOLUTION

# %% test="merge" points=4
given_log = [[1, "x"], [1, "y"], [3, "z"]]
assert fits(given_log, 3, 3) is True and fits(given_log, 2, 1) is True, "«merge.fits»"
assert fits(given_log, 3, 1) is False, "«merge.other-term»"
assert fits(given_log, 4, 3) is False, "«merge.beyond»"
assert fits(given_log, 0, 0) is True and fits([], 0, 0) is True, "«merge.beginning»"
assert fits([], 1, 1) is False, "«merge.beyond»"
assert merge([], 0, [[1, "x"]]) == [[1, "x"]], "«merge.first»"
assert merge(given_log, 3, [[3, "p"], [3, "q"]]) == given_log + [[3, "p"], [3, "q"]], "«merge.add»"
assert merge(given_log, 1, [[2, "p"]]) == [[1, "x"], [2, "p"]], "«merge.cut»"
assert merge(given_log, 1, [[1, "y"], [4, "p"]]) == [[1, "x"], [1, "y"], [4, "p"]], "«merge.partly»"
assert merge(given_log, 1, [[1, "y"]]) == given_log, "«merge.late»"
assert merge(given_log, 1, []) == given_log, "«merge.none»"
assert given_log == [[1, "x"], [1, "y"], [3, "z"]], "«given»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/merge")
for _ in range(150):
    given_leader = [[given_term, f"l{number}"] for number, given_term in enumerate(sorted(given_draw.choices([1, 3, 5], k=given_draw.randrange(1, 7))))]
    given_same = given_draw.randrange(len(given_leader) + 1)
    given_rest = [[given_term, "r"] for given_term in sorted(given_draw.choices([2, 4], k=given_draw.randrange(4)))]
    given_log = given_leader[:given_same] + [entry for entry in given_rest if entry[0] > (given_leader[given_same - 1][0] if given_same else 0)]
    for given_after in range(8):
        for given_term in range(6):
            here = given_log[given_after - 1][0] if 0 < given_after <= len(given_log) else -1 if given_after else 0
            assert fits(given_log, given_after, given_term) is (here == given_term), "«merge.any-fits»"
    given_after = given_draw.randrange(given_same + 1)
    given_entries = given_leader[given_after : given_after + given_draw.randrange(6)]
    end = given_after + len(given_entries)
    expected = given_log if end <= given_same else given_leader[:end]
    assert merge(given_log, given_after, given_entries) == expected, "«merge.any-late»" if expected is given_log else "«merge.any-merge»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 5 · What a follower does
# An `"append"` arrives, perhaps with entries, perhaps with none, as a sign of life.
#
# 1. Is its term **older** than the node's? Then its sender is no leader any more: refuse, and change nothing.
# 2. Else its sender is the leader of the node's term, and whoever was a candidate in this term has lost: the node is a follower, and `"votes"` is empty. Its `"vote"` stays; in this term it has voted.
# 3. Does the message not fit the log (task 4)? Refuse; what step 2 changed stays changed, all else stays as it was.
# 4. Else take the entries into the log. What is committed? The leader's `"commit"`, but only **as far as this message reaches**: up to the last of its entries (or `"after"`, if there are none). What the log holds behind that may be left over from another leader. And what is committed stays so: `"commit"` never becomes smaller.
#
# The answer is an `"ack"` to the sender. Taken: `"ok"` is `True`, `"index"` is the index up to which the log is now known to agree with the leader's, that is, the one of the last entry of this message. Refused: `"ok"` is `False`, and `"index"` is the `"after"` of the message.

# %% [markdown] lang="zh"
# ## 5 · 跟随者做什么
# 来了一条 `"append"`，也许带着条目，也许一个也不带，只是心跳。
#
# 1. 它的任期比节点的**小**吗？那么发送者早就不是领导者了：拒绝，什么也不改动。
# 2. 否则，发送者就是节点所在任期的领导者；在这个任期里当候选者的，已经落选了：节点成为跟随者，`"votes"` 为空。它的 `"vote"` 要留着：这个任期里它投过票了。
# 3. 消息与日志对不上（任务 4）？拒绝；第 2 步的改动仍然算数，其余的不变。
# 4. 否则，把条目收进日志。提交到了哪里？以领导者的 `"commit"` 为准，但最多只到**这条消息覆盖到的地方**：它的最后一个条目（没有条目，就是 `"after"`）。日志里再往后的，可能是别的领导者留下的。而已经提交的不会收回：`"commit"` 绝不变小。
#
# 回复是发给发送者的一条 `"ack"`。收下了：`"ok"` 为 `True`，`"index"` 是已知与领导者的日志相同到哪个下标，也就是这条消息最后一个条目的下标（没有条目，就是 `"after"`）。拒绝了：`"ok"` 为 `False`，`"index"` 是消息里的 `"after"`。

# %% task="append"
def on_append(node: dict, message: dict) -> tuple[dict, list[dict]]:
    """«on_append»

    «on_append.more»
    """
    ### BEGIN SOLUTION
    ok, index = False, message["after"]
    if message["term"] == node["term"]:
        node = {**node, "role": "follower", "votes": []}
        if fits(node["log"], index, message["after_term"]):
            log = merge(node["log"], index, message["entries"])
            ok, index = True, index + len(message["entries"])
            node = {**node, "log": log, "commit": max(node["commit"], min(message["commit"], index))}
    return node, [make_message(node, message["from"], "ack", ok=ok, index=index)]
    ### END SOLUTION

# %% test="append" points=4
given_node = {**make_node("B", MEMBERS, 3, "B", [[1, "x"], [2, "y"]]), "role": "candidate", "votes": ["B"], "commit": 1}
given_append = {"kind": "append", "from": "A", "to": "B", "term": 3, "after": 2, "after_term": 2, "entries": [[3, "z"]], "commit": 2}
given_answer = on_append(given_node, given_append)
assert isinstance(given_answer, tuple) and len(given_answer) == 2 and len(given_answer[1]) == 1, "«append.pair»"
assert given_answer[0]["log"] == [[1, "x"], [2, "y"], [3, "z"]], "«append.log»"
assert given_answer[1] == [{"kind": "ack", "from": "B", "to": "A", "term": 3, "ok": True, "index": 3}], "«append.ack»"
assert given_answer[0]["role"] == "follower" and given_answer[0]["votes"] == [], "«append.role»"
assert given_answer[0]["vote"] == "B", "«append.vote»"
assert given_answer[0]["commit"] == 2, "«append.commit»"
assert given_node["log"] == [[1, "x"], [2, "y"]] and given_node["role"] == "candidate", "«given»"
given_answer = on_append(given_node, {**given_append, "after": 3, "after_term": 3})
assert given_answer[1] == [{"kind": "ack", "from": "B", "to": "A", "term": 3, "ok": False, "index": 3}], "«append.refused»"
assert given_answer[0]["log"] == given_node["log"] and given_answer[0]["commit"] == 1, "«append.refused-node»"
assert given_answer[0]["role"] == "follower", "«append.refused-role»"
given_answer = on_append(given_node, {**given_append, "term": 2, "entries": [[2, "q"]]})
assert given_answer[0] == given_node, "«append.old»"
assert given_answer[1] == [{"kind": "ack", "from": "B", "to": "A", "term": 3, "ok": False, "index": 2}], "«append.old-answer»"
given_answer = on_append(given_node, {**given_append, "after": 1, "after_term": 1, "entries": [], "commit": 2})
assert given_answer[0]["commit"] == 1, "«append.reach»"
assert given_answer[0]["log"] == given_node["log"] and given_answer[1][0]["index"] == 1, "«append.none»"
given_answer = on_append({**given_node, "commit": 2}, {**given_append, "after": 1, "after_term": 1, "entries": [], "commit": 1})
assert given_answer[0]["commit"] == 2, "«append.smaller»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/append")
for _ in range(250):
    given_log = [[given_term, "v"] for given_term in sorted(given_draw.choices([1, 2, 4], k=given_draw.randrange(5)))]
    given_node = {
        **make_node("E", ["A", "E", "C"], 5, given_draw.choice([None, "A", "E"]), given_log),
        "role": given_draw.choice(["follower", "candidate"]), "votes": ["E"], "commit": given_draw.randrange(len(given_log) + 1),
    }
    given_after = given_draw.randrange(len(given_log) + 2)
    there = ([0] + [entry[0] for entry in given_log] + [None])[given_after]
    given_append = {
        "kind": "append", "from": "C", "to": "E", "term": given_draw.choice([5, 5, 5, 4]), "after": given_after,
        "after_term": there if there is not None and given_draw.random() < 0.7 else 3,
        "entries": [[given_term, "v"] for given_term in sorted(given_draw.choices([4, 5], k=given_draw.randrange(3)))],
        "commit": given_draw.randrange(7),
    }
    given_end = given_after + len(given_append["entries"])
    ok = given_append["term"] == 5 and there == given_append["after_term"]
    log = given_log
    if ok:
        agrees = [entry[0] for entry in given_log[given_after:given_end]] == [entry[0] for entry in given_append["entries"]]
        same = next((n for n, entry in enumerate(given_append["entries"]) if given_after + n >= len(given_log) or given_log[given_after + n][0] != entry[0]), 0)
        log = given_log if agrees else given_log[: given_after + same] + given_append["entries"][same:]
    given_answer, given_messages = on_append(given_node, given_append)
    expected = {"kind": "ack", "from": "E", "to": "C", "term": 5, "ok": ok, "index": given_end if ok else given_after}
    assert given_messages == [expected], "«append.any-ack»"
    assert given_answer["log"] == log, "«append.any-log»"
    if ok and given_append["commit"] > given_end >= given_node["commit"] and len(log) > given_end:
        assert given_answer["commit"] == given_end, "«append.any-leftover»"
    assert given_answer["commit"] == (max(given_node["commit"], min(given_append["commit"], given_end)) if ok else given_node["commit"]), "«append.any-commit»"
    expected = {**given_node, "log": log, "commit": given_answer["commit"]}
    assert given_answer == (expected if given_append["term"] == 4 else {**expected, "role": "follower", "votes": []}), "«append.any-node»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 6 · What a leader does
# A client wants a value in the log. A leader puts `[term, value]`, with its own term, behind its log, and sends every other member an `"append"`. A member that does not lead does nothing: the same node, no messages.
#
# `on_ack` learns from an answer; a member that does not lead ignores it too. The sender of the answer is one of the other members:
#
# - **Taken** (`"ok"`): its log agrees with the leader's up to `"index"`, so `"match"` becomes that, unless it is more already (an old answer may come late), and `"next"` is one more than `"match"`. If the leader's log has entries from there on, it sends the next `"append"`; if not, nothing.
# - **Refused**: the member's log does not have what stands in front of these entries. So go back one step. The answer's `"index"` is the `"after"` of the refused message, which is one less than the `"next"` that it was made with: this becomes the new `"next"`, whatever it is by now, but never less than one more than `"match"`. And send the `"append"` for that at once.
#
# Only the numbers of this one member change. The leader's `"commit"` is a matter of its own: task 7.

# %% [markdown] lang="zh"
# ## 6 · 领导者做什么
# 客户端要把一个值写进日志。领导者把 `[term, value]`（用自己的任期）接在日志末尾，再给其余每个成员发一条 `"append"`。不是领导者，就什么也不做：节点不变，没有消息。
#
# `on_ack` 处理一条回复；不是领导者，就忽略它。回复是其余成员中的某一个发来的：
#
# - **收下了**（`"ok"`）：它的日志到 `"index"` 为止与领导者的相同，所以 `"match"` 改成这个数，除非已经更大（旧的回复可能来晚了）；`"next"` 是 `"match"` 加一。领导者的日志从那里起还有条目，就接着发下一条 `"append"`；没有，就不发。
# - **拒绝了**：这个成员的日志里，没有这些条目的前一个条目。那就退一步：回复里的 `"index"` 是被拒绝的消息的 `"after"`，比造那条消息时的 `"next"` 小一；不管 `"next"` 现在是多少，都改成它，但绝不小于 `"match"` 加一。并且立刻按它再发一条 `"append"`。
#
# 只改这一个成员的 `"next"` 和 `"match"`。领导者的 `"commit"` 另有规则，见任务 7。

# %% task="leader"
def submit(node: dict, value: str) -> tuple[dict, list[dict]]:
    """«submit»

    «submit.more»
    """
    ### BEGIN SOLUTION
    if node["role"] != "leader":
        return node, []
    node = {**node, "log": node["log"] + [[node["term"], value]]}
    return node, [make_append(node, to) for to in get_others(node)]
    ### END SOLUTION


def on_ack(node: dict, message: dict) -> tuple[dict, list[dict]]:
    """«on_ack»

    «on_ack.more»
    """
    ### BEGIN SOLUTION
    if node["role"] != "leader":
        return node, []
    sender, match = message["from"], node["match"][message["from"]]
    if message["ok"]:
        match = max(match, message["index"])
        following = match + 1
    else:
        following = max(match + 1, message["index"])
    node = {**node, "match": {**node["match"], sender: match}, "next": {**node["next"], sender: following}}
    if message["ok"] and following > len(node["log"]):
        return node, []
    return node, [make_append(node, sender)]
    ### END SOLUTION

# %% test="leader" points=4
given_node = {
    **make_node("A", ["A", "B", "C"], 3, "A", [[1, "x"], [2, "y"], [3, "z"]]), "role": "leader", "votes": ["A", "B"],
    "commit": 1, "next": {"B": 4, "C": 2}, "match": {"B": 0, "C": 1},
}
given_answer = submit(given_node, "w")
assert isinstance(given_answer, tuple) and len(given_answer) == 2, "«leader.pair»"
assert given_answer[0]["log"] == given_node["log"] + [[3, "w"]], "«leader.entry»"
assert [given_message["to"] for given_message in given_answer[1]] == ["B", "C"], "«leader.to-all»"
expected = {"kind": "append", "from": "A", "to": "B", "term": 3, "after": 3, "after_term": 3, "entries": [[3, "w"]], "commit": 1}
assert expected in given_answer[1], "«leader.with-it»"
assert len(given_node["log"]) == 3, "«given»"
assert submit({**given_node, "role": "candidate"}, "w") == ({**given_node, "role": "candidate"}, []), "«leader.not-leading»"
given_ack = {"kind": "ack", "from": "C", "to": "A", "term": 3, "ok": True, "index": 3}
given_answer = on_ack(given_node, given_ack)
assert given_answer[0]["match"] == {"B": 0, "C": 3} and given_answer[0]["next"] == {"B": 4, "C": 4}, "«leader.taken»"
assert given_answer[1] == [], "«leader.nothing-more»"
given_answer = on_ack(given_node, {**given_ack, "index": 2})
expected = {"kind": "append", "from": "A", "to": "C", "term": 3, "after": 2, "after_term": 2, "entries": [[3, "z"]], "commit": 1}
assert given_answer[1] == [expected], "«leader.more»"
given_answer = on_ack({**given_node, "match": {"B": 0, "C": 3}, "next": {"B": 4, "C": 4}}, {**given_ack, "index": 2})
assert given_answer[0]["match"]["C"] == 3 and given_answer[0]["next"]["C"] == 4, "«leader.late»"
given_answer = on_ack(given_node, {**given_ack, "from": "B", "ok": False, "index": 3})
assert given_answer[0]["next"] == {"B": 3, "C": 2} and given_answer[0]["match"] == {"B": 0, "C": 1}, "«leader.back»"
expected = {"kind": "append", "from": "A", "to": "B", "term": 3, "after": 2, "after_term": 2, "entries": [[3, "z"]], "commit": 1}
assert given_answer[1] == [expected], "«leader.again»"
assert on_ack(given_node, {**given_ack, "ok": False, "index": 1})[0]["next"]["C"] == 2, "«leader.floor»"
assert on_ack({**given_node, "role": "follower"}, given_ack) == ({**given_node, "role": "follower"}, []), "«leader.ignored»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/leader")
for _ in range(200):
    given_log = [[given_term, "v"] for given_term in sorted(given_draw.choices([1, 2, 4], k=given_draw.randrange(1, 6)))]
    given_match = {name: given_draw.randrange(len(given_log) + 1) for name in ("B", "D", "E")}
    given_next = {name: given_draw.randrange(match + 1, len(given_log) + 2) for name, match in given_match.items()}
    given_node = {
        **make_node("C", ["B", "C", "D", "E"], 4, "C", given_log), "role": given_draw.choice(["leader", "leader", "follower", "candidate"]),
        "votes": ["C"], "commit": len(given_log) // 2, "next": given_next, "match": given_match,
    }
    given_sender, given_ok = given_draw.choice("BDE"), given_draw.random() < 0.5
    given_ack = {"kind": "ack", "from": given_sender, "to": "C", "term": 4, "ok": given_ok, "index": given_draw.randrange(1, len(given_log) + 1)}
    given_answer, given_messages = on_ack(given_node, given_ack)
    if given_node["role"] != "leader":
        assert (given_answer, given_messages) == (given_node, []), "«leader.any-ignored»"
        assert submit(given_node, "v") == (given_node, []), "«leader.any-ignored»"
        continue
    match = max(given_match[given_sender], given_ack["index"]) if given_ok else given_match[given_sender]
    following = match + 1 if given_ok else max(match + 1, given_ack["index"])
    expected = {**given_node, "match": {**given_match, given_sender: match}, "next": {**given_next, given_sender: following}}
    assert given_answer == expected, "«leader.any-taken»" if given_ok else "«leader.any-refused»"
    expected = [
        {
            "kind": "append", "from": "C", "to": given_sender, "term": 4, "after": following - 1,
            "after_term": given_log[following - 2][0] if following > 1 else 0, "entries": given_log[following - 1 : following + 1],
            "commit": len(given_log) // 2,
        }
    ]
    assert given_messages == (expected if not given_ok or following <= len(given_log) else []), "«leader.any-next»"
    given_answer, given_messages = submit(given_node, "new")
    assert given_answer == {**given_node, "log": given_log + [[4, "new"]]}, "«leader.any-submit»"
    assert [message["to"] for message in given_messages] == ["B", "D", "E"], "«leader.any-submit»"
    for given_message in given_messages:
        assert given_message["entries"] == (given_log + [[4, "new"]])[given_message["after"] :][:2], "«leader.any-submit»"
        assert given_message["after"] == given_next[given_message["to"]] - 1, "«leader.any-submit»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 7 · When is it committed?
# A leader counts. An entry at some index is stored by the leader itself, and by each other member whose `"match"` is at least that index. `compute_commit` returns the **largest index** at which both hold:
#
# - more than half of all members store the entry;
# - its term is **the leader's own term**.
#
# With it, all before it is committed too, of whatever term. If there is no such index above the node's `"commit"`, that stays as it is.
#
# Why not entries of earlier terms, if a majority stores them? Task 9 will show you what can happen. For the time being: it is the rule that most people forget. (And it is why the leaders in the first figure begin with an empty entry: as soon as that is committed, so is all before it, without waiting for a client.)
#
# You need not call this function yourself. The cluster below does, after everything that a leader does, and puts the answer into its `"commit"`; the others hear of it with the next `"append"`.

# %% [markdown] lang="zh"
# ## 7 · 什么时候算提交？
# 领导者来数。某个下标处的条目，领导者自己存着，`"match"` 不小于这个下标的每个成员也存着。`compute_commit` 返回同时满足下面两条的**最大下标**：
#
# - 存着这个条目的，超过全体成员的一半；
# - 它的任期就是**领导者自己的任期**。
#
# 它一提交，在它之前的条目不论什么任期，也都提交了。比节点的 `"commit"` 大的下标里没有满足条件的，就返回 `"commit"` 原来的值。
#
# 以前任期的条目，多数成员也存着，为什么不算？任务 9 会让你看到会出什么事。眼下先记住：最容易被忘掉的，就是这一条。（第一张图里的领导者先添加一个空条目，也是因为它：空条目一提交，在它之前的就都提交了，不必等客户端来写。）
#
# 这个函数不用你自己调用。领导者每做一件事，下面的集群都会调用它，把结果放进领导者的 `"commit"`；其余成员从下一条 `"append"` 里得知。

# %% task="commit"
def compute_commit(node: dict) -> int:
    """«compute_commit»

    «compute_commit.more»
    """
    ### BEGIN SOLUTION
    for index in range(len(node["log"]), node["commit"], -1):
        stored = 1 + sum(match >= index for match in node["match"].values())
        if 2 * stored > len(node["members"]) and get_term(node["log"], index) == node["term"]:
            return index
    return node["commit"]
    ### END SOLUTION

# %% test="commit" points=3
given_node = {**make_node("A", MEMBERS, 3, "A", [[1, "x"], [2, "y"], [3, "z"], [3, "w"]]), "role": "leader", "commit": 0}
assert compute_commit({**given_node, "match": {"B": 4, "C": 4, "D": 0, "E": 0}}) == 4, "«commit.three-of-five»"
assert compute_commit({**given_node, "match": {"B": 4, "C": 0, "D": 0, "E": 0}}) == 0, "«commit.two-of-five»"
assert compute_commit({**given_node, "match": {"B": 4, "C": 3, "D": 3, "E": 0}}) == 3, "«commit.largest»"
assert compute_commit({**given_node, "match": {"B": 2, "C": 2, "D": 2, "E": 2}}) == 0, "«commit.old-term»"
assert compute_commit({**given_node, "commit": 3, "match": {"B": 1, "C": 1, "D": 1, "E": 0}}) == 3, "«commit.stays»"
assert compute_commit({**given_node, "members": ["A", "B", "C", "D"], "match": {"B": 4, "C": 0, "D": 0}}) == 0, "«commit.half»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/commit")
for _ in range(250):
    given_size = given_draw.randrange(2, 7)
    given_names = [f"n{number}" for number in range(given_size)]
    given_log = [[given_term, "v"] for given_term in sorted(given_draw.choices([1, 2, 4], k=given_draw.randrange(6)))]
    given_match = {name: given_draw.randrange(len(given_log) + 1) for name in given_names[1:]}
    given_commit = given_draw.randrange(len(given_log) + 1)
    given_node = {
        **make_node("n0", given_names, 4, "n0", given_log), "role": "leader", "commit": given_commit, "match": given_match,
        "next": {name: match + 1 for name, match in given_match.items()},
    }
    expected = given_commit
    for index, entry in enumerate(given_log, 1):
        stored = len([match for match in given_match.values() if match >= index]) + 1
        if index > given_commit and entry[0] == 4 and stored > given_size / 2:
            expected = index
    given_answer = compute_commit(given_node)
    if expected == given_commit and any(entry[0] < 4 for entry in given_log[given_commit:]):
        assert given_answer == expected, "«commit.any-old»"
    assert given_answer == expected and type(given_answer) is int, "«commit.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## The cluster
# The cell below is given: it takes the cluster from `minichain/network/log_cluster.py`, which lets your rules run and decides nothing by itself. Every member is a node, messages lie in a list while they are under way, and **events** happen one after the other, as a **schedule** says. It is a list of lists:
#
# | event | what happens |
# |---|---|
# | `["timeout", "A"]` | A has waited too long and stands for election (not if it leads) |
# | `["submit", "A", "x"]` | a client asks A to add `x` |
# | `["beat", "A"]` | A, if it leads, sends every other member an `"append"` |
# | `["deliver", "A", "B"]` | the oldest message that is under way from A to B arrives |
# | `["flow"]` | all messages under way arrive, oldest first, and those sent in answer, until it is quiet |
# | `["crash", "A"]` | A's power fails |
# | `["restart", "A"]` | A, if it is down, comes back with what is on its disk |
# | `["cut", ["A", "B"]]` | from now on, what arrives from A and B at the others is lost, and the other way round; a second cut replaces the first |
# | `["heal"]` | the network is whole again |
#
# A message to a member that is down is lost, and a member that is down does nothing. The grader's schedules know some more: `"lose"`, `"repeat"` (a message arrives and stays under way, to arrive once more), `"late"` (it is put behind all others), and `["fail", "B", 1]`: the next time B has something to do, its power fails after the first of its effects.
#
# What a member wants done is a list of **effects**, carried out in their order: `["write", term, vote, log]`, after which these stand on the disk, and `["send", message]`. Power can fail between any two.
#
# Whenever a member does something, or something is done to it, the cluster notes what became of it: `[event, name, role, term, vote, commit, log, sent, effects]`. The list of these notes is the **transcript**; `for note in transcript: print(note[:8])` prints it without the effects. One note, for example, is
#
# `["append A B", "B", "follower", 2, "", 0, "1x 2y", "ack A yes 2", [["write", …], ["send", …]]]`
#
# An `"append"` of A arrived at B. B is in term 2, where it has voted for nobody (`""`); it knows nothing to be committed, its log is `[[1, "x"], [2, "y"]]`, and it has sent A an `"ack"` with `"ok"` and index 2. `sent` tells of each message its kind, its recipient and what its further keys hold, in the order of the table of messages. A message that arrives has a note of its own, so `["flow"]` makes many; one that is lost has none. The role of a member without power is `"down"`; `"cut"` and `"heal"` are noted with the first member.

# %% [markdown] lang="zh"
# ## 集群
# 下面这个单元格是现成的：它从 `minichain/network/log_cluster.py` 取来集群，让你的规则跑起来，自己不作任何决定。每个成员是一个节点，路上的消息放在一个列表里，**事件**（event）按照**日程**（schedule）一个接一个地发生。日程是列表的列表：
#
# | 事件 | 发生什么 |
# |---|---|
# | `["timeout", "A"]` | A 等得太久，发起选举（领导者除外） |
# | `["submit", "A", "x"]` | 客户端请 A 添加 `x` |
# | `["beat", "A"]` | 如果 A 是领导者，就给其余每个成员发一条 `"append"` |
# | `["deliver", "A", "B"]` | A 发给 B、还在路上的消息里最早的一条到达 |
# | `["flow"]` | 路上的消息按先后全部到达，由此发出的也一样，直到没有消息为止 |
# | `["crash", "A"]` | A 断电 |
# | `["restart", "A"]` | A 如果停机了，就重启，只剩硬盘上的内容 |
# | `["cut", ["A", "B"]]` | 从这时起，A、B 与其余成员之间到达的消息全都丢失；再切一次，就取代前一次 |
# | `["heal"]` | 网络恢复 |
#
# 发给停机成员的消息会丢失，停机的成员什么也不做。评分用的日程还有几种事件：`"lose"`（丢失）、`"repeat"`（消息到达，但还留在路上，会再到一次）、`"late"`（排到所有消息后面），以及 `["fail", "B", 1]`：B 下一次有事要做时，做完第一个动作就断电。
#
# 成员要做的事是一个**动作**（effect）的列表，依次执行：`["write", term, vote, log]`，做完它，这三样就写在硬盘上了；`["send", message]`，发出一条消息。任意两个动作之间都可能断电。
#
# 成员每做一件事，或者遇到一件事，集群都记下它的状态：`[event, name, role, term, vote, commit, log, sent, effects]`。这些记录的列表就是**运行记录**（transcript）；`for note in transcript: print(note[:8])` 把它一行一条地打印出来，不带动作。例如有一条是
#
# `["append A B", "B", "follower", 2, "", 0, "1x 2y", "ack A yes 2", [["write", …], ["send", …]]]`
#
# A 的一条 `"append"` 到了 B 那里。B 在任期 2，还没有投票（`""`）；它不知道有什么已提交，日志是 `[[1, "x"], [2, "y"]]`，它给 A 发了一条 `"ack"`，`"ok"` 为真，下标为 2。`sent` 写出每条消息的种类、接收者和其余各键的值，顺序与消息那张表相同。每条到达的消息都有一条记录，所以一个 `["flow"]` 会有许多条；丢失的消息没有记录。断了电的成员，角色是 `"down"`；`"cut"` 和 `"heal"` 记在第一个成员名下。

# %%
from minichain.network.log_cluster import Cluster

# %% [markdown] lang="en"
# ## 8 · A whole member
# Two functions make a member of your rules.
#
# `on_message` takes any message. **First the term**: if the message's is newer than the node's, the node enters it (`take_term`), whatever the kind. Then the message goes to the rule for its kind. Only what comes from an **older** term needs care. To an old `"ask"` or `"append"` your rules answer with a refusal, and by its term the sender learns that time has gone on. But an old `"vote"` or `"ack"` answers a question that nobody asks any more: the votes of one term do not count in another. Ignore it: the same node, no messages.
#
# `finish` turns what a rule returned into effects. `before` is the node before the event, `after` the one after it. If term, vote or log have changed, the **first** effect is `["write", term, vote, log]`, with what they are now; then comes a `["send", message]` for each message, in order. If none of the three has changed, nothing is written.
#
# Why is the order a matter of life and death? Because a vote is a promise to give nobody else one. If it leaves before it is on the disk and the power fails in between, the member comes back, remembers nothing, and promises the same to somebody else. In the same way an `"ack"` promises that the entries are there.
#
# Below it stands `play`, which is complete: it lets your rules run in the cluster. (`naive=True` is for task 9.) The hidden tests of this task are runs: many short ones with a story, and sixty drawn at random. The grader does not compare your members with its own. It **replays** what they did in a cluster of its own, which alone decides what arrived and what stood on a disk, and checks what must hold of every Raft: one vote a term, one leader a term, promises on the disk before they leave, nothing committed ever lost, and progress where a majority can meet.

# %% [markdown] lang="zh"
# ## 8 · 一个完整的成员
# 再写两个函数，你的规则就能组成一个完整的成员。
#
# `on_message` 接收任何一条消息。**先看任期**：消息的任期比节点的大，不论什么种类，节点都先进入那个任期（`take_term`）。然后，按消息的种类交给相应的规则。只有来自**更小**任期的消息要当心。旧的 `"ask"` 和 `"append"`，你的规则会回复拒绝，发送者看到回复里的任期，就知道任期已经变了。但旧的 `"vote"` 和 `"ack"` 回复的是早已没有人在等的请求：这个任期的票，不能算到另一个任期里去。要忽略它：节点不变，没有消息。
#
# `finish` 把规则返回的结果变成动作。`before` 是事件之前的节点，`after` 是之后的。任期、选票、日志三样里有改变的，**第一个**动作就是 `["write", term, vote, log]`，写的是现在的值；然后依次是每条消息的 `["send", message]`。三样都没有变，就什么也不写。
#
# 为什么顺序性命攸关？因为投票就是承诺不再投给别人。票发出去了，却还没有写到硬盘上，这时断了电，成员回来什么也不记得，就会把同样的承诺再许给另一个人。同样，`"ack"` 承诺的是：条目已经存好了。
#
# 下面的 `play` 是完整的，它让你的规则在集群里跑起来。（`naive=True` 留给任务 9。）这个任务的隐藏测试都是完整的运行：许多短的，各有一段情节；还有六十次是随机生成的。评分程序并不拿你的成员与它自己的比较，而是把它们做过的事在自己的集群里**重放**一遍：什么到达了，硬盘上写着什么，只由这个集群说了算；再检查任何 Raft 都必须做到的：一个任期只投一票，一个任期只有一个领导者，承诺先写到硬盘上再发出，提交了的绝不丢失，多数成员能互通就能继续推进。

# %% task="node"
def on_message(node: dict, message: dict) -> tuple[dict, list[dict]]:
    """«on_message»

    «on_message.more»
    """
    ### BEGIN SOLUTION
    node = take_term(node, message["term"])
    if message["term"] < node["term"] and message["kind"] in ("vote", "ack"):
        return node, []
    rules = {"ask": on_ask, "vote": on_vote, "append": on_append, "ack": on_ack}
    return rules[message["kind"]](node, message)
    ### END SOLUTION


def finish(before: dict, after: dict, messages: list[dict]) -> list[list]:
    """«finish»

    «finish.more»
    """
    ### BEGIN SOLUTION
    kept = [after["term"], after["vote"], after["log"]]
    effects = [["send", message] for message in messages]
    if kept == [before["term"], before["vote"], before["log"]]:
        return effects
    return [["write", *kept], *effects]
    ### END SOLUTION


def play(members: list[str], schedule: list[list], naive: bool = False) -> list[list]:
    """«play»"""
    rules = {"timeout": start_election, "submit": submit, "message": on_message, "finish": finish}
    return Cluster({**rules, "commit": naive_commit if naive else compute_commit}, members).run(schedule)


def naive_commit(leader: dict) -> int:
    """«naive_commit»"""
    return compute_commit({**leader, "log": [[leader["term"], value] for _, value in leader["log"]]})

# %% test="node" points=6
given_node = {**make_node("A", ["A", "B", "C"], 3, "A", [[1, "x"]]), "role": "candidate", "votes": ["A"]}
given_append = {"kind": "append", "from": "B", "to": "A", "term": 5, "after": 1, "after_term": 1, "entries": [], "commit": 1}
given_answer = on_message(given_node, given_append)
assert isinstance(given_answer, tuple) and len(given_answer) == 2, "«node.pair»"
assert given_answer[0]["term"] == 5 and given_answer[0]["role"] == "follower", "«node.newer»"
assert given_answer[1] == [{"kind": "ack", "from": "A", "to": "B", "term": 5, "ok": True, "index": 1}], "«node.handed-on»"
given_vote = {"kind": "vote", "from": "B", "to": "A", "term": 2, "granted": True}
assert on_message(given_node, given_vote) == (given_node, []), "«node.old-vote»"
assert on_message(given_node, {**given_vote, "term": 3})[0]["role"] == "leader", "«node.vote»"
given_leader = {**given_node, "role": "leader", "next": {"B": 2, "C": 2}, "match": {"B": 0, "C": 0}}
given_ack = {"kind": "ack", "from": "B", "to": "A", "term": 2, "ok": True, "index": 1}
assert on_message(given_leader, given_ack) == (given_leader, []), "«node.old-ack»"
given_answer = on_message(given_node, {"kind": "ask", "from": "C", "to": "A", "term": 1, "last_term": 9, "last_index": 9})
assert given_answer == (given_node, [{"kind": "vote", "from": "A", "to": "C", "term": 3, "granted": False}]), "«node.old-ask»"
given_messages = [{**given_vote, "to": "C"}, {**given_vote, "to": "D"}]
given_effects = finish(given_node, {**given_node, "vote": "C"}, given_messages)
assert isinstance(given_effects, list) and all(isinstance(given_effect, list) for given_effect in given_effects), "«node.effects»"
assert given_effects[:1] == [["write", 3, "C", [[1, "x"]]]], "«node.write-first»"
assert given_effects[1:] == [["send", given_messages[0]], ["send", given_messages[1]]], "«node.sends»"
assert finish(given_node, {**given_node, "commit": 1}, given_messages[:1]) == [["send", given_messages[0]]], "«node.nothing-new»"
assert finish(given_node, {**given_node, "term": 4}, []) == [["write", 4, "A", [[1, "x"]]]], "«node.write-term»"
assert finish(given_node, {**given_node, "log": []}, []) == [["write", 3, "A", []]], "«node.write-log»"
given_transcript = play(MEMBERS, [["timeout", "A"], ["flow"]])
assert given_transcript[-1][1:4] == ["A", "leader", 1], "«node.elected»"
given_transcript = play(MEMBERS, [["timeout", "A"], ["flow"], ["submit", "A", "x"], ["flow"], ["beat", "A"], ["flow"]])
assert {note[1]: note[5:7] for note in given_transcript} == {name: [1, "1x"] for name in MEMBERS}, "«node.replicated»"
given_transcript = play(MEMBERS, [["timeout", "A"], ["flow"], ["cut", ["A", "B"]], ["submit", "A", "x"], ["flow"]])
assert given_transcript[-1][5] == 0, "«node.minority»"
given_transcript = play(MEMBERS, [["timeout", "A"], ["timeout", "C"], ["deliver", "A", "B"], ["crash", "B"], ["restart", "B"], ["deliver", "C", "B"]])
assert given_transcript[-1][7] == "vote C no", "«node.restart»"
### BEGIN HIDDEN TESTS
from minichain.network.log_stories import draw_log_runs, draw_log_stories, judge_log_run
given_stories = {
    "restart": "«story.restart»",
    "power": "«story.power»",
    "vote-alone": "«story.vote-alone»",
    "same-term": "«story.same-term»",
    "stepped-down": "«story.stepped-down»",
    "responders": "«story.responders»",
    "half": "«story.half»",
    "counted-twice": "«story.counted-twice»",
    "old-vote": "«story.old-vote»",
    "refusals": "«story.refusals»",
    "old-leader": "«story.old-leader»",
    "empty-log": "«story.empty-log»",
    "longer": "«story.longer»",
    "shorter": "«story.shorter»",
    "cut-short": "«story.cut-short»",
    "old-term": "«story.old-term»",
    "two-down": "«story.two-down»",
    "three-down": "«story.three-down»",
    "half-stored": "«story.half-stored»",
    "with-it": "«story.with-it»",
    "deaf-leader": "«story.deaf-leader»",
    "late-again": "«story.late-again»",
    "gap": "«story.gap»",
    "left-behind": "«story.left-behind»",
    "other-past": "«story.other-past»",
}
given_faults = {
    "two-votes": "«run.two-votes»",
    "unwritten": "«run.unwritten»",
    "forgotten": "«run.forgotten»",
    "stale": "«run.stale»",
    "two-leaders": "«run.two-leaders»",
    "unelected": "«run.unelected»",
    "behind": "«run.behind»",
    "rewritten": "«run.rewritten»",
    "gap": "«run.gap»",
    "cut": "«run.cut»",
    "logs": "«run.logs»",
    "lost": "«run.lost»",
    "two-values": "«run.two-values»",
    "early": "«run.early»",
    "beyond": "«run.beyond»",
    "stall": "«run.stall»",
    "broken": "«run.broken»",
}
for given_run in [*draw_log_stories(SEED), *draw_log_runs(SEED, 60)]:
    given_fault = judge_log_run(given_run, play(list(given_run.members), given_run.schedule))
    given_text = given_stories[given_run.key] if given_fault in given_run.faults else given_faults.get(given_fault)
    assert given_fault is None, given_text
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## See your cluster
# Your rules at work: a leader is cut off, another is elected, and what the first one added alone is replaced when the network is whole again. The picture counts events instead of time, and each message that arrives is one. The logs are those of the end, where `p` is gone: leave out the last line of the schedule, and you see who has it. Change the schedule as you like, and run both cells again.

# %% [markdown] lang="zh"
# ## 看看你的集群
# 你写的规则跑起来是这样：领导者断网，另一个成员当选；等网络恢复，前一个领导者独自添加的条目就被替换掉了。图里的横轴是事件，不是时间，每条到达的消息也算一个。日志是最后的样子，`p` 已经没有了：去掉日程的最后一行，就能看到谁有它。日程可以随意改，改完把两个单元格都再运行一遍。

# %%
schedule = [
    ["timeout", "A"], ["flow"], ["submit", "A", "x"], ["flow"],
    ["cut", ["A", "B"]], ["submit", "A", "p"], ["flow"],
    ["timeout", "C"], ["flow"], ["submit", "C", "q"], ["flow"],
    ["heal"], ["beat", "C"], ["flow"],
]

# %% figure=true
from minichain.learn import show_raft_run
show_raft_run(MEMBERS, play, schedule, lang="«lab.lang»")

# %% [markdown] lang="en"
# ## 9 · Make them lose an entry
# Now change sides. Somebody finds that the rule of task 7 says the same thing twice: an entry that a majority stores is safe, whatever its term; so they drop the second half. That is the **naive** rule; `play(members, schedule, naive=True)` lets your members run with it. Prove them wrong: return a schedule for five members in which an entry is **committed, and then lost**, so that two members hold different entries to be committed at the same index.
#
# The paper's figure 8 tells how; call the members S1 to S5.
#
# 1. S1 leads, and adds an entry that reaches only S2. S1 crashes.
# 2. S5 becomes leader in a newer term, with votes of those who lack the entry, and adds another one, at the same index, that reaches nobody. S5 crashes.
# 3. S1 comes back and leads in a still newer term. It sends its old entry on, until a majority has it, and the naive rule calls it committed. S1 crashes.
# 4. S5 comes back. The last entry of its log has a newer term than that of all the others, so they vote for it, and its entry replaces the other one, everywhere.
#
# You may use `"timeout"`, `"submit"`, `"beat"`, `"deliver"`, `"flow"`, `"crash"`, `"restart"`, `"cut"` and `"heal"`. The five names are given as `members`, and can be any. Two hints. A member that was away has an old term: it may have to stand for election more than once until its term is newer than that of all the others. And `"cut"` keeps messages from arriving where they should not.

# %% [markdown] lang="zh"
# ## 9 · 让它们丢一个条目
# 现在换到攻击者一边。有人发现，任务 7 的规则好像说了两遍同样的话：多数成员都存着的条目就是安全的，管它是哪个任期的；于是把后一半删掉了。这就是**想当然**的规则；`play(members, schedule, naive=True)` 让你的成员按它来跑。请证明这样不行：返回一份五个成员的日程，让一个条目**先提交，后丢失**，结果在同一个下标处，两个成员认为已提交的是不同的条目。
#
# 做法就在论文的图 8 里；把成员叫作 S1 到 S5。
#
# 1. S1 是领导者，添加一个条目，只到了 S2 那里。S1 崩溃。
# 2. S5 靠没有这个条目的成员投票，在更大的任期里成为领导者，在同一个下标处添加另一个条目，谁也没有收到。S5 崩溃。
# 3. S1 重启，在又大一些的任期里再次成为领导者。它把自己的旧条目继续发出去，直到多数成员都有了，按想当然的规则，这就算提交了。S1 崩溃。
# 4. S5 重启。它日志里最后一个条目的任期比其余成员的都大，所以大家都投票给它，它的条目把各处的那一个都替换掉。
#
# 可以用 `"timeout"`、`"submit"`、`"beat"`、`"deliver"`、`"flow"`、`"crash"`、`"restart"`、`"cut"` 和 `"heal"`。五个名字由 `members` 给出，可以是任意的。两点提示：停过机的成员任期落后，可能要发起好几次选举，任期才会比其余成员的都大；`"cut"` 能让消息到不了不该到的地方。

# %% task="attack"
def build_attack(members: list[str]) -> list[list]:
    """«build_attack»

    «build_attack.more»
    """
    ### BEGIN SOLUTION
    first, second, _, _, last = members
    return [
        ["timeout", first],
        ["flow"],
        ["cut", [first, second]],
        ["submit", first, "x"],
        ["flow"],
        ["crash", first],
        ["heal"],
        ["timeout", last],
        ["flow"],
        ["cut", [last]],
        ["submit", last, "y"],
        ["flow"],
        ["crash", last],
        ["heal"],
        ["restart", first],
        ["timeout", first],
        ["timeout", first],
        ["flow"],
        ["crash", first],
        ["restart", last],
        ["timeout", last],
        ["timeout", last],
        ["flow"],
    ]
    ### END SOLUTION

# %% test="attack" points=4
given_schedule = build_attack(list(MEMBERS))
assert isinstance(given_schedule, list) and all(isinstance(given_event, list) and given_event for given_event in given_schedule), "«attack.schedule»"
given_kinds = {"timeout": 2, "submit": 3, "beat": 2, "deliver": 3, "flow": 1, "crash": 2, "restart": 2, "cut": 2, "heal": 1}
for given_event in given_schedule:
    assert given_kinds.get(given_event[0]) == len(given_event), f"{given_event} → «attack.event»"
given_transcript = play(MEMBERS, given_schedule, naive=True)
given_leaders = [note for note in given_transcript if note[2] == "leader"]
assert any(note[7] and note[0].startswith("submit") for note in given_leaders), "«attack.submitted»"
assert len({note[1] for note in given_leaders}) > 1, "«attack.two-leaders»"
given_committed = [note for note in given_leaders if note[5]]
assert given_committed, "«attack.nothing-committed»"
given_old = [note for note in given_committed if note[6].split()[note[5] - 1][: len(str(note[3]))] != str(note[3])]
assert given_old, "«attack.only-own»"
given_kept = {(place, entry) for note in given_transcript for place, entry in enumerate(note[6].split()[: note[5]])}
assert len(dict(given_kept)) < len(given_kept), f"{given_old[0][:7]} → «attack.not-lost»"
### BEGIN HIDDEN TESTS
import random


def expected_take(node, message):
    sender, log, after = message["from"], node["log"], message.get("after")
    if message["term"] > node["term"]:
        node = {**node, "term": message["term"], "vote": None, "role": "follower", "votes": []}
    is_now = message["term"] == node["term"]
    if message["kind"] == "ask":
        ours = log[-1][0] if log else 0, len(log)
        granted = is_now and node["vote"] in (None, sender) and (message["last_term"], message["last_index"]) >= ours
        return {**node, "vote": sender if granted else node["vote"]}, [make_message(node, sender, "vote", granted=granted)]
    if message["kind"] == "append":
        node = {**node, "role": "follower", "votes": []} if is_now else node
        ok = is_now and get_term(log, after) == message["after_term"]
        for entry in message["entries"] if ok else ():
            after += 1
            log = log if get_term(log, after) == entry[0] else [*log[: after - 1], entry]
        commit = max(node["commit"], min(message["commit"], after)) if ok else node["commit"]
        return {**node, "log": log, "commit": commit}, [make_message(node, sender, "ack", ok=ok, index=after)]
    if not is_now or node["role"] != ("candidate" if message["kind"] == "vote" else "leader"):
        return node, []
    if message["kind"] == "vote":
        node = {**node, "votes": sorted({*node["votes"], sender} if message["granted"] else node["votes"])}
        if 2 * len(node["votes"]) <= len(node["members"]):
            return node, []
        others = get_others(node)
        node = {**node, "role": "leader", "next": {to: len(log) + 1 for to in others}, "match": {to: 0 for to in others}}
        return node, [make_append(node, to) for to in others]
    match = max(node["match"][sender], message["index"]) if message["ok"] else node["match"][sender]
    following = match + 1 if message["ok"] else max(match + 1, message["index"])
    node = {**node, "match": {**node["match"], sender: match}, "next": {**node["next"], sender: following}}
    return node, [] if message["ok"] and following > len(log) else [make_append(node, sender)]


def expected_election(node):
    node = {**node, "term": node["term"] + 1, "role": "candidate", "vote": node["name"], "votes": [node["name"]]}
    log = node["log"]
    return node, [make_message(node, to, "ask", last_term=get_term(log, len(log)), last_index=len(log)) for to in get_others(node)]


def expected_submit(node, value):
    if node["role"] != "leader":
        return node, []
    node = {**node, "log": [*node["log"], [node["term"], value]]}
    return node, [make_append(node, to) for to in get_others(node)]


def expected_naive_commit(node):
    return max(node["commit"], sorted([len(node["log"]), *node["match"].values()])[(len(node["members"]) - 1) // 2])


def expected_effects(before, after, messages):
    return [["write", after["term"], after["vote"], after["log"]]] + [["send", message] for message in messages]


def find_committed(transcript):
    return [(place, entry) for note in transcript for place, entry in enumerate(note[6].split()[: note[5]])]


EXPECTED_NAIVE = {
    "timeout": expected_election, "submit": expected_submit, "message": expected_take, "finish": expected_effects, "commit": expected_naive_commit
}
given_draw = random.Random(f"{SEED}/attack")
for given_names in (["A", "B", "C", "D", "E"], ["E", "D", "C", "B", "A"], [f"n{number}" for number in given_draw.sample(range(90), 5)]):
    given_schedule = build_attack(given_names)
    for given_event in given_schedule:
        assert type(given_event) is list and {"timeout": 2, "submit": 3, "beat": 2, "deliver": 3, "flow": 1, "crash": 2, "restart": 2, "cut": 2, "heal": 1}.get(
            given_event[0]
        ) == len(given_event), "«attack.any-event»"
        given_named = {"submit": given_event[1:2], "cut": given_event[-1]}.get(given_event[0], given_event[1:])
        assert type(given_named) is list and set(given_named) <= set(given_names), "«attack.any-event»"
    given_committed = find_committed(Cluster(EXPECTED_NAIVE, given_names).run(given_schedule))
    assert given_committed, "«attack.any-commit»"
    assert len(set(given_committed)) > len(dict(given_committed)), "«attack.any-lost»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# Here is your attack as a picture. The rule of task 7 stops it at the third step: S1 may store its old entry everywhere, but it does not call it committed until an entry of its own term stands behind it on a majority. And with that one in their logs, no majority would vote for S5.

# %% [markdown] lang="zh"
# 这就是你的攻击画成的图。任务 7 的规则在第三步就挡住了它：S1 可以让自己的旧条目存得到处都是，但要等它后面又有一个自己任期的条目也被多数成员存下，才能算它提交了。而多数成员的日志里有了那个条目，就不会再投票给 S5。

# %% figure=true
from minichain.learn import show_raft_run
show_raft_run(MEMBERS, play, build_attack, naive=True, lang="«lab.lang»")

# %% [markdown] lang="en"
# You have written Raft: rules for votes (tasks 1 to 3), for logs (4 to 6), for commitment (7) and for the disk (8). Everything else in a production system makes it quicker or more convenient.
#
# **What this leaves out.** Time: here somebody says when a member has waited too long; in a real cluster each draws its patience at random, so that not all stand for election at once. Snapshots, because a log must not grow for ever. New members: in the simpler of the two ways to change them, which is in Ongaro's thesis, he himself announced an error a year later. And **lies**: every member of Raft believes what another one says. If only one of five may be bribed, you need another algorithm, with more members and more messages. It is the subject of the next lab.

# %% [markdown] lang="zh"
# 你写出了 Raft：投票的规则（任务 1 到 3）、日志的规则（4 到 6）、提交的规则（7）和写硬盘的规则（8）。生产系统里其余的一切，都是为了更快、更好用。
#
# **这里没讲到的：** 超时：在这里，成员什么时候算等得太久，由日程说了算；真实的集群里，每个成员随机地决定等多久，免得大家同时发起选举。快照，因为日志不能永远长下去。成员变更：Ongaro 博士论文里较简单的那种办法，一年后他自己宣布有错。还有**说谎**：Raft 的成员彼此说什么都信。五个里面只要有一个可能被收买，就得换一种算法，成员要更多，消息也要更多。那是下一个实验的主题。
