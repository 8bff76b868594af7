"""`portal import` and `portal rebuild` as programs, on an installation of their own."""

import gzip
import json
import os
import random
import re
import signal
import sqlite3
import time

import pytest

from tests import programs

LINES = 1500


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    assert portal(folder, "setup").returncode == 0
    named = ("--name", "Riverside", "--prefix", "RIV", "--zone", "Europe/Vienna", "--host", "localhost")
    assert portal(folder, "network", "add", "riverside", *named).returncode == 0
    return folder


@pytest.fixture
def folder(template, tmp_path):
    for path in template.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def environment(folder):
    own = {**os.environ, "DATA_DIR": str(folder), "SQLITE_SYNCHRONOUS": "NORMAL"}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_WORKER_URL"):
        own.pop(name, None)
    return own


@pytest.fixture
def nowhere():
    with open(os.devnull, "w") as file:
        yield file


def portal(folder, *arguments):
    return programs.run("portal", *arguments, environment=environment(folder))


def write(folder, lines, name="lines.jsonl"):
    path = folder / name
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return path


def a_line(number, **changes):
    said = {
        "id": number,
        "lang": "en",
        "text": f"Complaint {number}.",
        "business": "Acme",
        "reason": None,
        "source": "x",
    }
    return {**said, **changes}


def asked(folder, query):
    connection = sqlite3.connect(folder / "daylight.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_the_whole_of_it(folder):
    lines = [a_line(1), a_line(2, text=""), a_line(3, lang="zh", text="太慢", business="外卖"), a_line(4, lang="de")]
    file, report = write(folder, lines), folder / "refused.jsonl"
    done = portal(folder, "import", file, "--historic", "--report", report)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"Imported 2 lines \([\d,]+ lines/s\), refused 2\.\n", done.stdout)
    told = [json.loads(line) for line in report.read_text().splitlines()]
    assert [(line["line"], line["reason"]) for line in told] == [(2, "no text"), (4, "the portal does not speak 'de'")]
    assert json.loads(told[0]["content"]) == lines[1]
    again = portal(folder, "import", file, "--historic", "--report", report)
    assert "refused 2. 2 had been imported before." in again.stdout and again.returncode == 0
    assert len(report.read_text().splitlines()) == 2
    assert asked(folder, "SELECT count(*) FROM cases") == [(2,)]


def test_the_same_file_again(folder):
    file = write(folder, [a_line(1), a_line(2)])
    portal(folder, "import", file, "--historic")
    again = portal(folder, "import", file, "--historic")
    assert (again.returncode, again.stdout) == (0, "Already imported: 2 lines. Nothing was changed.\n")
    packed = folder / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert "Already imported" in portal(folder, "import", packed, "--historic").stdout


def test_csv_with_other_columns(folder):
    file = folder / "list.csv"
    file.write_text("Complaint,Airline\nLate again,Meridian\n")
    spec = ("--map", "text=Complaint,business=Airline", "--language", "en")
    done = portal(folder, "import", file, *spec)
    assert "refused 1" in done.stdout, done.stderr
    done = portal(folder, "import", file, *spec, "--create")
    assert "Imported 1 lines" in done.stdout, done.stderr
    assert asked(folder, "SELECT state, origin, visibility FROM cases") == [("received", "phone", "private")]
    assert asked(folder, "SELECT slug FROM tenants") == [("meridian",)]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["none.jsonl", "--historic"], 1, "No such file"),
        (["broken.jsonl.gz", "--historic"], 1, "broken.jsonl.gz"),
        (["some.dat", "--historic"], 1, "--format"),
        (["some.jsonl", "--network", "nowhere"], 1, "there is no network nowhere"),
        (["some.jsonl", "--report", "no/such/folder/x"], 1, "No such file"),
        (["some.jsonl", "--map", "words=x"], 2, "FIELD=COLUMN"),
        (["some.csv", "--map", "text=Complaint"], 2, "no column Complaint"),
        (["some.jsonl", "--format", "xml"], 2, "xml"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_goes_wrong_is_said_in_a_line(folder, arguments, code, said):
    (folder / "broken.jsonl.gz").write_bytes(gzip.compress(b"{}\n" * 500)[:-9])
    (folder / "some.dat").write_text("x")
    (folder / "some.csv").write_text("text\nHello\n")
    write(folder, [a_line(1)], "some.jsonl")
    arguments = [folder / arguments[0], *arguments[1:]] if arguments else []
    done = portal(folder, "import", *arguments)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr


def test_two_networks_must_be_told_apart(folder):
    portal(
        folder,
        "network",
        "add",
        "northport",
        "--name",
        "N",
        "--prefix",
        "NOR",
        "--zone",
        "Europe/London",
        "--host",
        "n",
    )
    file = write(folder, [a_line(1)])
    done = portal(folder, "import", file, "--historic")
    assert done.returncode == 1 and "northport, riverside" in done.stderr
    assert portal(folder, "import", file, "--historic", "--network", "northport").returncode == 0


@pytest.mark.long
def test_killed_in_the_middle_every_line_is_there_once(folder, nowhere):
    """Killed several times, each time at another moment; the last run is let be."""
    file = write(folder, [a_line(number) for number in range(1, LINES + 1)])
    kills = 0
    for _ in range(4):
        before = asked(folder, "SELECT count(*) FROM imported_lines")[0][0]
        running = programs.start(
            "portal", "import", file, "--historic", environment=environment(folder), stdout=nowhere, stderr=nowhere
        )
        while running.poll() is None and asked(folder, "SELECT count(*) FROM imported_lines")[0][0] == before:
            time.sleep(0.01)
        time.sleep(random.random() * 0.3)  # noqa: S311
        running.send_signal(signal.SIGKILL)
        kills += running.wait() == -signal.SIGKILL
        assert asked(folder, "SELECT count(*) FROM cases") == asked(folder, "SELECT count(*) FROM imported_lines")
    assert kills >= 2
    done = portal(folder, "import", file, "--historic")
    assert "had been imported before" in done.stdout
    ids = asked(folder, "SELECT json_extract(facts, '$.source_id') FROM event_contents WHERE facts LIKE '%source_id%'")
    assert sorted(int(number) for (number,) in ids) == list(range(1, LINES + 1))
    assert asked(folder, "SELECT count(*), count(case_id), count(DISTINCT case_id) FROM imported_lines") == [
        (LINES,) * 3
    ]
    assert asked(folder, "SELECT count(*) FROM events") == asked(folder, "SELECT sum(last_seq) FROM cases")
    assert asked(folder, "SELECT count(*) FROM events") == [(2 * LINES,)]
    assert asked(folder, "PRAGMA integrity_check") == [("ok",)]


def test_rebuild(folder):
    done = portal(folder, "rebuild", "figures")
    assert (done.returncode, done.stdout) == (0, "figures is made again from 0 events.\n")
    for name in ("log", "desk-mail"):
        done = portal(folder, "rebuild", name)
        assert done.returncode == 1 and "stays done" in done.stderr
    done = portal(folder, "rebuild", "nothing")
    assert done.returncode == 2 and "projections are figures" in done.stderr
