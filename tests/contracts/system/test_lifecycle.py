"""Contracts come, change, stop and go, each step by a majority of the organisations' administrators."""

import pytest

from minichain.contracts.system.contract_manage import BYTE_GAS
from minichain.contracts.system.lifecycle import MAX_CODE_BYTES, Installed, InstalledList, Status
from minichain.ledger.execution import Code
from minichain.ledger.keyvalue import encode_number
from minichain.ledger.rules import Rule
from minichain.ledger.runners import InProcessRunner
from minichain.ledger.system_names import RESERVED
from minichain.ledger.workers import WorkerPool
from tests.contracts.system.consortium import (
    ADMINS,
    FIND,
    ask,
    describe_code,
    extend,
    get_refusal,
    install,
    invoke,
    make_chain,
    make_transaction,
)

MANAGE = "CONTRACT_MANAGE"


@pytest.fixture
def chain():
    return make_chain()


def manage(chain, method, /, *signers, **parameters):
    return invoke(chain, MANAGE, method, *(signers or ADMINS), **parameters)


def get_info(chain, name):
    return ask(chain, MANAGE, "GET_CONTRACT_INFO", kind=Installed, CONTRACT_NAME=name)


def test_a_contract_lives_from_installation_to_revocation(chain):
    assert install(chain, "greeter", "tiny one init", greeting="hello").result == b"hook"
    assert invoke(chain, "greeter", "get", key="greeting").result == b"hello"
    assert invoke(chain, "greeter", "word").result == b"one"
    invoke(chain, "greeter", "put", key="color", value="red")

    upgraded = manage(chain, "UPGRADE_CONTRACT", **describe_code("greeter", "tiny two upgrade", "2.0"), greeting="good day")
    assert upgraded.is_success
    assert invoke(chain, "greeter", "word").result == b"two"
    assert invoke(chain, "greeter", "get", key="color").result == b"red"  # the state is kept
    assert invoke(chain, "greeter", "get", key="greeting").result == b"good day"

    assert manage(chain, "FREEZE_CONTRACT", CONTRACT_NAME="greeter").is_success
    assert get_info(chain, "greeter").status is Status.FROZEN
    frozen = invoke(chain, "greeter", "word")
    assert frozen.code == Code.FROZEN and "greeter" in frozen.message
    assert manage(chain, "UNFREEZE_CONTRACT", CONTRACT_NAME="greeter").is_success
    assert invoke(chain, "greeter", "word").result == b"two"

    assert manage(chain, "REVOKE_CONTRACT", CONTRACT_NAME="greeter").is_success
    assert invoke(chain, "greeter", "word").code == Code.REVOKED
    info = get_info(chain, "greeter")
    assert (info.version, info.status, info.installed_height, info.organisation) == ("2.0", Status.REVOKED, 1, "org1")


CALLS = {
    "UPGRADE_CONTRACT": describe_code("greeter", "tiny two", "2.0"),
    "FREEZE_CONTRACT": {"CONTRACT_NAME": "greeter"},
    "UNFREEZE_CONTRACT": {"CONTRACT_NAME": "greeter"},
    "REVOKE_CONTRACT": {"CONTRACT_NAME": "greeter"},
    "INIT_CONTRACT": describe_code("greeter", "tiny three", "3.0"),
}

MOVES = {  # from which state which methods lead where; every other one fails
    (): {"INIT_CONTRACT": Status.ACTIVE},
    ("INIT_CONTRACT",): {"UPGRADE_CONTRACT": Status.ACTIVE, "FREEZE_CONTRACT": Status.FROZEN, "REVOKE_CONTRACT": Status.REVOKED},
    ("INIT_CONTRACT", "FREEZE_CONTRACT"): {"UNFREEZE_CONTRACT": Status.ACTIVE, "REVOKE_CONTRACT": Status.REVOKED},
    ("INIT_CONTRACT", "REVOKE_CONTRACT"): {},
    ("INIT_CONTRACT", "FREEZE_CONTRACT", "REVOKE_CONTRACT"): {},
}


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("path", MOVES, ids=lambda path: "-".join(path) or "nothing")
def test_each_state_has_its_ways_out_and_no_others(chain, path, method):
    for step in path:
        assert manage(chain, step, **CALLS[step]).is_success
    before = chain.head.state_root
    receipt = manage(chain, method, **CALLS[method])
    if method in MOVES[path]:
        assert receipt.is_success and get_info(chain, "greeter").status is MOVES[path][method]
    else:
        assert receipt.code in (Code.FAILED, Code.NO_CONTRACT) and chain.head.state_root == before


