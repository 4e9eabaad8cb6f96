"""What staff keep at their place of work: saved views of lists."""
