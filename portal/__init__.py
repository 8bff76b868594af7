"""Daylight, the product: what customers, agents and partners do. Who is asking for whose data is in `tenants`."""