@pytest.mark.parametrize("method", CALLS)
def test_every_step_takes_a_majority_of_the_organisations(chain, method):
    if method != "INIT_CONTRACT":
        install(chain, "greeter")
    if method == "UNFREEZE_CONTRACT":
        manage(chain, "FREEZE_CONTRACT", CONTRACT_NAME="greeter")
    for signers in (["org1 client"], ["org1 admin"], ["org1 admin", "org1 admin2"], ["org1 admin", "org2 client"]):
        assert get_refusal(chain, make_transaction(MANAGE, method, *signers, **CALLS[method])) is Rule.TX_NOT_ALLOWED
    assert manage(chain, method, "org1 admin", "org3 admin", **CALLS[method]).is_success


# What installing refuses


@pytest.mark.parametrize(
    "name",
    ["../x", "", "a/b", "a b", "a-b", "CHAIN_CONFIG-X", "x" * 65, "1st", "_x", "naïve", "a.b", "a\0", "kv", "kvstore", *sorted(RESERVED)],
)
def test_a_name_that_is_none_or_belongs_to_the_chain_is_refused(chain, name):
    before = chain.head.state_root
    receipt = install(chain, name)
    assert receipt.code == Code.BAD_PARAMETER and chain.head.state_root == before


def test_a_name_is_given_once_and_never_again(chain):
    install(chain, "greeter")
    for _ in range(2):
        receipt = install(chain, "greeter", "tiny stolen")
        assert receipt.code == Code.FAILED and "already" in receipt.message
        manage(chain, "REVOKE_CONTRACT", CONTRACT_NAME="greeter")
    assert get_info(chain, "greeter").status is Status.REVOKED


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (describe_code("greeter", b""), Code.TOO_LARGE),
        (describe_code("greeter", b"tiny " + b"x" * (MAX_CODE_BYTES - 4)), Code.TOO_LARGE),
        (describe_code("greeter", b"huge one"), Code.BAD_PARAMETER),
        (describe_code("greeter", b"\xff\xfe"), Code.BAD_PARAMETER),
        (describe_code("greeter", runtime="WASMER"), Code.BAD_PARAMETER),
        (describe_code("greeter", version=""), Code.BAD_PARAMETER),
        (describe_code("greeter", version="v 1"), Code.BAD_PARAMETER),
        (describe_code(b"\xff"), Code.BAD_PARAMETER),
        (describe_code("greeter") | {"greeting": "hello"}, Code.BAD_PARAMETER),  # it has no init to take it
        ({"CONTRACT_NAME": "greeter", "CONTRACT_VERSION": "1", "CONTRACT_RUNTIME_TYPE": "TINY"}, Code.BAD_PARAMETER),
    ],
    ids=["empty", "long", "other", "bytes", "runtime", "version", "blank", "name", "parameter", "missing"],
)
def test_what_is_no_contract_is_not_installed(chain, parameters, code):
    before = chain.head.state_root
    receipt = manage(chain, "INIT_CONTRACT", **parameters)
    assert receipt.code == code, receipt
    assert chain.head.state_root == before and ask(chain, "greeter", "word").code == Code.NO_CONTRACT


def test_code_of_the_greatest_length_is_paid_for_by_the_byte(chain):
    code = b"tiny " + b"x" * (MAX_CODE_BYTES - 5)
    price = BYTE_GAS * MAX_CODE_BYTES
    receipt = install(chain, "greeter", code, gas=2 * price)
    assert receipt.is_success and receipt.gas_used > price
    assert install(chain, "other", code, gas=price).code == Code.OUT_OF_GAS


def test_an_init_that_fails_leaves_no_contract(chain):
    before = chain.head.state_root
    receipt = install(chain, "greeter", "tiny one init", fail="not today")
    assert receipt.code == Code.FAILED and "not today" in receipt.message and not receipt.events
    assert chain.head.state_root == before
    assert install(chain, "greeter", "tiny one init").is_success  # the name is still free


def test_an_upgrade_whose_hook_fails_leaves_the_old_code_and_its_state(chain):
    install(chain, "greeter", "tiny one init", greeting="hello")
    before = chain.head.state_root
    receipt = manage(chain, "UPGRADE_CONTRACT", **describe_code("greeter", "tiny two upgrade", "2.0"), fail="no")
    assert receipt.code == Code.FAILED and chain.head.state_root == before
    assert invoke(chain, "greeter", "word").result == b"one" and get_info(chain, "greeter").version == "1.0"


def test_an_upgrade_has_a_version_of_its_own(chain):
    install(chain, "greeter")
    receipt = manage(chain, "UPGRADE_CONTRACT", **describe_code("greeter", "tiny two", "1.0"))
    assert receipt.code == Code.FAILED and "1.0" in receipt.message


# Through other contracts


@pytest.mark.parametrize("method", ["init", "upgrade"])
def test_hooks_run_at_installations_and_at_nobodys_call(chain, method):
    install(chain, "greeter", "tiny one init upgrade")
    install(chain, "other")
    assert invoke(chain, "greeter", method, "org2 client").code == Code.NO_METHOD
    assert invoke(chain, "other", "call", "org2 client", contract="greeter", method=method).code == Code.NO_METHOD
    assert ask(chain, "greeter", "get", key="made by").result == b"org1"


