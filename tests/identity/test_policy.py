"""Policies decide as ChainMaker's do; each rule that is easily got wrong is a test of its own."""

import contextlib
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.crypto.key_encoding import compute_public_key
from minichain.crypto.keys import Ed25519PrivateKey, Ed25519PublicKey
from minichain.identity.errors import PolicyError
from minichain.identity.member import Identity
from minichain.identity.policy import (
    Keyword,
    Policy,
    Share,
    Standing,
    compute_standings,
    decide,
    decide_by_keys,
    parse_rule,
    validate_policy,
)
from minichain.identity.roles import Role

KEY = Ed25519PublicKey(bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
ORGANISATIONS = ("org1", "org2", "org3", "org4")
ADMIN, CLIENT = Role.ADMIN, Role.CLIENT


def signers(*words):
    """Return identities: "1a" is an administrator of org1, "2c" a client of org2."""
    return [Identity(f"org{word[0]}", {"a": ADMIN, "c": CLIENT, "n": Role.COMMON}[word[1]], KEY, word) for word in words]


def is_allowed(policy, *words, organisations=ORGANISATIONS, own_org=None):
    return decide(policy, signers(*words), organisations, own_org).is_allowed


# Rules, one after the other


@pytest.mark.parametrize(
    ("policy", "enough", "too_few"),
    [
        (Policy("ANY", (), (CLIENT,)), ["1c"], ["1a"]),
        (Policy("ANY", ("org2",), (CLIENT,)), ["1c", "2c"], ["1c", "2a"]),
        (Policy("ANY"), ["3n"], []),
        (Policy("ALL", (), (ADMIN,)), ["1a", "2a", "3a", "4a"], ["1a", "2a", "3a", "4c"]),
        (Policy("ALL", ("org1", "org3"), (ADMIN,)), ["1a", "3a"], ["1a", "2a", "4a"]),
        (Policy("MAJORITY"), ["1a", "2a", "3a"], ["1a", "2a"]),
        (Policy("2", (), (CLIENT,)), ["1c", "4c"], ["1c", "4a"]),
        (Policy("2", ("org1", "org2", "org3"), (CLIENT,)), ["1c", "2c"], ["1c", "4c"]),
        (Policy("1/2"), ["1a", "2c"], ["1a"]),
        (Policy("2/3", ("org1", "org2", "org3"), (ADMIN,)), ["1a", "2a"], ["1a", "4a"]),
        (Policy("3/4", (), (ADMIN,)), ["1a", "2a", "3a"], ["1a", "2a", "3c"]),
    ],
)
def test_a_rule_asks_for_so_many_and_no_fewer(policy, enough, too_few):
    assert is_allowed(policy, *enough)
    assert not is_allowed(policy, *too_few)


def test_organisations_are_counted_not_signatures():
    assert not is_allowed(Policy("2", (), (ADMIN,)), "1a", "1a", "1a")
    assert is_allowed(Policy("2", (), (ADMIN,)), "1a", "1a", "2a")
    assert not is_allowed(Policy("MAJORITY"), "1a", "1a", "2a", "2a")
    assert not is_allowed(Policy("ALL", ("org1", "org2")), "1a", "1c")


def test_a_majority_is_strictly_more_than_half():
    for size, needed in ((1, 1), (2, 2), (3, 2), (4, 3), (5, 3)):
        organisations = [f"org{number}" for number in range(1, size + 1)]
        words = [f"{number}a" for number in range(1, size + 1)]
        assert not is_allowed(Policy("MAJORITY"), *words[: needed - 1], organisations=organisations)
        assert is_allowed(Policy("MAJORITY"), *words[:needed], organisations=organisations)


def test_a_majority_is_of_administrators_whatever_roles_are_listed():
    policy = Policy("MAJORITY", (), (CLIENT,))
    assert not is_allowed(policy, "1c", "2c", "3c", "4c")
    assert is_allowed(policy, "1a", "2a", "3a")


def test_a_majority_is_of_all_organisations_whichever_are_listed():
    policy = Policy("MAJORITY", ("org1",), (ADMIN,))
    assert not is_allowed(policy, "1a")
    assert is_allowed(policy, "2a", "3a", "4a")


def test_a_fraction_is_at_least_so_much_and_compared_exactly():
    assert is_allowed(Policy("1/2"), "1a", "2a")  # half is enough for 1/2 and not for MAJORITY
    assert Share(1, 3).compute_needed(3) == 1
    assert Share(1, 3).compute_needed(4) == 2
    assert Share(999_999_999, 1_000_000_000 - 1).compute_needed(7) == 7


def test_a_fraction_is_of_the_organisations_that_are_listed():
    assert is_allowed(Policy("1/2", ("org1", "org2")), "1a")
    assert not is_allowed(Policy("1/2"), "1a")


def test_an_empty_list_of_organisations_means_all():
    assert not is_allowed(Policy("ALL"), "1a", "2a", "3a")
    assert is_allowed(Policy("ALL"), "1a", "2c", "3n", "4a")
    assert is_allowed(Policy("ANY"), "4n")


def test_self_is_an_administrator_of_the_organisation_that_is_touched():
    policy = Policy("SELF", ("org4",), (CLIENT,))  # neither list counts
    assert is_allowed(policy, "1c", "2a", own_org="org2")
    assert not is_allowed(policy, "2c", "1a", "4a", own_org="org2")
    assert not is_allowed(policy, "1a", "2a", "3a", "4a")
    assert not is_allowed(policy, "9a", own_org="org9")


def test_forbidden_is_no_whoever_signs():
    assert not is_allowed(Policy("FORBIDDEN"), "1a", "2a", "3a", "4a")


def test_strangers_do_not_count():
    assert not is_allowed(Policy("ANY"), "9a")
    assert not is_allowed(Policy("2"), "1a", "9a")
    assert not is_allowed(Policy("MAJORITY"), "1a", "2a", "8a", "9a")


def test_nobody_is_never_enough():
    for rule in ("ANY", "ALL", "MAJORITY", "1", "1/1000", "FORBIDDEN"):
        assert not is_allowed(Policy(rule))
        assert not is_allowed(Policy(rule), organisations=())


def test_more_than_there_are_is_never_reached():
    assert not is_allowed(Policy("5"), "1a", "2a", "3a", "4a")
    assert not is_allowed(Policy("3/2"), "1a", "2a", "3a", "4a")


# More signatures never turn a yes into a no

rules = st.one_of(
    st.sampled_from([word.value for word in Keyword]),
    st.integers(1, 6).map(str),
    st.tuples(st.integers(1, 5), st.integers(1, 5)).map("{0[0]}/{0[1]}".format),
)
names = st.sampled_from(["org1", "org2", "org3", "org4", "org9"])
identities = st.builds(Identity, names, st.sampled_from([*Role, None]), st.just(KEY), st.just("someone"))
random_policies = st.builds(
    Policy, rules, st.lists(names, unique=True, max_size=4).map(tuple), st.lists(st.sampled_from(Role), unique=True, max_size=3).map(tuple)
)


@given(random_policies, st.lists(identities, max_size=6), st.lists(identities, max_size=3), st.sampled_from([None, "org1", "org9"]))
def test_a_signature_more_never_turns_a_yes_into_a_no(policy, some, more, own_org):
    before = decide(policy, some, ORGANISATIONS, own_org).is_allowed
    after = decide(policy, [*more, *some], ORGANISATIONS, own_org).is_allowed
    assert after or not before


@given(random_policies, st.lists(identities, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_signatures_does_not_count(policy, some, random):
    shuffled = random.sample(some, len(some))
    assert decide(policy, some, ORGANISATIONS) == decide(policy, some, ORGANISATIONS)
    assert decide(policy, some, ORGANISATIONS).is_allowed == decide(policy, shuffled, ORGANISATIONS).is_allowed


def decide_as_chainmaker_does(policy, some, organisations, own_org):
    """The rules as ac_server.go computes them, on signers that its cache knows, with its floating point."""
    some = [signer for signer in some if signer.org_id in organisations]

    def count(listed, roles):
        return len({each.org_id for each in some if (not listed or each.org_id in listed) and (not roles or each.role in roles)})

    match policy.rule:
        case "FORBIDDEN":
            return False
        case "MAJORITY":
            return count((), (ADMIN,)) > len(organisations) / 2
        case "SELF":
            return any(each.org_id == own_org and each.role == ADMIN for each in some)
        case "ANY":
            return count(policy.organisations, policy.roles) > 0
        case "ALL":
            return count(policy.organisations, policy.roles) == len(policy.organisations or organisations)
    above, _, below = policy.rule.partition("/")
    needed = len(policy.organisations or organisations) * float(above) / float(below) if below else float(above)
    return count(policy.organisations, policy.roles) >= needed


@given(random_policies, st.lists(identities, max_size=8), st.sampled_from([None, "org1", "org9"]))
def test_decisions_are_chainmakers(policy, some, own_org):
    assert decide(policy, some, ORGANISATIONS, own_org).is_allowed == decide_as_chainmaker_does(policy, some, ORGANISATIONS, own_org)


# Which clause decided


def test_the_reason_names_the_clause_and_the_count():
    assert decide(Policy("MAJORITY"), signers("1a", "3a", "2c"), ORGANISATIONS).reason == (
        "MAJORITY: administrators of 3 of all 4 organisations are needed, and of 2 signed (org1, org3)"
    )
    assert decide(Policy("2/3", ("org1", "org2", "org3"), (ADMIN, CLIENT)), signers("1c"), ORGANISATIONS).reason == (
        "2/3 of admin, client of org1, org2, org3: 2 of 3 organisations needed, 1 signed (org1)"
    )
    assert decide(Policy("ANY"), [], ORGANISATIONS).reason == (
        "ANY of any role of any organisation: 1 of 4 organisations needed, 0 signed (none)"
    )
    assert decide(Policy("SELF"), signers("1a"), ORGANISATIONS, "org2").reason == (
        "SELF: an administrator of org2 is needed, and none signed"
    )
    assert decide(Policy("SELF"), signers("2a"), ORGANISATIONS, "org2").reason == "SELF: an administrator of org2 is needed, and one signed"
    assert decide(Policy("SELF"), signers("2a"), ORGANISATIONS).reason == "SELF: it is not said which organisation is touched"
    assert decide(Policy("FORBIDDEN"), signers("1a"), ORGANISATIONS).reason == "FORBIDDEN: nobody may do this, whoever signs"


def test_each_signer_has_a_standing():
    some = signers("1a", "1a", "2c", "3a", "9a")
    assert compute_standings(some, ORGANISATIONS, ("org1", "org2", "org9"), (ADMIN,)) == [
        Standing.COUNTS,
        Standing.REPEATS,
        Standing.OTHER_ROLE,
        Standing.NOT_LISTED,
        Standing.STRANGER,
    ]
    assert Standing.REPEATS.value == "does not count: its organisation, or on a public chain its key, counts already"
    assert len({standing.value for standing in Standing}) == len(Standing)


# Public chains


def make_keys(count, role=ADMIN):
    keys = [compute_public_key(Ed25519PrivateKey(number.to_bytes(32, "big"))) for number in range(1, count + 1)]
    return [Identity("", role, key, "someone") for key in keys]


def test_on_a_public_chain_keys_are_counted():
    for admins, needed in ((1, 1), (2, 2), (3, 2), (4, 3)):
        some = make_keys(admins)
        assert decide_by_keys(Policy("MAJORITY"), some[:needed], admins).is_allowed
        assert not decide_by_keys(Policy("MAJORITY"), some[: needed - 1] * 3, admins).is_allowed
        assert not decide_by_keys(Policy("MAJORITY"), make_keys(4, CLIENT) + make_keys(4, None), admins).is_allowed
    assert decide_by_keys(Policy("ANY"), make_keys(1, None), 3).is_allowed
    assert not decide_by_keys(Policy("ANY"), [], 3).is_allowed
    assert not decide_by_keys(Policy("ANY", (), (ADMIN,)), make_keys(3, None), 3).is_allowed


@pytest.mark.parametrize("rule", ["ALL", "SELF", "1", "1/2", "FORBIDDEN"])
def test_on_a_public_chain_other_rules_are_no(rule):
    decision = decide_by_keys(Policy(rule), make_keys(3), 3)
    assert not decision.is_allowed
    assert decision.reason.startswith(f"{rule}: {'nobody may' if rule == 'FORBIDDEN' else 'a public chain has no organisations'}")


# What a rule and a policy may be


@pytest.mark.parametrize(
    ("text", "rule"),
    [("ANY", Keyword.ANY), ("3", Share(3)), ("2/3", Share(2, 3)), ("999999999/999999999", Share(999_999_999, 999_999_999))],
)
def test_a_rule_is_read(text, rule):
    assert parse_rule(text) == rule


@pytest.mark.parametrize(
    "text",
    ["", "any", "MOST", "0", "-1", "+3", "03", "3.0", "1/0", "0/1", "1/2/3", "1/", "/2", " 3", "3\n", "٣", "9" * 10, "1/" + "9" * 10],
)
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(PolicyError, match=r"^rule: "):
        parse_rule(text)


def test_self_is_for_the_two_resources_that_belong_to_one_organisation():
    for resource in ("CHAIN_CONFIG-TRUST_ROOT_UPDATE", "CHAIN_CONFIG-NODE_ID_UPDATE"):
        validate_policy(resource, Policy("SELF"), ORGANISATIONS)
    for resource in ("CHAIN_CONFIG-TRUST_ROOT_ADD", "PUBKEY_MANAGE-PUBKEY_ADD", "shop-buy"):
        with pytest.raises(PolicyError, match=r"^rule: SELF is for CHAIN_CONFIG-TRUST_ROOT_UPDATE and CHAIN_CONFIG-NODE_ID_UPDATE"):
            validate_policy(resource, Policy("SELF"), ORGANISATIONS)
    validate_policy("shop-buy", Policy("ALL"), ORGANISATIONS)


@pytest.mark.parametrize("resource", ["INVOKE_CONTRACT", "QUERY_CONTRACT", "SUBSCRIBE", "ARCHIVE"])
def test_the_policy_of_a_type_of_transaction_stays(resource):
    with pytest.raises(PolicyError, match=r"^resource: "):
        validate_policy(resource, Policy("ANY"), ORGANISATIONS)


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (Policy("most"), "rule"),
        (Policy("ANY", ("org9",)), "organisations"),
        (Policy("ANY", ("org1", "org1")), "organisations"),
        (Policy("ANY", (), ("admin",)), "roles"),
    ],
)
def test_a_policy_that_cannot_be_set_is_told_by_its_field(policy, field):
    with pytest.raises(PolicyError, match=rf"^{field}: "):
        validate_policy("shop-buy", policy, ORGANISATIONS)
    for rule, organisations, roles in product(("ANY", "2", "1/2"), ((), ("org1", "org4")), ((), (ADMIN, CLIENT))):
        validate_policy("shop-buy", Policy(rule, organisations, roles), ORGANISATIONS)


@given(st.text(max_size=12))
def test_any_text_is_a_rule_or_a_typed_error(text):
    with contextlib.suppress(PolicyError):
        parse_rule(text)
