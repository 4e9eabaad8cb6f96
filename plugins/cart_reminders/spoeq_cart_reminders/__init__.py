"""Cart reminders: customers who agreed to news get one message about what they left in the cart."""

__version__ = "0.1.0"
