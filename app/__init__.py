"""The web application: pages, API, live sockets, and the slices behind them."""
