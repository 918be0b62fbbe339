# %% [markdown] lang="en"
# # Keys and signatures
# An order that everybody can check and nobody can disown, a letter that only its recipients can read, and a private key that gives itself away.
#
# A bonded warehouse at a harbour releases goods on orders that its manager signs. The orders go to a blockchain, `harbour`, that the customs office, the carriers and the banks run together. Before the start everybody rehearsed on a test chain, `harbour-test`, and there the manager signed: *release 40 t copper, bill 7731*.
#
# On Monday that order stands on the real chain. Its payload (the text of the order) and its signature are copied from the rehearsal, byte for byte; the signature fits, and the copper is gone. Nobody broke a cipher. **What was signed did not say where it counts.**
#
# You will write signatures that do, by two standards: ECDSA, which most of the world uses, and SM2, China's national standard. You seal a letter for several readers. Then you change sides: from two careless signatures you compute the private key that made them.

# %% [markdown] lang="zh"
# # 密钥与签名
# 一份人人能验、谁也赖不掉的放货令，一封只有收件人读得懂的信，还有一把自己泄了密的私钥。
#
# 港口的一座保税仓库凭放货令放货，每份放货令由经理签名。放货令记在一条区块链 `harbour` 上，由海关、承运人和银行共同运行。上线前，大家在测试链 `harbour-test` 上演练过一遍，经理在那里签过一份：*放行 40 吨铜，提单 7731*。
#
# 到了星期一，正式的链上出现了这份放货令。内容和签名都是从演练里原样抄来的，一个字节也不差；签名验证通过，铜被提走了。谁也没有破解什么密码。问题在于：**签名的时候，没有把“在哪里有效”一并签进去。**
#
# 在这个实验里，你要写出不怕这一招的签名，而且按两种标准各写一遍：国际通行的 ECDSA 和中国国家标准 SM2。你还要把一封信封好，寄给几位收件人。然后换个角色：从两个图省事做出来的签名里，反推出私钥。

# %% [markdown] lang="en"
# ## How this works
# - Run the cell below this text first (click into it and press Shift+Enter, or ▶ at the top): its table follows your tests as you run them; in the course's own page, a click on the points at the top opens it, too. A cell that runs for more than 20 seconds is stopped, so an endless loop does no harm.
# - Put your code in place of the line `raise NotImplementedError()`, then run the test cell below. No message means passed, and the table says so. `NotImplementedError` means that a task has no code yet. Otherwise read the **last line** of the error (the table shows it, too): it tells you what to look at. If it is one of Python's own errors, find the line of yours that `---->` points at. If several tests fail, begin with the first.
# - The first line of a test cell says what it is worth: 30 points in all. When your work is graded, further tests run that you cannot see here. They try the edge cases, so every sentence of a task counts.
# - Later tasks call the functions of earlier ones: start at the top, and run every code cell on the way, those that are given too: a `NameError` in a test names what was not run. People who know Python take two to three hours for the whole; tasks 1 to 5 and tasks 6 to 9 are two good sittings. A pause does no harm: save the notebook, and run it from the top when you come back. Leave the cell with `SEED` as it is: the grader draws its examples from it.

# %% [markdown] lang="zh"
# ## 怎么做
# - 先运行这段文字下面的单元格（点一下它，按 Shift+Enter，或点上方的 ▶）：它给出一张进度表，每运行一个测试就更新一次；在课程网页里做实验时，点页面上方的分数，随时能打开这张表。单元格运行超过 20 秒会自动中止，写出死循环也不要紧。
# - 用你的代码换掉 `raise NotImplementedError()` 那一行，然后运行下面的测试单元格。什么都不显示，就是通过，进度表里也会标上“通过”。报 `NotImplementedError`，说明这个任务还没有写。其他报错，就看**最后一行**（进度表里也有），它会告诉你该看哪里；如果是 Python 自己的报错，再找 `---->` 指着的、你自己写的那一行。有好几项没通过时，先改最前面的一项。
# - 测试单元格的第一行写着分值，总共 30 分。正式评分时还会运行一些这里看不到的测试，专查边界情况，所以任务里的每句话都要仔细看、照着做。
# - 后面的任务会用到前面写好的函数，请从头做起；途中的代码单元格，现成的也都要运行：测试里报 `NameError`，就是定义那个名字的单元格还没运行。会写 Python 的人，全部做完大约要两到三个小时，分两次做正好：一次做任务 1 到 5，一次做任务 6 到 9。中途停下也没关系：保存好，回来时从头运行一遍即可。写着 `SEED` 的单元格不用动，评分程序用它生成测试数据。

# %% figure=true
from minichain.learn import save_progress, watch_progress
watch_progress("«lab.tests»", lang="«lab.lang»", lab="«lab.id»", version="«lab.version»")

# %% parameters=true
SEED = 0

# %% [markdown] lang="en"
# ## What is given
# A **private key** is a number *d* that only its owner knows. It is used on a **curve**: a set of points, each a pair of numbers *(x, y)*. Points can be added, by a rule of their own that you need not know; the sum is a point, too. So a point can also be taken *k* times: *k* copies of it, added up. The curve has a fixed base point *G*, and the **public key** is the point *P = dG*: *G* taken *d* times. From *d* to *P* takes a moment; nobody knows a way back.
#
# *G*, *2G*, *3G* and so on are points. But *nG*, for a certain large number *n*, is none: it is the **zero** of this addition, which changes nothing where it is added, like 0 among numbers. *(n + 1)G* is *G* again, and all begins anew, as the hours do after 12. So where a number says how often a point is taken, only what is left of it **modulo** *n* matters. In Python that is `% n`, which is never negative here: `-1 % 7` is 6.
#
# One can also **divide** modulo *n*. The **inverse** of *a*, written *1/a*, is the number that makes 1 when it is multiplied by *a*. Modulo 7, for example, *1/3* is 5, because 3 · 5 = 15, and 15 leaves 1. So *2/3* is 2 · 5 = 10, and that leaves 3. Python finds inverses: `pow(3, -1, 7)` is 5, and `2 * pow(3, -1, 7) % 7` is 3. (Do not forget the third number: `pow(3, -1)` is a fraction. A multiple of *n* has no inverse: that is a `ValueError`.) Put brackets around the whole formula before `% n`, because `%` binds as tightly as `*`: `(2 + 6) % 7` is 1, but `2 + 6 % 7` is 8.
#
# All formulas of this lab are meant modulo *n*. They do not say `% n` each time; your code has to.
#
# Numbers and bytes: `int.from_bytes(digest, "big")` makes a number of a digest, and `number.to_bytes(32, "big")` makes 32 bytes of a number, the most significant first (**big endian**). `"港".encode()` makes the bytes of a text, in UTF-8.
#
# A **profile** is a choice of standards that belong together:
#
# | profile | hash function | signature | curve |
# |---|---|---|---|
# | `"international"` | SHA-256 | ECDSA (FIPS 186-5) | P-256 |
# | `"national"` | SM3 (GB/T 32905) | SM2 (GB/T 32918.2) | the curve of GB/T 32918.5 |
#
# (Names such as FIPS 186-5, GB/T 32905 and, further down, RFC 6979 are those of standards. You need not look them up.)
#
# Run the next cell; you need not understand its code. It gives you, for each profile:
#
# - `HASHES[profile](data)`: the hash function. It makes the **digest** of some bytes: 32 bytes that stand for them, because nobody can find other bytes with the same digest.
# - `N[profile]`: the number *n*.
# - `multiply_base(profile, k)`: the point *kG*, as a pair `(x, y)`.
# - `combine(profile, u, v, point)`: the point *uG + v ·* `point`, or `None` where the sum is that zero. *u* and *v* may be negative, or larger than *n*.

