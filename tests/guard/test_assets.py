"""The GOV.UK Frontend that we serve is the one that our page macros reproduce."""

import importlib.metadata
import re

from intake.entrypoints.web import assets


def test_the_frontend_is_the_version_that_the_macros_state():
    distribution = importlib.metadata.distribution("govuk-frontend-jinja")
    table = distribution.read_text("METADATA") or ""
    row = re.search(rf"\| \[{re.escape(distribution.version)}\]\S* *\| \[([\d.]+)\]", table)
    assert row, "the macros no longer state which GOV.UK Frontend they reproduce"
    assert row[1] == assets.GOVUK_FRONTEND.version


def test_no_licensed_font_is_served():
    stylesheet = (assets.STATIC_FOLDER / "govuk-frontend.min.css").read_text()
    assert "font-face" not in stylesheet
    assert "GDS Transport" not in stylesheet
    assert not (assets.STATIC_FOLDER / "assets" / "fonts").exists()
