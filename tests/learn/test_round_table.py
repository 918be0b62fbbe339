"""The table to play with: each choice is a run of the real engine, one liar is borne and two are not."""

from itertools import combinations

import pytest

from minichain.learn.round_table import NAMES, build_steps, show_round_table

ROLES = ("equivocate", "silent", "late")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_display_holds_the_widget_a_picture_and_words(lang):
    bundle = show_round_table(lang=lang)._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["text/plain"] in bundle["image/svg+xml"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("liar", NAMES)
def test_one_liar_stops_nobody_and_divides_nobody(liar, role):
    last = build_steps([liar], role)[-1]
    decided = {member.decided for member in last.members if member.name != liar}
    assert len(decided) == 1 and None not in decided and not last.is_forked


def test_two_liars_can_divide_the_others_or_hold_them_up():
    assert build_steps(["A", "D"])[-1].is_forked
    stuck = build_steps(["C", "D"], "silent")[-1]
    assert stuck.is_stuck and not any(member.decided for member in stuck.members)


@pytest.mark.parametrize("role", ROLES)
def test_a_table_is_stuck_only_where_somebody_honest_has_not_decided(role):
    for liars in [[], *([name] for name in NAMES), *(list(pair) for pair in combinations(NAMES, 2))]:
        *others, last = build_steps(liars, role)
        undecided = [member for member in last.members if member.role == "honest" and member.decided is None]
        assert last.is_stuck == bool(undecided) and not any(table.is_stuck for table in others), liars


def test_nobody_is_locked_without_a_polka():
    for table in build_steps(["A"]):
        polkas = {bar.value for bar in table.bars if bar.kind == "prevote" and table.has_quorum(bar)}
        assert table.round > 0 or {member.locked for member in table.members if member.locked} <= polkas


def test_a_choice_begins_again_and_the_slider_follows_it():
    view = show_round_table(lang="zh")
    assert [member.role for member in view.table.members] == ["honest"] * 4, "nobody lies before the learner says so"
    view.choose(liars=["A"], role="silent", step=3)
    assert view.table.round == 1 and "一声不响" in view._picture.value
    view.choose(liars=["A", "D"], step=99)
    assert view.table == view.steps[-1] and "分叉" in view._picture.value
