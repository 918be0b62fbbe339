"""Whether a certificate leads back to a root that is trusted (RFC 5280, section 6.1; how to find the way: RFC 4158).

A path goes from just below the trusted root, the anchor, to the certificate in question; each one is signed by the key in the one
before. The order of the checks is the standard's, and so are the letters beside them.

Why not a library: `cryptography.x509.verification` follows the rules of the web (CA/Browser Forum): it wants host names, knows
neither revocation lists nor SM2, and compares names byte by byte. OpenSSL's verifier cannot be reached from Python. Both are asked
in the tests.

Simplifications: policies (d)-(f) and name constraints (b), (c) are not processed; a certificate that marks them critical is
refused. The standard leaves it to the application whether an anchor expires; here it does, as in ChainMaker.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from minichain.identity import algorithms
from minichain.identity.algorithms import PublicKeyInfo, VerifyFunction
from minichain.identity.certificate import Certificate
from minichain.identity.errors import IdentityError, InvalidPathError
from minichain.identity.extensions import KeyUsage
from minichain.identity.names import Name
from minichain.identity.revocation import validate_status
from minichain.identity.revocation_list import RevocationList

LONGEST_PATH: Final = 12
MOST_PATHS: Final = 32
"""Candidates that are tried: a stranger's heap of cross-certificates must not keep us busy."""

Path = tuple[Certificate, ...]
"""From the certificate that the anchor issued to the one in question."""


@dataclass(frozen=True)
class Trust:
    """What is believed, and what is known besides."""

    anchors: tuple[Certificate, ...]
    """Roots: their word is taken."""
    authorities: tuple[Certificate, ...] = ()
    """Certificates that may stand between: each has to prove itself."""
    lists: tuple[RevocationList, ...] = ()
    needs_current_lists: bool = False
    """Whether revocation follows the standard or the chain; see `revocation`."""
    verify: VerifyFunction = algorithms.verify


@dataclass(frozen=True)
class State:
    """What section 6.1.2 keeps from one certificate to the next."""

    issuer_name: Name
    issuer_key: PublicKeyInfo
    list_keys: tuple[PublicKeyInfo, ...]
    """The keys that may sign the issuer's revocation lists."""
    max_path_length: int


# Finding


def find_path(certificate: Certificate, trust: Trust, at_ms: int) -> Path:
    """Return a valid path to `certificate` at this time; raise InvalidPathError with what is wrong with the likeliest one."""
    first_error: IdentityError | None = None
    for anchor, path in islice(build_paths((certificate,), trust), MOST_PATHS):
        try:
            validate_path(anchor, path, trust, at_ms)
        except IdentityError as error:
            first_error = first_error or error
        else:
            return path
    raise first_error or InvalidPathError(f"{certificate.subject}: no trusted root or authority leads to its issuer, {certificate.issuer}")


def build_paths(path: Path, trust: Trust) -> Iterator[tuple[Certificate, Path]]:
    """Yield the ways from an anchor to the end of `path`, by the names alone; likely ones first."""
    head = path[0]
    for anchor in sort_by_likelihood(head, trust.anchors):
        yield anchor, path
    if len(path) < LONGEST_PATH:
        for authority in sort_by_likelihood(head, trust.authorities):
            if authority not in path:
                yield from build_paths((authority, *path), trust)


def sort_by_likelihood(certificate: Certificate, candidates: Path) -> list[Certificate]:
    """Return who may have issued `certificate`, by name; those whose key it names come first (section 4.2.1.1)."""
    hint = certificate.says.authority_key_id
    issuers = [each for each in candidates if each.subject == certificate.issuer]
    return sorted(issuers, key=lambda each: hint is None or each.says.subject_key_id != hint)


# Section 6.1: validation


def validate_path(anchor: Certificate, path: Path, trust: Trust, at_ms: int) -> None:
    """Raise InvalidPathError, or a more special error, if this path is not valid at `at_ms`."""
    state = initialise(anchor, len(path), at_ms)
    for certificate in path[:-1]:
        validate_certificate(certificate, state, trust, at_ms)
        state = prepare_next(certificate, state, trust, at_ms)
    validate_certificate(path[-1], state, trust, at_ms)
    validate_extensions(path[-1])  # 6.1.5 (f)


