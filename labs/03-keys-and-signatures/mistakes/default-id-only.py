# fails: digest payload verify replay
# The id that was given is ignored: everybody signs under one name.

# %% task="digest"
def compute_digest(profile, public_key, message, user_id=DEFAULT_ID):
    if profile == "international":
        return sha256(message)
    key = b"".join(number.to_bytes(32, "big") for number in public_key)
    za = sm3((8 * len(DEFAULT_ID)).to_bytes(2, "big") + DEFAULT_ID + SM2_CURVE + key)
    return sm3(za + message)
