"""Daylight, the product: what customers, agents and partners do. Who is asking, and whose data it is, is in `tenants`."""
