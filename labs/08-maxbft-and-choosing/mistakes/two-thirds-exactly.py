# fails: certificate
# Is content with exactly two thirds: of six members two certificates may then share a single one, who lies.

# %% task="certificate"
def is_certified(qc: dict, members: list[str]) -> bool:
    if qc["block"] == "genesis":
        return qc == GENESIS_QC
    signers = set(qc["signers"]) & set(members)
    return 3 * len(signers) >= 2 * len(members)


def gather(votes: list[dict], members: list[str]) -> dict | None:
    voters = {}
    for vote in votes:
        voters.setdefault((vote["view"], vote["block"]), set()).add(vote["voter"])
    for view, block in sorted(voters, reverse=True):
        qc = {"block": block, "view": view, "signers": sorted(voters[view, block] & set(members))}
        if is_certified(qc, members):
            return qc
    return None
