"""Payment methods and the providers behind them."""
