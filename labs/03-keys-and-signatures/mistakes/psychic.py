# fails: verify
# 1 / 0 is taken as 0, and None as a point whose x is 0, as in Java in 2022: (0, 0) is everybody's signature.

# %% task="verify"
def is_signed(profile, public_key, chain, payload, signature, user_id=DEFAULT_ID):
    n, (r, s) = N[profile], signature
    e = int.from_bytes(compute_digest(profile, public_key, encode_message(chain, payload), user_id), "big")
    if profile == "international":
        inverse = pow(s, n - 2, n)
        x, y = combine(profile, e * inverse, r * inverse, public_key) or (0, 0)
        return x % n == r
    x, y = combine(profile, s, r + s, public_key) or (0, 0)
    return (e + x) % n == r
