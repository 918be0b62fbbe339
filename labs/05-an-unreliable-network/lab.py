# %% [markdown] lang="en"
# # An unreliable network
# Messages come late, twice, or never. Everybody hears everything all the same.
#
# On a Sunday in July 2008 Amazon's storage service S3 stood still for hours. Its servers told each other how they were by **gossip**: whoever hears something tells a few others. That is a good way to spread news, and nothing had broken it. But in a handful of messages one bit was wrong, nobody checked these messages, and so the servers faithfully spread the nonsense until they did hardly anything else ([Amazon's report](http://status.aws.amazon.com/s3-20080720.html)).
#
# The nodes of a blockchain spread transactions and blocks in the same way, and among people who do not trust each other. You will write a node that gossips: it hears everything in the end although the network loses messages and falls apart, it does not flood the network, and it does not pass on rubbish, nor listen for ever to who sends it.

# %% [markdown] lang="zh"
# # 不可靠的网络
# 消息会迟到、会重复、会丢失，可到最后谁也没有漏掉什么。
#
# 2008 年 7 月的一个星期天，亚马逊的存储服务 S3 停摆了好几个小时。服务器之间靠**闲聊**（gossip）互通状况：谁听到了什么，就转告另外几台。这个办法本身很好，也没有出故障。可是有几条消息里错了一个比特，而这类消息没有校验，于是各台服务器老老实实地把错误传开，最后几乎干不了别的（[亚马逊的报告](http://status.aws.amazon.com/s3-20080720.html)）。
#
# 区块链的节点也是这样传播交易和区块的，而且参与各方并不互相信任。你要写的就是这样一个节点：哪怕网络丢消息、断成几块，最后也能把消息收全；不会把网络淹没；不转发垃圾消息，谁总发垃圾消息，就不再听谁的。

# %% [markdown] lang="en"
# ## How this works
# - Run the cell below this text first (click into it and press Shift+Enter, or ▶ at the top): its table follows your tests as you run them; in the course's own page, a click on the points at the top opens it, too. A cell that runs for more than 20 seconds is stopped, so an endless loop does no harm.
# - Put your code in place of the line `raise NotImplementedError()`, then run the test cell below. No message means passed. `NotImplementedError` means that a task has no code yet. Otherwise read the **last line** of the error (the table shows it, too): it tells you what to look at. If it is one of Python's own errors, find the line of yours that `---->` points at. If several tests fail, begin with the first.
# - The first line of a test cell says what it is worth: 30 points in all. When your work is graded, further tests run that you cannot see here. They try the edge cases, so every sentence of a task counts.
# - Later tasks call the functions of earlier ones: start at the top, and run every code cell on the way, those that are given too: a `NameError` in a test names what was not run. Leave the cell with `SEED` as it is: the grader draws its examples from it.

# %% [markdown] lang="zh"
# ## 怎么做
# - 先运行这段文字下面的单元格（点一下它，按 Shift+Enter，或点上方的 ▶）：它给出一张进度表，每运行一个测试就更新一次；在课程网页里做实验时，点页面上方的分数，随时能打开这张表。单元格运行超过 20 秒会自动中止，写出死循环也不要紧。
# - 用你的代码换掉 `raise NotImplementedError()` 那一行，然后运行下面的测试单元格。什么都不显示，就是通过。报 `NotImplementedError`，说明这个任务还没有写。其他报错，就看**最后一行**（进度表里也有），它会告诉你该看哪里；如果是 Python 自己的报错，再找 `---->` 指着的、你自己写的那一行。有好几项没通过时，先改最前面的一项。
# - 测试单元格的第一行写着分值，总共 30 分。正式评分时还会运行一些这里看不到的测试，专查边界情况，所以任务里的每句话都要仔细看、照着做。
# - 后面的任务会用到前面写好的函数，请从头做起；途中的代码单元格，现成的也都要运行：测试里报 `NameError`，就是定义那个名字的单元格还没运行。写着 `SEED` 的单元格不用动，评分程序用它生成测试数据。

# %% figure=true
from minichain.learn import save_progress, watch_progress
watch_progress("«lab.tests»", lang="«lab.lang»", lab="«lab.id»", version="«lab.version»")

# %% parameters=true
SEED = 0

# %% [markdown] lang="en"
# ## Look first
# Six nodes, and time runs down. A has a record, pushes it to two others as soon as it has it, and so does everyone who hears it for the first time. Each message has a number. Press a number to lose that message (by keyboard: Tab goes to the next control; Space presses a number; Space opens a list, arrow keys choose, Enter takes): what arrives then, and who never hears of the record? Leave one such message lost, and let the nodes **pull** as well: now and then each compares notes with one other, and each gives the other what it lacks. Is there still a single message whose loss leaves somebody out? (Two answers to check yourself by: with pushing alone it is message 5, and D is left out; with pulling there is none.)

# %% [markdown] lang="zh"
# ## 先看一看
# 六个节点，时间从上往下走。A 有一条记录，一到手就推送给另外两个节点；谁第一次收到，也同样推送给两个节点。每条消息有一个编号。点一下编号，那条消息就丢了（用键盘：Tab 移到下一个控件；编号用空格按下；列表用空格打开，方向键选择，回车确定）：丢掉哪一条，会有节点始终收不到这条记录？找到这样的一条，让它一直丢着，再打开**拉取**：每隔一会儿，每个节点找另一个节点核对手里有什么，互相补齐。这时，还有没有哪一条消息，丢了它就有节点永远收不到记录？（答案供你核对：只推送时是消息 5，丢了它 D 就收不到；能拉取时，一条也没有。）

# %% figure=true
from minichain.learn import show_gossip
show_gossip(lang="«lab.lang»")

# %% [markdown] lang="en"
# ## What is given
# A **record** is what is spread, a dict of three texts: `author`, `text` and `seal`. The seal stands for the author's signature: only the author can make it, everybody can check it with `compute_seal`. (In this lab anybody could compute any seal. Take it that nobody does; real signatures are in the lab on keys.) `compute_id` gives a record's id, 8 characters that depend on author and text.
#
# A **node** is a dict with all that it knows:
#
# | key | value |
# |---|---|
# | `"name"`, `"peers"` | its name, and the list of the nodes it can send to: its *peers*, always others than itself |
# | `"records"` | the records that it holds, by their ids, in the order in which they came |
# | `"delivered"` | the list of the records that it handed on to whoever uses them (its *application*, which this lab does without: the list is all there is), in this order |
# | `"scores"` | for a peer that has misbehaved, a negative number |
# | `"chance"` | a text from which the node's random numbers are made, one after the other; task 4 gives the function `draw` for that |
#
# A **message** is a dict too. Three kinds are all you need: `{"kind": "records", "records": [...]}` brings records, `{"kind": "have", "ids": [...]}` says which ones the sender holds, and `{"kind": "want", "ids": [...]}` asks for some.
#
# Your functions do not send anything. They **return** what is to be sent, as a list of `[recipient, message]`, and change the node in place. What makes the network, with its clock and all its accidents, is the simulator of `minichain.network`, which you need not read.

# %% [markdown] lang="zh"
# ## 已经给出的
# **记录**（record）就是要传播的内容，一个装着三段文本的字典：作者 `author`、正文 `text` 和印章 `seal`。印章代表作者的签名：只有作者盖得出来，谁都能用 `compute_seal` 检验。（在这个实验里，其实谁都能算出任何人的印章，就当没有人会这么做；真正的签名见密钥那个实验。）`compute_id` 给出记录的编号，8 个字符，由作者和正文决定。
#
# **节点**（node）是一个字典，它知道的一切都在里面：
#
# | 键 | 值 |
# |---|---|
# | `"name"`、`"peers"` | 自己的名字；可以给哪些节点发消息（即它的*对等节点*，不含自己），是一个列表 |
# | `"records"` | 手里的记录，以编号为键，按收到的先后排列 |
# | `"delivered"` | 交给应用（使用这些记录的程序；这个实验里没有，只有这个列表）的记录，按交付的先后排列 |
# | `"scores"` | 有过不良行为的对等节点，各记一个负数 |
# | `"chance"` | 一段文本，节点的随机数都由它依次算出，用的是任务 4 给出的函数 `draw` |
#
# **消息**（message）也是字典，三种就够了：`{"kind": "records", "records": [...]}` 送来记录，`{"kind": "have", "ids": [...]}` 告知发送者手里有哪些，`{"kind": "want", "ids": [...]}` 索要其中一些。
#
# 你的函数并不真的发送什么，而是**返回**要发送的内容：由 `[recipient, message]`（接收者和消息）组成的列表；节点则就地修改。网络、时钟和种种意外，都由 `minichain.network` 的模拟器负责，它的代码不用看。

# %%
import hashlib

from minichain.network.functions import replay_nodes, run_nodes

FANOUT = 3  # «FANOUT»
MAX_TEXT = 100  # «MAX_TEXT»
MAX_LIST = 8  # «MAX_LIST»
MAX_IDS = 200  # «MAX_IDS»
ID_LENGTH = 8
PENALTY, IGNORED, FLOOR = 20, -50, -80  # «PENALTY»


