"""Seals: a log of results in which nothing can be changed, taken out or put in unseen by whoever kept one published line.

`entries` says what a seal says of one result, `seals` what a seal is, `keys` who signs; `write` seals what was recorded, `audit` holds the
records against a published seal, `proofs` lets one learner show one score.

This is the only part of the autograder that imports the chain, and of it only `minichain.crypto`; nothing that grades imports this part.
"""
