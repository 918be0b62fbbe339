# fails: payload
# The nonce comes from a digest that is always the same: what the PlayStation did.

# %% task="payload"
def sign_payload(profile, private_key, chain, payload, user_id=DEFAULT_ID):
    digest = compute_digest(profile, multiply_base(profile, private_key), encode_message(chain, payload), user_id)
    return compute_signature(profile, private_key, digest, draw_nonce(profile, private_key, bytes(32)))
