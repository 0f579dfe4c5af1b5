import re
from collections.abc import Iterator, Mapping
from pathlib import Path

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^(```+|~~~+).*?^\1\s*$|(?<!`)`[^`\n]+`(?!`)", re.MULTILINE | re.DOTALL)


def test_every_relative_link_leads_somewhere(pages: Mapping[Path, str]) -> None:
    broken = [f"{page.name}: {link}" for page, text in pages.items() for link in _broken(page, text)]
    assert not broken


def test_every_page_below_docs_can_be_reached_from_the_map(pages: Mapping[Path, str], root: Path) -> None:
    docs = root / "docs"
    reached, todo = set(), [docs / "index.md"]
    while todo:
        page = todo.pop()
        if page in reached or page not in pages:
            continue
        reached.add(page)
        for target, _ in _relative(page, pages[page]):
            todo.append(target)
    below = {page for page in pages if page.is_relative_to(docs)}
    assert not sorted(str(page.relative_to(docs)) for page in below - reached)


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A heading, here\n")
    assert list(
        _broken(page, "[a](page.md#a-heading-here) [b](page.md#other) [c](gone.md) `[d](gone.md)`")
    ) == [
        "page.md#other",
        "gone.md",
    ]


def _broken(page: Path, text: str) -> Iterator[str]:
    for target, anchor in _relative(page, text):
        link = f"{target.name}#{anchor}" if anchor else target.name
        if not target.exists() or (anchor and anchor not in _anchors(target.read_text("utf-8"))):
            yield link


def _relative(page: Path, text: str) -> Iterator[tuple[Path, str]]:
    for link in _LINK.findall(_CODE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        yield ((page.parent / path).resolve() if path else page), anchor


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    slugs: list[str] = []
    for heading in headings:
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        again = sum(1 for each in slugs if each == slug or re.fullmatch(re.escape(slug) + r"-\d+", each))
        slugs.append(f"{slug}-{again}" if again else slug)
    return set(slugs)
