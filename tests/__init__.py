"""The core's tests, contracts of the whole repository, journeys in a browser."""
