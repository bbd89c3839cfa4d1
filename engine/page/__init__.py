"""The live page: a graph whose numbers follow the reader's hand, as one file."""
