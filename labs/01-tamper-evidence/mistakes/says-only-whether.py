# fails: verify rewrite head
# Says whether the log fits, not where it does not.

# %% task="verify"
def verify_log(log, hash_name="sha256"):
    return build_log([record for record, _ in log], hash_name) == log