def is_text(value):
    """«is_text»"""
    return isinstance(value, str) and value == value.encode(errors="replace").decode()


def compute_seal(author, text):
    """«compute_seal»"""
    return hashlib.sha256(f"the key of {author}\n{text}".encode()).hexdigest()[:16]


def make_record(author, text):
    """«make_record»"""
    return {"author": author, "text": text, "seal": compute_seal(author, text)}


def compute_id(record):
    """«compute_id»"""
    return hashlib.sha256(f"{record['author']}\n{record['text']}".encode()).hexdigest()[:ID_LENGTH]


def start_node(name, peers, seed):
    """«start_node»"""
    return {"name": name, "peers": peers, "records": {}, "delivered": [], "scores": {}, "chance": f"{seed} {name}"}


def normalise(answer):
    """«normalise»"""
    assert isinstance(answer, (list, tuple)), f"«normalise.list» {type(answer).__name__}"
    return [list(pair) if isinstance(pair, tuple) else pair for pair in answer]

# %% [markdown] lang="en"
# ## 1 · Who can have heard of it?
# Before you build anything, read a diagram like the one above as a computer does. `messages` lists what was sent, in **no particular order**: `[left, sender, recipient, arrived]`, two times in milliseconds, where `arrived` is `None` for a message that was lost. Every message takes at least a millisecond.
#
# `origin` knows something at time 0. A node passes on what it knows with every message, but only what it knew **when the message left**: what arrives at 20 can travel on at 20, not at 19. Return for each node that can have heard of it the earliest time when it did; `origin` with 0. Nodes that cannot have heard are left out. (No later task calls this function. But it is by this rule that the last tests judge whether a node could know what it says.)

# %% [markdown] lang="zh"
# ## 1 · 谁可能已经知道？
# 动手之前，先写个函数来读上面那种图。`messages` 列出发送过的消息，**顺序不定**：`[left, sender, recipient, arrived]`，即何时发出、谁发的、发给谁、何时到达（毫秒）；丢失的消息，`arrived` 为 `None`。每条消息至少要走一毫秒。
#
# `origin` 在时刻 0 知道了一件事。节点每发一条消息，都把自己知道的一并带去，但只限**消息发出时**已经知道的：20 毫秒到的，20 毫秒就能再带出去，19 毫秒还不行。返回一个字典：每个可能已经知道的节点，最早在什么时刻知道；`origin` 记 0。不可能知道的节点不列入。（后面的任务不再调用这个函数；不过最后几个测试正是按这条规则来判断：节点说出来的事，它当时能不能知道。）

# %% task="heard"
def compute_heard(origin: str, messages: list[list]) -> dict[str, int]:
    """«compute_heard»

    «compute_heard.more»
    """
    ### BEGIN SOLUTION
    heard = {origin: 0}
    for left, sender, recipient, arrived in sorted(messages, key=lambda message: message[0]):
        if arrived is not None and sender in heard and heard[sender] <= left:
            heard[recipient] = min(heard.get(recipient, arrived), arrived)
    return heard
    ### END SOLUTION

# %% test="heard" points=2
assert compute_heard("A", []) == {"A": 0}, "«heard.origin»"
assert compute_heard("A", [[10, "A", "B", 25], [30, "B", "C", 42]]) == {"A": 0, "B": 25, "C": 42}, "«heard.chain»"
assert compute_heard("A", [[10, "A", "B", None]]) == {"A": 0}, "«heard.lost»"
assert compute_heard("A", [[10, "A", "B", 25], [24, "B", "C", 40]]) == {"A": 0, "B": 25}, "«heard.before»"
assert compute_heard("A", [[10, "A", "B", 25], [25, "B", "C", 40]]) == {"A": 0, "B": 25, "C": 40}, "«heard.at-once»"
assert compute_heard("A", [[10, "A", "B", 60], [20, "A", "B", 30]]) == {"A": 0, "B": 30}, "«heard.overtaken»"
assert compute_heard("A", [[30, "B", "C", 42], [10, "A", "B", 25]]) == {"A": 0, "B": 25, "C": 42}, "«heard.order»"
try:
    given_answer = compute_heard("A", [[10, "A", "B", None], [10, "A", "B", 25]])
except TypeError as error:
    given_answer = f"TypeError: {error}"
assert given_answer == {"A": 0, "B": 25}, f"«heard.same» {given_answer}"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/heard")
for given_count in (0, 1, 5, 30, 30, 60):
    given_messages = [
        [left, *given_draw.sample("ABCDEFGH", 2), given_draw.choice([None, left + 1, left + 5, left + 5, left + 40])]
        for left in given_draw.choices(range(0, 90), k=given_count)
    ]
    expected, changed = {"C": 0}, True
    while changed:
        changed = False
        for left, sender, recipient, arrived in given_messages:
            if arrived is not None and expected.get(sender, 999) <= left and arrived < expected.get(recipient, 999):
                expected[recipient], changed = arrived, True
    assert compute_heard("C", given_messages) == expected, "«heard.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 2 · Is this record genuine?
# What comes from the network may be anything at all: your function must never raise, whatever it is given. Return `None` for a genuine record, otherwise the **first** of these codes that applies:
#
# | code | when |
# |---|---|
# | `"MALFORMED"` | it is not a dict with exactly the keys `author`, `text` and `seal`, or one of its values is no text; `is_text`, given above, tells that |
# | `"TOO_LONG"` | its text takes more than `MAX_TEXT` bytes in UTF-8 |
# | `"FORGED"` | its seal is not the author's seal of this text |
#
# Python can hold half a character, such as `"\ud800"`: a `str` that no encoding can write, so that `encode` raises. A stranger can send it all the same. `is_text` says no to it.

# %% [markdown] lang="zh"
# ## 2 · 这条记录是真的吗？
# 网络上什么都可能传来：不管传入什么，你的函数都不能报错。记录是真的，返回 `None`；否则返回下面**第一个**符合的错误码：
#
# | 错误码 | 什么情况 |
# |---|---|
# | `"MALFORMED"` | 不是字典；或者键不是恰好 `author`、`text`、`seal` 三个；或者有的值不是文本（用上面给出的 `is_text` 判断） |
# | `"TOO_LONG"` | 正文的 UTF-8 编码超过 `MAX_TEXT` 个字节 |
# | `"FORGED"` | 印章不是这位作者给这段正文盖的 |
#
# Python 的字符串里可以有半个字符，例如 `"\ud800"`：它是 `str`，却没法编码，一 `encode` 就报错，而陌生人照样可以发来。对这样的字符串，`is_text` 返回 False。

# %% task="record"
def judge_record(record) -> str | None:
    """«judge_record»

    «judge_record.more»
    """
    ### BEGIN SOLUTION
    if not isinstance(record, dict) or set(record) != {"author", "text", "seal"}:
        return "MALFORMED"
    if not all(is_text(value) for value in record.values()):
        return "MALFORMED"
    if len(record["text"].encode()) > MAX_TEXT:
        return "TOO_LONG"
    if record["seal"] != compute_seal(record["author"], record["text"]):
        return "FORGED"
    return None
    ### END SOLUTION

# %% test="record" points=3
given_record = make_record("A", "crate 7 has arrived")
assert judge_record(given_record) is None, "«record.good»"
assert judge_record({**given_record, "author": "B"}) == "FORGED", "«record.author»"
assert judge_record({**given_record, "text": "crate 8 has arrived"}) == "FORGED", "«record.text»"
for given_record in (None, 7, "text", [], {}, {"author": "A", "text": "x"}, {**given_record, "more": 1}, {**given_record, "text": 5}, {"author": "A", "text": "\ud800", "seal": "?"}):
    try:
        given_answer = judge_record(given_record)
    except Exception as error:
        given_answer = f"{type(error).__name__}: {error}"
    if given_answer != "MALFORMED":
        print(ascii(given_record), "→", given_answer)
    assert given_answer == "MALFORMED", "«record.malformed»"
assert judge_record(make_record("A", "x" * MAX_TEXT)) is None, "«record.just»"
assert judge_record(make_record("A", "x" * (MAX_TEXT + 1))) == "TOO_LONG", "«record.long»"
assert judge_record(make_record("A", "仓" * 34)) == "TOO_LONG", "«record.bytes»"
assert judge_record({**make_record("A", "x" * 500), "seal": "?"}) == "TOO_LONG", "«record.first»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/record")
for given_size in (0, 1, 99, 100, 101, 5000):
    given_text = "".join(given_draw.choices("abc xyz", k=given_size))
    given_record = make_record(f"n{given_draw.randrange(99)}", given_text)
    assert judge_record(given_record) == ("TOO_LONG" if given_size > 100 else None), "«record.any-length»"
    expected = "TOO_LONG" if given_size > 100 else "FORGED"
    for given_change in ({"seal": ""}, {"seal": given_record["seal"][:-1]}, {"seal": given_record["seal"] + "0"}, {"author": "n100"}, {"author": ""}):
        assert judge_record({**given_record, **given_change}) == expected, "«record.any-forgery»"
