"""Imports every module that maps a table, so that the metadata is whole."""

import portal.calendars.models
import portal.cases.models
import portal.events.models
import portal.figures.models
import portal.followers.log.models
import portal.imports.models
import portal.followers.models
import tenants.models  # noqa: F401
