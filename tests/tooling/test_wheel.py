"""The wheel runs by itself: built, unpacked elsewhere, set up and asked for a page without the source tree."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ASK = """
import pathlib, sys
import portal, tenants, wsgi
from portal import paths
here = pathlib.Path(sys.argv[1]).resolve()
assert all(pathlib.Path(m.__file__).is_relative_to(here) for m in (portal, tenants, wsgi)), sys.path
assert all(p.is_relative_to(here) and p.is_dir() for p in (paths.templates(), paths.static(), paths.migrations()))
answer = wsgi.app.test_client().get("/healthz")
assert answer.status_code == 200, answer.status
"""


def run(arguments: list[str], folder: Path, variables: dict[str, str]) -> None:
    done = subprocess.run(
        arguments, cwd=folder, env=os.environ | variables, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the unpacked wheel and nothing else of the project."""
    built, target = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("installed")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(ROOT)], built, {})
    (wheel,) = built.glob("daylight-*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target)]
    run([*pip, str(wheel)], built, {})
    return target


def test_the_wheel_is_set_up_and_answers(installed: Path, tmp_path: Path) -> None:
    # -S keeps out site-packages, and with it the link of the editable installation to the source tree; the libraries
    # come back by PYTHONPATH, where such links are not followed.
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    variables = {"PYTHONPATH": os.pathsep.join([str(installed), *libraries]), "DATA_DIR": str(tmp_path / "data")}
    python = [sys.executable, "-S", "-P"]
    run([*python, "-m", "portal", "setup"], tmp_path, variables)
    run([*python, "-c", ASK, str(installed)], tmp_path, variables)
