"""What a chain starts with: ChainMaker's table, mode by mode, and both questions that a transaction is asked."""

import pytest

from minichain.identity.access import AccessControl, TrustRoot
from minichain.identity.changes import apply_policy
from minichain.identity.default_policies import DEFAULT_POLICIES
from minichain.identity.explain import explain
from minichain.identity.member import Identity
from minichain.identity.policy import Policy, parse_rule
from minichain.identity.roles import Mode, Role, parse_role
from minichain.identity.transaction_policy import decide_transaction
from tests.identity.conftest import NOW_MS, make_key_member

CERTIFICATE, KEY, PUBLIC = Mode.CERTIFICATE, Mode.REGISTERED_KEY, Mode.PUBLIC_KEY

TABLE = """
resource                                        certificate             registered key          public
INVOKE_CONTRACT                                 ANY client,admin        ANY client,admin        ANY
QUERY_CONTRACT                                  ANY consensus,common,client,admin  ANY consensus,common,client,admin  ANY
SUBSCRIBE                                       ANY light,client,admin  ANY light,client,admin  ANY
ARCHIVE                                         ANY admin               ANY admin               ANY
CHAIN_CONFIG-CORE_UPDATE                        MAJORITY admin          MAJORITY admin          ANY admin
CHAIN_CONFIG-BLOCK_UPDATE                       MAJORITY admin          MAJORITY admin          ANY admin
CHAIN_CONFIG-TRUST_ROOT_ADD                     MAJORITY admin          MAJORITY admin          MAJORITY admin
CHAIN_CONFIG-TRUST_ROOT_DELETE                  MAJORITY admin          MAJORITY admin          MAJORITY admin
CHAIN_CONFIG-TRUST_ROOT_UPDATE                  SELF admin              SELF admin              MAJORITY admin
CHAIN_CONFIG-TRUST_MEMBER_ADD                   MAJORITY admin          FORBIDDEN               FORBIDDEN
CHAIN_CONFIG-NODE_ID_ADD                        MAJORITY admin          MAJORITY admin          FORBIDDEN
CHAIN_CONFIG-NODE_ID_UPDATE                     SELF admin              SELF admin              FORBIDDEN
CHAIN_CONFIG-NODE_ID_DELETE                     MAJORITY admin          MAJORITY admin          FORBIDDEN
CHAIN_CONFIG-NODE_ORG_UPDATE                    MAJORITY admin          MAJORITY admin          FORBIDDEN
CHAIN_CONFIG-CONSENSUS_EXT_DELETE               MAJORITY admin          MAJORITY admin          FORBIDDEN
CHAIN_CONFIG-PERMISSION_ADD                     MAJORITY admin          MAJORITY admin          FORBIDDEN
CHAIN_CONFIG-PERMISSION_UPDATE                  MAJORITY admin          MAJORITY admin          FORBIDDEN
CHAIN_CONFIG-PERMISSION_DELETE                  MAJORITY admin          MAJORITY admin          FORBIDDEN
CHAIN_CONFIG-GET_CHAIN_CONFIG                   ANY consensus,common,client,admin,light  ANY consensus,common,client,admin,light  -
CHAIN_QUERY-GET_BLOCK_BY_HEIGHT                 ANY consensus,common,client,admin,light  ANY consensus,common,client,admin,light  -
CHAIN_QUERY-GET_TX_BY_TX_ID                     ANY consensus,common,client,admin,light  ANY consensus,common,client,admin,light  -
CHAIN_QUERY-GET_ARCHIVED_BLOCK_HEIGHT           ANY consensus,common,client,admin,light  ANY consensus,common,client,admin,light  -
CONTRACT_MANAGE-INIT_CONTRACT                   MAJORITY admin          MAJORITY admin          -
CONTRACT_MANAGE-UPGRADE_CONTRACT                MAJORITY admin          MAJORITY admin          ANY admin
CONTRACT_MANAGE-FREEZE_CONTRACT                 MAJORITY admin          MAJORITY admin          ANY admin
CONTRACT_MANAGE-UNFREEZE_CONTRACT               MAJORITY admin          MAJORITY admin          ANY admin
CONTRACT_MANAGE-REVOKE_CONTRACT                 MAJORITY admin          MAJORITY admin          ANY admin
CONTRACT_MANAGE-GRANT_CONTRACT_ACCESS           -                       -                       FORBIDDEN
CERT_MANAGE-CERT_ADD                            ANY client,admin,light  FORBIDDEN               FORBIDDEN
CERT_MANAGE-CERTS_QUERY                         ANY consensus,common,client,admin,light  ANY consensus,common,client,admin,light  -
CERT_MANAGE-CERTS_FREEZE                        ANY admin               FORBIDDEN               FORBIDDEN
CERT_MANAGE-CERTS_UNFREEZE                      ANY admin               FORBIDDEN               FORBIDDEN
CERT_MANAGE-CERTS_DELETE                        ANY admin               FORBIDDEN               FORBIDDEN
CERT_MANAGE-CERTS_REVOKE                        ANY admin               FORBIDDEN               FORBIDDEN
PUBKEY_MANAGE-PUBKEY_ADD                        FORBIDDEN               SELF admin              FORBIDDEN
PUBKEY_MANAGE-PUBKEY_DELETE                     FORBIDDEN               SELF admin              FORBIDDEN
"""