# %% [markdown] lang="zh"
# ## 已经备好的
# **私钥**是一个数 *d*，只有主人知道。密钥都建立在一条**曲线**上：曲线是一些点的集合，每个点是一对数 *(x, y)*，*x* 叫横坐标。点可以相加，和还是一个点（加法有它自己的规则，这里不必了解）。所以一个点也可以取 *k* 倍，就是 *k* 个它加起来。曲线上有一个固定的**基点** *G*；**公钥**就是点 *P = dG*，即 *G* 的 *d* 倍。从 *d* 算 *P* 只要一眨眼，反过来却没有人知道怎么算。
#
# *G*、*2G*、*3G*……都是点。可是对某个很大的数 *n*，*nG* 不再是点，而是这种加法里的**零**：加上它等于没加，就像数里的 0。*(n + 1)G* 又是 *G*，一切从头开始，好比钟点过了 12 又是 1。所以，凡是表示“取几倍”的数，要紧的只是它**模** *n* 的余数。在 Python 里就是 `% n`，得到的余数在这里总不会是负数：`-1 % 7` 是 6。
#
# 模 *n* 也可以做**除法**。*a* 的**逆元**写作 *1/a*，就是与 *a* 相乘得 1 的那个数。比如模 7 时，*1/3* 是 5，因为 3 · 5 = 15，余 1；于是 *2/3* 就是 2 · 5 = 10，余 3。逆元可以让 Python 来求：`pow(3, -1, 7)` 是 5，`2 * pow(3, -1, 7) % 7` 是 3。（第三个数不能漏：`pow(3, -1)` 得到的是小数。*n* 的倍数没有逆元，会抛出 `ValueError`。）写 `% n` 之前，要给整个式子加上括号，因为 `%` 与 `*` 同级，比加减先算：`(2 + 6) % 7` 是 1，而 `2 + 6 % 7` 是 8。
#
# 这个实验里的式子都是模 *n* 的。式子里不再一一写出 `% n`，代码里却要写。
#
# 数与字节的互换：`int.from_bytes(digest, "big")` 把摘要变成一个数；`number.to_bytes(32, "big")` 把一个数写成 32 个字节，高位字节在前（**大端序**）。`"港".encode()` 给出一段文字的 UTF-8 字节。
#
# 一种**密码方案**（profile）就是一套配合使用的标准：
#
# | 方案 | 哈希函数 | 签名 | 曲线 |
# |---|---|---|---|
# | `"international"`（国际） | SHA-256 | ECDSA（FIPS 186-5） | P-256 |
# | `"national"`（国密） | SM3（GB/T 32905） | SM2（GB/T 32918.2） | GB/T 32918.5 规定的曲线 |
#
# （FIPS 186-5、GB/T 32905，以及后面的 RFC 6979，都是标准的编号，不用去查。）
#
# 运行下一个单元格，里面的代码不必看懂。对每种方案，它给出：
#
# - `HASHES[profile](data)`：哈希函数，算出一段字节的**摘要**。摘要有 32 个字节，可以代表那段字节，因为谁也找不到摘要与它相同的另一段字节。
# - `N[profile]`：数 *n*。
# - `multiply_base(profile, k)`：点 *kG*，写成 `(x, y)`。
# - `combine(profile, u, v, point)`：点 *uG + v ·* `point`；相加的结果是那个“零”时，返回 `None`。*u* 和 *v* 可以是负数，也可以比 *n* 大。

# %%
from minichain.crypto.hashing import sha256, sm3
from minichain.crypto.jacobian import multiply_and_add, multiply_generator
from minichain.crypto.weierstrass import P256, SM2P256, Point

HASHES = {"international": sha256, "national": sm3}
CURVES = {"international": P256, "national": SM2P256}
N = {"international": P256.n, "national": SM2P256.n}


def multiply_base(profile: str, k: int) -> tuple[int, int]:
    """«multiply_base»"""
    return tuple(multiply_generator(CURVES[profile], k))


def combine(profile: str, u: int, v: int, point: tuple[int, int]) -> tuple[int, int] | None:
    """«combine»"""
    found = multiply_and_add(CURVES[profile], u, v, Point(*point))
    return found and tuple(found)


# «keys»
PRIVATE = {
    "international": 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721,
    "national": 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8,
}
PUBLIC = {profile: multiply_base(profile, PRIVATE[profile]) for profile in PRIVATE}

# %% [markdown] lang="en"
# ## Look first
# This is how a signature travels: what is signed becomes a digest; digest, private key and a nonce (a number used once) become a signature of two numbers; and the other side computes the digest anew, from what **it** knows. Let one thing be different on the verifier's side. What does the verifier notice, and what not? Does it depend on the profile? (By keyboard: Tab to a list, Space to open it, arrow keys, Enter.)

# %% [markdown] lang="zh"
# ## 先看一看
# 一个签名是这样走完全程的：要签的东西先变成摘要；摘要、私钥和一个随机数（只用一次的数）变成签名，也就是两个数；另一方用**自己**知道的东西重算摘要。让验证方那边有一样不同，试试看：哪些改动验证方看得出来，哪些看不出来？这与所用的方案有没有关系？（用键盘操作：按 Tab 移到下拉列表，按空格展开，用方向键选择，按回车确定。）

# %% figure=true
from minichain.learn import show_signature_flow
show_signature_flow(lang="«lab.lang»")

# %% [markdown] lang="en"
# ## 1 · What is signed says where it counts
# A signature covers bytes. They are made of these parts, one after the other:
#
# ```text
# TAG  ‖  length of the chain's name (1 byte)  ‖  the chain's name in UTF-8  ‖  payload
# ```
#
# (‖ means: written one after the other.) The **prefix** `TAG` is the same for all programs of this kind, so that no program for another purpose ever signs the same bytes. The name of the chain is the **context**: a signature made for `harbour-test` covers other bytes than one for `harbour`. Its length in front keeps `("ab", b"c")` and `("a", b"bc")` apart; it is counted in bytes, not in characters.
#
# A length of one byte ends at 255, and no name is no context: a name of 0 or of more than 255 bytes raises a `ValueError`.

# %% [markdown] lang="zh"
# ## 1 · 把“在哪里有效”也签进去
# 签名签的是一串字节。它由这几部分依次接成：
#
# ```text
# TAG  ‖  链名的长度（1 个字节）  ‖  链名（UTF-8）  ‖  内容
# ```
#
# （‖ 表示把字节首尾相接。）**固定前缀** `TAG` 是同一类程序共用的开头，别的用途的程序绝不会去签这样的字节。链名就是**上下文**（context）：为 `harbour-test` 做的签名，与为 `harbour` 做的，签的不是同一串字节。前面写上长度，`("ab", b"c")` 与 `("a", b"bc")` 才不会混淆；长度按字节数，不按字符数。
#
# 长度只占一个字节，最大是 255；没有链名，也就没有上下文。所以链名为空或超过 255 个字节时，抛出 `ValueError`。

# %%
TAG = b"MiniChain signed message 1"

# %% task="message"
def encode_message(chain: str, payload: bytes) -> bytes:
    """«encode_message»

    «encode_message.more»
    """
    ### BEGIN SOLUTION
    context = chain.encode()
    if not 1 <= len(context) <= 255:
        raise ValueError(f"the name of a chain has 1 to 255 bytes, not {len(context)}")
    return TAG + bytes([len(context)]) + context + payload
    ### END SOLUTION

# %% test="message" points=3
assert isinstance(encode_message("ab", b"c"), bytes), "«message.bytes»"
assert encode_message("ab", b"c") != encode_message("a", b"bc"), "«message.apart»"
assert encode_message("ab", b"c").startswith(TAG), "«message.tag»"
assert encode_message("ab", b"c") == TAG + b"\x02abc", "«message.example»"
assert encode_message("港", b"c") == TAG + b"\x03\xe6\xb8\xafc", "«message.utf8»"
for given_chain in ("", "c" * 256, "港" * 86):
    try:
        given_answer = encode_message(given_chain, b"c")
    except ValueError:
        given_answer = "refused"
    except Exception:
        given_answer = "another error"
    assert given_answer == "refused", "«message.refused»"
### BEGIN HIDDEN TESTS
import random
given_bytes = random.Random(f"{SEED}/message").randbytes
for given_chain in ("a", "港口" * 42, "x" * 127, "x" * 128, "x" * 255, "港" * 85):
    for given_size in (0, 1, 300):
        given_payload, given_name = given_bytes(given_size), given_chain.encode("utf-8")
        expected = b"MiniChain signed message 1" + len(given_name).to_bytes(1, "big") + given_name + given_payload
        assert encode_message(given_chain, given_payload) == expected, "«message.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 2 · The digest, and whose it is
# A signature does not work on the bytes but on their digest. ECDSA simply takes `SHA-256(message)`.
#
# SM2 binds the digest to the **signer** as well. Each signer has a **user id**, some bytes that both sides know. Before the message comes *ZA*, a digest of the signer's id, of the curve and of the public key (GB/T 32918.2, 5.5):
#
# ```text
# ZA     = SM3( ENTL ‖ user id ‖ SM2_CURVE ‖ x ‖ y )
# digest = SM3( ZA ‖ message )
# ```
#
# - `ENTL` is the length of the user id **in bits**, as 2 bytes, big endian. Two bytes are always enough, because ids are short.
# - `SM2_CURVE` is given: the constants of the curve.
# - *x* and *y* are the two numbers of the public key, 32 bytes each, big endian.
#
# The same message by another person, or under another name, has another digest. Where an application gives no id, `DEFAULT_ID` is taken. The international profile ignores the id: that is why, in the figure above, another user id made no difference to ECDSA.
#
# Something to compare with: for `PUBLIC["national"]` and `DEFAULT_ID`, *ZA* begins with `b2e14c5c`. A line `print(za.hex())` in your function shows you yours.

