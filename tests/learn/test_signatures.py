"""The views of the lab on signatures: a choice changes picture and words, and what they compute is what the attack computes."""

import sys
from pathlib import Path

import pytest

from autograder.labs.source import load_lab
from minichain.learn import nonce_reuse, signature_flow
from minichain.learn.nonce_reuse import show_nonce_reuse
from minichain.learn.signature_flow import build_flow, show_signature_flow

LAB = Path(__file__).parents[2] / "labs" / "03-keys-and-signatures"
WIDGET = "application/vnd.jupyter.widget-view+json"
PROFILES = ("international", "national")


@pytest.mark.parametrize("show", [show_signature_flow, show_nonce_reuse])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_display_holds_the_widget_a_picture_and_words(show, lang):
    bundle = show(lang=lang)._repr_mimebundle_()
    assert bundle[WIDGET]["model_id"]
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["text/plain"] in bundle["image/svg+xml"]


@pytest.mark.parametrize("profile", PROFILES)
def test_only_the_honest_signature_is_valid(profile):
    for altered in ("payload", "chain", "public_key", "signature"):
        flow = build_flow(profile, altered)
        assert (flow.altered, flow.is_valid) == ([altered], False)
    assert build_flow(profile).is_valid
    assert build_flow(profile, "user_id").is_valid == (profile == "international"), "only SM2 binds the user id"


def test_each_choice_changes_the_flow():
    view = show_signature_flow(lang="zh")
    assert (view.flow.altered, view.flow.is_valid) == ([], True), "nothing is done before the learner does it"
    view.choose(profile="national", altered="user_id")
    assert (view.flow.hash_name, view.flow.is_valid) == ("SM3", False)
    assert "用户标识。" in view._picture.value


@pytest.mark.parametrize("scheme", ["ecdsa", "sm2"])
def test_the_key_is_found_only_if_the_nonce_comes_twice(scheme):
    view = show_nonce_reuse(scheme=scheme)
    assert (view.reuse.is_reused, view.reuse.is_found) == (False, False)
    view.choose(scheme=scheme, nonces="same")
    assert (view.reuse.is_reused, view.reuse.is_found) == (True, True)
    assert view.reuse.computed == nonce_reuse.PRIVATE_KEY
    assert (view.reuse.first.r == view.reuse.second.r) == (scheme == "ecdsa"), "with SM2, r does not show it"


@pytest.mark.parametrize("show", [show_signature_flow, show_nonce_reuse])
def test_without_ipywidgets_they_say_what_to_install(monkeypatch, show):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r"needs ipywidgets.*pip install 'minichain\[learn\]'"):
        show()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_cells_of_the_lab_show_what_a_learner_will_compute(lang):
    namespace, shown = {}, []
    for cell in load_lab(LAB).get_notebooks(lang)[0].cells:
        if cell.figure and "show_" in cell.source:
            *statements, last = cell.source.splitlines()
            exec("\n".join(statements), namespace)
            shown.append(eval(last, namespace))
    assert [view.lang for view in shown] == [lang, lang]
    assert not shown[0].flow.altered
    assert not shown[1].reuse.is_reused
    assert signature_flow.PRIVATE_KEYS["national"] >> 240 == 0x3945