def initialise(anchor: Certificate, length: int, at_ms: int) -> State:
    """Section 6.1.2. An anchor that limits the length of paths is taken at its word (RFC 5937)."""
    validate_dates(anchor, at_ms)
    constraints = anchor.says.basic_constraints
    limit = length if constraints is None or constraints.path_length is None else constraints.path_length
    list_keys = (anchor.public_key_info,) if anchor.may(KeyUsage.CRL_SIGN) else ()
    return State(anchor.subject, anchor.public_key_info, list_keys, limit)


def validate_certificate(certificate: Certificate, state: State, trust: Trust, at_ms: int) -> None:
    """Section 6.1.3 (a): signature, dates, revocation, issuer."""
    if not trust.verify(state.issuer_key, certificate.signature_algorithm, certificate.signed_part, certificate.signature):  # (1)
        raise InvalidPathError(f"the signature on the certificate of {certificate.subject} is not by {state.issuer_name}")
    validate_dates(certificate, at_ms)  # (2)
    validate_status(certificate, trust.lists, state.list_keys, trust.verify, at_ms if trust.needs_current_lists else None)  # (3)
    if certificate.issuer != state.issuer_name:  # (4)
        raise InvalidPathError(f"the issuer of {certificate.subject} is {certificate.issuer}, not {state.issuer_name}")


def validate_dates(certificate: Certificate, at_ms: int) -> None:
    """Raise InvalidPathError if the certificate is not valid at this time."""
    if not certificate.is_valid_at(at_ms):
        state = "not valid yet" if at_ms < certificate.not_before_ms else "expired"
        raise InvalidPathError(f"the certificate of {certificate.subject} is {state} at {at_ms} ms since 1970")


def prepare_next(certificate: Certificate, state: State, trust: Trust, at_ms: int) -> State:
    """Section 6.1.4: may this certificate's key have issued the next one?"""
    constraints = certificate.says.basic_constraints
    if constraints is None or not constraints.is_authority:  # (k)
        raise InvalidPathError(f"{certificate.subject} is no authority (basicConstraints), but issued a certificate")
    limit = state.max_path_length
    if not certificate.is_self_issued:  # (l)
        if limit <= 0:
            raise InvalidPathError(f"{certificate.subject} is one authority more than the path length allows")
        limit -= 1
    if constraints.path_length is not None:  # (m)
        limit = min(limit, constraints.path_length)
    if not certificate.may(KeyUsage.KEY_CERT_SIGN):  # (n)
        raise InvalidPathError(f"the key of {certificate.subject} is not for signing certificates (keyUsage), but did")
    validate_extensions(certificate)  # (o)
    list_keys = get_list_keys(certificate, state, trust, at_ms)
    return State(certificate.subject, certificate.public_key_info, list_keys, limit)  # (a), (c)-(f)


def validate_extensions(certificate: Certificate) -> None:
    """Raise InvalidPathError if a critical extension is not understood."""
    if certificate.says.unknown_critical:
        named = ", ".join(certificate.says.unknown_critical)
        raise InvalidPathError(f"the certificate of {certificate.subject} has critical extensions that are not understood here: {named}")


def get_list_keys(certificate: Certificate, state: State, trust: Trust, at_ms: int) -> tuple[PublicKeyInfo, ...]:
    """Return the keys that may sign this authority's lists: its own, or another that the same issuer gave to the same name.

    An authority may keep the key for its lists, which is used every day, apart from the key for its certificates (section 6.3.3,
    step (f): the path to it ends at the same anchor; here it is the same path).
    """
    older = state.list_keys if certificate.is_self_issued else ()  # a change of key: lists by the old one are still about
    if certificate.may(KeyUsage.CRL_SIGN):
        return (certificate.public_key_info, *older)
    keys = list(older)
    for other in trust.authorities:
        usage = other.says.key_usage
        if other.subject == certificate.subject and usage is not None and KeyUsage.CRL_SIGN in usage:
            try:
                validate_certificate(other, state, trust, at_ms)
                validate_extensions(other)
            except IdentityError:
                continue
            keys.append(other.public_key_info)
    return tuple(keys)
