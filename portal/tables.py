"""Imports every module that maps a table, so that the metadata is whole."""

# ruff: noqa: F401

import portal.calendars.models
import portal.cases.models
import portal.cases.remedy_models
import portal.cases.work_models
import portal.events.models
import portal.figures.models
import portal.followers.log.models
import portal.followers.models
import portal.imports.models
import tenants.models
