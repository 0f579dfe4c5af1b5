"""Where log lines go and how they look: standard error, readable or one JSON object a line."""

import logging
import sys

import structlog


def set_up_logging(level: str = "info", *, json_lines: bool = False) -> None:
    """Configure structlog and what libraries log; called once by a command that runs a service."""
    if level == "debug":
        logging.getLogger("aiosqlite").setLevel("INFO")  # its debug lines show every value of every statement
    logging.getLogger("uvicorn").setLevel("WARNING")
    renderer = (
        structlog.processors.JSONRenderer()
        if json_lines
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    every_line: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Lines of libraries look like ours, or whoever reads JSON stumbles over them.
    of_libraries = logging.StreamHandler(sys.stderr)
    of_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*every_line, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[of_libraries], level=level.upper())
    structlog.configure(
        processors=[*every_line, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
