"""For processes under libfaketime, which makes nonsense of the absolute times that `time.sleep` gives to the kernel."""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep
