"""Operations as functions on `Value`s, and the derivatives of graphs and of functions."""
