# fails: verify
# Takes the first number of a point that is none.

# %% task="verify"
def is_signed(profile, public_key, chain, payload, signature, user_id=DEFAULT_ID):
    n, (r, s) = N[profile], signature
    if not (1 <= r <= n - 1 and 1 <= s <= n - 1):
        return False
    e = int.from_bytes(compute_digest(profile, public_key, encode_message(chain, payload), user_id), "big")
    if profile == "international":
        return combine(profile, e * pow(s, -1, n), r * pow(s, -1, n), public_key)[0] % n == r
    return (e + combine(profile, s, r + s, public_key)[0]) % n == r
