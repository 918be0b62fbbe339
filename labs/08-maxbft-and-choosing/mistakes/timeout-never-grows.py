# fails: pacemaker
# Waits the same time in every view.

# %% task="pacemaker"
def get_leader(members: list[str], view: int) -> str:
    return members[(view - 1) // TURN % len(members)]


def compute_timeout(view: int, decided_view: int) -> int:
    return 300


def choose_view(view: int, high: dict, wishes: dict[str, int], members: list[str]) -> int:
    wished = sorted((wishes.get(name, 0) for name in members), reverse=True)
    return max(view, high["view"] + 1, wished[2 * len(members) // 3])


def run_schedule(schedule: dict) -> list[dict]:
    rules = {"gather": gather, "take_certificate": take_certificate, "on_proposal": on_proposal,
             "get_leader": get_leader, "compute_timeout": compute_timeout, "choose_view": choose_view}
    return play(schedule, rules)
