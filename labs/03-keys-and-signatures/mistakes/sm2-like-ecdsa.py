# fails: sign payload verify replay recover
# ECDSA's equations for both profiles.

# %% task="sign"
def compute_signature(profile, private_key, digest, nonce):
    n, e = N[profile], int.from_bytes(digest, "big")
    r = multiply_base(profile, nonce)[0] % n
    return r, pow(nonce, -1, n) * (e + r * private_key) % n
