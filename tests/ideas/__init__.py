"""Ideas: proposing, voting, versions, amendments, the team's work, and their pages."""
