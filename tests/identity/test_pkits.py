"""NIST's Public Key Interoperability Test Suite, sections 4.1 to 4.4, 4.6 and 4.7: the verdict is in the name of each certificate.

The suite gives a path for each test. Here all its certificates and lists lie in one heap, as strangers would send them, so that
paths must also be found.
"""

import re
from importlib.resources import files

import pytest

from minichain.identity import foreign
from minichain.identity.certificate import decode_certificate
from minichain.identity.errors import IdentityError, MalformedError, UnsupportedKeyError
from minichain.identity.paths import Trust, find_path
from minichain.identity.revocation_list import decode_revocation_list

SUITE = files("cryptography_vectors") / "x509" / "PKITS_data"
AT_MS = 1_577_836_800_000  # 2020; the suite's certificates are valid from 2010 to 2030

SECTIONS = {
    "4.1 signature verification": """ValidCertificatePathTest1 InvalidCASignatureTest2 InvalidEESignatureTest3 ValidDSASignaturesTest4
        InvalidDSASignatureTest6""",
    "4.2 validity periods": """InvalidCAnotBeforeDateTest1 InvalidEEnotBeforeDateTest2 Validpre2000UTCnotBeforeDateTest3
        ValidGeneralizedTimenotBeforeDateTest4 InvalidCAnotAfterDateTest5 InvalidEEnotAfterDateTest6 Invalidpre2000UTCEEnotAfterDateTest7
        ValidGeneralizedTimenotAfterDateTest8""",
    "4.3 name chaining": """InvalidNameChainingTest1 InvalidNameChainingOrderTest2 ValidNameChainingWhitespaceTest3
        ValidNameChainingWhitespaceTest4 ValidNameChainingCapitalizationTest5 ValidNameUIDsTest6 ValidRFC3280MandatoryAttributeTypesTest7
        ValidRFC3280OptionalAttributeTypesTest8 ValidUTF8StringEncodedNamesTest9 ValidRolloverfromPrintableStringtoUTF8StringTest10
        ValidUTF8StringCaseInsensitiveMatchTest11""",
    "4.4 certificate revocation": """InvalidMissingCRLTest1 InvalidRevokedCATest2 InvalidRevokedEETest3 InvalidBadCRLSignatureTest4
        InvalidBadCRLIssuerNameTest5 InvalidWrongCRLTest6 ValidTwoCRLsTest7 InvalidUnknownCRLEntryExtensionTest8
        InvalidUnknownCRLExtensionTest9 InvalidUnknownCRLExtensionTest10 InvalidOldCRLnextUpdateTest11 Invalidpre2000CRLnextUpdateTest12
        ValidGeneralizedTimeCRLnextUpdateTest13 ValidNegativeSerialNumberTest14 InvalidNegativeSerialNumberTest15
        ValidLongSerialNumberTest16 ValidLongSerialNumberTest17 InvalidLongSerialNumberTest18 ValidSeparateCertificateandCRLKeysTest19
        InvalidSeparateCertificateandCRLKeysTest20 InvalidSeparateCertificateandCRLKeysTest21""",
    "4.6 basic constraints": """InvalidMissingbasicConstraintsTest1 InvalidcAFalseTest2 InvalidcAFalseTest3
        ValidbasicConstraintsNotCriticalTest4 InvalidpathLenConstraintTest5 InvalidpathLenConstraintTest6 ValidpathLenConstraintTest7
        ValidpathLenConstraintTest8 InvalidpathLenConstraintTest9 InvalidpathLenConstraintTest10 InvalidpathLenConstraintTest11
        InvalidpathLenConstraintTest12 ValidpathLenConstraintTest13 ValidpathLenConstraintTest14 ValidSelfIssuedpathLenConstraintTest15
        InvalidSelfIssuedpathLenConstraintTest16 ValidSelfIssuedpathLenConstraintTest17""",
    "4.7 key usage": """InvalidkeyUsageCriticalkeyCertSignFalseTest1 InvalidkeyUsageNotCriticalkeyCertSignFalseTest2
        ValidkeyUsageNotCriticalTest3 InvalidkeyUsageCriticalcRLSignFalseTest4 InvalidkeyUsageNotCriticalcRLSignFalseTest5""",
    "4.16 private extensions": "ValidUnknownNotCriticalCertificateExtensionTest1 InvalidUnknownCriticalCertificateExtensionTest2",
}
CASES = [pytest.param(name, id=f"{section[:4].strip()}-{name}") for section, names in SECTIONS.items() for name in names.split()]


def read_all(folder, decode):
    """Return whatever in the folder is well formed."""
    found = []
    for file in (SUITE / folder).iterdir():
        try:
            found.append(decode(file.read_bytes()))
        except MalformedError:
            assert file.name.startswith(("Bad", "Invalid", "delta"))
    return found


@pytest.fixture(scope="module")
def trust():
    """Everything in the suite, and its one trust anchor."""
    anchor = decode_certificate((SUITE / "certs" / "TrustAnchorRootCertificate.crt").read_bytes())
    authorities = [each for each in read_all("certs", decode_certificate) if each != anchor]
    return Trust((anchor,), tuple(authorities), tuple(read_all("crls", decode_revocation_list)), True, foreign.verify)


def validate(name, trust):
    """Raise an IdentityError if the suite's certificate of this name is not valid."""
    certificate = decode_certificate((SUITE / "certs" / f"{name}EE.crt").read_bytes())
    path = find_path(certificate, trust, AT_MS)
    assert path[-1] == certificate


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_the_suites(trust, name):
    if name.startswith("Valid"):
        validate(name, trust)
    else:
        with pytest.raises(IdentityError):
            validate(name, trust)


def test_nothing_of_the_sections_is_left_out():
    """The suite numbers the tests of each section; parameter inheritance (4.1.5) has a test of its own."""
    for section, names in SECTIONS.items():
        numbers = {int(re.search(r"Test(\d+)$", name)[1]) for name in names.split()}
        assert numbers | ({5} if section.startswith("4.1 ") else set()) == set(range(1, max(numbers) + 1))


def test_a_dsa_key_does_not_inherit_its_parameters(trust):
    with pytest.raises(UnsupportedKeyError, match="DSA key without parameters"):
        validate("ValidDSAParameterInheritanceTest5", trust)


def test_what_is_not_processed_is_refused(trust):
    """Name constraints, policies, lists in parts: in the whole suite one certificate passes that should not.

    It was put on hold by a list of changes, and such lists are not used; the complete list does not have it.
    """
    accepted, refused = [], 0
    for file in (SUITE / "certs").iterdir():
        if file.name.startswith("Invalid"):
            try:
                validate(file.name.removesuffix("EE.crt"), trust)
                accepted.append(file.name)
            except IdentityError:
                refused += 1
    assert (accepted, refused) == (["InvaliddeltaCRLTest4EE.crt"], 114)
