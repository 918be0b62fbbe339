# fails: certificate member pacemaker
# Takes more than a third for enough: at least one of them is honest, but another certificate has another honest one.

# %% task="certificate"
def is_certified(qc: dict, members: list[str]) -> bool:
    if qc["block"] == "genesis":
        return qc == GENESIS_QC
    signers = set(qc["signers"]) & set(members)
    return 3 * len(signers) > len(members)


def gather(votes: list[dict], members: list[str]) -> dict | None:
    voters = {}
    for vote in votes:
        voters.setdefault((vote["view"], vote["block"]), set()).add(vote["voter"])
    for view, block in sorted(voters, reverse=True):
        qc = {"block": block, "view": view, "signers": sorted(voters[view, block] & set(members))}
        if is_certified(qc, members):
            return qc
    return None
