"""Who is asking, and whose data it is.

Networks, tenants and the people in them; the scope that a request or a job runs in; the door that decides it.
Nothing here knows what the product is about: this package would be the same in an invoicing product, and it never
imports `portal`.
"""
