"""What a web server loads: `wsgi:app`."""

import multiprocessing

from portal import logs
from portal.children import follow
from portal.config import Settings
from portal.web import create_app

settings = Settings.load()
logs.configure(settings)
# A process of the web server that outlived it would keep the port, and answer with what is no longer looked after.
server = multiprocessing.parent_process()
if server and server.pid:
    follow(server.pid)
app = create_app(settings)