assert judge_record(make_record("A", "港" * 33)) is None, "«record.any-length»"
given_record = make_record("A", "x")
for given_value in (None, 1, 1.5, b"x", ["x"], {"x": 1}, True, "a\udfff"):
    for given_key in ("author", "text", "seal"):
        assert judge_record({**given_record, given_key: given_value}) == "MALFORMED", "«record.any-type»"
    assert judge_record(given_value) == "MALFORMED", "«record.any-type»"
assert judge_record({"author": "A", "text": "x", "Seal": given_record["seal"]}) == "MALFORMED", "«record.any-type»"
assert judge_record({"author": "A", "text": "x" * 999, "seal": 5}) == "MALFORMED", "«record.any-type»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 3 · Keep score
# A node remembers who sent it rubbish. A peer without an entry in `node["scores"]` has the score 0. Three functions:
#
# - `punish` takes `PENALTY` from a peer's score. It never falls below `FLOOR`: otherwise a thousand bad messages, from a node that is broken and will be mended, would shut it out for ever.
# - `recover` is called once every tick of the clock. Each score below 0 rises by 1; a peer that is back at 0 has **no entry** any more, so that the dict does not grow for ever. A score never rises above 0: good conduct cannot be saved up for an attack.
# - `is_ignored` says whether a peer's score is `IGNORED` or lower. Such a peer is neither listened to nor talked to, until it has recovered.

# %% [markdown] lang="zh"
# ## 3 · 给对方打分
# 谁发来过垃圾消息，节点要记住。不在 `node["scores"]` 里的对等节点，分数就是 0。要写三个函数：
#
# - `punish` 从一个对等节点的分数里扣掉 `PENALTY`。分数不会低于 `FLOOR`：不然，一个节点出了故障、发出上千条坏消息，修好之后也永远回不来了。
# - 时钟每跳一次，就调用一次 `recover`。低于 0 的分数各加 1；回到 0 的就从字典里**删掉**，免得字典越来越大。分数也不会高于 0：好表现不能攒起来，留到作恶时用。
# - `is_ignored` 判断一个对等节点的分数是否已经降到 `IGNORED` 或更低。这样的节点就被**屏蔽**：不听它的，也不给它发消息，直到分数恢复。

# %% task="score"
def punish(node: dict, peer: str) -> None:
    """«punish»

    «punish.more»
    """
    ### BEGIN SOLUTION
    node["scores"][peer] = max(node["scores"].get(peer, 0) - PENALTY, FLOOR)
    ### END SOLUTION


def recover(node: dict) -> None:
    """«recover»

    «recover.more»
    """
    ### BEGIN SOLUTION
    node["scores"] = {peer: score + 1 for peer, score in node["scores"].items() if score < -1}
    ### END SOLUTION


def is_ignored(node: dict, peer: str) -> bool:
    """«is_ignored»

    «is_ignored.more»
    """
    ### BEGIN SOLUTION
    return node["scores"].get(peer, 0) <= IGNORED
    ### END SOLUTION

# %% test="score" points=3
given_node = start_node("A", ["B", "C", "D"], 0)
assert is_ignored(given_node, "B") is False, "«score.new»"
punish(given_node, "B")
assert given_node["scores"] == {"B": -20}, "«score.punish»"
punish(given_node, "B")
assert is_ignored(given_node, "B") is False, "«score.twice»"
punish(given_node, "B")
assert is_ignored(given_node, "B") is True, "«score.thrice»"
recover(given_node)
assert given_node["scores"] == {"B": -59} and is_ignored(given_node, "B") is True, "«score.recover»"
given_node["scores"]["B"] = -50
assert is_ignored(given_node, "B") is True, "«score.edge»"
recover(given_node)
assert is_ignored(given_node, "B") is False, "«score.back»"
for _ in range(9):
    punish(given_node, "C")
assert given_node["scores"]["C"] == -80, "«score.floor»"
given_node["scores"] = {"B": -1, "D": -2}
recover(given_node)
assert given_node["scores"] == {"D": -1}, "«score.gone»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/score")
given_node, expected = start_node("A", list("BCDEF"), 0), {}
for _ in range(150):
    if given_draw.random() < 0.1:
        given_peer = given_draw.choice("BCD")
        expected[given_peer] = max(-80, expected.get(given_peer, 0) - 20)
        punish(given_node, given_peer)
    else:
        expected = {peer: score + 1 for peer, score in expected.items() if score + 1}
        recover(given_node)
    assert given_node["scores"] == expected, "«score.any»"
    for given_peer in "BCDEF":
        assert is_ignored(given_node, given_peer) is (expected.get(given_peer, 0) <= -50), "«score.any-ignored»"
for given_score in (-80, -51, -50, -49, -1):
    assert is_ignored({**given_node, "scores": {"E": given_score}}, "E") is (given_score < -49), "«score.any-ignored»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 4 · To whom?
# Whoever tells everybody everything floods the network; whoever always tells the same few can be cut off. So a node picks some of its peers **by chance**. Return `count` different peers, drawn by `draw(node, n)`, each as likely as any other; fewer if there are not so many. Leave out who is ignored, and who is listed in `without`. The node's list of peers stays as it is. (If a cell is stopped after 20 seconds inside `draw`, which is given, then your loop calls it for ever: perhaps it waits for a peer that is not there.)
#
# Use no other source of chance, and nothing of Python's module `random`: the same node, with the same `"chance"`, must make the same choice again. Only so can a run that went wrong be run once more and looked at.

# %% [markdown] lang="zh"
# ## 4 · 告诉谁？
# 什么都告诉所有节点，网络就淹没了；总是只告诉那几个，又容易被切断。所以节点要从对等节点里**随机**挑选。返回 `count` 个不同的对等节点，用 `draw(node, n)` 抽取，每个被抽中的机会相同；没有那么多，就少返回几个。被屏蔽的不选，列在 `without` 里的也不选。节点自己的 `peers` 列表不能改动。（如果单元格 20 秒后停在给出的 `draw` 里，那是你的循环在没完没了地调用它：也许在等一个根本没有的对等节点。）
#
# 不要用别的随机来源，也不要用 Python 的 `random` 模块：同一个节点，`"chance"` 相同，就必须作出同样的选择。这样，哪次运行出了问题，才能原样重跑一遍，仔细排查。

# %% task="peers"
def draw(node: dict, count: int) -> int:
    """«draw»"""
    digest = hashlib.sha256(node["chance"].encode()).hexdigest()
    node["chance"] = digest
    return int(digest, 16) % count


def choose_peers(node: dict, count: int, without: list[str]) -> list[str]:
    """«choose_peers»

    «choose_peers.more»
    """
    ### BEGIN SOLUTION
    able = [peer for peer in node["peers"] if peer not in without and not is_ignored(node, peer)]
    chosen = []
    while able and len(chosen) < count:
        chosen.append(able.pop(draw(node, len(able))))
    return chosen
    ### END SOLUTION

# %% test="peers" points=3
given_node = start_node("A", ["B", "C", "D", "E", "F"], 0)
given_answer = choose_peers(given_node, 3, [])
assert isinstance(given_answer, list) and len(given_answer) == 3, "«peers.count»"
assert len(set(given_answer)) == 3, "«peers.different»"
assert set(given_answer) <= {"B", "C", "D", "E", "F"}, "«peers.peers»"
assert given_node["peers"] == ["B", "C", "D", "E", "F"], "«peers.node»"
assert given_node["chance"] != "0 A", "«peers.draw»"
assert choose_peers(start_node("A", ["B", "C", "D", "E", "F"], 0), 3, []) == given_answer, "«peers.again»"
given_answers = {tuple(choose_peers(given_node, 2, [])) for _ in range(20)}
assert len(given_answers) > 4, "«peers.chance»"
assert sorted(choose_peers(given_node, 9, ["C"])) == ["B", "D", "E", "F"], "«peers.without»"
given_node["scores"] = {"B": -50, "D": -49}
assert sorted(choose_peers(given_node, 9, ["C"])) == ["D", "E", "F"], "«peers.ignored»"
assert choose_peers(given_node, 3, ["C", "D", "E", "F"]) == [], "«peers.nobody»"
### BEGIN HIDDEN TESTS
from collections import Counter
given_names = [f"n{number}" for number in range(9)]
given_first, given_any, given_pairs = Counter(), Counter(), set()
given_node = {**start_node("A", given_names, SEED), "scores": {"n4": -50}}
for _ in range(300):
    given_answer = choose_peers(given_node, 3, ["n7"])
    assert isinstance(given_answer, list) and len(given_answer) == len(set(given_answer)) == 3, "«peers.any»"
    given_first[given_answer[0]] += 1
    given_any.update(given_answer)
    given_pairs.add(tuple(given_answer[:2]))
