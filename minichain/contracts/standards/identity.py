"""Identity: which accounts have been checked, and how thoroughly, for other contracts to ask. Implements CMID and CMBC.

The standard (CM-CS-221221-Identity) asks for:

    Identities()                                     the levels that there are, and what each means
    SetIdentity(address, pkPem, level, metadata)     what an administrator found out; event setIdentity(address, level, pkPem)
    IdentityOf(address), LevelOf(address), PkPemOf(address)
    AlterAdminAddress(adminAddress)                  hand over the office; optional, and here

Another contract asks before it lets somebody in: call(NAME, "LevelOf", address=sender.address). Level 0 is everybody of whom nothing is
known, so a contract that forgets to look up an address that is not there learns 0, and no more.

Attacks it meets. Setting one's own level: only the administrator's account does. Two accounts with one key, so that one person counts
as two: a key belongs to one address. Handing over the office to nobody by a slip: the new administrator takes it with AcceptAdmin,
and until then the old one stays. A contract that an administrator calls in good faith and that sets levels behind their back: the
administrator calls directly.

Simplifications: metadata is public, so names and papers do not belong in it; a hash of them may. A level has no date at which it ends.
"""

STANDARDS = ("CMID", "CMBC")

LEVELS = (
    (0, "unknown: nothing was checked"),
    (1, "contact: a telephone number or an address for mail was checked"),
    (2, "paper: an identity document or a business licence was checked"),
    (3, "person: somebody was there in person, or by video"),
)
MOST_METADATA = 1_000
MOST_KEY = 1_000


@record
class Level:
    level: int
    description: str


@record
class Identity:
    address: str
    pkPem: str
    level: int
    metadata: str
    time_ms: int


def init(adminAddress: str) -> None:
    assert adminAddress != "", "somebody has to be the administrator"
    state["admin"] = adminAddress


@query
def Standards() -> list[str]:
    return list(STANDARDS)


@query
def SupportStandard(standardName: str) -> bool:
    return standardName in STANDARDS


@query
def Identities() -> list[Level]:
    return [Level(level, description) for level, description in LEVELS]


def SetIdentity(address: str, pkPem: str, level: int, metadata: str) -> None:
    _require_admin()
    assert 1 <= len(address) <= 200, "an address has 1 to 200 characters"
    assert 0 <= level < len(LEVELS), f"levels are 0 to {len(LEVELS) - 1}"
    assert len(metadata) <= MOST_METADATA and len(pkPem) <= MOST_KEY, "metadata and key have at most 1,000 characters each"
    before = state.get(("identity", address))
    if before is not None and before.pkPem != "":
        del state["address of key", sha256(before.pkPem.encode())]
    if pkPem != "":
        key = ("address of key", sha256(pkPem.encode()))
        assert key not in state, "this key belongs to another address"
        state[key] = address
    state["identity", address] = Identity(address, pkPem, level, metadata, block.timestamp_ms)
    emit("setIdentity", address, level, pkPem)


@query
def IdentityOf(address: str) -> Identity | None:
    return state.get(("identity", address))


@query
def LevelOf(address: str) -> int:
    found = state.get(("identity", address))
    return 0 if found is None else found.level


@query
def PkPemOf(address: str) -> str:
    found = state.get(("identity", address))
    return "" if found is None else found.pkPem


def AlterAdminAddress(adminAddress: str) -> None:
    _require_admin()
    state["next admin"] = adminAddress
    emit("alterAdminAddress", adminAddress)


def AcceptAdmin() -> None:
    assert caller is None and state.get("next admin") == sender.address, "only who was named the next administrator may accept"
    state["admin"] = sender.address
    del state["next admin"]
    emit("acceptAdmin", sender.address)


def _require_admin() -> None:
    assert caller is None and sender.address == state["admin"], "only the administrator may do this, and directly"
