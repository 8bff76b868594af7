"""django-helpdesk as its documentation sets it up, to be measured. Runs in an environment of its own."""
