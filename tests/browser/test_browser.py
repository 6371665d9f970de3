"""The browser of the page tests works, and its accessibility checker finds a fault."""

import pytest

pytestmark = pytest.mark.chromium

LABELLED = """<!doctype html><html lang="en"><title>Report</title>
<main><h1>Report</h1><label>Name <input></label></main></html>"""


def test_a_page_has_no_faults_when_its_field_is_labelled(page, accessibility_faults):
    page.set_content(LABELLED)
    assert accessibility_faults(page) == []


def test_a_fault_is_named_when_a_field_has_no_label(page, accessibility_faults):
    page.set_content(LABELLED.replace("<label>Name <input></label>", "<input>"))
    assert [fault["rule"] for fault in accessibility_faults(page)] == ["label"]


def test_scripts_do_not_run_when_they_are_off(page_without_scripts):
    page_without_scripts.set_content("<p>off</p><script>document.body.innerHTML='on'</script>")
    assert page_without_scripts.inner_text("p") == "off"