# %% [markdown] lang="zh"
# ## 2 · 摘要，与签名者绑在一起
# 签名并不直接作用于那串字节，而是作用于它的摘要。ECDSA 直接取 `SHA-256(message)`。
#
# SM2 还把摘要和**签名者**绑在一起。每个签名者有一个**用户标识**（user id），是双方都知道的一段字节。消息前面要先放上 *ZA*：由用户标识、曲线和公钥求得的摘要（GB/T 32918.2 第 5.5 节）：
#
# ```text
# ZA   = SM3( ENTL ‖ 用户标识 ‖ SM2_CURVE ‖ x ‖ y )
# 摘要 = SM3( ZA ‖ 消息 )
# ```
#
# - `ENTL` 是用户标识的长度，按**比特**数，占 2 个字节，大端序。用户标识不会长到写不下。
# - `SM2_CURVE` 已经给出：曲线的各个常数。
# - *x*、*y* 是公钥的两个数，各占 32 个字节，大端序。
#
# 同一条消息，换个人签，或者换个标识，摘要就不同。应用没有规定标识时，用 `DEFAULT_ID`。国际方案不理会用户标识：所以在上面的图里，换了用户标识，ECDSA 也不受影响。
#
# 可以对照一下：对于 `PUBLIC["national"]` 和 `DEFAULT_ID`，*ZA* 以 `b2e14c5c` 开头。在函数里加一行 `print(za.hex())`，就能看到自己算出的。

# %%
DEFAULT_ID = b"1234567812345678"
SM2_CURVE = b"".join(number.to_bytes(32, "big") for number in (SM2P256.a % SM2P256.p, SM2P256.b, *SM2P256.generator))

# %% task="digest"
def compute_digest(profile: str, public_key: tuple[int, int], message: bytes, user_id: bytes = DEFAULT_ID) -> bytes:
    """«compute_digest»

    «compute_digest.more»
    """
    ### BEGIN SOLUTION
    if profile == "international":
        return sha256(message)
    x, y = public_key
    entl = (8 * len(user_id)).to_bytes(2, "big")
    za = sm3(entl + user_id + SM2_CURVE + x.to_bytes(32, "big") + y.to_bytes(32, "big"))
    return sm3(za + message)
    ### END SOLUTION

# %% test="digest" points=3
given_digest = compute_digest("international", PUBLIC["international"], b"sample", b"any name")
assert isinstance(given_digest, bytes) and len(given_digest) == 32, "«digest.bytes»"
assert given_digest.hex().startswith("af2bdbe1aa9b6ec1"), "«digest.international»"
try:
    given_digest = compute_digest("national", PUBLIC["national"], b"sample")
except (OverflowError, TypeError):
    given_digest = None
assert given_digest is not None, "«digest.kinds»"
assert given_digest != sm3(b"sample"), "«digest.za»"
given_one, given_other = (compute_digest("national", PUBLIC["national"], b"sample", given_id) for given_id in (b"A", b"B"))
assert given_one != given_other, "«digest.id»"
assert compute_digest("national", (7, 9), b"sample") != compute_digest("national", (7, 8), b"sample"), "«digest.key»"
given_digest = compute_digest("national", PUBLIC["national"], b"message digest")
assert not given_digest.hex().startswith("6b345cdaf802711d"), "«digest.bits»"
assert given_digest.hex().startswith("f0b43e94ba45acca"), "«digest.standard»"
assert compute_digest("national", (7, 9), b"sample").hex().startswith("cf77d3e43b30300a"), "«digest.short»"
### BEGIN HIDDEN TESTS
import random
from minichain.crypto import sm2
from minichain.crypto.weierstrass import Point
given_draw = random.Random(f"{SEED}/digest")
for given_size in (0, 1, 31, 32, 100, 8191):
    given_id, given_message = given_draw.randbytes(given_size), given_draw.randbytes(given_size)
    given_key = (given_draw.randrange(1 << 240), given_draw.randrange(1 << 256))
    expected = sm2.compute_digest(Point(*given_key), given_message, given_id)
    assert compute_digest("national", given_key, given_message, given_id) == expected, "«digest.any-national»"
    assert compute_digest("international", given_key, given_message, given_id) == sha256(given_message), "«digest.any-international»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 3 · Sign
# Let *e* be the digest as a number and *k* a **nonce**: a secret number that is used only once. *x₁* is the first number of the point *kG*. The signature is the pair *(r, s)*, both modulo *n*:
#
# | signature | ECDSA | SM2 |
# |---|---|---|
# | *r* | *x₁* | *e + x₁* |
# | *s* | *(e + r·d) / k* | *(k − r·d) / (1 + d)* |
#
# (*x₁* itself may be larger than *n*, because the numbers of a point are counted modulo another number, a little larger than *n*. So it is reduced, too.) In the line for *s*, *r* is the result of the line above it. (That *r* or *s* comes out as 0 is so rare that you need not provide for it.)
#
# The equation for *s* has two unknowns for everyone outside, *k* and *d*. So it says nothing about either, as long as both stay secret and no second equation has the same *k*. (In tasks 8 and 9 one has.)

# %% [markdown] lang="zh"
# ## 3 · 签名
# 设 *e* 是写成数的摘要，*k* 是一个**随机数**（nonce）：保密，而且只用一次。*x₁* 是点 *kG* 的横坐标。签名是一对数 *(r, s)*，都模 *n*：
#
# | 签名 | ECDSA | SM2 |
# |---|---|---|
# | *r* | *x₁* | *e + x₁* |
# | *s* | *(e + r·d) / k* | *(k − r·d) / (1 + d)* |
#
# （点的坐标是模另一个数计算的，那个数比 *n* 略大，所以 *x₁* 本身可能比 *n* 大，也要取模。）*s* 那一行里的 *r*，就是上一行算出的 *r*。（*r* 或 *s* 也可能碰巧是 0，但实在罕见，这里不用管。）
#
# 在外人看来，*s* 的式子里有两个未知数：*k* 和 *d*。只要两个都保密，同一个 *k* 又没有出现在第二个式子里，它就什么也不透露。（要是出现了会怎样，任务 8 和 9 见分晓。）

# %% task="sign"
def compute_signature(profile: str, private_key: int, digest: bytes, nonce: int) -> tuple[int, int]:
    """«compute_signature»

    «compute_signature.more»
    """
    ### BEGIN SOLUTION
    n, e = N[profile], int.from_bytes(digest, "big")
    x1, _ = multiply_base(profile, nonce)
    if profile == "international":
        r = x1 % n
        return r, pow(nonce, -1, n) * (e + r * private_key) % n
    r = (e + x1) % n
    return r, pow(1 + private_key, -1, n) * (nonce - r * private_key) % n
    ### END SOLUTION

# %% test="sign" points=3
given_nonces = {
    "international": 0xA6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60,
    "national": 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21,
}
given_digests = {
    "international": bytes.fromhex("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf"),
    "national": bytes.fromhex("f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"),
}
given_pairs = {"international": ("efd48b2aacb6a8fd", "f7cb1c942d657c41"), "national": ("f5a03b0648d2c463", "b1b6aa29df212fd8")}
for given_profile, (given_r, given_s) in given_pairs.items():
    try:
        given_answer = compute_signature(given_profile, PRIVATE[given_profile], given_digests[given_profile], given_nonces[given_profile])
    except TypeError:
        given_answer = "kinds mixed"
    assert given_answer != "kinds mixed", "«sign.kinds»"
    assert isinstance(given_answer, tuple) and [type(given_part) for given_part in given_answer] == [int, int], "«sign.types»"
    assert all(0 <= given_part < N[given_profile] for given_part in given_answer), "«sign.range»"
    given_r_found, given_s_found = (f"{given_part:064x}"[:16] for given_part in given_answer)
    assert given_r_found == given_r, "«sign.r-international»" if given_profile == "international" else "«sign.r-national»"
    assert given_s_found == given_s, "«sign.s-international»" if given_profile == "international" else "«sign.s-national»"
# «large»
for given_profile in ("international", "national"):
    given_answer = compute_signature(given_profile, PRIVATE[given_profile], b"\xff" * 32, given_nonces[given_profile])
    assert all(0 <= given_part < N[given_profile] for given_part in given_answer), "«sign.large»"
