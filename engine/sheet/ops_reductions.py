"""The formula sheet, continued: operations on sequences of any length."""

from __future__ import annotations

from engine.sheet.op import Op

# fmt: off
# Counted from the largest number, equal ones of any size have deviations of exactly 0.
_DEVIATION = "((a - max(a)) - sum(a - max(a)) / n)"
# What rounding leaves in the mean is taken out again: the sum of the deviations is not quite 0.
_CENTRED = "(a - sum(a) / n - sum(a - sum(a) / n) / n)"
# Numbers are squared in units of the largest, so that no square overflows or vanishes.
_SIZE = "min(max(max(abs(a)), 1e-300), 1e300)"
_SPREAD = f"min(max(max(abs({_DEVIATION})), 1e-300), 1e300)"

REDUCTIONS = (
    Op("dot",       "Σ",    "sum(weights * inputs) + bias", ("inputs", "weights", "1"), operands="weights* inputs* bias",
       defaults={"bias": 0.0}, about="The weighted sum of a neuron."),
    Op("sum",       "Σ",    "sum(a)",     ("1",),     operands="a*"),
    Op("mean",      "mean", "sum(a) / n", ("1 / n",), operands="a*", undefined="n == 0"),
    Op("maximum",   "max",  "max(a)", ("1 / sum(1 if a == out else 0) if a == out else 0 if out == out else out",), operands="a*",
       undefined="n == 0", about="Equal largest operands share the gradient."),
    Op("minimum",   "min",  "min(a)", ("1 / sum(1 if a == out else 0) if a == out else 0 if out == out else out",), operands="a*",
       undefined="n == 0", about="Equal smallest operands share the gradient."),
    Op("logsumexp", "LSE",
       "max(a) + log1p(sum(exp_gap(a, max(a))) + (sum(1 if a == max(a) else 0) - 1))",
       ("exp(gap(a, max(a))) / (1 + (sum(exp_gap(a, max(a))) + (sum(1 if a == max(a) else 0) - 1)))",),
       taught={"out": "log(sum(exp(a)))", "a": "exp(a - out)"}, operands="a*", undefined="n == 0",
       about="log(sum(exp(a))), stable; its partial derivatives are softmax(a)."),
    Op("norm", "norm", f"{_SIZE} * sqrt(sum((a / {_SIZE}) ** 2))", ("a / out if out != 0 else 0",), operands="a*",
       taught={"out": "sqrt(sum(a ** 2))"}, kinks="max(abs(a)) == 0", about="The Euclidean length √Σa², without overflow on the way."),
    Op("var", "var", f"sum({_DEVIATION} ** 2) / (n - correction)",
       (f"2 * {_CENTRED} / (n - correction)",), operands="a*",
       taught={"out": "sum((a - sum(a) / n) ** 2) / (n - correction)", "a": "2 * (a - sum(a) / n) / (n - correction)"},
       constants={"correction": 0.0}, undefined="n - correction <= 0",
       about="The variance; with the correction 1 that of a sample. NumPy calls it ddof."),
    Op("std", "std",
       f"{_SPREAD} * sqrt(sum(({_DEVIATION} / {_SPREAD}) ** 2) / (n - correction))",
       (f"{_CENTRED} / (n - correction) / out if out != 0 else 0",), operands="a*",
       taught={"out": "sqrt(sum((a - sum(a) / n) ** 2) / (n - correction))",
               "a": "(a - sum(a) / n) / (n - correction) / out if out != 0 else 0"},
       constants={"correction": 0.0}, undefined="n - correction <= 0", kinks="max(a) == min(a)",
       about="The standard deviation, the root of the variance."),
)
# fmt: on
