# fails: certificate pacemaker messages
# Adds up votes for one block from several views.

# %% task="certificate"
def is_certified(qc: dict, members: list[str]) -> bool:
    if qc["block"] == "genesis":
        return qc == GENESIS_QC
    signers = set(qc["signers"]) & set(members)
    return 3 * len(signers) > 2 * len(members)


def gather(votes: list[dict], members: list[str]) -> dict | None:
    voters = {}
    for vote in votes:
        voters.setdefault((max(each["view"] for each in votes), vote["block"]), set()).add(vote["voter"])
    for view, block in sorted(voters, reverse=True):
        qc = {"block": block, "view": view, "signers": sorted(voters[view, block] & set(members))}
        if is_certified(qc, members):
            return qc
    return None
