# fails: recover
# Stops halfway: returns the nonce of ECDSA.

# %% task="recover"
def recover_key(profile, first, second):
    n, ((d1, (r1, s1)), (d2, (r2, s2))) = N[profile], (first, second)
    if profile == "international":
        return (int.from_bytes(d1, "big") - int.from_bytes(d2, "big")) * pow(s1 - s2, -1, n) % n
    return (s2 - s1) * pow(s1 + r1 - s2 - r2, -1, n) % n
