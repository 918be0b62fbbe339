# A table of functions, one for each profile, instead of a question in each function.

# %% task="message"
def encode_message(chain, payload):
    name = chain.encode()
    if not name:
        raise ValueError("a chain has a name")
    return TAG + bytes([len(name)]) + name + payload  # bytes([256]) is a ValueError by itself

# %% task="digest"
def compute_digest(profile, public_key, message, user_id=DEFAULT_ID):
    key = b"".join(number.to_bytes(32, "big") for number in public_key)
    za = {"international": lambda: b"", "national": lambda: sm3((len(user_id) << 3).to_bytes(2, "big") + user_id + SM2_CURVE + key)}
    return HASHES[profile](za[profile]() + message)

# %% task="sign"
def sign_with_ecdsa(n, d, e, k, x):
    return x % n, (e + x * d) * pow(k, -1, n) % n


def sign_with_sm2(n, d, e, k, x):
    r = (e + x) % n
    return r, (k - r * d) * pow(1 + d, -1, n) % n


SIGNERS = {"international": sign_with_ecdsa, "national": sign_with_sm2}


def compute_signature(profile, private_key, digest, nonce):
    x, _ = multiply_base(profile, nonce)
    return SIGNERS[profile](N[profile], private_key, int.from_bytes(digest, "big"), nonce, x)

# %% task="payload"
def sign_payload(profile, d, chain, payload, user_id=DEFAULT_ID):
    digest = compute_digest(profile, multiply_base(profile, d), encode_message(chain, payload), user_id)
    return compute_signature(profile, d, digest, draw_nonce(profile, d, digest))

# %% task="verify"
def is_signed(profile, public_key, chain, payload, signature, user_id=DEFAULT_ID):
    n, (r, s) = N[profile], signature
    if not all(0 < number < n for number in signature):
        return False
    e = int.from_bytes(compute_digest(profile, public_key, encode_message(chain, payload), user_id), "big")
    u, v, shift = (s, r + s, e) if profile == "national" else (e * pow(s, -1, n), r * pow(s, -1, n), 0)
    point = combine(profile, u, v, public_key)
    return bool(point) and (point[0] + shift - r) % n == 0

# %% task="seal"
def seal_envelope(recipients, text, header):
    key = os.urandom(16)
    return [wrap_key(each, key) for each in recipients], encrypt(key, text, header)

# %% task="open"
def open_envelope(private_key, envelope, header):
    wrapped_keys, sealed = envelope
    if not wrapped_keys:
        raise ValueError("no key is left")
    try:
        key = unwrap_key(private_key, wrapped_keys[0])
    except ValueError:
        return open_envelope(private_key, (wrapped_keys[1:], sealed), header)
    return decrypt(key, sealed, header)

# %% task="reuse"
from itertools import combinations


def find_reuse(profile, records):
    points = [(r - int.from_bytes(digest, "big") * (profile == "national")) % N[profile] for digest, (r, s) in records]
    pairs = combinations(range(len(records)), 2)
    return next(((i, j) for i, j in pairs if points[i] == points[j] and records[i][0] != records[j][0]), None)

# %% task="recover"
def recover_from_ecdsa(n, e1, r1, s1, e2, r2, s2):
    k = (e1 - e2) * pow(s1 - s2, -1, n)
    return (s1 * k - e1) * pow(r1, -1, n) % n


def recover_from_sm2(n, e1, r1, s1, e2, r2, s2):
    return (s2 - s1) * pow((s1 + r1) - (s2 + r2), -1, n) % n


def recover_key(profile, first, second):
    numbers = [number for digest, pair in (first, second) for number in (int.from_bytes(digest, "big"), *pair)]
    return {"international": recover_from_ecdsa, "national": recover_from_sm2}[profile](N[profile], *numbers)
