# fails: sign payload verify replay
# SM2's r is not reduced modulo n: e + x1 is larger than n half of the time, and then nobody accepts the signature.

# %% task="sign"
def compute_signature(profile, private_key, digest, nonce):
    n, e = N[profile], int.from_bytes(digest, "big")
    x = multiply_base(profile, nonce)[0]
    if profile == "international":
        return x % n, pow(nonce, -1, n) * (e + x % n * private_key) % n
    r = e + x
    return r, pow(1 + private_key, -1, n) * (nonce - r * private_key) % n
