"""Who sees what, stated by hand: for every table and every kind of scope, whose rows of the three (see `world.py`).

A dot is nothing. `lead` is staff of Meridian, `uninvolved` staff of the airport, `elsewhere` staff of Northport;
`customer` holds the key of Meridian's private case; `account` is Ada without a tenant; `remote` acts for Meridian.
"""

from __future__ import annotations

from tests.isolation.world import SCOPES

SEEN = """
table             door public customer account nobody lead uninvolved elsewhere remote system
tenants           MH   MH     MH       MH      MH     MH   MH         N         MH     MH
units             .    .      .        .       .      M    .          N         M      MH
memberships       MH   .      .        M       .      M    .          N         M      MH
users             MH   .      .        M       .      M    .          N         .      MH
browser_sessions  MH   .      .        .       .      .    .          .         .      MH
keys              MH   .      .        .       .      .    .          .         .      MH
session_keys      MH   .      .        .       .      .    .          .         .      MH
subscriptions     MH   .      .        .       .      .    .          .         .      MH
sign_in_attempts  MH   .      .        .       .      .    .          .         .      MH
staged_files      MH   .      .        .       .      .    .          .         .      MH
passkeys          MH   .      .        .       .      .    .          .         .      MH
code_generators   MH   .      .        .       .      .    .          .         .      MH
recovery_codes    MH   .      .        .       .      .    .          .         .      MH
mail_links        MH   .      .        .       .      .    .          .         .      MH
notification_choices MH   .      .        .       .      .    .          .         .      MH
account_cases     MH   .      .        .       .      .    .          .         .      MH
invitations       MH   .      .        .       .      M    .          N         M      MH
touchpoints       .    MH     MH       MH      MH     MH   MH         N         MH     MH
categories        .    MH     MH       MH      MH     MH   MH         N         MH     MH
routing_rules     .    MH     MH       MH      MH     MH   MH         N         MH     MH
service_calendars .    MH     MH       MH      MH     MH   MH         N         MH     MH
cases             .    H      M        .       .      M    .          N         M      MH
access            .    .      M        .       .      M    .          N         M      MH
promises          .    H      M        .       .      M    .          N         M      MH
parts             .    H      M        .       .      M    .          N         M      MH
partnerships      .    .      .        .       .      M    MH         N         M      MH
handoffs          .    .      M        .       .      M    .          N         M      MH
unit_handoffs     .    .      .        .       .      M    .          N         M      MH
remedies          .    .      M        .       .      M    .          N         M      MH
surveys           .    .      M        .       .      M    .          N         M      MH
decisions         .    .      .        .       .      M    .          N         M      MH
tasks             .    .      .        .       .      M    .          N         M      MH
goodwill_allowances . .       .        .       .      M    .          N         M      MH
files             .    H      M        .       .      M    .          N         M      MH
events            .    H      M        .       .      M    .          N         M      MH
event_contents    .    H      M        .       .      M    .          N         M      MH
shared_with       .    .      .        .       .      M    .          N         M      MH
contacts          .    .      M        .       .      M    .          N         M      MH
consents          .    .      M        .       .      M    .          N         M      MH
needs             .    .      M        .       .      M    .          N         M      MH
new_events        .    .      .        .       .      .    .          .         .      MH
event_positions   .    .      .        .       .      .    .          .         .      MH
timers            .    .      .        .       .      .    .          .         .      MH
deliveries        .    .      .        .       .      .    .          .         .      MH
search_documents  .    .      .        .       .      .    .          .         .      MH
search_words      .    .      .        .       .      .    .          .         .      MH
imported_lines    .    .      .        .       .      .    .          .         .      MH
daily_figures     .    MH     MH       MH      MH     MH   MH         N         MH     MH
usual_figures     .    MH     MH       MH      MH     MH   MH         N         MH     MH
log_entries       .    MH     MH       MH      MH     MH   MH         N         MH     MH
learned           .    .      .        .       .      M    .          N         M      MH
me_toos           MH   .      .        .       .      .    .          .         .      MH
case_counts       MH   H      M        .       .      M    .          N         M      MH
clusters          .    MH     .        .       .      M    .          N         M      MH
cluster_cases     .    H      .        .       .      M    .          N         M      MH
moods             MH   .      .        .       .      M    .          N         M      MH
mood_days         MH   MH     MH       MH      MH     MH   MH         N         MH     MH
ideas             .    H      H        H       H      MH   H          N         MH     MH
idea_revisions    .    H      H        H       H      MH   H          N         MH     MH
idea_amendments   .    H      H        H       H      MH   H          N         MH     MH
idea_comments     .    H      H        H       H      MH   H          N         MH     MH
idea_parts        .    H      H        H       H      MH   H          N         MH     MH
idea_promises     .    H      H        H       H      MH   H          N         MH     MH
idea_evidence     .    H      .        .       .      M    .          N         M      MH
idea_votes        MH   .      .        .       .      .    .          .         .      MH
idea_views        .    .      .        .       .      M    .          N         M      MH
"""

