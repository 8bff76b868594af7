import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.imports.reading import FIELDS, LONGEST_LINE, Unreadable, WrongMapping, mapping_of, source_of
from portal.written_in import locale_of

DEFAULT = mapping_of("")


def source(path, content, mapping=DEFAULT, form=None):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return source_of(path, form, mapping)


def read(path, content, **options):
    return list(source(path, content, **options).lines())


def test_json_lines(tmp_path):
    lines = read(tmp_path / "a.jsonl", '{"id": 7, "text": "Hello", "reason": null, "more": [1]}\n\n{"text": "二"}\n')
    assert [(line.number, line.fields["text"], line.fields["id"]) for line in lines] == [
        (1, "Hello", "7"),
        (3, "二", ""),
    ]
    assert lines[0].fields["reason"] == "" and set(lines[0].fields) == set(FIELDS)


def test_csv(tmp_path):
    lines = read(tmp_path / "a.csv", 'text,id\r\n"two\r\nlines, quoted ""so""",1\r\n\r\nthree,2\r\n')
    assert [(line.number, line.fields["text"], line.fields["id"]) for line in lines] == [
        (2, 'two\r\nlines, quoted "so"', "1"), (5, "three", "2"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_packed_or_not_it_is_the_same_file(tmp_path, name, packed, mark):
    content = mark + (b"text,id\nHello,1\n" if name == "a.csv" else b'{"text": "Hello", "id": 1}\n')
    found = source(tmp_path / (name + ".gz" * packed), gzip.compress(content, mtime=0) if packed else content)
    [line] = found.lines()
    assert line.fields["text"] == "Hello"
    assert found.sha256 == source(tmp_path / name, content).sha256


def test_a_mapping_names_other_columns(tmp_path):
    mapping = mapping_of("text=Complaint, business=Firma")
    [line] = read(tmp_path / "a.csv", "Complaint,Firma,lang\nBad,Acme,en\n", mapping=mapping)
    assert (line.fields["text"], line.fields["business"], line.fields["lang"]) == ("Bad", "Acme", "en")


@pytest.mark.parametrize("spec", ["text", "text=", "words=x", "=x", "text=a,nonsense"])
def test_a_mapping_that_makes_no_sense(spec):
    with pytest.raises(WrongMapping):
        mapping_of(spec)


@pytest.mark.parametrize(("header", "spec"), [("a,b", ""), ("text,b", "business=Firm"), ("", "")])
def test_a_column_that_is_not_there(tmp_path, header, spec):
    with pytest.raises(WrongMapping, match="no column"):
        source(tmp_path / "a.csv", f"{header}\n1,2\n", mapping=mapping_of(spec))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.jsonl", b'{"text": "a\\u0000b"}', "text holds a NUL character"),
        ("a.jsonl", b'{"text": "\\ud800"}', "text is not valid Unicode"),
        ("a.jsonl", b'{"text": "\xff"}', "not UTF-8"),
        ("a.jsonl", b'{"text": ', "not JSON"),
        ("a.jsonl", b'["text"]', "not a JSON object"),
        ("a.jsonl", b'{"text": {"a": 1}}', "text is not a text"),
        ("a.jsonl", b'{"text": true}', "text is not a text"),
        ("a.jsonl", b"[" * 100_000, "not JSON"),
        ("a.jsonl", b'{"text": "' + b"x" * LONGEST_LINE + b'"}', f"longer than {LONGEST_LINE} bytes"),
        ("a.csv", b"a\0b,2", "text holds a NUL character"),
        ("a.csv", b"\xff,2", "text is not valid Unicode"),
        ("a.csv", b"one", "1 columns instead of 2"),
        ("a.csv", b"one,two,three", "3 columns instead of 2"),
        ("a.csv", b'"' + b"x" * 200_000 + b'",2', "not CSV: field larger than field limit (131072)"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_and_the_next_one_is_read(tmp_path, name, content, reason):
    good = b'{"text": "fine"}\n' if name == "a.jsonl" else b"fine,1\n"
    header = b"" if name == "a.jsonl" else b"text,id\n"
    lines = read(tmp_path / name, header + content + b"\n" + good)
    assert [line.refused for line in lines] == [reason, ""]
    assert lines[1].fields["text"] == "fine"
    json.dumps([line.content for line in lines]).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"x"),
        ("a.jsonl.gz", gzip.compress(b'{"text": "a"}\n' * 1000, mtime=0)[:-20]),
        ("a.jsonl.gz", gzip.compress(b"x" * 1000, mtime=0)[:30] + b"nonsense" * 9),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path, name, content):
    with pytest.raises(Unreadable):
        source(tmp_path / name, content)


def test_no_file(tmp_path):
    with pytest.raises(Unreadable):
        source_of(tmp_path / "none.csv", None, DEFAULT)
    with pytest.raises(Unreadable):
        source_of(tmp_path, "csv", DEFAULT)


@given(st.binary(max_size=400).filter(lambda content: not content.startswith(b"\x1f\x8b")))
def test_whatever_is_in_it_reading_does_not_fail(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("any")
    for name in ("a.jsonl", "b.csv"):
        header = b"text,id\n" if name == "b.csv" else b""
        for line in read(folder / name, header + content):
            assert line.refused or all("\0" not in value and value.encode() for value in line.fields.values() if value)


@pytest.mark.parametrize(
    ("tag", "text", "locale"),
    [
        ("en", "Hello", "en"),
        ("en-US", "Hello", "en"),
        ("zh", "说实在的真心不好吃，送餐挺快的", "zh_Hans"),
        ("zh", "說實在的真的不好吃，送餐滿快的", "zh_Hant"),
        ("zh", "好", "zh_Hans"),
        ("zh-TW", "好", "zh_Hant"),
        ("zh_Hans", "說實在的", "zh_Hans"),
        ("de", "Hallo", None),
        ("", "Hello", None),
    ],
)
def test_the_language_of_a_line(tag, text, locale):
    assert locale_of(tag, text) == locale
