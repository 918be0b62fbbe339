# fails: recover
# ECDSA's algebra for SM2 as well.

# %% task="recover"
def recover_key(profile, first, second):
    n, ((d1, (r1, s1)), (d2, (r2, s2))) = N[profile], (first, second)
    e1, e2 = int.from_bytes(d1, "big"), int.from_bytes(d2, "big")
    k = (e1 - e2) * pow(s1 - s2, -1, n) % n
    return (s1 * k - e1) * pow(r1, -1, n) % n
