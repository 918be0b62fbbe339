# fails: certificate
# Takes a majority for enough, as it is among members who do not lie. Of four members it is the same, of seven it is not.

# %% task="certificate"
def is_certified(qc: dict, members: list[str]) -> bool:
    if qc["block"] == "genesis":
        return qc == GENESIS_QC
    signers = set(qc["signers"]) & set(members)
    return 2 * len(signers) > len(members)


def gather(votes: list[dict], members: list[str]) -> dict | None:
    voters = {}
    for vote in votes:
        voters.setdefault((vote["view"], vote["block"]), set()).add(vote["voter"])
    for view, block in sorted(voters, reverse=True):
        qc = {"block": block, "view": view, "signers": sorted(voters[view, block] & set(members))}
        if is_certified(qc, members):
            return qc
    return None
