"""MULTI_SIGN: members who need not meet agree to a change, one after the other (ChainMaker: syscontract.MultiSignFunction).

    REQ SYS_CONTRACT_NAME SYS_METHOD …     asks that this method be called; the rest is its parameters. Returns the request's id
    VOTE TX_ID VOTE_INFO                   a signed yes or no to the request of that id (see `ballots`). Returns how it stands
    QUERY TX_ID                            the request and its votes, as `RequestInfo`

There are two ways to many signatures. All sign one transaction, before it is sent: then `transaction_policy` counts endorsers. Or somebody
asks, and everybody votes in a transaction of their own: then the votes are counted here, by the same policy of the same resource. When it
is fulfilled, the call is made at once, for whoever asked. When it is fulfilled by those who said no, the request is refused.

Votes are counted anew each time, by what the chain believes at that block: whoever was frozen, let go or given another role meanwhile
counts no longer, whatever they said before.

If the call fails, so does the vote that brought it, and the request stays open: another vote may come with more gas, or later.

What an attacker would try: to vote twice, under the whole certificate and under its hash (votes are known by the key, and the policy counts
organisations). To carry the decisive vote with too little gas, so that the call fails and the request with it (it stays open). To carry the
decisive vote and be taken for the sender (the call is made for whoever asked). To ask for a call that needs no votes (only changes that
a policy governs can be asked for).

Simplifications: a request is open for a week. In ChainMaker a call that fails ends its request. A vote fills a block alone, so a member who
sends very many slows the others down; they are known by name, and can be frozen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from minichain.contracts.system.ballots import Cast, Request, Vote, Voting, VotingStatus, is_signed
from minichain.contracts.system.beliefs import get_access
from minichain.contracts.system.engine import SystemEngine, read_text, read_value, refusing, validate_parameters
from minichain.crypto.key_encoding import decode_public_key, encode_public_key
from minichain.identity.access import AccessControl
from minichain.identity.errors import IdentityError
from minichain.identity.member import Identity
from minichain.identity.policy import Decision, Standing
from minichain.ledger.encoding import decode, encode
from minichain.ledger.execution import Call, Code, ContractError, Host
from minichain.ledger.system_names import CERT_MANAGE, CHAIN_CONFIG, CONTRACT_MANAGE, MULTI_SIGN, PUBKEY_MANAGE
from minichain.ledger.transaction import validate_tx_id
from minichain.ledger.validation import ORGANISATION_PARAMETER
from minichain.ledger.view import View

GOVERNED: Final = {
    CHAIN_CONFIG: frozenset(
        """BLOCK_UPDATE CORE_UPDATE TRUST_ROOT_ADD TRUST_ROOT_UPDATE TRUST_ROOT_DELETE
        PERMISSION_ADD PERMISSION_UPDATE PERMISSION_DELETE""".split()
    ),
    CERT_MANAGE: frozenset("CERT_ADD CERTS_FREEZE CERTS_UNFREEZE CERTS_REVOKE CERTS_DELETE".split()),
    PUBKEY_MANAGE: frozenset("PUBKEY_ADD PUBKEY_DELETE".split()),
    CONTRACT_MANAGE: frozenset(
        """INIT_CONTRACT UPGRADE_CONTRACT FREEZE_CONTRACT UNFREEZE_CONTRACT REVOKE_CONTRACT
        GRANT_CONTRACT_ACCESS REVOKE_CONTRACT_ACCESS""".split()
    ),
}
"""What can be asked for: by contract, the methods that change something."""

OPEN_MS: Final = 7 * 24 * 60 * 60 * 1000
"""How long members may vote."""

REQUESTS: Final = b"request/"
VOTINGS: Final = b"voting/"

BYTE_GAS: Final = 1
VERIFY_GAS: Final = 3000
"""What it costs to verify a signature."""
COUNT_GAS: Final = 500
"""What it costs to find out who an earlier voter is by now."""

OWN_PARAMETERS: Final = frozenset({"SYS_CONTRACT_NAME", "SYS_METHOD"})


@dataclass(frozen=True)
class RequestInfo:
    """What QUERY returns."""

    request: Request
    voting: Voting


# Asking


def ask(call: Call, view: View, host: Host) -> bytes:
    """Write a request down (REQ)."""
    contract, method = read_text(call, "SYS_CONTRACT_NAME"), read_text(call, "SYS_METHOD")
    if method not in GOVERNED.get(contract, ()):
        raise ContractError(Code.BAD_PARAMETER, f"{contract[:80]}-{method[:80]} is no change that members could vote on")
    validate_votable(get_access(view), f"{contract}-{method}")
    parameters = tuple((name, value) for name, value in call.parameters if name not in OWN_PARAMETERS)
    sender, key = call.sender, encode_public_key(call.sender.public_key)
    closes_ms = call.block.timestamp_ms + OPEN_MS
    request = encode(Request(call.tx_id, contract, method, parameters, sender.org_id, sender.role, key, sender.name, closes_ms))
    host.meter.charge(BYTE_GAS * len(request))
    view.put(MULTI_SIGN, REQUESTS + call.tx_id.encode(), request)
    view.emit(MULTI_SIGN, "REQ", (call.tx_id.encode(), contract.encode(), method.encode()))
    return call.tx_id.encode()


def validate_votable(access: AccessControl, resource: str) -> None:
    """Raise ContractError if no votes would ever be enough, or none are needed."""
    policy = access.get_policy(resource)
    if policy is None or policy.rule == "FORBIDDEN":
        reason = "no policy is set for it" if policy is None else "its policy is FORBIDDEN"
        raise ContractError(Code.FAILED, f"members cannot vote on {resource}: {reason}")


# Voting


def vote(call: Call, view: View, host: Host) -> bytes:
    """Count a vote; make the call if it is the last one that was needed (VOTE)."""
    validate_parameters(call, "TX_ID", "VOTE_INFO")
    request, voting = get_request(call, view, host)
    validate_votes_taken(call, request, voting)
    access = get_access(view)
    cast = check_vote(call, host, access, request, voting, read_value(call, "VOTE_INFO", Vote))
    host.meter.charge(COUNT_GAS * len(voting.votes))
    voting = voting.add(cast)
    status = decide(access, request, voting, call.block.timestamp_ms)
    view.put(MULTI_SIGN, VOTINGS + request.tx_id.encode(), encode(Voting(status, voting.votes)))
    view.emit(MULTI_SIGN, "VOTE", (request.tx_id.encode(), status.name.encode()))
    if status is VotingStatus.ADOPTED:
        make_the_call(access, request, host)
    return status.name.encode()


def get_request(call: Call, view: View, host: Host) -> tuple[Request, Voting]:
    """Return the request that a call names, and how it stands."""
    tx_id = read_text(call, "TX_ID")
    with refusing("TX_ID"):
        validate_tx_id(tx_id)
    request = view.get(MULTI_SIGN, REQUESTS + tx_id.encode())
    if request is None:
        raise ContractError(Code.FAILED, f"there is no request {tx_id}")
    host.meter.charge(BYTE_GAS * len(request))
    voting = view.get(MULTI_SIGN, VOTINGS + tx_id.encode())
    return decode(Request, request), Voting(VotingStatus.OPEN, ()) if voting is None else decode(Voting, voting)


def validate_votes_taken(call: Call, request: Request, voting: Voting) -> None:
    """Raise ContractError if it is too late to vote."""
    if voting.status is not VotingStatus.OPEN:
        raise ContractError(Code.FAILED, f"the request {request.tx_id} is {voting.status.name.lower()} already")
    if call.block.timestamp_ms >= request.closes_ms:
        raise ContractError(Code.FAILED, f"votes on {request.tx_id} were taken until {request.closes_ms}; now is {call.block.timestamp_ms}")


def check_vote(call: Call, host: Host, access: AccessControl, request: Request, voting: Voting, sent: Vote) -> Cast:
    """Return the vote as it is kept; raise ContractError if it does not count."""
    host.meter.charge(VERIFY_GAS)
    member = sent.endorsement.signer
    with refusing("VOTE_INFO"):
        voter = access.identify(member, call.block.timestamp_ms)
        is_theirs = is_signed(call.block.chain_id, request, sent, voter.public_key, access.suite)
    if not is_theirs:
        raise ContractError(Code.FAILED, f"the signature of {voter.name} is not for this request and this answer")
    (standing,) = access.get_standings(get_resource(request), [voter], get_own_org(request))
    if standing is not Standing.COUNTS:
        raise ContractError(Code.FAILED, f"the vote of {voter.name} of {voter.org_id or 'no organisation'} {standing.value}")
    key = encode_public_key(voter.public_key)
    if any((voter.org_id, key) == (earlier.org_id, earlier.public_key) for earlier in voting.votes):
        raise ContractError(Code.FAILED, f"{voter.name} of {voter.org_id} has voted already")
    return Cast(member, voter.org_id, key, sent.is_agreed)


# Counting


def decide(access: AccessControl, request: Request, voting: Voting, at_ms: int) -> VotingStatus:
    """Return what the votes so far come to, by what the chain believes now."""
    for is_agreed, status in ((True, VotingStatus.ADOPTED), (False, VotingStatus.REFUSED)):
        voters = identify_voters(access, [cast for cast in voting.votes if cast.is_agreed is is_agreed], at_ms)
        if count(access, request, voters).is_allowed:
            return status
    return VotingStatus.OPEN


def identify_voters(access: AccessControl, votes: Sequence[Cast], at_ms: int) -> list[Identity]:
    """Return who the voters are by now, without those who are nobody any more."""
    voters = []
    for cast in votes:
        try:
            voters.append(access.identify(cast.voter, at_ms))
        except IdentityError:
            continue
    return voters


def count(access: AccessControl, request: Request, voters: Sequence[Identity]) -> Decision:
    """Return whether these voters are enough."""
    return access.decide(get_resource(request), voters, get_own_org(request))


def get_resource(request: Request) -> str:
    """Return what the policy is for."""
    return f"{request.contract}-{request.method}"


def get_own_org(request: Request) -> str | None:
    """Return the organisation that the request touches, if it names one."""
    return next((value.decode(errors="replace") for name, value in request.parameters if name == ORGANISATION_PARAMETER), None)


def make_the_call(access: AccessControl, request: Request, host: Host) -> None:
    """Make the call that was asked for, in the name of whoever asked; raise ContractError if it fails."""
    if request.org_id and request.org_id not in access.organisations:
        raise ContractError(Code.FAILED, f"{request.org_id}, whose member asked for this, is no organisation of the chain any more")
    requester = Identity(request.org_id, request.role, decode_public_key(request.public_key), request.name)
    outcome = host.call_for(requester, request.tx_id, request.contract, request.method, request.parameters)
    if not outcome.is_success:
        raise ContractError(
            Code(outcome.code), f"{get_resource(request)} failed, so the request stays open: {outcome.message}", outcome.result
        )


# Looking


def get_request_info(call: Call, view: View, host: Host) -> bytes:
    """Return a request with its votes (QUERY)."""
    validate_parameters(call, "TX_ID")
    return encode(RequestInfo(*get_request(call, view, host)))


ENGINE = SystemEngine(MULTI_SIGN, {"REQ": ask, "VOTE": vote, "QUERY": get_request_info})
