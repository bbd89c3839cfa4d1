"""The playground: the engine in a browser, with nothing to install for those who use it."""
