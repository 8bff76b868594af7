"""The layer that lets a few requests in at once."""

from __future__ import annotations

import threading
from io import BytesIO

from portal.turnstile import Turnstile


class Body(BytesIO):
    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.was_read = threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.was_read.set()
        return super().read(size)


def test_no_more_than_its_places_are_inside_and_bodies_wait_outside():
    inside, most, lock = 0, 0, threading.Lock()
    full, go_on = threading.Semaphore(0), threading.Event()

    def application(environ, _start_response):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        full.release()
        go_on.wait(10)
        with lock:
            inside -= 1
        return [environ["wsgi.input"].read()]

    layer = Turnstile(application, places=2, longest=100)
    bodies, answers = [Body(b"body %d" % number) for number in range(6)], []

    def ask(body: Body) -> None:
        answers.append(layer({"CONTENT_LENGTH": "6", "wsgi.input": body}, lambda *_: None)[0])

    threads = [threading.Thread(target=ask, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    assert full.acquire(timeout=10) and full.acquire(timeout=10)
    assert all(body.was_read.wait(10) for body in bodies)  # those who wait have sent theirs
    assert not full.acquire(timeout=0.05)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert most == 2 and sorted(answers) == [b"body %d" % number for number in range(6)]


def test_a_body_that_is_too_long_or_unmeasured_goes_in_unread():
    for length in ("101", "", "-1", "many"):
        body = Body(b"x" * 101)
        Turnstile(lambda environ, _: [b""], places=1, longest=100)({"CONTENT_LENGTH": length, "wsgi.input": body}, None)
        assert not body.was_read.is_set()


def test_a_place_is_free_again_after_an_error():
    def application(environ, _start_response):
        raise KeyError

    layer = Turnstile(application, places=1, longest=100)
    for _ in range(3):
        try:
            layer({}, lambda *_: None)
        except KeyError:
            continue
