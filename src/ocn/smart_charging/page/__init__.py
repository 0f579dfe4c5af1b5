"""The planner's page: what every site does now, what it will do, and why, drawn on the server.

In come views of sites (``Views``) and, only where that is allowed, a limit that somebody types in; out goes
HTML with its charts inside, and the same as JSON. Nothing is fetched from elsewhere, nothing needs a script,
and every text of a view counts as hostile. ``application`` is the file to read first. The room knows of the
service the values in ``service.view``, and nothing of planning.
"""

from ocn.smart_charging.page.application import PageSettings, Views, page_app
from ocn.smart_charging.page.serving import PageServing

__all__ = ["PageServing", "PageSettings", "Views", "page_app"]
