"""Imports every module that maps a table, so that the metadata is whole."""

# ruff: noqa: F401

import portal.accounts.models
import portal.calendars.models
import portal.cases.directory_models
import portal.cases.me_too_models
import portal.cases.models
import portal.cases.need_models
import portal.cases.remedy_models
import portal.cases.survey_models
import portal.cases.usual_models
import portal.cases.work_models
import portal.clusters.models
import portal.events.models
import portal.figures.models
import portal.files.models
import portal.followers.log.models
import portal.followers.models
import portal.following.models
import portal.handoffs.models
import portal.ideas.models
import portal.ideas.talk_models
import portal.ideas.team_models
import portal.ideas.vote_models
import portal.imports.models
import portal.search.models
import portal.suggesting.models
import portal.touchpoints.models
import tenants.account_models
import tenants.models
