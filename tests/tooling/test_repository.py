"""What lies in the repository: nothing that belongs to one machine, and locks that anybody can install from."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^[a-z0-9][a-z0-9._-]*==\S+ (; .+ )?\\$")

# Package registries are named by nobody: each machine has its own mirror set up. Written so that this file passes.
HOSTS = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "deb.debian" + ".org"]
PLACES = ["/work" + "/main", "/work" + "/shared", "/work" + "/.library", "/ro" + "ot/."]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("word", HOSTS + PLACES)
def test_no_file_speaks_of_one_machine(word: str) -> None:
    naming = [path for path in tracked() if word.encode() in path.read_bytes()]
    assert naming == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_pin_everything_with_hashes(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    packages = [number for number, line in enumerate(lines) if line and not line.startswith((" ", "#"))]
    assert packages
    for number in packages:
        assert PINNED.match(lines[number]), lines[number]
        assert lines[number + 1].startswith("    --hash=sha256:")


def test_both_locks_pin_the_same_versions() -> None:
    runtime, development = (
        {line.split(" ")[0] for line in (ROOT / name).read_text().splitlines() if PINNED.match(line)}
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert runtime <= development
