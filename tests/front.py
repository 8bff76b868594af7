"""The recommended front as it stands in deploy/nginx, running for a test."""

from __future__ import annotations

import http.client
import os
import re
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[1] / "deploy"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
USER = "user root;" if os.getuid() == 0 else ""
FILES = min(40_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
AROUND = """
{user} daemon off; pid {folder}/pid; error_log {folder}/log;
worker_rlimit_nofile {files};
events {{ worker_connections 16384; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {conf}
}}
"""
"""What an installation has around our file, with all its folders in one place. Our file says why these numbers."""

with_nginx = pytest.mark.skipif(NGINX is None, reason="there is no nginx (Debian: apt-get install nginx-light)")


class Front:
    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=b"x=1" if method == "POST" else None, headers=given)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


@contextmanager
def fronting(folder: Path, portals: list[str], fails_for: str = "5s", **changes: str) -> Iterator[Front]:
    """nginx with our own file in front of `portals`, but for its port, certificate and folders, and `changes`."""
    port = free_port()
    conf = (DEPLOY / "nginx" / "daylight.conf").read_text()
    conf = re.sub(r"server \{\s+listen 80;.*?\n\}\n", "", conf, flags=re.S)
    conf = re.sub(r"^\s+ssl_.*\n", "", conf, flags=re.M)
    for ours, here in {
        "server 127.0.0.1:8000 max_fails=2 fail_timeout=5s;": "".join(
            f"server {each} max_fails=2 fail_timeout={fails_for};" for each in portals
        ),
        "listen 443 ssl http2": f"listen 127.0.0.1:{port}",
        "/var/cache/nginx/daylight": str(folder / "cache"),
        **changes,
    }.items():
        assert ours in conf
        conf = conf.replace(ours, here)
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, conf=conf, user=USER, files=FILES))
    assert NGINX is not None
    argv = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process, folder / "log")
        yield Front(port)
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _glance in range(100):
        assert process.poll() is None, log.read_text() if log.exists() else "nginx ended"
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")
