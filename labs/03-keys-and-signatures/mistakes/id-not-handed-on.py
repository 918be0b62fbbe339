# fails: payload verify replay
# Signs under the default id, whatever the id is.

# %% task="payload"
def sign_payload(profile, private_key, chain, payload, user_id=DEFAULT_ID):
    digest = compute_digest(profile, multiply_base(profile, private_key), encode_message(chain, payload))
    return compute_signature(profile, private_key, digest, draw_nonce(profile, private_key, digest))
