"""Write the picture of a page."""

import sys
from pathlib import Path
from urllib.request import urlopen

from tools.picture import picture


def main(arguments: list[str]) -> int:
    """Read the page, write the picture."""
    source, target = arguments
    if source.startswith("http://127.0.0.1:"):
        with urlopen(source, timeout=30) as answer:  # noqa: S310  the scheme is given
            page = answer.read().decode()
    else:
        page = Path(source).read_text("utf-8")
    Path(target).write_text(picture(page), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