def read_table():
    """Yield (resource, mode, policy or None)."""
    for line in TABLE.strip().splitlines()[1:]:
        resource, *cells = (cell for cell in line.split("  ") if cell)
        for mode, cell in zip((CERTIFICATE, KEY, PUBLIC), cells, strict=True):
            rule, _, roles = cell.strip().partition(" ")
            policy = Policy(rule, (), tuple(parse_role(role) for role in roles.split(",") if role)) if rule != "-" else None
            yield pytest.param(resource, mode, policy, id=f"{resource}-{mode.name}")


@pytest.mark.parametrize(("resource", "mode", "policy"), list(read_table()))
def test_the_table_is_chainmakers(resource, mode, policy):
    found = DEFAULT_POLICIES[mode].of_endorsers.get(resource) or DEFAULT_POLICIES[mode].of_sender.get(resource)
    if policy is None:
        assert found is None
    else:
        assert (found.rule, found.organisations, set(found.roles)) == (policy.rule, (), set(policy.roles))


def test_no_resource_is_in_both_tables_and_each_rule_is_one():
    for mode, sizes in ((CERTIFICATE, (22, 29)), (KEY, (27, 24)), (PUBLIC, (35, 3))):
        defaults = DEFAULT_POLICIES[mode]
        assert (len(defaults.of_sender), len(defaults.of_endorsers)) == sizes
        assert not defaults.of_sender.keys() & defaults.of_endorsers.keys()
        for policy in (*defaults.of_sender.values(), *defaults.of_endorsers.values()):
            assert parse_rule(policy.rule)
            assert policy.organisations == ()


METHODS = {
    "CHAIN_CONFIG": """GET_CHAIN_CONFIG CORE_UPDATE BLOCK_UPDATE TRUST_ROOT_ADD TRUST_ROOT_DELETE TRUST_ROOT_UPDATE TRUST_MEMBER_ADD
        TRUST_MEMBER_DELETE TRUST_MEMBER_UPDATE NODE_ID_ADD NODE_ID_DELETE NODE_ID_UPDATE NODE_ORG_ADD NODE_ORG_UPDATE NODE_ORG_DELETE
        CONSENSUS_EXT_ADD CONSENSUS_EXT_UPDATE CONSENSUS_EXT_DELETE PERMISSION_ADD PERMISSION_UPDATE PERMISSION_DELETE""",
    "CHAIN_QUERY": """GET_BLOCK_BY_HEIGHT GET_BLOCK_WITH_TXRWSETS_BY_HEIGHT GET_BLOCK_BY_HASH GET_BLOCK_WITH_TXRWSETS_BY_HASH
        GET_BLOCK_BY_TX_ID GET_TX_BY_TX_ID GET_LAST_CONFIG_BLOCK GET_LAST_BLOCK GET_FULL_BLOCK_BY_HEIGHT GET_BLOCK_HEIGHT_BY_TX_ID
        GET_BLOCK_HEIGHT_BY_HASH GET_BLOCK_HEADER_BY_HEIGHT GET_ARCHIVED_BLOCK_HEIGHT""",
    "CONTRACT_MANAGE": """INIT_CONTRACT UPGRADE_CONTRACT FREEZE_CONTRACT UNFREEZE_CONTRACT REVOKE_CONTRACT GRANT_CONTRACT_ACCESS
        REVOKE_CONTRACT_ACCESS VERIFY_CONTRACT_ACCESS""",
    "CERT_MANAGE": "CERT_ADD CERTS_QUERY CERTS_FREEZE CERTS_UNFREEZE CERTS_DELETE CERTS_REVOKE",
    "PUBKEY_MANAGE": "PUBKEY_ADD PUBKEY_DELETE",
}
"""Every method of ChainMaker's system contracts that has a policy in one of the three modes."""


