# fails: replay
# Stops at a bad block without saying why.

# %% task="replay"
def replay(chain: str, roles: dict[str, str], blocks: list[dict]) -> tuple[dict, str | None]:
    ledger = start_ledger(chain, roles)
    for block in blocks:
        code = apply_block(ledger, block)
        if code is not None:
            return ledger, None
    return ledger, None
