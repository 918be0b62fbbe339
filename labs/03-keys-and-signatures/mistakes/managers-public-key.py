# fails: payload verify
# Takes the manager's public key, whoever signs.

# %% task="payload"
def sign_payload(profile, private_key, chain, payload, user_id=DEFAULT_ID):
    digest = compute_digest(profile, PUBLIC[profile], encode_message(chain, payload), user_id)
    return compute_signature(profile, private_key, digest, draw_nonce(profile, private_key, digest))
