"""How every process writes its log: plain lines with the time in UTC, and never the values that a fault met."""

import structlog


def plain() -> None:
    """Write logs so; structlog's own tracebacks print local variables, and a token or a password may be one."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )
