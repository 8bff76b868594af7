"""What a web server loads: `wsgi:app`."""

from portal import logs
from portal.config import Settings
from portal.web import create_app

settings = Settings.load()
logs.configure(settings)
app = create_app(settings)
