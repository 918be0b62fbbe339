"""What `minichain.crypto` raises when it is given something that it cannot accept."""


class CryptoError(ValueError):
    """The base of this package's errors: a value breaks a rule, and the message names both."""


class UnknownHashError(CryptoError):
    """No hash function has this name."""


class UnknownSchemeError(CryptoError):
    """No signature scheme has this name."""


class UnknownCipherError(CryptoError):
    """No cipher has this name."""


class UnknownSuiteError(CryptoError):
    """No cipher suite has this name."""


class ReadableBackendError(CryptoError):
    """A node or an issuer would run on the implementation that is written to be read, although a fast one exists."""


class ReadableBackendWarning(UserWarning):
    """The implementation that is written to be read is used, because no maintained library offers another."""


class InvalidEncodingError(CryptoError):
    """Bytes are not the one encoding that a point, a signature or another value has."""


class InvalidKeyError(CryptoError):
    """A key is outside the range of its scheme, or so weak that it keeps nothing apart."""


class KeyFileError(CryptoError):
    """A key file is not one that is read here, or would not be written safely. The message names the field."""


class InvalidSignatureError(CryptoError):
    """A signature belongs to no key, where one was to be recovered from it. (`verify` returns False instead.)"""


class InvalidPlaintextError(CryptoError):
    """A message is one that the cipher does not take."""


class DecryptionError(CryptoError):
    """A ciphertext was not made for this key, or was changed. The message says no more: an attacker would learn from it."""


class OutOfTreeError(CryptoError):
    """A proof was asked about an entry or a size that the tree does not have."""


class InvalidProofError(CryptoError):
    """A Merkle proof does not prove what it claims."""


class InvalidEntryError(CryptoError):
    """A key or a value is one that the trie does not take."""


class MissingNodeError(CryptoError):
    """The store of a trie does not have a node that the trie refers to by `node_hash`."""

    def __init__(self, node_hash: bytes) -> None:
        super().__init__(f"the store has no trie node with the hash {node_hash.hex()}")
        self.node_hash = node_hash


class InvalidNodeError(CryptoError):
    """What lies in the store of a trie under `node_hash` is something else: it was altered, or never was a node."""

    def __init__(self, node_hash: bytes, reason: str) -> None:
        super().__init__(f"what the store has as the trie node {node_hash.hex()} is not it: {reason}")
        self.node_hash = node_hash


class MessageTypeError(TypeError):
    """What was to be hashed is not bytes. A mistake in the calling code, hence a TypeError, as in hashlib."""

    def __init__(self, what: str, value: object) -> None:
        advice = "; encode the text first, for example text.encode('utf-8')" if isinstance(value, str) else ""
        super().__init__(f"{what} must be bytes, not {type(value).__name__}{advice}")


class KeyTypeError(TypeError):
    """A key was given to a function of another scheme. A mistake in the calling code."""

    def __init__(self, what: str, expected: type, value: object) -> None:
        super().__init__(f"{what} must be of type {expected.__name__}, not {type(value).__name__}")