def test_every_method_of_the_source_is_there_and_no_other():
    expected = {f"{contract}-{method}" for contract, methods in METHODS.items() for method in methods.split()}
    found = {name for defaults in DEFAULT_POLICIES.values() for name in (*defaults.of_sender, *defaults.of_endorsers)}
    assert found == expected | {"INVOKE_CONTRACT", "QUERY_CONTRACT", "SUBSCRIBE", "ARCHIVE"}


# Transactions


def test_an_ordinary_call_asks_only_about_the_sender(access, sign_in):
    assert decide_transaction(access, "INVOKE_CONTRACT", "shop", "buy", sign_in("org1 alice client")).is_allowed
    refused = decide_transaction(access, "INVOKE_CONTRACT", "shop", "buy", sign_in("org1 lea light"))
    assert not refused.is_allowed
    assert refused.reason.startswith("ANY of client, admin")


def test_a_light_client_may_call_what_the_table_names(access, sign_in):
    lea = sign_in("org1 lea light")
    assert decide_transaction(access, "INVOKE_CONTRACT", "CERT_MANAGE", "CERT_ADD", lea).is_allowed
    assert decide_transaction(access, "QUERY_CONTRACT", "CHAIN_QUERY", "GET_LAST_BLOCK", lea).is_allowed
    assert not decide_transaction(access, "QUERY_CONTRACT", "shop", "list", lea).is_allowed
    assert decide_transaction(access, "SUBSCRIBE", "SUBSCRIBE_MANAGE", "SUBSCRIBE_BLOCK", lea).is_allowed


def test_a_change_of_all_asks_about_endorsers_too(access, sign_in):
    sender = sign_in("org1 alice client")
    admins = [sign_in(f"org{number} ada{number} admin") for number in (1, 2, 3)]
    change = ("INVOKE_CONTRACT", "CHAIN_CONFIG", "BLOCK_UPDATE")
    assert decide_transaction(access, *change, sender, admins).is_allowed
    assert not decide_transaction(access, *change, sender, admins[:2]).is_allowed
    assert not decide_transaction(access, *change, admins[0]).is_allowed
    assert not decide_transaction(access, *change, sign_in("org1 node1 consensus"), admins).is_allowed  # nodes send no transactions
    assert not decide_transaction(access, *change, sender).is_allowed


def test_without_endorsers_a_sender_stands_for_themselves(access, sign_in):
    ada = sign_in("org1 ada1 admin")
    assert decide_transaction(access, "INVOKE_CONTRACT", "CERT_MANAGE", "CERTS_FREEZE", ada).is_allowed
    own = ("INVOKE_CONTRACT", "CHAIN_CONFIG", "NODE_ID_UPDATE", ada, ())
    assert decide_transaction(access, *own, "org1").is_allowed
    assert not decide_transaction(access, *own, "org2").is_allowed


def test_a_sender_who_counts_among_endorsers_signs_as_one(access, sign_in):
    ada = sign_in("org1 ada1 admin")
    bob = sign_in("org2 bob client")
    assert not decide_transaction(access, "INVOKE_CONTRACT", "CERT_MANAGE", "CERTS_FREEZE", ada, [bob]).is_allowed


