# fails: sign payload verify replay
# s is not reduced modulo n.

# %% task="sign"
def compute_signature(profile, private_key, digest, nonce):
    n, e = N[profile], int.from_bytes(digest, "big")
    x = multiply_base(profile, nonce)[0]
    if profile == "international":
        return x % n, pow(nonce, -1, n) * (e + x * private_key) % n
    r = (e + x) % n
    return r, pow(1 + private_key, -1, n) * (nonce - r * private_key)