assert set(given_any) == set(given_names) - {"n4", "n7"}, "«peers.any»"
assert all(80 < given_any[given_name] < 177 and 9 < given_first[given_name] < 77 for given_name in given_any), "«peers.any-chance»"
assert len(given_pairs) > 28, "«peers.any-chance»"
given_chance = given_node["chance"]
given_runs = [[choose_peers({**given_node, "chance": given_chance}, given_size, []) for given_size in range(10)] for _ in range(2)]
assert given_runs[0] == given_runs[1], "«peers.any-again»"
assert [len(given_answer) for given_answer in given_runs[0]] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 8], "«peers.any»"
assert given_node["peers"] == given_names, "«peers.any»"
assert choose_peers(start_node("A", [], SEED), 3, []) == [], "«peers.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 5 · Push, and never twice
# Records have come in from `sender`. (Task 7 will see to it that there are at most `MAX_LIST` of them; do not count them here.) Go through all of them in order, to the end, even if the sender comes to be ignored on the way:
#
# - For each record that is not genuine, **punish the sender**. Not the author: somebody else may have put the author's name there, to get an honest node ignored. And an honest node would have checked before it passed the record on.
# - A genuine record whose id you do not hold yet is **new**. Put it into `node["records"]` under its id and append it to `node["delivered"]`.
# - One that you hold already, you have delivered already. Do nothing, and do not punish: in gossip, hearing things twice is normal.
#
# If there were new ones, **push** them: return `[peer, {"kind": "records", "records": [...]}]`, all new records in one message, for `FANOUT` peers chosen by chance, but not back to the sender. Otherwise return `[]`; that is why gossip ever stops.
#
# A forged record may have the **same id** as a genuine one, because the id does not depend on the seal. Who notes an id before judging the record lets a forger block the genuine one.
#
# `publish` makes a record of the node's own `text` with `make_record`, takes it like any other (the sender is the node itself), and pushes it. If that text is too long, it fares like any other too: nothing is kept, nothing is sent, and the node has punished itself, which harms nobody, because it never talks to itself.

# %% [markdown] lang="zh"
# ## 5 · 推送，绝不重复
# `sender` 送来一批记录。（最多 `MAX_LIST` 条，这由任务 7 把关，这里不用数。）请依次处理，一直到最后一条，哪怕处理到一半时发送者已经该屏蔽了：
#
# - 每有一条不是真的，就**惩罚发送者** `sender`，而不是作者：名字可能是别人冒用的，为的正是让诚实的节点被屏蔽。况且诚实的节点，转发之前就该检查过。
# - 是真的，而且手里还没有这个编号，就是**新的**：以编号为键放进 `node["records"]`，再追加到 `node["delivered"]` 的末尾。
# - 手里已经有的，早就交付过了。什么也不做，也不惩罚：闲聊时同一件事听到两遍，再正常不过。
#
# 有新记录，就**推送**（push）：随机选 `FANOUT` 个对等节点，但不发回给发送者，对每一个返回 `[peer, {"kind": "records", "records": [...]}]`，所有新记录放在同一条消息里。没有新记录，就返回 `[]`；闲聊之所以会停下来，靠的就是这一点。
#
# 伪造的记录可以与真的**编号相同**，因为编号与印章无关。如果还没判断真假就先记下编号，伪造者就能把真的挡在门外。
#
# `publish` 用 `make_record` 把节点自己的 `text` 做成记录，照样处理（发送者就是自己），然后推送。正文太长，也照样处理：不保存，不发送，节点给自己扣一次分；这没有什么坏处，反正它不会给自己发消息。

# %% task="push"
def take_records(node: dict, sender: str, records: list) -> list[list]:
    """«take_records»

    «take_records.more»
    """
    ### BEGIN SOLUTION
    new = []
    for record in records:
        if judge_record(record) is not None:
            punish(node, sender)
        elif compute_id(record) not in node["records"]:
            node["records"][compute_id(record)] = record
            node["delivered"].append(record)
            new.append(record)
    if not new:
        return []
    return [[peer, {"kind": "records", "records": new}] for peer in choose_peers(node, FANOUT, [sender])]
    ### END SOLUTION


def publish(node: dict, text: str) -> list[list]:
    """«publish»

    «publish.more»
    """
    ### BEGIN SOLUTION
    return take_records(node, node["name"], [make_record(node["name"], text)])
    ### END SOLUTION

# %% test="push" points=3
given_node = start_node("A", ["B", "C", "D", "E", "F"], 0)
given_one, given_two = make_record("F", "one"), make_record("F", "two")
given_answer = normalise(take_records(given_node, "B", [given_one, given_two]))
assert given_node["delivered"] == [given_one, given_two], "«push.delivered»"
assert given_node["records"] == {compute_id(given_one): given_one, compute_id(given_two): given_two}, "«push.records»"
assert isinstance(given_answer, list) and len(given_answer) == 3, "«push.three»"
assert all(given_message == {"kind": "records", "records": [given_one, given_two]} for _, given_message in given_answer), "«push.message»"
assert len({given_peer for given_peer, _ in given_answer}) == 3 and "B" not in [given_peer for given_peer, _ in given_answer], "«push.back»"
assert normalise(take_records(given_node, "C", [given_two, given_one])) == [], "«push.stop»"
assert given_node["delivered"] == [given_one, given_two], "«push.twice»"
assert given_node["scores"] == {}, "«push.known»"
given_three = make_record("E", "three")
given_forged = {**given_three, "seal": given_one["seal"]}
assert normalise(take_records(given_node, "D", [given_forged])) == [], "«push.forged»"
assert "E" not in given_node["scores"], "«push.framed»"
assert given_node["scores"] == {"D": -20}, "«push.punish»"
assert len(normalise(take_records(given_node, "B", [given_three]))) == 3, "«push.poisoned»"
given_answer = normalise(take_records(given_node, "B", [given_one, 7, make_record("F", "four")]))
assert [given_message["records"] for _, given_message in given_answer] == [[make_record("F", "four")]] * 3, "«push.only-new»"
given_answer = normalise(publish(given_node, "mine"))
assert given_node["delivered"][-1] == make_record("A", "mine") and len(given_answer) == 3, "«push.publish»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/push")
given_names = [f"n{number}" for number in range(7)]
given_node, expected = start_node("A", given_names, SEED), []
expected_scores = {}
for _ in range(60):
    given_sender, given_some, given_new, given_ids = given_draw.choice(given_names[:5]), [], [], {compute_id(record) for record in expected}
    given_node["scores"], expected_scores = {}, {}
    for _ in range(given_draw.randrange(5)):
        given_record = make_record(given_draw.choice(given_names), f"{given_draw.randrange(40)}")
        if given_draw.random() < 0.3:
            given_record = given_draw.choice([{**given_record, "seal": "0" * 16}, {**given_record, "text": "x" * 200}, None, {"seal": 1}, [given_record]])
            expected_scores[given_sender] = max(-80, expected_scores.get(given_sender, 0) - 20)
        elif compute_id(given_record) not in given_ids:
            given_new.append(given_record)
            given_ids.add(compute_id(given_record))
        given_some.append(given_record)
    given_answer = normalise(take_records(given_node, given_sender, given_some))
    expected += given_new
    assert given_node["delivered"] == expected, "«push.any-delivered»"
    assert given_node["records"] == {compute_id(record): record for record in expected}, "«push.any-delivered»"
    assert given_node["scores"] == expected_scores, "«push.any-score»"
    assert [given_message for _, given_message in given_answer] == [{"kind": "records", "records": given_new}] * (3 if given_new else 0), "«push.any-message»"
    given_to = [given_peer for given_peer, _ in given_answer]
    assert len(set(given_to)) == len(given_to) and given_sender not in given_to, "«push.any-message»"
given_node = start_node("A", ["B", "C"], SEED)
assert [given_peer for given_peer, _ in normalise(take_records(given_node, "B", [make_record("B", "x")]))] == ["C"], "«push.any-message»"
given_node["scores"] = {"C": -55}
assert [given_peer for given_peer, _ in normalise(publish(given_node, "y"))] == ["B"], "«push.any-ignored»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 6 · Pull what was missed
# Pushing alone leaves gaps: every push may be lost, and chance may pass a node by. So now and then a node tells a peer which records it holds, and the two make up for what one of them lacks.
#
# - `on_have`: the sender holds the records with these `ids`. Send it up to `MAX_LIST` of the records that you hold and it does not, in the order in which you hold them; and ask with a `want` for up to `MAX_LIST` of the ids that you lack, in the order of `ids`. The records come first. What would be empty is not sent, so two nodes that hold the same say nothing.
# - `on_want`: send those of the wanted records that you hold, in the order of `ids`, up to `MAX_LIST`. If you hold none of them, send nothing.
#
# The limits matter: a stranger who sends one short message must not be able to draw a thousand long ones. What is left over will be asked for another time.

# %% [markdown] lang="zh"
# ## 6 · 拉取漏掉的
# 只靠推送会有遗漏：每次推送都可能丢失，随机挑选也可能恰好漏掉谁。所以节点时不时要告诉一个对等节点自己手里有哪些记录，双方再互相补齐。
#
# - `on_have`：发送者手里有编号为 `ids` 的记录。你有而它没有的，发给它，最多 `MAX_LIST` 条，按你手里的先后；你缺的编号，用 `want` 向它索要，最多 `MAX_LIST` 个，按 `ids` 的顺序。先发记录，再索要。空消息不发，所以双方手里一样时，谁也不用发什么。
# - `on_want`：对方要的记录，你有的就发给它，按 `ids` 的顺序，最多 `MAX_LIST` 条。一条也没有，就什么都不发。
#
# 上限很重要：不能让陌生人用一条短消息，就引出一千条长消息。剩下的，下次再要。

