"""How the web server's own process writes its few lines ("a worker ended"): the portal's, but without loading it."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime


class Json(logging.Formatter):
    """One JSON object in one line; of an error only its kind and its places."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
            "level": record.levelname,
            "event": "web.server",
            "message": str(record.msg).partition("\n")[0],
        }
        if record.exc_info and record.exc_info[0]:
            line["problem"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["traceback"] = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
        return json.dumps(line)


CONFIGURATION = {
    "formatters": {name: {"()": "portal.server_log.Json"} for name in ("generic", "access")},
    "handlers": {
        name: {"formatter": "generic", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"}
        for name in ("console", "access")
    },
}
"""What Granian takes with `--log-config`."""
