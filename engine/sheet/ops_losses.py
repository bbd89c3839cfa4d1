"""The formula sheet, continued: losses.

Of one target y and its prediction p; from logits, of z, the prediction before the sigmoid.
"""

from __future__ import annotations

from engine.sheet.op import Op

# fmt: off
LOSSES = (
    Op("squared_error",  "(y − ŷ)²", "(y - p) ** 2", ("2 * (y - p)", "-2 * (y - p)"), operands="y p"),
    Op("absolute_error", "|y − ŷ|",  "abs(y - p)",
       ("1 if y > p else -1 if y < p else 0", "1 if p > y else -1 if p < y else 0"), operands="y p", kinks="y == p"),
    Op("huber", "Huber", "(y - p) ** 2 / 2 if abs(y - p) <= delta else delta * (abs(y - p) - delta / 2)",
       ("max(min(y - p, delta), -delta)", "max(min(p - y, delta), -delta)"), operands="y p",
       constants={"delta": 1.0}, kinks="abs(y - p) == delta",
       about="Squared error near 0, absolute error beyond delta: Huber 1964."),
    Op("binary_cross_entropy", "BCE",
       "-(y * log(p) if p != 0 else 0) - ((1 - y) * log1p(-p) if p != 1 else 0)",
       ("log1p(-p) - log(p)", "((1 - y) / (1 - p) if p != 1 else 0) - (y / p if p != 0 else 0)"), operands="y p",
       undefined="p < 0 or p > 1 or p == 0 and y != 0 or p == 1 and y != 1", domain={"y": (0.1, 0.9), "p": (0.1, 0.9)},
       about="−y·log(p) − (1 − y)·log(1 − p) for a probability p; a right answer that is certain costs 0.",
       advice="a sigmoid that has saturated to 0 or 1: use binary_cross_entropy_with_logits"),
    Op("binary_cross_entropy_with_logits", "BCE∘σ",
       "((0 if y == 1 else z * (1 - y)) if z > 0 else 0 if y == 0 else -z * y) + log1p(exp(-abs(z)))",
       ("-z", "1 - y - sigmoid(-z) if z > 0 else sigmoid(z) - y"), operands="y z",
       taught={"out": "max(z, 0) - y * z + log1p(exp(-abs(z)))", "z": "sigmoid(z) - y"}, about="binary_cross_entropy(y, sigmoid(z)), stable for any z."),
    Op("hinge", "hinge", "0 if y * p >= 1 else 1 - y * p", ("0 if y * p >= 1 else -p", "0 if y * p >= 1 else -y"),
       operands="y p", kinks="y * p == 1", about="For targets y of −1 or 1; p is a score."),
    Op("log_cosh", "log∘cosh",
       "log1p(2 * sinh((y - p) / 2) ** 2) if abs(y - p) < 1 else abs(y - p) + (log1p(exp(-2 * abs(y - p))) - log(2))",
       ("tanh(y - p)", "-tanh(y - p)"), taught={"out": "log(cosh(y - p))"}, operands="y p",
       about="log(cosh(y − p)): half the squared error near 0, the absolute error less log 2 far away."),
    Op("poisson_nll", "Poisson", "p - xlogy(y, p)", ("-log(p)", "1 - (y / p if p != 0 else 0)"), operands="y p",
       undefined="p < 0 or p == 0 and y != 0", domain={"y": (0, 4), "p": (0.2, 4)},
       about="Negative log-likelihood of a count y at the rate p, without log(y!).",
       advice="a rate is positive: use poisson_nll_with_log_rate, or an exp or softplus before"),
    Op("poisson_nll_with_log_rate", "Poisson∘exp", "exp(z) - y * z", ("-z", "exp(z) - y"), operands="y z",
       domain={"y": (0, 4)}, about="poisson_nll(y, exp(z)), for any z."),
    Op("gaussian_nll", "Gauss", "((y - p) / sqrt(variance) / sqrt(2)) ** 2 + log(variance) / 2",
       ("(y - p) / variance", "(p - y) / variance", "(1 - ((y - p) / sqrt(variance)) ** 2) / variance / 2"),
       operands="y p variance", undefined="variance <= 0", domain={"variance": (0.3, 3)},
       taught={"out": "((y - p) ** 2 / variance + log(variance)) / 2"},
       about="Negative log-likelihood of y under a normal distribution around p, without log(2·π)/2."),
    Op("relative_entropy", "KL",
       "0 if p == 0 and q >= 0 else p * log_ratio(p, q)",
       ("log_ratio(p, q) + 1", "-p / q if q != 0 else 0"), operands="p q",
       undefined="p < 0 or q < 0 or q == 0 and p != 0", domain={"p": (0.1, 0.9), "q": (0.1, 0.9)},
       taught={"out": "p * log(p / q)", "p": "log(p / q) + 1"}, about="p·log(p/q): what one outcome adds to the Kullback-Leibler divergence, kl_divergence(p, q).",
       advice="where q is 0, p must be 0 too"),
)
# fmt: on