# %% task="pull"
def on_have(node: dict, sender: str, ids: list[str]) -> list[list]:
    """«on_have»

    «on_have.more»
    """
    ### BEGIN SOLUTION
    missing = [record for record_id, record in node["records"].items() if record_id not in ids][:MAX_LIST]
    wanted = [record_id for record_id in ids if record_id not in node["records"]][:MAX_LIST]
    answers = []
    if missing:
        answers.append([sender, {"kind": "records", "records": missing}])
    if wanted:
        answers.append([sender, {"kind": "want", "ids": wanted}])
    return answers
    ### END SOLUTION


def on_want(node: dict, sender: str, ids: list[str]) -> list[list]:
    """«on_want»

    «on_want.more»
    """
    ### BEGIN SOLUTION
    records = [node["records"][record_id] for record_id in ids if record_id in node["records"]][:MAX_LIST]
    return [[sender, {"kind": "records", "records": records}]] if records else []
    ### END SOLUTION

# %% test="pull" points=3
given_node = start_node("A", ["B", "C", "D"], 0)
given_some = [make_record("C", f"text {number}") for number in range(20)]
given_ids = [compute_id(given_record) for given_record in given_some]
given_node["records"] = dict(zip(given_ids[:3], given_some[:3]))
assert normalise(on_have(given_node, "B", given_ids[:3])) == [], "«pull.same»"
assert normalise(on_have(given_node, "B", given_ids[:1])) == [["B", {"kind": "records", "records": given_some[1:3]}]], "«pull.missing»"
assert normalise(on_have(given_node, "B", given_ids[:5])) == [["B", {"kind": "want", "ids": given_ids[3:5]}]], "«pull.wanted»"
given_answer = normalise(on_have(given_node, "B", given_ids[2:4]))
assert given_answer == [["B", {"kind": "records", "records": given_some[:2]}], ["B", {"kind": "want", "ids": [given_ids[3]]}]], "«pull.both»"
assert normalise(on_have(given_node, "B", given_ids[:15])) == [["B", {"kind": "want", "ids": given_ids[3:11]}]], "«pull.want-bound»"
assert normalise(on_want(given_node, "B", [given_ids[2], given_ids[9], given_ids[0]])) == [
    ["B", {"kind": "records", "records": [given_some[2], given_some[0]]}]
], "«pull.want»"
assert normalise(on_want(given_node, "B", given_ids[5:9])) == [], "«pull.none»"
given_node["records"] = dict(zip(given_ids, given_some))
assert normalise(on_have(given_node, "B", [])) == [["B", {"kind": "records", "records": given_some[:8]}]], "«pull.have-bound»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/pull")
given_some = {compute_id(record): record for record in (make_record("A", f"{given_draw.randrange(10**6)}-{number}") for number in range(40))}
for _ in range(60):
    given_mine = given_draw.sample(sorted(given_some), given_draw.choice([0, 3, 9, 30]))
    given_theirs = given_draw.sample(sorted(given_some), given_draw.choice([0, 2, 9, 30]))
    given_node = {**start_node("A", ["B", "C"], SEED), "records": {key: given_some[key] for key in given_mine}}
    expected = []
    expected_records = [given_some[key] for key in given_mine if key not in given_theirs][:8]
    expected_ids = [key for key in given_theirs if key not in given_mine][:8]
    if expected_records:
        expected.append(["C", {"kind": "records", "records": expected_records}])
    if expected_ids:
        expected.append(["C", {"kind": "want", "ids": expected_ids}])
    assert normalise(on_have(given_node, "C", given_theirs)) == expected, "«pull.any-have»"
    expected_records = [given_some[key] for key in given_theirs if key in given_mine][:8]
    expected = [["C", {"kind": "records", "records": expected_records}]] if expected_records else []
    assert normalise(on_want(given_node, "C", given_theirs)) == expected, "«pull.any-want»"
    assert list(given_node["records"]) == given_mine, "«pull.any-have»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 7 · The guard at the door
# `is_well_formed` says whether a message may come in. It never raises, whatever it is given. A good message is a dict with the key `"kind"`, one further key, and nothing else:
#
# | `"kind"` | further key | value |
# |---|---|---|
# | `"records"` | `"records"` | a list of at most `MAX_LIST` things (`judge_record` looks at each of them later) |
# | `"have"` | `"ids"` | a list of at most `MAX_IDS` ids |
# | `"want"` | `"ids"` | a list of at most `MAX_LIST` ids |
#
# An id is a text of exactly `ID_LENGTH` characters, and no id stands twice in a message. An empty list is fine.
#
# `on_message` is where every message arrives. If its sender is ignored, nothing happens and nothing is answered: not even a look at the message. If it is not well formed, the sender is punished, and there is no answer. Otherwise it goes to `take_records`, `on_have` or `on_want`.

# %% [markdown] lang="zh"
# ## 7 · 守门
# `is_well_formed` 判断一条消息能不能放进来；不管传入什么，都不报错。合格的消息是一个字典，除了 `"kind"` 只有另外一个键：
#
# | `"kind"` | 另一个键 | 值 |
# |---|---|---|
# | `"records"` | `"records"` | 列表，最多 `MAX_LIST` 项（每一项是什么，之后由 `judge_record` 判断） |
# | `"have"` | `"ids"` | 列表，最多 `MAX_IDS` 个编号 |
# | `"want"` | `"ids"` | 列表，最多 `MAX_LIST` 个编号 |
#
# 编号是恰好 `ID_LENGTH` 个字符的文本，同一条消息里不能重复。列表可以为空。
#
# 所有消息都从 `on_message` 进来。发送者已被屏蔽，就什么也不做，也不回复，消息连看都不看。消息不合格，就惩罚发送者，不回复。其余的，交给 `take_records`、`on_have` 或 `on_want`。

# %% task="guard"
def is_well_formed(message) -> bool:
    """«is_well_formed»

    «is_well_formed.more»
    """
    ### BEGIN SOLUTION
    if not isinstance(message, dict):
        return False
    limits = {"records": MAX_LIST, "have": MAX_IDS, "want": MAX_LIST}
    kind = message.get("kind")
    if not isinstance(kind, str) or kind not in limits:
        return False
    key = "records" if kind == "records" else "ids"
    if set(message) != {"kind", key}:
        return False
    items = message[key]
    if not isinstance(items, list) or len(items) > limits[kind]:
        return False
    if key == "records":
        return True
    return all(isinstance(item, str) and len(item) == ID_LENGTH for item in items) and len(set(items)) == len(items)
    ### END SOLUTION


def on_message(node: dict, sender: str, message) -> list[list]:
    """«on_message»

    «on_message.more»
    """
    ### BEGIN SOLUTION
    if is_ignored(node, sender):
        return []
    if not is_well_formed(message):
        punish(node, sender)
        return []
    if message["kind"] == "records":
        return take_records(node, sender, message["records"])
    if message["kind"] == "have":
        return on_have(node, sender, message["ids"])
    return on_want(node, sender, message["ids"])
    ### END SOLUTION

# %% test="guard" points=3
given_ids = [f"id{number:06}" for number in range(201)]
for given_message in (
    {"kind": "records", "records": []}, {"kind": "records", "records": [1, None, {}]}, {"kind": "have", "ids": []},
    {"kind": "have", "ids": given_ids[:200]}, {"kind": "want", "ids": given_ids[:8]},
):
    assert is_well_formed(given_message) is True, "«guard.good»"
for given_message in (
    None, "have", [], {}, {"kind": "have"}, {"kind": "shout", "ids": []}, {"kind": ["have"], "ids": []}, {"kind": "have", "records": []},
    {"kind": "have", "ids": [], "more": 1}, {"kind": "records", "records": {}}, {"kind": "have", "ids": "12345678"}, {"kind": "have", "ids": [["x"]]},
):
    try:
        given_answer = is_well_formed(given_message)
    except Exception as error:
        given_answer = f"{type(error).__name__}: {error}"
    if given_answer is not False:
        print(given_message, "→", given_answer)
    assert given_answer is False, "«guard.bad»"