### BEGIN HIDDEN TESTS
import random
from minichain.crypto import ecdsa, sm2
from minichain.crypto.weierstrass import P256, SM2P256
given_draw = random.Random(f"{SEED}/sign")
for given_turn in range(6):
    given_digest = bytes(32) if given_turn == 0 else b"\xff" * 32 if given_turn == 1 else given_draw.randbytes(32)
    for given_profile, given_curve in (("international", P256), ("national", SM2P256)):
        given_key, given_nonce = given_draw.randrange(1, given_curve.n - 1), given_draw.randrange(1, given_curve.n)
        if given_profile == "international":
            expected = ecdsa.compute_signature(given_curve, given_key, given_digest, given_nonce)[0]
        else:
            expected = sm2.compute_signature(given_key, given_digest, given_nonce)
        given_message = "«sign.any-international»" if given_profile == "international" else "«sign.any-national»"
        assert compute_signature(given_profile, given_key, given_digest, given_nonce) == (expected.r, expected.s), given_message
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 4 · Sign a payload
# Now put the parts together: message, digest, nonce, signature. The digest needs the signer's public key, which follows from the private one: `multiply_base(profile, private_key)`. The next cell gives you `draw_nonce(profile, private_key, digest)`. It needs no random numbers: RFC 6979 computes the nonce from private key and digest, so that different digests get different nonces, and nobody without the key can foresee one. Give it the same digest that you sign.

# %% [markdown] lang="zh"
# ## 4 · 给内容签名
# 现在把几部分接起来：消息、摘要、随机数、签名。求摘要要用到签名者的公钥，它由私钥算出：`multiply_base(profile, private_key)`。下一个单元格给出 `draw_nonce(profile, private_key, digest)`。它不需要随机源：按照 RFC 6979，随机数由私钥和摘要算出；摘要不同，随机数就不同，没有私钥的人也猜不到。传给它的摘要，要与你签的是同一个。

# %%
from minichain.crypto.nonces import generate_nonces


def draw_nonce(profile: str, private_key: int, digest: bytes) -> int:
    """«draw_nonce»"""
    return next(generate_nonces(N[profile], private_key, digest, HASHES[profile]))

# %% task="payload"
def sign_payload(profile: str, private_key: int, chain: str, payload: bytes, user_id: bytes = DEFAULT_ID) -> tuple[int, int]:
    """«sign_payload»

    «sign_payload.more»
    """
    ### BEGIN SOLUTION
    public_key = multiply_base(profile, private_key)
    digest = compute_digest(profile, public_key, encode_message(chain, payload), user_id)
    return compute_signature(profile, private_key, digest, draw_nonce(profile, private_key, digest))
    ### END SOLUTION

# %% test="payload" points=2
ORDER = b"release 40 t copper, bill 7731"
for given_profile, given_r in (("international", "«r.international»"), ("national", "«r.national»")):
    given_answer = sign_payload(given_profile, PRIVATE[given_profile], "harbour", ORDER)
    given_elsewhere = sign_payload(given_profile, PRIVATE[given_profile], "harbour-test", ORDER)
    assert isinstance(given_answer, tuple) and len(given_answer) == 2, "«payload.types»"
    assert given_answer == sign_payload(given_profile, PRIVATE[given_profile], "harbour", ORDER), "«payload.twice»"
    assert given_answer != given_elsewhere, "«payload.chain»"
    assert given_answer[0] != given_elsewhere[0], "«payload.nonce»"
    given_words = "«payload.example-international»" if given_profile == "international" else "«payload.example-national»"
    assert f"{given_answer[0]:064x}"[:16] == given_r, given_words
given_one, given_other = (sign_payload("national", PRIVATE["national"], "harbour", ORDER, given_id) for given_id in (b"A", b"B"))
assert given_one != given_other, "«payload.id»"
given_message = encode_message("harbour", ORDER)
for given_profile in ("international", "national"):
    given_digest = compute_digest(given_profile, multiply_base(given_profile, 7731), given_message)
    given_nonce = draw_nonce(given_profile, 7731, given_digest)
    expected = compute_signature(given_profile, 7731, given_digest, given_nonce)
    assert sign_payload(given_profile, 7731, "harbour", ORDER) == expected, "«payload.own-key»"
### BEGIN HIDDEN TESTS
import random
from minichain.crypto import ecdsa, sm2
from minichain.crypto.signature_pair import SignaturePair
from minichain.crypto.weierstrass import P256, SM2P256, Point
given_draw = random.Random(f"{SEED}/payload")
for given_turn in range(3):
    given_key, given_payload, given_id = given_draw.randrange(1, 1 << 255), given_draw.randbytes(20), given_draw.randbytes(9)
    given_message = b"MiniChain signed message 1" + bytes([7]) + b"harbour" + given_payload
    given_pair = SignaturePair(*sign_payload("international", given_key, "harbour", given_payload, given_id))
    assert ecdsa.verify(P256, ecdsa.compute_public_key(P256, given_key), given_message, given_pair), "«payload.any»"
    given_pair = SignaturePair(*sign_payload("national", given_key, "harbour", given_payload, given_id))
    assert sm2.verify(sm2.compute_public_key(given_key), given_message, given_pair, given_id), "«payload.any»"
    given_pair = SignaturePair(*sign_payload("national", given_key, "harbour", given_payload))
    assert sm2.verify(sm2.compute_public_key(given_key), given_message, given_pair), "«payload.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 5 · Verify
# Whoever has the public key *P*, the payload and the pair *(r, s)* can check them. First the **range**: both *r* and *s* must be from 1 to *n - 1*. This is no formality: in 2022 it turned out that Java had left it out ([CVE-2022-21449](https://nvd.nist.gov/vuln/detail/CVE-2022-21449)), and took the pair *(0, 0)* for a signature of everything by everyone. Then the equation, modulo *n*, with *e* from the digest as before and *x₁* from the point:
#
# | step | ECDSA | SM2 |
# |---|---|---|
# | *u* | *e/s* | *s* |
# | *v* | *r/s* | *r + s* |
# | point | *uG + vP* | *uG + vP* |
# | valid if | *r = x₁* | *r = e + x₁* |
#
# `combine(profile, u, v, public_key)` computes the point. Why does that work? *P* is *dG*, so *uG + vP* is *(u + v·d)G*: *G*, taken *u + v·d* times. Put in *s* as the signer computed it, and that number is the nonce: *(e + r·d)/s = k* for ECDSA, *s + (r + s)·d = k* for SM2. So the verifier finds the signer's point *kG*, without knowing *k* or *d*. With another payload *e* is another number, and the equation no longer fits.
#
# If `combine` returns `None`, there is no point, and the signature is not valid. What does not fit is `False`, never an error, whatever two whole numbers somebody sends as *r* and *s*. The verifier puts in its **own** chain and the id that it **expects**, never what the sender says they are; so chain and id are always in order, and need no check.

# %% [markdown] lang="zh"
# ## 5 · 验证
# 有了公钥 *P*、内容和 *(r, s)*，谁都能验证。先查**范围**：*r* 和 *s* 都必须在 1 到 *n - 1* 之间。这不是走过场：2022 年有人发现，Java 漏掉了这一步（[CVE-2022-21449](https://nvd.nist.gov/vuln/detail/CVE-2022-21449)），竟把 *(0, 0)* 当成任何人对任何内容的签名。再验等式，模 *n* 计算；*e* 照旧由摘要得来，*x₁* 是下面这个点的横坐标：
#
# | 步骤 | ECDSA | SM2 |
# |---|---|---|
# | *u* | *e/s* | *s* |
# | *v* | *r/s* | *r + s* |
# | 点 | *uG + vP* | *uG + vP* |
# | 有效的条件 | *r = x₁* | *r = e + x₁* |
#
# 这个点由 `combine(profile, u, v, public_key)` 算出。为什么行得通？因为 *P* 就是 *dG*，所以 *uG + vP* 就是 *(u + v·d)G*，即 *G* 的 *u + v·d* 倍。把签名者算出的 *s* 代进去，这个倍数正好是随机数：ECDSA 里 *(e + r·d)/s = k*，SM2 里 *s + (r + s)·d = k*。验证方既不知道 *k*，也不知道 *d*，却找得到签名者的那个点 *kG*。内容一变，*e* 就变了，等式也就不再成立。
#
# `combine` 返回 `None`，说明得不到点，签名无效。不管对方送来怎样的两个整数 *r* 和 *s*，不符合的一律回答 `False`，绝不报错。验证方代入的是**自己**的链名、自己**认定**的用户标识，而不是对方说的；所以这两样总是合乎要求的，不用检查。

