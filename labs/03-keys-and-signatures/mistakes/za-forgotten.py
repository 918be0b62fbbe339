# fails: digest payload verify replay
# SM3 of the message alone, as if SM2 were ECDSA with another hash function.

# %% task="digest"
def compute_digest(profile, public_key, message, user_id=DEFAULT_ID):
    return HASHES[profile](message)
