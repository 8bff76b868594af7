"""The yardstick: the least that a Flask application can do."""

from flask import Flask

app = Flask("hello")


@app.get("/healthz")
def hello() -> str:
    return "hello\n"
