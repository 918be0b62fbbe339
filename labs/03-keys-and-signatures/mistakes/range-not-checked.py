# fails: verify
# The range of r and s is not checked, and a zero ends in an error.

# %% task="verify"
def is_signed(profile, public_key, chain, payload, signature, user_id=DEFAULT_ID):
    n, (r, s) = N[profile], signature
    e = int.from_bytes(compute_digest(profile, public_key, encode_message(chain, payload), user_id), "big")
    if profile == "international":
        point = combine(profile, e * pow(s, -1, n), r * pow(s, -1, n), public_key)
        return bool(point) and point[0] % n == r
    point = combine(profile, s, r + s, public_key)
    return bool(point) and (e + point[0]) % n == r
