"""Broken feeds.yaml files, every mistake in them marked: what loading, the command line and a reload are tried with.

Under tests/data/config/broken each file holds many, in this form. A line that begins with a caret is not the file's: it
stands below the place of a mistake, and says some of its words and, after an arrow, of its hint.

    === the name of a case
    version: 1
    fedds: {}
    ^ unknown key "fedds" → did you mean "feeds"?
    +++ another file of the case.yaml
    @ NAME=an environment variable
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "config" / "broken"
MAIN = "feeds.yaml"
HEAD = "version: 1\nsite: {from: a@example.org}\n"
_MARK = re.compile(r"(\s*)\^ (.+?)(?: → (.+))?")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where one error is to be told, and some of its words."""

    file: str
    line: int
    col: int
    words: str
    hint: str = ""


@dataclass(slots=True)
class Broken:
    """A configuration, broken: its files as bytes, and every mistake in the order of the files."""

    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the files; return the path of the main one."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder / MAIN


def marked() -> Iterator[Broken]:
    """Yield the cases of the folder."""
    for path in sorted(FOLDER.glob("*.txt")):
        for text in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            name, _, rest = text.partition("\n")
            yield _case(name, rest)


def _case(name: str, text: str) -> Broken:
    case, file, lines = Broken(name), MAIN, list[str]()
    for line in text.rstrip("\n").split("\n"):
        if line.startswith("+++ "):
            case.files[file] = _content(lines)
            file, lines = line[4:], []
        elif line.startswith("@ "):
            variable, _, value = line[2:].partition("=")
            case.environ[variable] = value
        elif mark := _MARK.fullmatch(line):
            at, words, hint = mark.groups()
            case.mistakes.append(Mistake(file, max(1, len(lines)), len(at) + 1, words, hint or ""))
        else:
            lines.append(line)
    case.files[file] = _content(lines)
    return case


def _content(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def odd() -> Iterator[Broken]:
    """Yield the cases that no text file can hold."""
    bom, mark = b"\xef\xbb\xbf", MAIN
    yield Broken("nothing", {mark: b""}, [Mistake(mark, 1, 1, "the file is empty", "briefing init")])
    yield Broken("UTF-16", {mark: HEAD.encode("utf-16")}, [Mistake(mark, 1, 1, "not UTF-8 text: byte 0xff", "UTF-8")])
    for coding in ("latin-1", "cp1256"):
        text = HEAD + "stories: {a: {title: é}}\n"
        yield Broken(coding, {mark: text.encode(coding)}, [Mistake(mark, 3, 22, "not UTF-8 text: byte 0xe9")])
    yield Broken("random bytes", {mark: bytes(range(128, 256)) * 9}, [Mistake(mark, 1, 1, "not UTF-8 text: byte 0x80")])
    for code in (0, 7, 0x1B, 0x7F):
        said = Mistake(mark, 3, 17, f"an unprintable character (U+{code:04X})", "remove it")
        yield Broken(f"U+{code:04X}", {mark: f"{HEAD}lists: {{a: {{titl{chr(code)}".encode()}, [said])
    ends = HEAD + "stories:\n  s: {titel: S}\nrutes: []\n"
    said = [
        Mistake(mark, 4, 3, '"title" is missing'),
        Mistake(mark, 4, 7, 'key "titel"'),
        Mistake(mark, 5, 1, '"rutes"'),
    ]
    yield Broken("lines that end as on Windows", {mark: ends.replace("\n", "\r\n").encode()}, said)
    yield Broken("lines that end as on an old Mac", {mark: ends.replace("\n", "\r").encode()}, said)
    yield Broken("a byte order mark", {mark: bom + ends.encode()}, said)
    wide = '🗞️é\u2028\u200f"\t, titel: T'
    yield Broken(
        "characters of every width before it",
        {mark: f'{HEAD}lists: {{a: {{title: "{wide}}}}}\n'.encode()},
        [Mistake(mark, 3, 21 + len(wide) - 8, 'unknown key "titel"')],
    )
    yield Broken("brackets", {mark: b"[" * 500}, [Mistake(mark, 1, 1, "brackets nested too deeply")])
    deep = HEAD.encode() + b"routes: " + b"[" * 60 + b"]" * 60
    yield Broken(
        "closed brackets",
        {mark: deep},
        [Mistake(mark, 3, 10, 'an item of "routes" must hold'), Mistake(mark, 3, 48, "nested deeper than 40 levels")],
    )
    long = f"{HEAD}lists: {{a: {{title: '{'y' * 900_000}', titel: T}}}}\n"
    yield Broken("a line of a megabyte", {mark: long.encode()}, [Mistake(mark, 3, 900_024, 'unknown key "titel"')])
    yield Broken("more than a megabyte", {mark: b"#" * 2**21}, [Mistake(mark, 1, 1, "larger than 1024 KiB", "include")])
    yield Broken(
        "a variable that is no text",
        {mark: f"{HEAD}lists: {{a: {{title: 'x ${{ODD}}'}}}}\n".encode()},
        [Mistake(mark, 3, 23, "environment variable ODD holds an unprintable character (U+DCFF)")],
        {"ODD": "a\udcffb"},
    )
    yield _secrets()


def _secrets() -> Broken:
    """Return a file whose secrets cannot be read from where it says they are."""
    names = ("none", "folder", "", "folder/large", "folder/binary", "folder/nul")
    why = ("does not exist", "is not a file", "is not a file", "larger than 64 KiB", "is not UTF-8", "unprintable")
    lines = [
        f'  a{number}: {{type: telegram, chat: x, token: "${{file:{name}}}"}}\n' for number, name in enumerate(names)
    ]
    return Broken(
        "files of secrets that cannot be had",
        {
            MAIN: "".join([HEAD, "channels:\n", *lines]).encode(),
            "folder/large": b"x" * 70_000,
            "folder/binary": b"\xff\xfe\x00",
            "folder/nul": b"a\0b",
        },
        [Mistake(MAIN, number, 41, words) for number, words in enumerate(why, 4)],
    )
