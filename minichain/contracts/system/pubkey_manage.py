"""PUBKEY_MANAGE: registered keys, on chains whose members have no certificates (ChainMaker: syscontract.PubkeyManageFunction).

    PUBKEY_ADD org_id pubkey role · PUBKEY_DELETE org_id pubkey     by an administrator of that organisation (SELF)
    PUBKEY_QUERY pubkey                                             the entry, as `RegisteredKey`

What an attacker would try: as an administrator, to name their own organisation in `org_id`, which the policy looks at, and then delete
another organisation's key: a key is deleted under its own organisation only. To register an administrator: they are the
organisation's trust root, and CHAIN_CONFIG changes that.

Simplifications: none.
"""

from minichain.contracts.system.beliefs import change_access, get_access
from minichain.contracts.system.engine import SystemEngine, read_text, refusing, validate_parameters
from minichain.identity.access import AccessControl, RegisteredKey
from minichain.identity.changes import apply_key, apply_key_removal
from minichain.identity.errors import ChangeError
from minichain.identity.roles import Role, parse_role
from minichain.ledger.encoding import encode
from minichain.ledger.execution import Call, Code, ContractError, Host
from minichain.ledger.system_names import PUBKEY_MANAGE
from minichain.ledger.validation import ORGANISATION_PARAMETER
from minichain.ledger.view import View


def name_key(access: AccessControl, key: bytes) -> str:
    """Return the fingerprint by which a key is called."""
    with refusing("pubkey"):
        return access.suite.hash(access.decode_key(key).data).hex()[:16]


def find_key(access: AccessControl, key: bytes) -> RegisteredKey | None:
    """Return the entry of a key, or None."""
    wanted = access.decode_key(key)
    return next((each for each in access.keys if access.decode_key(each.key) == wanted), None)


def add_key(call: Call, view: View, host: Host) -> bytes:
    """Register a key (PUBKEY_ADD)."""
    validate_parameters(call, ORGANISATION_PARAMETER, "pubkey", "role")
    with refusing("role"):
        role = parse_role(read_text(call, "role"))
    if role is Role.ADMIN:
        raise ContractError(Code.BAD_PARAMETER, "role: administrators are their organisation's trust root; TRUST_ROOT_UPDATE changes it")
    entry = RegisteredKey(read_text(call, ORGANISATION_PARAMETER), role, call.get_parameter("pubkey"))
    change_access(call, view, host, name_key(get_access(view), entry.key), lambda access: apply_key(access, entry))
    return b""


def delete_key(call: Call, view: View, host: Host) -> bytes:
    """Take a key off the register (PUBKEY_DELETE)."""
    validate_parameters(call, ORGANISATION_PARAMETER, "pubkey")
    org_id, key = read_text(call, ORGANISATION_PARAMETER), call.get_parameter("pubkey")

    def delete(access: AccessControl) -> AccessControl:
        entry = find_key(access, key)
        if entry is not None and entry.org_id != org_id:
            raise ChangeError(f"the key is registered for {entry.org_id}, not for {org_id}")
        return apply_key_removal(access, key)

    change_access(call, view, host, name_key(get_access(view), key), delete)
    return b""


def get_key(call: Call, view: View, host: Host) -> bytes:
    """Return the entry of a key (PUBKEY_QUERY)."""
    validate_parameters(call, "pubkey")
    with refusing("pubkey"):
        entry = find_key(get_access(view), call.get_parameter("pubkey"))
    if entry is None:
        raise ContractError(Code.FAILED, "the key is not registered")
    return encode(entry)


ENGINE = SystemEngine(PUBKEY_MANAGE, {"PUBKEY_ADD": add_key, "PUBKEY_DELETE": delete_key, "PUBKEY_QUERY": get_key})