def test_a_policy_that_was_set_asks_about_endorsers(access, sign_in):
    changed = apply_policy(access, "shop-buy", Policy("2", (), (Role.CLIENT,)))
    alice, bob = sign_in("org1 alice client"), sign_in("org2 bob client")
    assert not decide_transaction(changed, "INVOKE_CONTRACT", "shop", "buy", alice).is_allowed
    assert decide_transaction(changed, "INVOKE_CONTRACT", "shop", "buy", alice, [alice, bob]).is_allowed
    assert decide_transaction(changed, "QUERY_CONTRACT", "shop", "buy", alice).is_allowed  # a question changes nothing


def test_what_is_forbidden_is_forbidden_to_the_sender(access, sign_in):
    ada = sign_in("org1 ada1 admin")
    refused = decide_transaction(access, "INVOKE_CONTRACT", "PUBKEY_MANAGE", "PUBKEY_ADD", ada, [ada], "org1")
    assert refused.reason.startswith("FORBIDDEN")


def test_an_archive_needs_an_administrator_of_the_node(access, sign_in):
    ada = sign_in("org1 ada1 admin")
    assert decide_transaction(access, "ARCHIVE", "ARCHIVE_MANAGE", "ARCHIVE_BLOCK", ada, (), "org1").is_allowed
    assert not decide_transaction(access, "ARCHIVE", "ARCHIVE_MANAGE", "ARCHIVE_BLOCK", ada, (), "org2").is_allowed


def test_a_public_chain_lets_anybody_call():
    public = AccessControl(PUBLIC, "international", (TrustRoot("", (make_key_member(1).info,)),))
    stranger = public.identify(make_key_member(9), NOW_MS)
    assert decide_transaction(public, "INVOKE_CONTRACT", "shop", "buy", stranger).is_allowed
    assert not decide_transaction(public, "INVOKE_CONTRACT", "CONTRACT_MANAGE", "UPGRADE_CONTRACT", stranger).is_allowed
    assert decide_transaction(public, "INVOKE_CONTRACT", "CONTRACT_MANAGE", "INIT_CONTRACT", stranger).is_allowed


# Explanations


def test_an_explanation_says_who_counted_and_which_clause_decided(access, sign_in):
    signers = [sign_in("org1 ada1 admin"), sign_in("org1 ann admin"), sign_in("org2 bob client")]
    assert explain(access, "CHAIN_CONFIG-BLOCK_UPDATE", signers) == [
        "CHAIN_CONFIG-BLOCK_UPDATE: MAJORITY of admin of any organisation (the default)",
        "  ada1, admin of org1: counts",
        "  ann, admin of org1: does not count: its organisation, or on a public chain its key, counts already",
        "  bob, client of org2: does not count: the policy asks for another role",
        "denied: MAJORITY: administrators of 3 of all 4 organisations are needed, and of 1 signed (org1)",
    ]
    changed = apply_policy(access, "shop-buy", Policy("ANY", ("org2",), (Role.CLIENT,)))
    assert explain(changed, "shop-buy", signers[2:]) == [
        "shop-buy: ANY of client of org2 (set on this chain)",
        "  bob, client of org2: counts",
        "allowed: ANY of client of org2: 1 of 1 organisations needed, 1 signed (org2)",
    ]
    assert explain(access, "shop-sell", []) == ["shop-sell: no policy", "denied: no policy is set for shop-sell"]


def test_an_explanation_of_keys():
    public = AccessControl(PUBLIC, "international", (TrustRoot("", (make_key_member(1).info,)),))
    stranger = public.identify(make_key_member(9), NOW_MS)
    lines = explain(public, "CHAIN_CONFIG-CORE_UPDATE", [stranger])
    assert lines[1] == f"  {stranger.name}, no role: does not count: the policy asks for another role"


# Roles


def test_roles_are_read_in_capitals_or_not():
    for role in Role:
        assert parse_role(role.name) == parse_role(role.name.lower()) == role


def test_an_identity_is_a_value(sign_in):
    assert isinstance(sign_in("org1 alice client"), Identity)
    assert sign_in("org1 alice client") == sign_in("org1 alice client") != sign_in("org2 alice client")
