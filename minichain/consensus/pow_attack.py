"""How many confirmations are enough: the race between an attacker and everybody else (Nakamoto 2008, section 11).

An attacker with a share q of the hash power lets a block be buried under z others while mining a branch of their own; they win if that
branch ever becomes the longer one. If each side finds blocks independently of the past, the honest side's z blocks take as long as z
waiting times, and in that time the attacker finds a number that is distributed by Poisson's law; from there on it is a gambler's ruin.

>>> round(compute_success(0.1, 6), 7), round(compute_success(0.3, 24), 6)
(0.0002428, 0.000811)
>>> compute_confirmations(0.1, 0.001), compute_success(0.5, 100)
(5, 1.0)

Simplifications: Poisson's law is Nakamoto's approximation; the exact one (Rosenfeld 2014) gives the attacker somewhat better odds. The
attacker does not delay anybody's messages, and wants no more than one branch.
"""

import math
from random import Random

from minichain.consensus.errors import ConsensusError


def compute_success(share: float, confirmations: int) -> float:
    """Return the probability with which an attacker of this share of the hash power ever overtakes `confirmations` blocks."""
    if not 0 <= share <= 1 or confirmations < 0:
        raise ConsensusError(f"the share {share} is not from 0 to 1, or the confirmations {confirmations} are negative")
    if share >= 0.5:
        return 1.0
    odds = share / (1 - share)
    expected = confirmations * odds
    fails = 0.0
    for found in range(confirmations + 1):
        chance = math.exp(found * math.log(expected) - expected - math.lgamma(found + 1)) if expected else float(found == 0)
        fails += chance * (1 - odds ** (confirmations - found))
    return 1 - fails


def compute_confirmations(share: float, risk: float) -> int:
    """Return the fewest confirmations at which an attacker of this share, below one half, succeeds with at most this probability."""
    if not 0 <= share < 0.5 or not 0 < risk < 1:
        raise ConsensusError(f"no number of confirmations helps against a share of {share} at a risk of {risk}")
    confirmations = 0
    while compute_success(share, confirmations) > risk:
        confirmations += 1
    return confirmations


def is_overtaken(random: Random, share: float, confirmations: int, *, lead: int = 200) -> bool:
    """Let the race run once, block by block, and return whether the attacker wins; who is `lead` blocks behind has lost."""
    honest = attacker = 0
    while honest < confirmations:
        if random.random() < share:
            attacker += 1
        else:
            honest += 1
    behind = honest - attacker
    while 0 < behind < lead:
        behind += -1 if random.random() < share else 1
    return behind <= 0
