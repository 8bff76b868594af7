"""One trouble that many report within a day: the worker finds it, and a desk may confirm it as an incident."""

# What people wrote stays on one line each.

from __future__ import annotations

from typing import Any

from portal.demo.script import Story, plan, take

LIFT: dict[str, Any] = {"place": "T1-LIFT-2", "category": "access"}

NOW: tuple[Story, ...] = (
    Story(
        "now-1560m",
        "Lift 2 in terminal 1 does not come. We carried the pram up three flights of stairs.",
        **LIFT,
        acts=(
            take("40m", "samir"),
            plan("20m", "samir", "The fitter is called; we say here when the lift runs again.", "3d 12:00"),
        ),
    ),
    Story("now-1380m", "The lift to the rail station in terminal 1 is out of order again, no sign says so.", **LIFT),
    Story("now-1210m", "一号航站楼的电梯坏了，我妈妈坐轮椅，等了二十分钟没有人来。", language="zh_Hans", **LIFT),
    Story("now-760m", "Lift 2 stands still with its doors open. My father cannot walk stairs.", **LIFT),
    Story("now-540m", "Is there another way down for a wheelchair? The lift in terminal 1 is out of order.", **LIFT),
    Story(
        "now-330m",
        "第一航廈的電梯停了一整天，推車只能走樓梯，也沒有人說明。",
        language="zh_Hant",
        is_private=True,
        **LIFT,
    ),
)