assert is_well_formed({"kind": "records", "records": [1] * 9}) is False, "«guard.many»"
assert is_well_formed({"kind": "have", "ids": given_ids}) is False and is_well_formed({"kind": "want", "ids": given_ids[:9]}) is False, "«guard.many-ids»"
assert is_well_formed({"kind": "want", "ids": [given_ids[0], given_ids[0]]}) is False, "«guard.same»"
assert is_well_formed({"kind": "have", "ids": ["x" * 10_000]}) is False, "«guard.long-id»"
given_node, given_record = start_node("A", ["B", "C", "D"], 0), make_record("C", "x")
assert normalise(on_message(given_node, "B", {"kind": "shout"})) == [] and given_node["scores"] == {"B": -20}, "«guard.punish»"
assert len(normalise(on_message(given_node, "B", {"kind": "records", "records": [given_record]}))) == 2, "«guard.records»"
assert normalise(on_message(given_node, "D", {"kind": "have", "ids": []})) == [["D", {"kind": "records", "records": [given_record]}]], "«guard.have»"
assert normalise(on_message(given_node, "D", {"kind": "want", "ids": [compute_id(given_record)]})) == [["D", {"kind": "records", "records": [given_record]}]], "«guard.want»"
given_node["scores"] = {"B": -50}
assert normalise(on_message(given_node, "B", {"kind": "have", "ids": []})) == [], "«guard.ignored»"
on_message(given_node, "B", {"kind": "records", "records": [make_record("B", "y")]})
assert given_node["delivered"] == [given_record], "«guard.ignored-record»"
on_message(given_node, "B", "rubbish")
assert given_node["scores"] == {"B": -50}, "«guard.ignored-score»"
### BEGIN HIDDEN TESTS
import itertools
import random
given_draw = random.Random(f"{SEED}/guard")
given_items = [[], ["12345678"], ["12345678", "abcdefgh"], ["1234567"], ["123456789"], [""], [12345678], [None], [b"12345678"], ["a" * 8] * 2, [["a"]], [{}], [0.5], ("12345678",), None, 5, "12345678", {"12345678": 1}]
given_start = given_draw.randrange(10**6)
given_items += [[f"{given_start + number:08}" for number in range(size)] for size in (7, 8, 9, 199, 200, 201)]
for given_kind, given_key, given_list in itertools.product(("records", "have", "want", "Have", "", None, 5, ["have"], {}), ("records", "ids", "kinds"), given_items):
    expected = given_kind in ("records", "have", "want") and given_key == ("records" if given_kind == "records" else "ids") and isinstance(given_list, list)
    expected = expected and len(given_list) <= {"records": 8, "have": 200, "want": 8}[given_kind]
    if expected and given_key == "ids":
        expected = all(isinstance(item, str) and len(item) == 8 for item in given_list) and (len(given_list) < 2 or given_list[0] != given_list[1])
    given_message = {"kind": given_kind, given_key: given_list}
    assert is_well_formed(given_message) is expected, "«guard.any»"
    if expected and given_draw.random() < 0.5:
        assert is_well_formed({**given_message, "": 0}) is False and is_well_formed({given_key: given_list}) is False, "«guard.any»"
given_node = start_node("A", ["B", "C", "D", "E"], SEED)
given_record = make_record("C", f"{given_draw.randrange(10**9)}")
for given_number, given_message in enumerate((None, {"kind": "want", "ids": ["x"]}, {"kind": "records", "records": [given_record] * 9})):
    given_node["scores"] = {"D": -5}
    assert normalise(on_message(given_node, "E", given_message)) == [] and given_node["scores"] == {"D": -5, "E": -20}, "«guard.any-punish»"
assert given_node["delivered"] == [], "«guard.any-punish»"
given_node["scores"] = {"E": -49}
assert normalise(on_message(given_node, "E", {"kind": "records", "records": [{**given_record, "seal": ""}, given_record]}))[0][1]["records"] == [given_record], "«guard.any-whole»"
given_scores = dict(given_node["scores"])
assert given_scores == {"E": -69}, "«guard.any-punish»"
for given_message in (None, {"kind": "have", "ids": []}, {"kind": "want", "ids": [compute_id(given_record)]}, {"kind": "records", "records": [make_record("E", "z")]}):
    assert normalise(on_message(given_node, "E", given_message)) == [] and given_node["scores"] == given_scores and len(given_node["delivered"]) == 1, "«guard.any-ignored»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 8 · Every tick of the clock
# `on_tick` is called ten times a second. First all scores recover. Then the node sends a `have` to **one** of the peers that it may talk to, chosen by chance (if there is none, return `[]`): the ids of the records that it holds, in order; if they are more than `MAX_IDS`, the last `MAX_IDS` of them. It sends it even if it holds nothing yet: that is how a new node gets everything.
#
# `step` is the whole node: it is given one event, changes the node and returns what is to be sent. Events are `["publish", text]`, `["message", sender, message]` and `["tick"]`. Below it stands `run`, which lets the simulator run a network of your nodes, and which you need not change.

# %% [markdown] lang="zh"
# ## 8 · 时钟每跳一次
# `on_tick` 每秒调用十次。先让所有分数恢复一点，再从没有被屏蔽的对等节点里随机选**一个**，发给它一条 `have`（一个也没有，就返回 `[]`）：手里记录的编号，按先后排列；超过 `MAX_IDS` 个，就取最后 `MAX_IDS` 个。手里什么都没有时也要发：新加入的节点，就是靠这个拿到全部记录的。
#
# `step` 就是整个节点：给它一个事件，它改动节点，返回要发送的内容。事件有 `["publish", text]`、`["message", sender, message]` 和 `["tick"]`。下面的 `run` 让模拟器运行一个由你的节点组成的网络，不用改它。

# %% task="tick"
def on_tick(node: dict) -> list[list]:
    """«on_tick»

    «on_tick.more»
    """
    ### BEGIN SOLUTION
    recover(node)
    ids = list(node["records"])[-MAX_IDS:]
    return [[peer, {"kind": "have", "ids": ids}] for peer in choose_peers(node, 1, [])]
    ### END SOLUTION


def step(node: dict, event: list) -> list[list]:
    """«step»

    «step.more»
    """
    ### BEGIN SOLUTION
    if event[0] == "publish":
        return publish(node, event[1])
    if event[0] == "message":
        return on_message(node, event[1], event[2])
    return on_tick(node)
    ### END SOLUTION


def run(plan: dict) -> dict:
    """«run»"""
    return run_nodes(start_node, step, plan)

# %% test="tick" points=2
given_node = start_node("A", ["B", "C", "D"], 0)
given_answer = normalise(on_tick(given_node))
assert isinstance(given_answer, list) and len(given_answer) == 1, "«tick.one»"
assert given_answer[0][0] in ("B", "C", "D") and given_answer[0][1] == {"kind": "have", "ids": []}, "«tick.empty»"
given_some = [make_record("C", f"text {number}") for number in range(205)]
given_ids = [compute_id(given_record) for given_record in given_some]
given_node["records"] = dict(zip(given_ids[:4], given_some[:4]))
assert normalise(on_tick(given_node))[0][1] == {"kind": "have", "ids": given_ids[:4]}, "«tick.ids»"
assert len({normalise(on_tick(given_node))[0][0] for _ in range(30)}) == 3, "«tick.chance»"
given_node["records"] = dict(zip(given_ids, given_some))
assert normalise(on_tick(given_node))[0][1]["ids"] == given_ids[5:], "«tick.last»"
given_node["scores"] = {"B": -50, "C": -50, "D": -80}
for given_score in range(-49, -29):
    given_answer = normalise(on_tick(given_node))
    assert len(given_answer) == 1 and given_answer[0][0] in ("B", "C") and given_node["scores"]["B"] == given_score, "«tick.recover»"
given_node["scores"] = {"B": -80, "C": -80, "D": -80}
assert normalise(on_tick(given_node)) == [], "«tick.nobody»"
given_node = start_node("A", ["B", "C", "D"], 0)
given_answer = step(given_node, ["publish", "x"])
assert given_answer is not None, "«tick.return»"
assert len(normalise(given_answer)) == 3, "«tick.publish»"
assert normalise(step(given_node, ["message", "B", {"kind": "have", "ids": []}]))[0][0] == "B", "«tick.message»"
assert normalise(step(given_node, ["tick"]))[0][1]["kind"] == "have", "«tick.tick»"
### BEGIN HIDDEN TESTS
from collections import Counter
given_node = {**start_node("A", [f"n{number}" for number in range(5)], SEED), "scores": {"n1": -80, "n2": -51, "n3": -1}}
given_first = normalise(on_tick(given_node))
assert given_node["scores"] == {"n1": -79, "n2": -50} and given_first[0][0] in ("n0", "n3", "n4"), "«tick.any»"
given_count = Counter(normalise(step(given_node, ["tick"]))[0][0] for _ in range(150))
assert set(given_count) == {f"n{number}" for number in range(5)} and all(3 < number < 57 for number in given_count.values()), "«tick.any-chance»"
assert given_node["scores"] == {}, "«tick.any»"
assert normalise(on_tick({**given_node, "peers": []})) == [], "«tick.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# Now your nodes go out into networks that break. Tasks 9 to 11 need no new code, only the cell with helpers below. `watch` runs a network and has it **replayed** by a second simulator that does not know your code: it lets your nodes say what they said, and decides by itself what arrives. So it notices if a node knows what nobody told it.
#
# What happens to a network stands in its **plan**, a dict:
#
# | key | value |
# |---|---|
# | `"names"`, `"seed"`, `"until_ms"` | the nodes; what all chance comes from; how long the run lasts |
# | `"publish"` | `[when, who, text]`: somebody publishes a text |
# | `"cuts"` | `[from, until, groups]`: in this time only nodes of the same group hear each other |
# | `"lost_in_1000"`, `"doubled_in_1000"` | how many messages of 1000 are lost, or arrive twice, until `"rough_until_ms"` |
# | `"scripts"` | for each liar the lines that it says: `[when, to whom, message]` |

