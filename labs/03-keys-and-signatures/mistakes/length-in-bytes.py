# fails: digest payload verify replay
# ENTL counts bytes instead of bits.

# %% task="digest"
def compute_digest(profile, public_key, message, user_id=DEFAULT_ID):
    if profile == "international":
        return sha256(message)
    key = b"".join(number.to_bytes(32, "big") for number in public_key)
    return sm3(sm3(len(user_id).to_bytes(2, "big") + user_id + SM2_CURVE + key) + message)
