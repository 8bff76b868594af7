"""For processes whose clock jumps; Python reads this file before anything else.

libfaketime makes nonsense of the absolute times that `time.sleep` gives to the kernel, and the many threads of a web
server stand still under it. So a web process reads how far the clock is off by itself, at the one place that it asks.
"""

import os
import select
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

if "faketime" in os.environ.get("LD_PRELOAD", ""):
    time.sleep = lambda seconds: select.select([], [], [], seconds) and None
elif "CLOCK_FILE" in os.environ:
    from tenants import clock

    file = Path(os.environ["CLOCK_FILE"])
    clock._source = lambda: datetime.now(UTC) + timedelta(seconds=float(file.read_text()))
