# fails: digest payload verify replay
# x and y are handed to bytes(), which makes that many zeros; Python has no room for so many.

# %% task="digest"
def compute_digest(profile, public_key, message, user_id=DEFAULT_ID):
    if profile == "international":
        return sha256(message)
    x, y = public_key
    za = sm3((8 * len(user_id)).to_bytes(2, "big") + user_id + SM2_CURVE + bytes(x) + bytes(y))
    return sm3(za + message)
