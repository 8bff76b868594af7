"""What a web server loads: `wsgi:app`."""

from portal import logs
from portal.children import die_with_parent
from portal.config import Settings
from portal.web import create_app

settings = Settings.load()
logs.configure(settings)
# A process of the web server that outlived it would keep the port, and answer with what is no longer looked after.
die_with_parent()
app = create_app(settings)
