# fails: verify replay
# Verifies with the manager's public key, whoever is said to have signed.

# %% task="verify"
def is_signed(profile, public_key, chain, payload, signature, user_id=DEFAULT_ID):
    n, (r, s) = N[profile], signature
    public_key = PUBLIC[profile]
    if not (1 <= r <= n - 1 and 1 <= s <= n - 1):
        return False
    e = int.from_bytes(compute_digest(profile, public_key, encode_message(chain, payload), user_id), "big")
    if profile == "international":
        point = combine(profile, e * pow(s, -1, n), r * pow(s, -1, n), public_key)
        return point is not None and point[0] % n == r
    point = combine(profile, s, r + s, public_key)
    return point is not None and (e + point[0]) % n == r
