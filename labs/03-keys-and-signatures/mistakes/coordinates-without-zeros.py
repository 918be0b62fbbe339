# fails: digest
# x and y are written as short as they are: a key whose x is small has another ZA.

# %% task="digest"
def compute_digest(profile, public_key, message, user_id=DEFAULT_ID):
    if profile == "international":
        return sha256(message)
    key = b"".join(number.to_bytes((number.bit_length() + 7) // 8, "big") for number in public_key)
    return sm3(sm3((8 * len(user_id)).to_bytes(2, "big") + user_id + SM2_CURVE + key) + message)
