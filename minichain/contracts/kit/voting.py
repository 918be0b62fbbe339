"""Members who decide one after the other (MULTI_SIGN): somebody asks for a change, and each votes in a transaction of their own.

Simplifications: voters here carry their own votes, at once; on a chain anybody may carry the vote of somebody else, within a week.
"""

from typing import TYPE_CHECKING, Any

from minichain.contracts.kit.organisations import Actor
from minichain.contracts.system.ballots import Request, sign_vote
from minichain.contracts.system.multi_sign import RequestInfo
from minichain.ledger.encoding import decode, encode
from minichain.ledger.system_names import MULTI_SIGN

if TYPE_CHECKING:
    from minichain.contracts.kit.chain import KitChain


def request_change(chain: "KitChain", sender: Actor, contract: str, method: str, parameters: dict[str, Any]) -> str:
    """Ask that a method of a system contract be called with these parameters. Return the request's id."""
    own = {"SYS_CONTRACT_NAME": contract, "SYS_METHOD": method}
    request: bytes = chain.invoke(sender, MULTI_SIGN, "REQ", **own, **parameters).value
    return request.decode()


def get_request(chain: "KitChain", sender: Actor, request: str) -> Request:
    """Return what was asked for: whoever votes should have looked at it."""
    info: bytes = chain.query(sender, MULTI_SIGN, "QUERY", TX_ID=request)
    return decode(RequestInfo, info).request


def cast_vote(chain: "KitChain", voter: Actor, request: str, *, is_agreed: bool) -> str:
    """Vote on a request. Return how it stands now: OPEN, ADOPTED (and the call was made) or REFUSED."""
    vote = sign_vote(chain.chain_id, get_request(chain, voter, request), is_agreed, voter.signer, chain.suite)
    status: bytes = chain.invoke(voter, MULTI_SIGN, "VOTE", TX_ID=request, VOTE_INFO=encode(vote)).value
    return status.decode()
