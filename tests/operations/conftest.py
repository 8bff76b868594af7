from tests.pages.conftest import another, browser, report, signed_in

__all__ = ["another", "browser", "report", "signed_in"]
