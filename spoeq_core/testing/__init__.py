"""The kit for those who test plugins and the core."""
