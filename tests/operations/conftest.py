from tests.pages.conftest import _forget_what_processes_keep, another, browser, report, signed_in

__all__ = ["_forget_what_processes_keep", "another", "browser", "report", "signed_in"]
