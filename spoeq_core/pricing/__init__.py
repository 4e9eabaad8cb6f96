"""Prices: phases, lanes, allocation, tax and the trace of each step."""