# %% task="verify"
def is_signed(
    profile: str, public_key: tuple[int, int], chain: str, payload: bytes, signature: tuple[int, int], user_id: bytes = DEFAULT_ID
) -> bool:
    """«is_signed»

    «is_signed.more»
    """
    ### BEGIN SOLUTION
    n, (r, s) = N[profile], signature
    if not (0 < r < n and 0 < s < n):
        return False
    e = int.from_bytes(compute_digest(profile, public_key, encode_message(chain, payload), user_id), "big")
    if profile == "international":
        inverse = pow(s, -1, n)
        point, shift = combine(profile, e * inverse, r * inverse, public_key), 0
    else:
        point, shift = combine(profile, s, r + s, public_key), e
    return point is not None and (shift + point[0]) % n == r
    ### END SOLUTION

# %% test="verify" points=4
for given_profile in ("international", "national"):
    given_key, given_order = PUBLIC[given_profile], b"release 40 t copper, bill 7731"
    given_r, given_s = sign_payload(given_profile, PRIVATE[given_profile], "harbour", given_order)
    given_message = "«verify.honest-international»" if given_profile == "international" else "«verify.honest-national»"
    try:
        given_answer = is_signed(given_profile, given_key, "harbour", given_order, (given_r, given_s))
    except (OverflowError, TypeError):
        given_answer = "kinds mixed"
    assert given_answer is True, given_message
    assert is_signed(given_profile, given_key, "harbour", given_order + b"0", (given_r, given_s)) is False, "«verify.payload»"
    for given_pair in ((0, 0), (0, given_s), (given_r, 0), (given_r, given_s + N[given_profile]), (given_r, given_s - N[given_profile])):
        try:
            given_answer = is_signed(given_profile, given_key, "harbour", given_order, given_pair)
        except (ValueError, TypeError, ZeroDivisionError):
            given_answer = "an error"
        assert given_answer is not True, "«verify.range»"
        assert given_answer is False, "«verify.error»"
    given_key, given_pair = multiply_base(given_profile, 7731), sign_payload(given_profile, 7731, "harbour", given_order, b"clerk")
    assert is_signed(given_profile, given_key, "harbour", given_order, given_pair, b"clerk") is True, "«verify.other»"
# «verify.cancel»
given_s = -5 * PRIVATE["national"] * pow(1 + PRIVATE["national"], -1, N["national"]) % N["national"]
try:
    given_answer = is_signed("national", PUBLIC["national"], "harbour", given_order, (5, given_s))
except (ValueError, TypeError):
    given_answer = "an error"
assert given_answer is False, "«verify.infinity»"
### BEGIN HIDDEN TESTS
import random
from minichain.crypto import ecdsa, sm2
from minichain.crypto.signature_pair import SignaturePair
from minichain.crypto.weierstrass import P256
given_draw = random.Random(f"{SEED}/verify")
for given_turn in range(3):
    given_payload, given_id, given_key = given_draw.randbytes(given_turn), given_draw.randbytes(5), given_draw.randrange(1, 1 << 255)
    given_message = b"MiniChain signed message 1" + bytes([7]) + b"harbour" + given_payload
    for given_profile in ("international", "national"):
        if given_profile == "international":
            given_public, given_pair = ecdsa.compute_public_key(P256, given_key), ecdsa.sign(P256, given_key, given_message)
            given_again = ecdsa.negate_s(P256, given_pair)
            given_answer = is_signed(given_profile, tuple(given_public), "harbour", given_payload, (given_again.r, given_again.s), given_id)
            assert given_answer is True, "«verify.any-honest»"
        else:
            given_public, given_pair = sm2.compute_public_key(given_key), sm2.sign(given_key, given_message, given_id)
        given_public, given_n, given_r, given_s = tuple(given_public), N[given_profile], given_pair.r, given_pair.s
        assert is_signed(given_profile, given_public, "harbour", given_payload, (given_r, given_s), given_id) is True, "«verify.any-honest»"
        for given_pair in ((given_r ^ 1, given_s), (given_r, given_s ^ 1), (given_s, given_r), (1, 1)):
            assert is_signed(given_profile, given_public, "harbour", given_payload, given_pair, given_id) is False, "«verify.any-pair»"
        given_outside = [(given_r + given_step, given_s) for given_step in (-given_n, given_n)]
        given_outside += [(given_r, given_s + given_step) for given_step in (-given_n, given_n)]
        for given_pair in (*given_outside, (given_r, given_n), (given_n, given_s), (given_r, 0), (0, given_s)):
            assert is_signed(given_profile, given_public, "harbour", given_payload, given_pair, given_id) is False, "«verify.any-range»"
        # the smallest and the largest s: ECDSA lets one find a public key for any signature
        if given_profile == "international":
            for given_s in (1, given_n - 1):
                given_found = ecdsa.recover_public_key(P256, sha256(given_message), SignaturePair(given_r, given_s), 0)
                given_pair = (given_r, given_s)
                assert is_signed(given_profile, tuple(given_found), "harbour", given_payload, given_pair) is True, "«verify.any-honest»"
        # e + r d = 0 gives no point (ECDSA), and neither does s + (r + s) d = 0 (SM2)
        if given_profile == "international":
            given_r, given_s = -int.from_bytes(sha256(given_message), "big") * pow(given_key, -1, given_n) % given_n, 5
        else:
            given_r, given_s = 5, -5 * given_key * pow(1 + given_key, -1, given_n) % given_n
        given_pair = (given_r, given_s)
        assert is_signed(given_profile, given_public, "harbour", given_payload, given_pair, given_id) is False, "«verify.any-infinity»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# No new code here: this cell plays the thief of the story, and somebody who passes off a clerk's signature as the manager's.

# %% [markdown] lang="zh"
# 这里不需要新代码：这个单元格模拟故事里的小偷，以及一份用职员的标识签署、却被拿来冒充经理的签名。

# %% test="replay" points=3
given_order = b"release 40 t copper, bill 7731"
for given_profile in ("international", "national"):
    given_rehearsed = sign_payload(given_profile, PRIVATE[given_profile], "harbour-test", given_order)
    assert is_signed(given_profile, PUBLIC[given_profile], "harbour-test", given_order, given_rehearsed) is True, "«replay.rehearsed»"
    assert is_signed(given_profile, PUBLIC[given_profile], "harbour", given_order, given_rehearsed) is False, "«replay.chain»"
    given_thief = multiply_base(given_profile, 7731)
    assert is_signed(given_profile, given_thief, "harbour-test", given_order, given_rehearsed) is False, "«replay.key»"
given_signature = sign_payload("national", PRIVATE["national"], "harbour", given_order, b"clerk")
assert is_signed("national", PUBLIC["national"], "harbour", given_order, given_signature, b"clerk") is True, "«replay.clerk»"
assert is_signed("national", PUBLIC["national"], "harbour", given_order, given_signature, b"manager") is False, "«replay.id»"
assert is_signed("national", PUBLIC["national"], "harbour", given_order, given_signature) is False, "«replay.id»"
### BEGIN HIDDEN TESTS
import random
from minichain.crypto import ecdsa, sm2
from minichain.crypto.weierstrass import P256
given_draw = random.Random(f"{SEED}/replay")
for given_here, given_there in (("harbour", "harbour-2"), ("ab", "a"), ("港口", "港")):
    given_key, given_id = given_draw.randrange(1, 1 << 255), given_draw.randbytes(6)
    given_payload = given_draw.randbytes(12)
    given_name = given_here.encode()
    given_message = b"MiniChain signed message 1" + bytes([len(given_name)]) + given_name + given_payload
    given_pair, given_public = ecdsa.sign(P256, given_key, given_message), tuple(ecdsa.compute_public_key(P256, given_key))
    given_signature = (given_pair.r, given_pair.s)
    assert is_signed("international", given_public, given_here, given_payload, given_signature) is True, "«replay.any-honest»"
    given_shifted = given_name[len(given_there.encode()) :] + given_payload  # so that both, joined, are the same
    assert is_signed("international", given_public, given_there, given_payload, given_signature) is False, "«replay.any-chain»"
    assert is_signed("international", given_public, given_there, given_shifted, given_signature) is False, "«replay.any-chain»"
    given_pair, given_public = sm2.sign(given_key, given_message, given_id), tuple(sm2.compute_public_key(given_key))
    given_signature = (given_pair.r, given_pair.s)
    assert is_signed("national", given_public, given_here, given_payload, given_signature, given_id) is True, "«replay.any-honest»"
    assert is_signed("national", given_public, given_there, given_payload, given_signature, given_id) is False, "«replay.any-chain»"
    assert is_signed("national", given_public, given_there, given_shifted, given_signature, given_id) is False, "«replay.any-chain»"
    for given_other in (b"", given_id + b"\x00", given_id[:-1], given_id[::-1] + b"."):
        assert is_signed("national", given_public, given_here, given_payload, given_signature, given_other) is False, "«replay.any-id»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 6 · Seal a letter
