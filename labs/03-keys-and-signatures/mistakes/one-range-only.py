# fails: verify
# Only r is checked; s may be larger than n, so each signature has a second form.

# %% task="verify"
def is_signed(profile, public_key, chain, payload, signature, user_id=DEFAULT_ID):
    n, (r, s) = N[profile], signature
    if not 0 < r < n or s == 0:
        return False
    e = int.from_bytes(compute_digest(profile, public_key, encode_message(chain, payload), user_id), "big")
    if profile == "international":
        if s % n == 0:
            return False
        point = combine(profile, e * pow(s, -1, n), r * pow(s, -1, n), public_key)
        return point is not None and point[0] % n == r
    point = combine(profile, s, r + s, public_key)
    return point is not None and (e + point[0]) % n == r
