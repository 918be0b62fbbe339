# Right, and slower: adds points with the arithmetic of the definition, and groups records by their point.

# %% task="message"
def encode_message(chain, payload):
    result = bytearray(TAG)
    name = bytes(chain, "utf-8")
    if name == b"" or len(name) >= 256:
        raise ValueError("bad name")
    result.append(len(name))
    result.extend(name)
    result.extend(payload)
    return bytes(result)

# %% task="digest"
def compute_digest(profile, public_key, message, user_id=DEFAULT_ID):
    if profile == "national":
        bits = len(user_id) * 8
        data = bytes([bits // 256, bits % 256])
        data += user_id
        data += SM2_CURVE
        for number in public_key:
            data += bytes.fromhex("%064x" % number)
        return sm3(sm3(data) + message)
    else:
        return HASHES["international"](message)

# %% task="sign"
def compute_signature(profile, private_key, digest, nonce):
    order = N[profile]
    e = int(digest.hex(), 16)
    point = multiply_base(profile, nonce)
    if profile == "national":
        r = (e + point[0]) % order
        top = (nonce - r * private_key) % order
        bottom = (1 + private_key) % order
    else:
        r = point[0] % order
        top = (e + r * private_key) % order
        bottom = nonce
    s = top * pow(bottom, order - 2, order) % order
    return (r, s)

# %% task="payload"
def sign_payload(profile, private_key, chain, payload, user_id=DEFAULT_ID):
    me = multiply_base(profile, private_key)
    message = encode_message(chain, payload)
    digest = compute_digest(profile, me, message, user_id)
    nonce = draw_nonce(profile, private_key, digest)
    signature = compute_signature(profile, private_key, digest, nonce)
    return signature

# %% task="verify"
from minichain.crypto.weierstrass import add, multiply


def is_signed(profile, public_key, chain, payload, signature, user_id=DEFAULT_ID):
    curve, (r, s) = CURVES[profile], signature
    if r not in range(1, curve.n) or s not in range(1, curve.n):
        return False
    e = int.from_bytes(compute_digest(profile, public_key, encode_message(chain, payload), user_id), "big")
    if profile == "international":
        u, v, shift = e * pow(s, -1, curve.n), r * pow(s, -1, curve.n), 0
    else:
        u, v, shift = s, r + s, e
    point = add(curve, multiply(curve, u, curve.generator), multiply(curve, v, Point(*public_key)))
    return point is not None and (point.x + shift) % curve.n == r

# %% task="seal"
def seal_envelope(recipients, text, header):
    key = os.urandom(16)
    wrapped = []
    for recipient in recipients:
        wrapped.append(wrap_key(recipient, key))
    return (wrapped, encrypt(key, text, header))

# %% task="open"
def open_envelope(private_key, envelope, header):
    key = None
    for wrapped in envelope[0]:
        try:
            key = unwrap_key(private_key, wrapped)
            break
        except ValueError:
            pass
    if key is None:
        raise ValueError("not for me")
    return decrypt(key, envelope[1], header)

# %% task="reuse"
def find_reuse(profile, records):
    n = N[profile]
    groups = {}
    for number, (digest, (r, s)) in enumerate(records):
        x = r % n if profile == "international" else (r - int.from_bytes(digest, "big")) % n
        groups.setdefault(x, []).append(number)
    pairs = []
    for numbers in groups.values():
        for i in numbers:
            pairs.extend((i, j) for j in numbers if j > i and records[i][0] != records[j][0])
    return min(pairs, default=None)

# %% task="recover"
def recover_key(profile, first, second):
    order = N[profile]
    e1, e2 = int(first[0].hex(), 16), int(second[0].hex(), 16)
    r1, s1 = first[1]
    r2, s2 = second[1]
    if profile == "national":
        difference = (r1 + s1 - r2 - s2) % order
        return (s2 - s1) % order * pow(difference, order - 2, order) % order
    k = (e1 - e2) % order * pow((s1 - s2) % order, order - 2, order) % order
    return (s2 * k - e2) % order * pow(r2, order - 2, order) % order
