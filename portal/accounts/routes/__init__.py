"""The pages of accounts: signing in and out, and everything that people decide about their own account.

They run under the door's scope: each asks the functions at the door for the one person who is there, by their id.
"""

# ruff: noqa: F401

import portal.accounts.routes.account
import portal.accounts.routes.codes
import portal.accounts.routes.export
import portal.accounts.routes.invitations
import portal.accounts.routes.leaving
import portal.accounts.routes.links
import portal.accounts.routes.passkeys
import portal.accounts.routes.security
import portal.accounts.routes.sessions
import portal.accounts.routes.sign_in
from portal.accounts.routes.blueprint import blueprint as blueprint
