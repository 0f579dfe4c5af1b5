"""Templates and what goes with them, from the package; everything that is put in is escaped."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from ocn.errors import ConfigurationError

_MEDIA_TYPES = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that never changes under its address."""

    media_type: str
    body: bytes
    version: str


class Writing:
    """Writes pages by their templates."""

    def __init__(self) -> None:
        """Load everything.

        Raises:
            ConfigurationError: jinja2 is not installed.
        """
        try:
            from jinja2 import Environment, PackageLoader, StrictUndefined
        except ImportError as error:
            raise ConfigurationError("the page needs jinja2", hint="Install ocn[smart].") from error
        self.static = {name: _static(name, media_type) for name, media_type in _MEDIA_TYPES.items()}
        self._environment = Environment(
            loader=PackageLoader("ocn.smart_charging.page"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["version_of"] = {name: file.version for name, file in self.static.items()}

    def page(self, template: str, **values: object) -> str:
        """Write a page."""
        return self._environment.get_template(template).render(values)


def _static(name: str, media_type: str) -> StaticFile:
    body = files("ocn.smart_charging.page").joinpath("static", name).read_bytes()
    return StaticFile(media_type, body, hashlib.sha256(body).hexdigest()[:12])