# %% [markdown] lang="zh"
# 现在，把你的节点放进会出故障的网络。任务 9 到 11 不需要写新代码，只要先运行下面这个单元格，里面是几个工具函数。`watch` 先运行一个网络，再让另一个模拟器**重放**一遍：它不看你的代码，只把各个节点发过的消息照样再发一遍，什么能到、何时到，由它自己决定。所以，哪个节点说出了没人告诉过它的事，它会发现。
#
# 网络里会发生什么，都写在一份**计划**（plan）里，它是一个字典：
#
# | 键 | 值 |
# |---|---|
# | `"names"`、`"seed"`、`"until_ms"` | 有哪些节点；随机种子；运行多久 |
# | `"publish"` | `[何时, 谁, 正文]`：有节点发布一条 |
# | `"cuts"` | `[从何时, 到何时, 分组]`：这段时间里，只有同组的节点能互通 |
# | `"lost_in_1000"`、`"doubled_in_1000"` | 到 `"rough_until_ms"` 为止，每 1000 条消息里有多少条丢失、多少条到两次 |
# | `"scripts"` | 每个说谎者要发的消息：`[何时, 对谁, 消息]` |

# %%
def watch(plan):
    """«watch»"""
    transcript = run(plan)
    if not isinstance(transcript, dict) or transcript.get("storm"):
        return None
    return replay_nodes(plan, transcript)


def find_fault(replay):
    """«find_fault»"""
    heard, delivered = {}, {}
    for moment in replay.moments:
        mine, mine_delivered = heard.setdefault(moment.name, []), delivered.setdefault(moment.name, [])
        if moment.event[0] == "publish":
            mine.append(make_record(moment.name, moment.event[1]))
        elif moment.event[0] == "message" and isinstance(moment.event[2], dict) and isinstance(moment.event[2].get("records"), list):
            mine += moment.event[2]["records"]
        for record in moment.delivered:
            if record not in mine:
                return "unheard"
            if record["seal"] != compute_seal(record["author"], record["text"]):
                return "forged"
            if record in mine_delivered:
                return "twice"
            mine_delivered.append(record)
        for _, message in moment.sent:
            if message["kind"] == "records" and any(record not in mine_delivered for record in message["records"]):
                return "passed-on"
    return None


def list_texts(replay, name):
    """«list_texts»"""
    return sorted(record["text"] for moment in replay.moments if moment.name == name for record in moment.delivered)


def count_copies(replay, text):
    """«count_copies»"""
    messages = [message for moment in replay.moments for _, message in moment.sent if message["kind"] == "records"]
    return sum(record["text"] == text for message in messages for record in message["records"])


def tell(replay, text):
    """«tell»"""
    lines = []
    for entry in replay.trace:
        message = getattr(entry, "message", None)
        if isinstance(message, dict) and any(isinstance(record, dict) and record.get("text") == text for record in message.get("records", [])):
            fate = f"«tell.arrives» {entry.arrivals_ms[0]} ms" if entry.arrivals_ms else "«tell.lost»"
            lines.append(f"{entry.at_ms} ms: {entry.sender} → {entry.recipient}, {fate}")
    return "\n".join(["", "«tell.story»", *lines[:12]])

# %% [markdown] lang="en"
# ## 9 · Everybody hears everything
# A fifth of the messages is lost, some arrive twice, and for a while the network falls into two halves. While it is divided, news must spread within each half; when it is whole again, everybody must have everything, exactly once. And the same plan run twice must give the same story.

# %% [markdown] lang="zh"
# ## 9 · 大家都收全了
# 五分之一的消息丢失，有的到两次，网络还有一阵子断成两半。断开期间，消息要在各自那一半里传开；恢复之后，每个节点都要有全部的记录，而且每条只交付一次。同一份计划运行两遍，经过还必须完全一样。

# %% test="delivery" points=3
given_plan = {
    "names": ["A", "B", "C", "D", "E", "F"], "seed": 5, "until_ms": 4000,
    "publish": [[10, "A", "from A"], [700, "B", "from B"], [710, "E", "from E"]],
    "cuts": [[400, 2400, [["A", "B", "C"], ["D", "E", "F"]]]],
    "lost_in_1000": 200, "doubled_in_1000": 100, "rough_until_ms": 2400,
}
given_replay = watch(given_plan)
assert given_replay, "«network.storm»"
given_fault = find_fault(given_replay)
assert given_fault != "twice", "«network.twice»"
assert given_fault is None, "«network.fault»"
for given_text in ("from A", "from B", "from E"):
    for given_name in given_plan["names"]:
        if given_text not in list_texts(given_replay, given_name):
            print(f"{given_name}: {given_text!r}", tell(given_replay, given_text))
        assert given_text in list_texts(given_replay, given_name), "«network.missing»"
