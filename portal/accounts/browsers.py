"""From what a browser says of itself to words that its owner recognises: families, without versions."""

from __future__ import annotations

BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("EdgiOS/", "Edge"),
    ("EdgA/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("UCBrowser/", "UC Browser"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first that fits wins: many name others that they resemble."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def family(user_agent: str) -> tuple[str, str]:
    """Names of the browser and of its system; '' for what is not known."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    return browser, next((name for sign, name in SYSTEMS if sign in user_agent), "")
