"""The picture of a plan for the documentation, from a planner's page: ``python -m tools.picture PAGE SVG``.

PAGE is the HTML of a site, as a file or at ``http://127.0.0.1:...``, such as that of ``ocn demo --smart
--keep``. Its chart is taken as it is, with the rules of the style sheet that it needs, so that it can stand
alone. A test compares what is drawn in the committed picture with what the page draws now.
"""

import re
from importlib.resources import files
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_ACROSS, _LEFT, _TOP, _RIGHT = 720, 56, 6, 10
_DOWN = 352
"""To the end of the strip of prices; below it the page says why, when somebody points at a car."""
_CHART = re.compile(r'<svg class="load".*?</svg>\s*(?=</figure>)', re.DOTALL)
_RULES = re.compile(r"^(?:svg |line\.|path\.|text\.|\.(?:past|band|bands|lines|[cp]\d)\b).*\}$", re.MULTILINE)
_COLOURS = re.compile(
    r"^:root \{.*?^\}|^@media \(prefers-color-scheme: dark\) \{.*?^\}", re.MULTILINE | re.DOTALL
)


def picture(page: str) -> str:
    """Return the chart of a page as an image that needs nothing else.

    Raises:
        ValueError: there is no chart on the page.
    """
    found = _CHART.search(page)
    if found is None:
        raise ValueError("this page has no chart: it is that of a site that has been planned")
    chart = ET.fromstring(found[0].replace("<svg", f'<svg xmlns="{_SVG}"', 1))  # noqa: S314  it is our own
    for parent in list(chart.iter()):
        for part in [each for each in parent if each.tag == f"{{{_SVG}}}foreignObject"]:
            parent.remove(part)
    chart.attrib |= {"x": str(_LEFT), "y": str(_TOP), "width": str(_ACROSS), "height": str(_DOWN)}
    chart.set("overflow", "visible")
    size = f"0 0 {_LEFT + _ACROSS + _RIGHT} {_TOP + _DOWN}"
    whole = ET.Element(f"{{{_SVG}}}svg", {"viewBox": size})
    ET.SubElement(whole, f"{{{_SVG}}}style").text = _style()
    ET.SubElement(whole, f"{{{_SVG}}}rect", {"class": "ground", "width": "100%", "height": "100%", "rx": "8"})
    whole.append(chart)
    ET.register_namespace("", _SVG)
    return ET.tostring(whole, encoding="unicode") + "\n"


def _style() -> str:
    sheet = files("ocn.smart_charging.page").joinpath("static", "page.css").read_text("utf-8")
    own = "svg { font-family: system-ui, sans-serif; } rect.ground { fill: var(--surface); }"
    return "\n".join([*_COLOURS.findall(sheet), *_RULES.findall(sheet), own])