WRITTEN = """
table             door public customer account nobody lead uninvolved elsewhere remote system
tenants           .    .      .        .       .      .    .          .         .      MH
units             .    .      .        .       .      M    .          N         M      MH
memberships       MH   .      .        .       .      M    .          N         .      MH
users             MH   .      .        .       .      .    .          .         .      MH
browser_sessions  MH   .      .        .       .      .    .          .         .      MH
keys              MH   .      .        .       .      .    .          .         .      MH
session_keys      MH   .      .        .       .      .    .          .         .      MH
subscriptions     MH   .      .        .       .      .    .          .         .      MH
sign_in_attempts  MH   .      .        .       .      .    .          .         .      MH
staged_files      MH   .      .        .       .      .    .          .         .      MH
passkeys          MH   .      .        .       .      .    .          .         .      MH
code_generators   MH   .      .        .       .      .    .          .         .      MH
recovery_codes    MH   .      .        .       .      .    .          .         .      MH
mail_links        MH   .      .        .       .      .    .          .         .      MH
notification_choices MH   .      .        .       .      .    .          .         .      MH
account_cases     MH   .      .        .       .      .    .          .         .      MH
invitations       MH   .      .        .       .      .    .          .         .      MH
touchpoints       .    .      .        .       .      M    .          N         M      MH
categories        .    .      .        .       .      .    .          .         .      MH
routing_rules     .    .      .        .       .      .    .          .         .      MH
service_calendars .    .      .        .       .      M    .          N         M      MH
cases             .    .      M        .       .      M    .          N         M      MH
access            .    .      M        .       .      M    .          N         M      MH
promises          .    .      M        .       .      M    .          N         M      MH
parts             .    .      M        .       .      M    .          N         M      MH
partnerships      .    .      .        .       .      M    MH         N         .      MH
handoffs          .    .      M        .       .      M    .          N         M      MH
unit_handoffs     .    .      .        .       .      M    .          N         M      MH
remedies          .    .      M        .       .      M    .          N         M      MH
surveys           .    .      M        .       .      M    .          N         M      MH
decisions         .    .      .        .       .      M    .          N         M      MH
tasks             .    .      .        .       .      M    .          N         M      MH
goodwill_allowances . .       .        .       .      M    .          N         M      MH
files             .    .      M        .       .      M    .          N         M      MH
events            .    .      .        .       .      .    .          .         .      .
event_contents    .    .      M        .       .      M    .          N         M      MH
shared_with       .    .      .        .       .      .    .          .         .      .
contacts          .    .      M        .       .      M    .          N         M      MH
consents          .    .      M        .       .      M    .          N         M      MH
needs             .    .      M        .       .      M    .          N         M      MH
new_events        .    .      .        .       .      .    .          .         .      MH
event_positions   .    .      .        .       .      .    .          .         .      MH
timers            .    .      .        .       .      .    .          .         .      MH
deliveries        .    .      .        .       .      .    .          .         .      MH
search_documents  .    .      .        .       .      .    .          .         .      MH
search_words      .    .      .        .       .      .    .          .         .      MH
imported_lines    .    .      .        .       .      .    .          .         .      MH
daily_figures     .    .      .        .       .      .    .          .         .      MH
usual_figures     .    .      .        .       .      .    .          .         .      MH
log_entries       .    .      .        .       .      .    .          .         .      MH
learned           .    .      .        .       .      .    .          .         .      MH
me_toos           MH   .      .        .       .      .    .          .         .      MH
case_counts       MH   .      .        .       .      .    .          .         .      MH
clusters          .    .      .        .       .      M    .          N         M      MH
cluster_cases     .    .      .        .       .      M    .          N         M      MH
moods             MH   .      .        .       .      .    .          .         .      MH
mood_days         MH   .      .        .       .      .    .          .         .      MH
ideas             .    .      H        H       H      MH   H          N         .      MH
idea_revisions    .    .      H        H       H      MH   H          N         .      MH
idea_amendments   .    .      H        H       H      MH   H          N         .      MH
idea_comments     .    .      H        H       H      MH   H          N         .      MH
idea_parts        .    .      H        H       H      MH   H          N         .      MH
idea_promises     .    .      H        H       H      MH   H          N         .      MH
idea_evidence     .    .      .        .       .      M    .          N         .      MH
idea_votes        MH   .      .        .       .      .    .          .         .      MH
idea_views        .    .      .        .       .      M    .          N         M      MH
"""

AUDIENCES = """
event            door public customer account nobody lead uninvolved elsewhere remote system
private.public   .    .      yes      .       .      yes  .          .         yes    yes
private.customer .    .      yes      .       .      yes  .          .         yes    yes
private.shared   .    .      .        .       .      yes  .          .         yes    yes
private.internal .    .      .        .       .      yes  .          .         yes    yes
public.public    .    yes    .        .       .      .    .          .         .      yes
public.customer  .    .      .        .       .      .    .          .         .      yes
public.shared    .    .      .        .       .      .    .          .         .      yes
public.internal  .    .      .        .       .      .    .          .         .      yes
"""
"""Events of Meridian's private case and of Harbor's public one, by their audience."""


def read(table: str) -> dict[str, dict[str, str]]:
    head, *lines = [line.split() for line in table.strip().splitlines()]
    assert tuple(head[1:]) == SCOPES
    return {line[0]: {scope: cell.strip(".") for scope, cell in zip(SCOPES, line[1:], strict=True)} for line in lines}


def seen() -> dict[str, dict[str, str]]:
    """Table → scope → letters of the homes whose row it may read."""
    return read(SEEN)


def written() -> dict[str, dict[str, str]]:
    """Table → scope → letters of the homes whose row it may change."""
    return read(WRITTEN)