# A signature hides nothing. The price list that goes with an order is for the bank and the customs office only. A **digital envelope** does that in two steps:
#
# 1. Draw a fresh, random key of 16 bytes, and encrypt the text with it, **once**. The given `encrypt(key, text, header)` does so with SM4, China's standard cipher, in a mode called GCM; the same key closes and opens. What comes out is longer than the text by 28 bytes: it also carries a random number and an **authentication tag**, a check value that shows every change.
# 2. Encrypt that **key** for each recipient; such a key is called **wrapped**. The given `wrap_key(public_key, key)` does so with SM2 (GB/T 32918.4). Only the owner of the private key gets it out again. (There is no profile to choose any more: the recipients' keys are SM2 keys.)
#
# So a long text for ten readers is encrypted once, not ten times. The **header** says what the letter belongs to (`b"bill 7731"`). It is not encrypted and not contained in the envelope, but the authentication tag covers it, too: who opens the letter under another header fails. Such data are called associated data; neither this word nor how GCM works is needed for the task.
#
# Return a tuple: the list of wrapped keys, in the order of the recipients, and the encrypted text. Random bytes come from `os.urandom(16)`, not from the module `random`: that one is made for games and simulations, and whoever has seen enough of its numbers can compute those to come. The next cell holds what is given; you need not understand its code.

# %% [markdown] lang="zh"
# ## 6 · 把信封好
# 签名什么也不隐藏。与放货令同行的价目表，却只该让银行和海关看。**数字信封**分两步做到这一点：
#
# 1. 随机取一把 16 个字节的新密钥，用它把正文加密，**只加密一次**。已经给出的 `encrypt(key, text, header)` 用的是国家标准的加密算法 SM4，工作模式叫 GCM；加密和解密用同一把密钥。结果比正文多 28 个字节：里面还带着一个随机数和一个**认证标签**（tag）；它是校验值，任何改动它都看得出来。
# 2. 再用每个收件人的公钥，把这把**密钥**各加密一次。已经给出的 `wrap_key(public_key, key)`（wrap 意思是“包起来”）用的是 SM2（GB/T 32918.4），只有私钥的主人才能取出密钥。（这里不用再选方案：收件人的密钥都是 SM2 密钥。）
#
# 这样，一份长文给十个人看，只加密一次，不必加密十次。**信头**（header）写明这封信属于哪件事（如 `b"bill 7731"`）。它不加密，也不装在信封里，但认证标签连它一起保护：换一个信头就打不开。这样的数据叫作关联数据；这个词也好，GCM 的原理也好，做这道题都用不着。
#
# 返回一个元组：按收件人顺序排列的、加密后的密钥列表，以及加密后的正文。随机字节用 `os.urandom(16)` 取，不要用 `random` 模块：它是给游戏、模拟之类用的，看够了它给出的数，就能推算出后面的。下一个单元格是已经给出的函数，里面的代码不必看懂。

# %%
import os

from minichain.crypto.ciphers import Sm4Key, sm4gcm
from minichain.crypto.errors import CryptoError
from minichain.crypto.keys import Sm2PrivateKey, Sm2PublicKey
from minichain.crypto.sm2_encryption import decrypt as decrypt_with_sm2
from minichain.crypto.sm2_encryption import encrypt as encrypt_with_sm2


