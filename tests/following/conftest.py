"""Browsing, as in the tests of pages; and ideas."""

from tests.ideas.conftest import proposed
from tests.pages.conftest import another, browser, report, signed_in

__all__ = ["another", "browser", "proposed", "report", "signed_in"]