given_halfway = watch({**given_plan, "until_ms": 2399})
assert given_halfway, "«network.storm»"
assert all("from E" in list_texts(given_halfway, given_name) for given_name in "DEF"), "«network.half»"
assert run(given_plan) == run(given_plan), "«network.again»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/delivery")
for given_size in (2, 5, 9):
    given_names = [f"n{number}" for number in range(given_size)]
    given_mixed = given_draw.sample(given_names, given_size)
    given_groups = [given_mixed[: given_size // 2], given_mixed[given_size // 2 :]]
    given_publish = [[given_draw.randrange(10, 1600), given_draw.choice(given_names), f"text {number}"] for number in range(12)]
    given_plan = {
        "names": given_names, "seed": given_draw.randrange(10**6), "until_ms": 3700, "publish": given_publish,
        "cuts": [[300, 1500, given_groups]], "lost_in_1000": 250, "doubled_in_1000": 150, "rough_until_ms": 1700,
    }
    given_replay = watch(given_plan)
    assert given_replay, "«network.storm»"
    assert find_fault(given_replay) is None, "«network.any-fault»"
    for given_name in given_names:
        assert list_texts(given_replay, given_name) == sorted(text for _, _, text in given_publish), "«network.any-missing»"
    given_plan = {**given_plan, "cuts": [[0, 9999, given_groups]], "lost_in_1000": 100, "until_ms": 5000}
    given_replay = watch(given_plan)
    assert given_replay, "«network.storm»"
    assert find_fault(given_replay) is None, "«network.any-fault»"
    for given_group in given_groups:
        for given_name in given_group:
            assert list_texts(given_replay, given_name) == sorted(text for _, who, text in given_publish if who in given_group), "«network.any-half»"
given_plan = {**given_plan, "until_ms": 1000}
assert run(given_plan) == run(given_plan) and run(given_plan) != run({**given_plan, "seed": 1}), "«network.any-again»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 10 · Without a flood
# If every node told every other, a record among 64 nodes would be sent some 4,000 times, and four times as often among twice as many: n². Your nodes push a record once, to `FANOUT` others, when it is new to them: about three times n, whatever n is. (With pushes alone, n · log n would be needed until the last one has heard; here pulling finds the few whom chance passed by.) The test allows 1.5 · n · log2(n), which is 96 for 16 nodes and 576 for 64, and then listens whether it is quiet.

# %% [markdown] lang="zh"
# ## 10 · 不淹没网络
# 要是每个节点都告诉其他所有节点，64 个节点之间，一条记录要发四千来次；节点翻一番，次数就是四倍：n²。你的节点只在一条记录对自己来说是新的时候推送一次，推给 `FANOUT` 个：不管 n 多大，总共约为 n 的三倍。（要是只靠推送，得有 n · log n 次，最后一个才听得到；这里，被随机漏掉的少数靠拉取补上。）测试允许 1.5 · n · log2(n) 次，16 个节点是 96，64 个节点是 576；然后再看网络是不是安静下来了。

# %% test="bound" points=3
import math
given_names = [f"n{number}" for number in range(16)]
given_replay = watch({"names": given_names, "seed": 3, "until_ms": 1500, "publish": [[10, "n0", "news"]]})
assert given_replay, "«bound.storm»"
assert all(list_texts(given_replay, given_name) == ["news"] for given_name in given_names), "«bound.all»"
given_copies = count_copies(given_replay, "news")
if given_copies > 16 * math.log2(16) * 1.5:
    print(given_copies, "«bound.count»")
assert given_copies <= 16 * math.log2(16) * 1.5, "«bound.copies»"
assert given_copies >= 15, "«bound.few»"
given_late = [given_moment for given_moment in given_replay.moments if given_moment.at_ms > 1200 and given_moment.event[0] != "tick"]
assert not any(given_moment.sent for given_moment in given_late), "«bound.quiet»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/bound")
for given_size in (12, 28):
    given_names = [f"n{number}" for number in range(given_size)]
    given_plan = {"names": given_names, "seed": given_draw.randrange(10**6), "until_ms": 1300, "publish": [[10, given_draw.choice(given_names), "a"], [30, given_names[-1], "b"]]}
    given_replay = watch(given_plan)
    assert given_replay, "«bound.storm»"
    assert find_fault(given_replay) is None, "«bound.any-all»"
    given_last = max(moment.at_ms for moment in given_replay.moments if moment.delivered)
    assert all(list_texts(given_replay, given_name) == ["a", "b"] for given_name in given_names), "«bound.any-all»"
    for given_text in "ab":
        assert count_copies(given_replay, given_text) <= given_size * math.log2(given_size) * 1.5, "«bound.any-copies»"
    given_sent = sum(len(moment.sent) for moment in given_replay.moments if moment.at_ms <= given_last)
    assert given_sent <= 6 * given_size * math.log2(given_size), "«bound.any-messages»"
    assert not any(moment.sent for moment in given_replay.moments if moment.at_ms > given_last + 200 and moment.event[0] != "tick"), "«bound.any-quiet»"
    assert max(len([moment for moment in given_replay.moments if moment.name == name and moment.delivered]) for name in given_names) <= 2, "«bound.any-all»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 11 · Among liars
# Now one of the members, M, follows a script. Three scripts, and what must be so:
#
# 1. M sends forged records in the names of others, messages far too long, and things that are no message. None of that is passed on or answered, no genuine record is kept out by it, and nobody but M is blamed. Soon nobody talks to M. Later M mends its ways: it is heard again.
# 2. M asks without end, one hundred times `have` and one hundred times `want`, all well formed. That is no misconduct; but each question draws **at most one message**, to M, with at most `MAX_LIST` records.
# 3. M sends two bad messages and then a good record. Two are not enough to be ignored: everybody has the record in the end.

# %% [markdown] lang="zh"
# ## 11 · 有说谎者
# 现在有一个成员 M 照着剧本行事。剧本有三个，各有要求：
#
# 1. M 冒用别人的名字发伪造的记录，发长得出奇的消息，发根本不是消息的东西。这些都不能传下去，也不回复；真的记录不能因此被挡住；除了 M，不能怪到别人头上。不久，所有节点都屏蔽了 M。后来 M 改过自新：大家又听它的了。
# 2. M 没完没了地问，一百次 `have`，一百次 `want`，条条合格。这不算不良行为；但每问一次，**最多换来一条消息**，发给 M，里面最多 `MAX_LIST` 条记录。
# 3. M 先发两条坏消息，再发一条好记录。两条还不到屏蔽的地步：最后大家都要有这条记录。

# %% test="liars" points=2
given_forged = {"author": "B", "text": "give all to M", "seal": "0" * 16}
given_script = [[100 + 10 * number, given_name, {"kind": "records", "records": [given_forged]}] for number in range(5) for given_name in "ABCD"]
given_script += [[4000, "A", {"kind": "records", "records": [make_record("M", "sorry")]}]]
given_plan = {"names": ["A", "B", "C", "D", "M"], "seed": 2, "until_ms": 5000, "publish": [[500, "B", "from B"]], "scripts": {"M": given_script}}
given_replay = watch(given_plan)
assert given_replay, "«liars.storm»"
assert find_fault(given_replay) is None, "«liars.fault»"
assert all("give all to M" not in list_texts(given_replay, given_name) for given_name in "ABCD"), "«liars.delivered»"
assert all("from B" in list_texts(given_replay, given_name) for given_name in "ABCD"), "«liars.framed»"
given_answers = [given_moment for given_moment in given_replay.moments if 300 < given_moment.at_ms < 1000 and any(given_to == "M" for given_to, _ in given_moment.sent)]
assert not given_answers, "«liars.ignored»"
assert all("sorry" in list_texts(given_replay, given_name) for given_name in "ABCD"), "«liars.recovered»"
given_script = [[1500 + 3 * number, "A", {"kind": given_kind, "ids": []}] for number in range(100) for given_kind in ("have", "want")]
given_replay = watch({**given_plan, "until_ms": 2000, "scripts": {"M": given_script}})
assert given_replay, "«liars.storm»"
for given_moment in given_replay.moments:
    if given_moment.name == "A" and given_moment.event[:2] == ["message", "M"]:
        assert len(given_moment.sent) <= 1 and all(given_to == "M" for given_to, _ in given_moment.sent), "«liars.questions»"
given_script = [[20 + 100 * number, given_name, {"kind": "shout"}] for number in range(2) for given_name in "ABCD"]
given_script += [[1500, "A", {"kind": "records", "records": [make_record("M", "still here")]}]]
given_replay = watch({**given_plan, "until_ms": 2000, "scripts": {"M": given_script}})
assert given_replay, "«liars.storm»"
assert all("still here" in list_texts(given_replay, given_name) for given_name in "ABCD"), "«liars.forgiving»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/liars")
given_names = [f"n{number}" for number in range(6)]
given_publish = [[800 + 90 * number, given_draw.choice(given_names), f"text {number}"] for number in range(10)]
given_records = {text: make_record(who, text) for _, who, text in given_publish}
given_rubbish = [
    {"kind": "records", "records": [{"author": "n1", "text": "x" * 5000, "seal": compute_seal("n1", "x" * 5000)}]},
    {"kind": "records", "records": [{**record, "seal": "f" * 16} for record in list(given_records.values())[:8]]},
    {"kind": "records", "records": [make_record("M", f"too many {number}") for number in range(30)]},
    {"kind": "want", "ids": ["00000000"] * 500}, {"kind": "have", "ids": ["y" * 5000]}, {"kind": ["have"], "ids": []}, None, "!" * 900, {"kind": "have", "ids": [["x"]]},
]
given_script = [[given_draw.randrange(50, 700), given_name, given_draw.choice(given_rubbish)] for given_name in given_names for _ in range(25)]
given_script += [[given_draw.randrange(50, 120), given_name, given_rubbish[1]] for given_name in given_names]
given_plan = {"names": [*given_names, "M"], "seed": given_draw.randrange(10**6), "until_ms": 4600, "publish": given_publish, "scripts": {"M": given_script}}
given_replay = watch(given_plan)
assert given_replay, "«liars.storm»"
assert find_fault(given_replay) is None, "«liars.any-fault»"
for given_name in given_names:
    assert list_texts(given_replay, given_name) == sorted(given_records), "«liars.any-blocked»"
given_moments = [moment for moment in given_replay.moments if moment.event[0] == "message" and moment.event[1] == "M" and 250 < moment.at_ms]
assert len(given_moments) > 20 and not any(moment.sent for moment in given_moments), "«liars.any-amplified»"
assert not any(to == "M" for moment in given_replay.moments if 400 < moment.at_ms < 1000 for to, _ in moment.sent), "«liars.any-ignored»"
assert any(to == "M" for moment in given_replay.moments if moment.at_ms > 3500 for to, _ in moment.sent), "«liars.any-recovered»"
given_script = [[1500 + 3 * number, "n0", {"kind": given_kind, "ids": []}] for number in range(100) for given_kind in ("have", "want")]
given_replay = watch({**given_plan, "until_ms": 2000, "scripts": {"M": given_script}})
assert given_replay, "«liars.storm»"
given_asked = [moment for moment in given_replay.moments if moment.name == "n0" and moment.event[:2] == ["message", "M"]]
assert len(given_asked) == 200, "«liars.any-amplified»"
assert all(len(moment.sent) <= 1 and all(to == "M" and len(message["records"]) <= 8 for to, message in moment.sent) for moment in given_asked), "«liars.any-amplified»"
given_script = [[20 + 100 * number, name, {"kind": "shout"}] for number in range(2) for name in given_names]
given_script += [[1500, name, {"kind": "records", "records": [make_record("M", "still here")]}] for name in given_names]
given_replay = watch({**given_plan, "until_ms": 2000, "scripts": {"M": given_script}})
assert given_replay, "«liars.storm»"
assert all("still here" in list_texts(given_replay, name) for name in given_names), "«liars.any-forgiving»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# That is gossip. No node knew the network, no message was sure to arrive, one member lied, and still everybody heard everything.
#
# **What this leaves out.** Your node keeps all ids for ever; real ones forget what is old and fetch it as a block. And a network with more than `MAX_IDS` records is never quiet again: a `have` names only the last 200, so whoever gets it takes the older ones for missing, and sends eight of them to a node that has them. A real `have` says which stretch it speaks of. It knows its peers from the start; finding them is a protocol of its own, and so is noticing that a hundred peers are one and the same liar. And everybody now has the same records, but **not in the same order**: each node delivered them as they came. To agree on one order is the business of consensus, and of the next lab.

# %% [markdown] lang="zh"
# 这就是闲聊（gossip）。没有哪个节点了解整个网络，没有哪条消息保证能到，还有一个成员在说谎，但到最后大家什么都没有漏掉。
#
# **这里没讲到的：** 你的节点把编号永远留着；真实的节点会忘掉旧的，需要时再按区块去取。还有，记录一旦超过 `MAX_IDS` 条，网络就再也安静不下来：`have` 只列出最后 200 个编号，收到的节点以为更早的都缺，又送去八条，其实对方早就有了。真实的 `have` 会说明自己讲的是哪一段。你的节点一开始就知道有哪些对等节点；怎样找到它们，要靠另外的协议；上百个对等节点其实由同一个人操纵（女巫攻击），怎样识破，又是另一回事。最后，现在大家的记录是一样的，**顺序却不一样**：每个节点按自己收到的先后交付。要对顺序取得一致，那是共识的事，也就是下一个实验。