@pytest.mark.parametrize("stopping", ["FREEZE_CONTRACT", "REVOKE_CONTRACT"])
def test_a_contract_that_was_stopped_answers_no_other_contract(chain, stopping):
    install(chain, "greeter")
    install(chain, "other")
    assert invoke(chain, "other", "call", contract="greeter", method="word").result == b"one"
    manage(chain, stopping, CONTRACT_NAME="greeter")
    code = Code.FROZEN if stopping == "FREEZE_CONTRACT" else Code.REVOKED
    assert invoke(chain, "other", "call", contract="greeter", method="word").code == code
    assert invoke(chain, "other", "try", contract="greeter", method="word").result[0] == code


@pytest.mark.parametrize("system", ["CHAIN_CONFIG", "CERT_MANAGE", "PUBKEY_MANAGE", "CONTRACT_MANAGE", "MULTI_SIGN", "CHAIN_QUERY"])
def test_no_contract_reaches_a_system_contract(chain, system):
    install(chain, "other")
    method = {"CHAIN_CONFIG": "GET_CHAIN_CONFIG", "CONTRACT_MANAGE": "GET_CONTRACT_LIST"}.get(system, "QUERY")
    for signers in (["org1 client"], ADMINS):  # not even if enough have signed: they signed for something else
        assert invoke(chain, "other", "call", *signers, contract=system, method=method).code == Code.NO_CONTRACT
    assert install(chain, "late", "tiny one init", reach=f"{system}.{method}").result[0] in (Code.NO_CONTRACT, Code.RE_ENTERED)


# In one block, and on many cores


def make_busy_block():
    """Return transactions of one block that depend on each other through what is installed."""
    calls = [make_transaction("first", "add", key=b"n%d" % (n % 3), amount=encode_number(n)) for n in range(12)]
    return [
        make_transaction("first", "word"),
        make_transaction(MANAGE, "INIT_CONTRACT", *ADMINS, **describe_code("first", "tiny one init"), color="red"),
        *calls,
        make_transaction(MANAGE, "INIT_CONTRACT", *ADMINS, **describe_code("second")),
        make_transaction("second", "call", **{"contract": "first", "method": "get", ".key": "color"}),
        make_transaction(MANAGE, "UPGRADE_CONTRACT", *ADMINS, **describe_code("first", "tiny two", "2.0")),
        make_transaction("first", "word"),
        make_transaction(MANAGE, "FREEZE_CONTRACT", *ADMINS, CONTRACT_NAME="first"),
        make_transaction("second", "try", contract="first", method="word"),
    ]


def test_installation_and_calls_share_a_block_in_order(chain):
    receipts = extend(chain, *make_busy_block())
    assert receipts[0].code == Code.NO_CONTRACT
    assert all(receipt.is_success for receipt in receipts[1:])
    assert [receipts[index].result for index in (15, 17, 19)] == [b"red", b"two", bytes([Code.FROZEN])]


@pytest.mark.parametrize("seed", range(4))
def test_what_was_run_on_one_core_is_run_alike_along_its_dag(seed):
    one, many = make_chain(), make_chain(runner=InProcessRunner(FIND, seed))
    receipts = extend(one, *make_busy_block())
    many.apply_block(one.store.get_committed(1).block)  # executes along the DAG and compares every root
    assert many.store.get_committed(1).receipts == receipts and many.head == one.head


@pytest.mark.parametrize("seed", range(4))
def test_what_was_proposed_on_many_cores_is_what_one_core_comes_to(seed):
    many, one = make_chain(runner=InProcessRunner(FIND, seed)), make_chain()
    extend(many, *make_busy_block())
    one.apply_block(many.store.get_committed(1).block)
    assert one.store.get_committed(1).receipts == many.store.get_committed(1).receipts


def test_processes_find_installed_contracts_too():
    with WorkerPool(FIND, 2) as pool:
        pool.least_gas = 0  # send them all
        many, one = make_chain(runner=pool), make_chain()
        for transactions in (make_busy_block(), [make_transaction("second", "put", key=b"%d" % n, value="x") for n in range(40)]):
            extend(many, *transactions)
            one.apply_block(many.store.get_committed(many.height).block)
        assert one.head == many.head


def test_contracts_are_listed_by_name(chain):
    names = [f"contract{number:03}" for number in range(60)]
    for start in range(0, 60, 20):
        extend(chain, *(make_transaction(MANAGE, "INIT_CONTRACT", *ADMINS, **describe_code(name)) for name in names[start : start + 20]))
    found = ask(chain, MANAGE, "GET_CONTRACT_LIST", kind=InstalledList).contracts
    assert [each.name for each in found] == names
    assert len({each.code_hash for each in found}) == 1
