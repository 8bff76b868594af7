import pytest

from portal.imports.checking import Manner
from tests.imports.lines import run, write


@pytest.fixture
def bring(cast, tmp_path):
    """Import some lines, as historic ones unless said."""

    def bring(*lines, historic=True, create=False, language=""):
        return run(write(tmp_path / "some.jsonl", lines), Manner(cast.riverside, historic, create, language))

    return bring
