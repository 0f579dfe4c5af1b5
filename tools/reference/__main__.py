"""Write the pages, or with ``--check`` say which of them are out of date."""

import sys

from tools.reference import PAGES, REFERENCE


def main(arguments: list[str]) -> int:
    """Return the exit status: 1 when ``--check`` found a page out of date."""
    stale = []
    for name, page in PAGES.items():
        file = REFERENCE / name
        text = page()
        if file.exists() and file.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    verb = "out of date" if "--check" in arguments else "written"
    sys.stdout.writelines(f"docs/reference/{name}: {verb}\n" for name in stale)
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