def wrap_key(public_key: tuple[int, int], key: bytes) -> bytes:
    """«wrap_key»"""
    x, y = public_key
    return encrypt_with_sm2(Sm2PublicKey(b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")), key)


def unwrap_key(private_key: int, wrapped: bytes) -> bytes:
    """«unwrap_key»"""
    try:
        return decrypt_with_sm2(Sm2PrivateKey(private_key.to_bytes(32, "big")), wrapped)
    except CryptoError:
        raise ValueError("«unwrap_key.refused»") from None


def encrypt(key: bytes, text: bytes, header: bytes) -> bytes:
    """«encrypt»"""
    return sm4gcm.seal(Sm4Key(key), text, associated_data=header)


def decrypt(key: bytes, sealed: bytes, header: bytes) -> bytes:
    """«decrypt»"""
    try:
        return sm4gcm.open(Sm4Key(key), sealed, associated_data=header)
    except CryptoError:
        raise ValueError("«decrypt.refused»") from None

# %% task="seal"
def seal_envelope(recipients: list[tuple[int, int]], text: bytes, header: bytes) -> tuple[list[bytes], bytes]:
    """«seal_envelope»

    «seal_envelope.more»
    """
    ### BEGIN SOLUTION
    key = os.urandom(16)
    return [wrap_key(public_key, key) for public_key in recipients], encrypt(key, text, header)
    ### END SOLUTION

# %% test="seal" points=3
given_privates = [1001, 1002, 1003]
given_publics = [multiply_base("national", given_private) for given_private in given_privates]
given_text, given_header = b"40 t at 9,300", b"bill 7731"
try:
    given_envelope = seal_envelope(given_publics, given_text, given_header)
except ValueError:
    given_envelope = "refused"
assert given_envelope != "refused", "«seal.key»"
assert isinstance(given_envelope, tuple) and len(given_envelope) == 2, "«seal.types»"
given_wrapped, given_sealed = given_envelope
assert isinstance(given_wrapped, list) and isinstance(given_sealed, bytes), "«seal.types»"
assert len(given_wrapped) == 3, "«seal.recipients»"
assert given_text not in given_sealed, "«seal.plain»"
assert len(given_sealed) == len(given_text) + 28, "«seal.length»"
given_keys = []
for given_private, given_one in zip(given_privates, given_wrapped):
    try:
        given_keys.append(unwrap_key(given_private, given_one))
    except ValueError:
        given_keys.append(None)
assert None not in given_keys, "«seal.order»"
assert len(set(given_keys)) == 1 and len(given_keys[0]) == 16, "«seal.one-key»"
for given_other, given_message in ((b"", "«seal.header»"), (given_header, "«seal.text»")):
    try:
        given_answer = decrypt(given_keys[0], given_sealed, given_other)
    except ValueError:
        given_answer = None
    assert given_answer == (given_text if given_other else None), given_message
given_again = seal_envelope(given_publics[:1], given_text, given_header)
assert unwrap_key(given_privates[0], given_again[0][0]) != given_keys[0], "«seal.fresh»"
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/seal")
seen_keys = set()
for given_size in (0, 1, 2, 5):
    given_privates = [given_draw.randrange(1, 1 << 255) for _ in range(given_size)]
    given_text, given_header = given_draw.randbytes(40 * given_size), given_draw.randbytes(given_size)
    given_publics = [multiply_base("national", given_private) for given_private in given_privates]
    given_wrapped, given_sealed = seal_envelope(given_publics, given_text, given_header)
    assert len(given_wrapped) == given_size, "«seal.any-recipients»"
    given_keys = {unwrap_key(given_private, given_one) for given_private, given_one in zip(given_privates, given_wrapped)}
    assert len(given_keys) == min(1, given_size), "«seal.any-recipients»"
    for given_key in given_keys:
        assert given_key not in seen_keys and len(set(given_key)) > 4, "«seal.any-fresh»"
        assert decrypt(given_key, given_sealed, given_header) == given_text, "«seal.any-text»"
    seen_keys |= given_keys
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 7 · Open it
# The reader does not know which of the wrapped keys is theirs. `unwrap_key(private_key, wrapped)` returns the key, or raises a `ValueError` if it was wrapped for somebody else: try one after the other. Then `decrypt(key, sealed, header)` returns the text, or raises a `ValueError` if a single bit of text, authentication tag or header is not as it was.
#
# A letter without a key for this reader, or an altered letter, **raises a `ValueError`**. The first key that can be unwrapped is the one that counts: if it does not open the text, no other is tried. (A letter that one program opens and another refuses would be a quarrel waiting to happen. So the rule is the same for everybody.) The function must never return anything, not even an empty text: somebody would go on with it.

# %% [markdown] lang="zh"
# ## 7 · 把信打开
# 收件人不知道哪一把加密后的密钥是给自己的。`unwrap_key(private_key, wrapped)` 返回密钥；若是给别人的，就抛出 `ValueError`。所以要一个一个试。然后 `decrypt(key, sealed, header)` 返回正文；正文、认证标签或信头哪怕有一个比特不对，就抛出 `ValueError`。
#
# 信里没有给这位收件人的密钥，或者信被改过，都要**抛出 `ValueError`**。只要有一把解出来了，就以它为准：打不开正文，也不再试别的。（同一封信，这个程序打得开，那个程序却拒收，就要扯皮了；所以大家得照同一条规则办。）这时绝不能返回任何东西，空的也不行：总会有人拿着它接着往下做。

# %% task="open"
def open_envelope(private_key: int, envelope: tuple[list[bytes], bytes], header: bytes) -> bytes:
    """«open_envelope»

    «open_envelope.more»
    """
    ### BEGIN SOLUTION
    wrapped_keys, sealed = envelope
    for wrapped in wrapped_keys:
        try:
            key = unwrap_key(private_key, wrapped)
        except ValueError:
            continue
        return decrypt(key, sealed, header)
    raise ValueError("there is no key for this reader")
    ### END SOLUTION

# %% test="open" points=3
given_privates = [1001, 1002, 1003]
given_key, given_text, given_header = bytes(range(16)), b"40 t at 9,300", b"bill 7731"
given_wrapped = [wrap_key(multiply_base("national", given_private), given_key) for given_private in given_privates]
given_sealed = encrypt(given_key, given_text, given_header)
for given_private in given_privates:
    try:
        given_answer = open_envelope(given_private, (given_wrapped, given_sealed), given_header)
    except ValueError:
        given_answer = "refused"
    assert given_answer != "refused", "«open.reader»"
    assert given_answer == given_text, "«open.text»"
given_bent = bytes([given_sealed[0] ^ 1]) + given_sealed[1:]
given_two = [wrap_key(multiply_base("national", 1001), bytes(16)), *given_wrapped]
given_cases = [
    (1004, given_wrapped, given_sealed, given_header, "«open.stranger»"),
    (1001, [], given_sealed, given_header, "«open.stranger»"),
    (1001, given_wrapped, given_bent, given_header, "«open.altered»"),
    (1001, given_wrapped, given_sealed, b"bill 7732", "«open.header»"),
    (1001, given_two, given_sealed, given_header, "«open.first»"),
]
for given_private, given_list, given_letter, given_other, given_message in given_cases:
    try:
        given_answer = open_envelope(given_private, (given_list, given_letter), given_other)
    except ValueError:
        given_answer = "refused"
    except Exception:
        given_answer = "another error"
    assert given_answer == "refused", given_message
### BEGIN HIDDEN TESTS
import random
given_draw = random.Random(f"{SEED}/open")
given_privates = [given_draw.randrange(1, 1 << 255) for _ in range(3)]
given_key, given_text, given_header = given_draw.randbytes(16), given_draw.randbytes(33), given_draw.randbytes(7)
given_wrapped = [wrap_key(multiply_base("national", given_private), given_key) for given_private in given_privates]
given_sealed = encrypt(given_key, given_text, given_header)
for given_private in given_privates:
    assert open_envelope(given_private, (given_wrapped, given_sealed), given_header) == given_text, "«open.any-reader»"
assert open_envelope(given_privates[0], (given_wrapped[:1], encrypt(given_key, b"", b"")), b"") == b"", "«open.any-empty»"
given_cases = [(given_privates[1], given_sealed, given_header[::-1] + b"."), (given_privates[1], given_sealed[:-1], given_header)]
given_cases += [(given_privates[2], given_sealed[:20], given_header), (given_privates[0] ^ 2, given_sealed, given_header)]
for given_place in (0, 11, 12, len(given_sealed) // 2, -17, -16, -1):  # in the nonce, the ciphertext and the tag
    given_letter = bytearray(given_sealed)
    given_letter[given_place] ^= 1 << given_draw.randrange(8)
    given_cases.append((given_privates[0], bytes(given_letter), given_header))
for given_private, given_letter, given_other in given_cases:
    try:
        given_answer = open_envelope(given_private, (given_wrapped, given_letter), given_other)
    except ValueError:
        given_answer = "refused"
    assert given_answer == "refused", "«open.any-altered»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 8 · The same nonce twice
# Change sides. A weighing machine signs its readings with a key of its own. Its maker saved the cost of a good random number generator, so now and then a nonce comes twice. Everybody can read digests and signatures. Can everybody see it?
#
# `records` is a list of pairs `(digest, (r, s))`, all by one key. Return the positions `(i, j)`, counted from 0, *i < j*, of two records that were signed with the same nonce; if there are several, the pair with the lowest *i*, and among those the lowest *j*. Without such a pair return `None`. The lists are short: two loops, one inside the other, are quick enough.
#
# Look at the equations of task 3. The same *k* means the same point *kG*, so the same *x₁*. And where *x₁* is the same, you may take the nonce to be the same: it does not happen by chance. In ECDSA one sees *x₁* at once, in SM2 there is one more thing to take away (modulo *n*).
#
# A pair with the **same digest** does not count: with the nonce of RFC 6979, the same message always gets the same signature. That is one equation, not two.

# %% [markdown] lang="zh"
# ## 8 · 同一个随机数用了两次
# 换个角色。一台地磅用自己的密钥给每次读数签名。厂家图省事，没有用像样的随机源，于是随机数有时会重复。摘要和签名人人可读。那么，重复也是人人看得出来的吗？
#
# `records` 是一个列表，每项是 `(digest, (r, s))`，都出自同一把密钥。找出用了同一个随机数的两项，返回它们的编号 `(i, j)`，从 0 数起，*i < j*；有好几对时，取 *i* 最小的，*i* 相同再取 *j* 最小的。没有这样的一对，返回 `None`。列表不长，两重循环就够快了。
#
# 看看任务 3 的式子。*k* 相同，点 *kG* 就相同，*x₁* 也就相同。反过来，*x₁* 相同，就可以认定用的是同一个随机数：碰巧相同的事不会发生。在 ECDSA 里，*x₁* 一眼可见；在 SM2 里，还要先减去一样东西（模 *n*）。
#
# **摘要相同**的两项不算：按 RFC 6979，同一条消息再签一次，得到的签名完全一样。那只是一个方程，不是两个。

# %% task="reuse"
def find_reuse(profile: str, records: list[tuple[bytes, tuple[int, int]]]) -> tuple[int, int] | None:
    """«find_reuse»

    «find_reuse.more»
    """
    ### BEGIN SOLUTION
    points = []
    for digest, (r, _) in records:
        shift = 0 if profile == "international" else int.from_bytes(digest, "big")
        points.append((r - shift) % N[profile])
    for i in range(len(records)):
        for j in range(i + 1, len(records)):
            if points[i] == points[j] and records[i][0] != records[j][0]:
                return i, j
    return None
    ### END SOLUTION

# %% test="reuse" points=2
given_n = N["international"]
given_one, given_two, given_three = (bytes([number]) * 32 for number in (1, 2, 3))
assert find_reuse("international", []) is None, "«reuse.none»"
assert find_reuse("international", [(given_one, (5, 9)), (given_two, (6, 9))]) is None, "«reuse.none»"
assert find_reuse("international", [(given_one, (5, 9)), (given_two, (6, 9)), (given_three, (6, 8))]) == (1, 2), "«reuse.international»"
assert find_reuse("international", [(given_one, (5, 9)), (given_one, (5, 9)), (given_two, (5, 7))]) == (0, 2), "«reuse.same-digest»"
given_e = [int.from_bytes(given_digest, "big") for given_digest in (given_one, given_two, given_three)]
given_records = [(given_one, (given_e[0] + 5, 9)), (given_two, (given_e[1] + 6, 9)), (given_three, (given_e[2] + 5, 8))]
assert find_reuse("national", given_records) == (0, 2), "«reuse.national»"
assert find_reuse("national", [(given_one, (6, 9)), (given_two, (6, 8))]) is None, "«reuse.national-r»"
given_records = [(bytes([number]) * 32, (given_r, 9)) for number, given_r in ((1, 5), (2, 6), (3, 6), (4, 5))]
assert find_reuse("international", given_records) == (0, 3), "«reuse.lowest»"
# «large»
given_large = b"\xff" * 32
given_records = [(given_one, (given_e[0] + 8, 9)), (given_large, ((2**256 - 1 + 8) % N["national"], 7))]
assert find_reuse("national", given_records) == (0, 1), "«reuse.modulo»"
### BEGIN HIDDEN TESTS
import random
from minichain.crypto import weak
from minichain.crypto.hashing import sm3
from minichain.crypto.sm2 import compute_digest as expected_digest, compute_public_key as expected_key
from minichain.crypto.weierstrass import P256
given_draw = random.Random(f"{SEED}/reuse")
for given_profile in ("international", "national"):
    for given_pattern, expected in (("abcd", None), ("abca", (0, 3)), ("abcb", (1, 3)), ("abba", (0, 3)), ("aaaa", (0, 1)), ("a", None)):
        given_key, given_nonces, given_records = given_draw.randrange(1, 1 << 255), {}, []
        for given_letter in given_pattern:
            given_nonce = given_nonces.setdefault(given_letter, given_draw.randrange(1, 1 << 255))
            given_message = given_draw.randbytes(8)
            if given_profile == "international":
                given_pair, given_digest = weak.sign_ecdsa_with_nonce(P256, given_key, given_message, given_nonce), sha256(given_message)
            else:
                given_pair = weak.sign_sm2_with_nonce(given_key, given_message, given_nonce)
                given_digest = expected_digest(expected_key(given_key), given_message)
            given_records.append((given_digest, (given_pair.r, given_pair.s)))
        given_words = "«reuse.any-international»" if given_profile == "international" else "«reuse.any-national»"
        assert find_reuse(given_profile, given_records) == expected, given_words
        given_twice = [given_record for given_record in given_records for _ in range(2)]
        expected = expected and (2 * expected[0], 2 * expected[1])
        assert find_reuse(given_profile, given_twice) == expected, "«reuse.any-twice»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# ## 9 · The key
# Two signatures with the same nonce are **two equations in two unknowns**, *k* and *d*. Write them down, take one from the other, and one unknown is gone.
#
# - ECDSA: *s₁·k = e₁ + r·d* and *s₂·k = e₂ + r·d*. Subtract to get *k*; then the first gives *d*.
# - SM2: *s·(1 + d) = k − r·d* can be written *k = s + (s + r)·d*. So *k = s₁ + (s₁ + r₁)·d* and *k = s₂ + (s₂ + r₂)·d*. Both right sides are the same *k*: what is *d*?
#
# Modulo *n*, too, one may bring a term to the other side, or divide both sides. What you learnt about equations at school holds.
#
# Return the private key, a number from 1 to *n − 1*. All you get are two records `(digest, (r, s))`.

# %% [markdown] lang="zh"
# ## 9 · 私钥到手
# 用了同一个随机数的两个签名，就是**含两个未知数的两个方程**，未知数是 *k* 和 *d*。把它们写出来，两式相减，就消去了一个。
#
# - ECDSA：*s₁·k = e₁ + r·d*，*s₂·k = e₂ + r·d*。相减得到 *k*，再由第一式得到 *d*。
# - SM2：*s·(1 + d) = k − r·d* 可以写成 *k = s + (s + r)·d*。于是 *k = s₁ + (s₁ + r₁)·d*，*k = s₂ + (s₂ + r₂)·d*。两个式子的右边都等于同一个 *k*，那么 *d* 是多少？
#
# 模 *n* 时也照样可以移项，也可以两边同除以一个数：中学里解方程的办法全都管用。
#
# 返回私钥，一个 1 到 *n − 1* 之间的数。给你的只有两项 `(digest, (r, s))`。

# %% task="recover"
def recover_key(profile: str, first: tuple[bytes, tuple[int, int]], second: tuple[bytes, tuple[int, int]]) -> int:
    """«recover_key»

    «recover_key.more»
    """
    ### BEGIN SOLUTION
    n = N[profile]
    (digest1, (r1, s1)), (digest2, (r2, s2)) = first, second
    if profile == "international":
        e1, e2 = int.from_bytes(digest1, "big"), int.from_bytes(digest2, "big")
        k = (e1 - e2) * pow(s1 - s2, -1, n)
        return (s1 * k - e1) * pow(r1, -1, n) % n
    return (s2 - s1) * pow(s1 + r1 - s2 - r2, -1, n) % n
    ### END SOLUTION

# %% test="recover" points=4
for given_profile in ("international", "national"):
    given_digests = [bytes([number]) * 32 for number in (7, 200)]
    given_first, given_second = ((each, compute_signature(given_profile, 271828, each, 31415)) for each in given_digests)
    try:
        given_answer = recover_key(given_profile, given_first, given_second)
    except ValueError:
        given_answer = "division by zero"
    except (OverflowError, TypeError):
        given_answer = "a fraction"
    assert given_answer != "division by zero", "«recover.zero»"
    assert isinstance(given_answer, int), "«recover.types»"
    assert 0 < given_answer < N[given_profile], "«recover.range»"
    assert given_answer != 31415, "«recover.nonce»"
    assert given_answer == 271828, "«recover.international»" if given_profile == "international" else "«recover.national»"
### BEGIN HIDDEN TESTS
import random
from minichain.crypto import weak
from minichain.crypto.sm2 import compute_digest as expected_digest, compute_public_key as expected_key
from minichain.crypto.weierstrass import P256
given_draw = random.Random(f"{SEED}/recover")
for given_turn in range(4):
    given_key, given_nonce = given_draw.randrange(1, 1 << 255), given_draw.randrange(1, 1 << 255)
    given_messages = [given_draw.randbytes(8) for _ in range(2)]
    given_pairs = [weak.sign_ecdsa_with_nonce(P256, given_key, given_message, given_nonce) for given_message in given_messages]
    given_digests = [sha256(given_message) for given_message in given_messages]
    given_records = [(given_digest, (given_pair.r, given_pair.s)) for given_digest, given_pair in zip(given_digests, given_pairs)]
    assert recover_key("international", *given_records) == given_key, "«recover.any-international»"
    given_pairs = [weak.sign_sm2_with_nonce(given_key, given_message, given_nonce) for given_message in given_messages]
    given_digests = [expected_digest(expected_key(given_key), given_message) for given_message in given_messages]
    given_records = [(given_digest, (given_pair.r, given_pair.s)) for given_digest, given_pair in zip(given_digests, given_pairs)]
    assert recover_key("national", *given_records) == given_key, "«recover.any-national»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# Now look at it once more, in numbers, when you have solved task 9: the picture prints both solutions. With fresh nonces, the attacker's arithmetic leads nowhere. With the same one twice, it is yours.

# %% [markdown] lang="zh"
# 现在用具体的数再看一遍。（请先做完任务 9：图里写着两种解法。）每次都用新的随机数时，攻击者怎么算都是白费；同一个用两次，算法就是你刚写的那个。

# %% figure=true
from minichain.learn import show_nonce_reuse
show_nonce_reuse(lang="«lab.lang»")

# %% [markdown] lang="en"
# With the key you can sign any reading in the machine's name, and every honest verifier says `True`. As the group fail0verflow showed in December 2010, Sony's PlayStation 3 signed its software with one and the same nonce; the private key was computed as you did here.
#
# ## What this leaves out
# - **Twice on the same chain.** The same order, handed in twice on `harbour`, is valid twice. That a chain remembers what it has seen is a matter of the ledger: the next lab.
# - **Whose key it is.** Before a public key is used, one has to check that it is a point of the curve. Whose it is, a certificate says (a later lab).
# - **Rare cases.** A signer who meets *r = 0* or *s = 0* takes another nonce; you will not live to see it. SM2's standard also refuses *r + s = n*; to bring that about, one would have to find a message whose digest was fixed in advance.
# - **Twins.** Every ECDSA signature has a twin, *(r, n - s)*, so many chains accept only the one with the lower *s*. Whoever attacks there tries *-s* as well.
# - **Time.** Production code takes the same time for every key, because the time would tell something about it.
# - **Parts of a nonce.** A nonce need not come twice to give the key away: a few known bits of each of many nonces are enough.

# %% [markdown] lang="zh"
# 有了私钥，你就能以地磅的名义给任何读数签名，每个诚实的验证者都会得到 `True`。据 fail0verflow 小组 2010 年 12 月的演讲，索尼的 PlayStation 3 给软件签名时，用的始终是同一个随机数；它的私钥就是这样被算出来的。
#
# ## 这里没讲到的
# - **在同一条链上用两次。** 同一份放货令在 `harbour` 上递交两次，两次都有效。让链记住见过什么，是账本的事，下一个实验就讲。
# - **公钥是谁的。** 公钥用之前，要先检查它是不是曲线上的点；它是谁的，则由证书说明（后面的实验）。
# - **罕见的情况。** 签名时若碰上 *r = 0* 或 *s = 0*，就另取一个随机数，不过你一辈子也碰不上。SM2 的标准还拒绝 *r + s = n* 的签名；要造出这种情况，得先找到一条摘要恰好等于指定值的消息。
# - **孪生的签名。** 每个 ECDSA 签名都有一个孪生的 *(r, n - s)*。为了避免一笔交易有两种有效的签名，许多链只接受 *s* 较小的那个；在这样的链上，攻击者还要拿 *-s* 再试一次。
# - **耗时。** 实际使用的密码库，不论密钥是什么，耗时都一样，因为耗时也会泄露密钥的信息。
# - **随机数的一部分。** 随机数不必重复也会泄密：许多签名的随机数，每个只要知道几个比特，就够算出私钥了。
