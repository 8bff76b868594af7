"""Clusters: spikes of similar cases, found by the worker, confirmed by a person, shown in public as incidents."""
