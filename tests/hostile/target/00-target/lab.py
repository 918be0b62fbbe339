# %% [markdown] lang="en"
# # A target

# %% [markdown] lang="zh"
# # 靶子

# %% parameters=true
SEED = 0

# %%
import hashlib

LIST = [3, 1, 2]


def compute_digest(text):
    return hashlib.sha256(text.encode()).hexdigest()

# %% task="double"
def double(x: int) -> int:
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" points=2
assert double(2) == 4, "«double.two»"
### BEGIN HIDDEN TESTS
import random
hidden_draw = random.Random(f"{SEED}/mark-of-the-hidden")
for hidden_number in [0, -7, 10**30, 271828182845, *(hidden_draw.randrange(10**12) for _ in range(3))]:
    assert double(hidden_number) == hidden_number + hidden_number, "«double.any»"
### END HIDDEN TESTS

# %% task="words"
def find_words(text: str) -> list[str]:
    ### BEGIN SOLUTION
    return text.split()
    ### END SOLUTION

# %% test="words" points=3
given_text = "to be"
assert find_words(given_text) == ["to", "be"], "«words.two»"
assert len(find_words("one")) == 1 and isinstance(find_words("one"), list)
### BEGIN HIDDEN TESTS
assert compute_digest(find_words("mark-of-the-hidden")[0]) == compute_digest("mark-of-the-hidden"), "«words.any»"
assert find_words("") == [], "«words.any»"
### END HIDDEN TESTS

# %% task="total"
### BEGIN SOLUTION
total = sum(LIST)
### END SOLUTION

# %% test="total" points=1
assert total == 6 and type(total) is int, "«total.sum»"
