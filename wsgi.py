"""What a web server loads: `wsgi:app`."""

from portal.web import create_app

app = create_app()
