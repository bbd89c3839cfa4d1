"""Training: data, losses, optimisers and schedules, and `nn.fit`, which brings them together.

**Data** are (inputs, target) pairs, the inputs a row of numbers; or a tuple of a table of inputs
and one of targets, as lists, arrays, tensors or data frames. Targets must be of the loss's domain;
those for a loss of your own may be anything.

**An epoch** takes every sample once, in the order of the data or, with `shuffle`, in a new one, by
`seed` or else by Python's global `random`. An update follows the mean gradient of `batch_size`
samples; the default takes one at a time. The optimiser is one of this package, or another object
with `parameters` and `step`.

**The end** comes after `epochs`; or before, when for `patience` epochs on end the loss has not
fallen below the best so far by more than `tolerance`, relative to it (None: never); or at Ctrl-C,
which keeps what was learnt; or with a TrainingDiverged warning when a loss is infinite or nan: the
parameters are then those after the last finite epoch. All gradients are then 0.

**Validation** data are only looked at, after every epoch. Then it is their loss that has to fall,
or training stops ("early stopping", Prechelt 1998); and however it ends, the model and the
optimiser go back to the end of the epoch with the lowest such loss.

**Schedule and callback.** A schedule is a function from the epoch, counted from 1, to a factor on
the learning rate, such as `nn.step_decay(10)`; outside of an epoch the optimiser has its own rate.
A callback is called with the History after every epoch. Both see, and may change, the parameters
and the optimiser as they are at that moment. A further call of `fit` with the same optimiser goes
on with the schedule and the shuffling where the last one ended; `start_epoch=1` starts them anew.

**Backends.** Networks, losses and optimisers of this package are compiled (`engine.compile`) where
that pays; "llvm" and "python" name a backend, and compile functions of your own as well, which must
then compute the same operations for every sample; "eager" builds the graph of every sample anew.
All of them give the same numbers but for rounding.
"""
