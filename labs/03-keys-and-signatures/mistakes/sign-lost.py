# fails: recover
# A sign is lost on the way: -d instead of d for SM2.

# %% task="recover"
def recover_key(profile, first, second):
    n, ((d1, (r1, s1)), (d2, (r2, s2))) = N[profile], (first, second)
    if profile == "international":
        e1, e2 = int.from_bytes(d1, "big"), int.from_bytes(d2, "big")
        k = (e1 - e2) * pow(s1 - s2, -1, n) % n
        return (s1 * k - e1) * pow(r1, -1, n) % n
    return (s1 - s2) * pow(s1 + r1 - s2 - r2, -1, n) % n
