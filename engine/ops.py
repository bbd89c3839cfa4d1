"""The formula sheet: every operation of the project, one line each.

A line reads: name, symbol, value, and one partial derivative per operand, in order. Formulas are
Python expressions over the operands (`a` and `b` unless the line names them), the value itself
(`out`), the line's constants, and, where an operand is a sequence (`weights*`), its elements, the
reductions `sum`, `max`, `min` over them, and their number `n`. `engine.formula` says what else a
formula may hold.

This is the only place in the project where a derivative is written down. Eager methods, gradients
of gradients, numeric checks, tests and texts are all derived from these lines, so a new operation
is one new line.

>>> OPERATIONS["tanh"].formula, OPERATIONS["tanh"].partials
('tanh(a)', ('1 - out ** 2',))
"""

from __future__ import annotations

from engine.op import Op

# fmt: off
ARITHMETIC = (
    Op("add",  "+", "a + b",  ("1", "1")),
    Op("sub",  "−", "a - b",  ("1", "-1")),
    Op("mul",  "·", "a * b",  ("b", "a")),
    Op("div",  "/", "a / b",  ("1 / b", "-out / b"),  undefined="b == 0", domain={"b": (0.5, 3)}),
    Op("neg",  "−", "-a",     ("-1",)),
    Op("abs",  "abs", "abs(a)", ("1 if a > 0 else -1 if a < 0 else 0",), kinks="a == 0"),
    Op("pow",  "^", "a ** k", ("k * a ** (k - 1) if k != 0 else 0",), constants={"k": None},
       undefined="a < 0 and k % 1 != 0 or a == 0 and k < 0", domain={"a": (0.5, 3)},
       about="A power with a constant exponent k."),
    Op("power", "^", "a ** b", ("0 if a == 0 and b == 0 else b * a ** (b - 1)", "out * log(a) if a > 0 else 0"),
       undefined="a < 0 or a == 0 and b < 0", domain={"a": (0.5, 3)},
       about="A power whose exponent is differentiated, which takes the logarithm of the base.",
       advice="with a plain number as exponent, x ** 3, a negative base is fine"),
    Op("mod", "mod", "a % b", ("1", "-(a // b)"), undefined="b == 0", kinks="a / b == round(a / b)",
       domain={"b": (0.5, 3)}, about="The remainder, with the sign of b as in Python and NumPy."),
    Op("floordiv", "//", "a // b", ("0", "0"), undefined="b == 0", kinks="a / b == round(a / b)",
       domain={"b": (0.5, 3)}, about="The quotient rounded down: a = b * (a // b) + a % b."),
)

FUNCTIONS = (
    Op("exp",   "exp",   "exp(a)",   ("out",)),
    Op("expm1", "expm1", "expm1(a)", ("out + 1",),                      about="exp(a) − 1, exact near 0."),
    Op("log",   "log",   "log(a)",   ("1 / a",),                        undefined="a <= 0", domain={"a": (0.2, 4)}),
    Op("log1p", "log1p", "log1p(a)", ("1 / (1 + a)",),                  undefined="a <= -1", domain={"a": (-0.7, 3)},
       about="log(1 + a), exact near 0."),
    Op("sqrt",  "√",     "sqrt(a)",  ("1 / (2 * out)",),                undefined="a < 0", domain={"a": (0.2, 4)}),
    Op("sin",   "sin",   "sin(a)",   ("cos(a)",)),
    Op("cos",   "cos",   "cos(a)",   ("-sin(a)",)),
    Op("tan",   "tan",   "tan(a)",   ("1 + out ** 2",),                 domain={"a": (-1.2, 1.2)}),
    Op("asin",  "asin",  "asin(a)",  ("1 / sqrt((1 - a) * (1 + a))",),  undefined="abs(a) > 1", domain={"a": (-0.9, 0.9)}),
    Op("acos",  "acos",  "acos(a)",  ("-1 / sqrt((1 - a) * (1 + a))",), undefined="abs(a) > 1", domain={"a": (-0.9, 0.9)}),
    Op("atan",  "atan",  "atan(a)",  ("1 / (1 + a ** 2)",)),
    Op("sinh",  "sinh",  "sinh(a)",  ("cosh(a)",)),
    Op("cosh",  "cosh",  "cosh(a)",  ("sinh(a)",)),
    Op("erf",   "erf",   "erf(a)",   ("2 / sqrt(pi) * exp(-a ** 2)",),  about="The error function."),
    Op("erfc",  "erfc",  "erfc(a)",  ("-2 / sqrt(pi) * exp(-a ** 2)",), about="1 − erf(a), exact for large a."),
    Op("exp2",  "exp2",  "exp2(a)",  ("out * log(2)",),                 about="2 to the power of a."),
    Op("log2",  "log2",  "log2(a)",  ("1 / log(2) / a",),               undefined="a <= 0", domain={"a": (0.2, 4)}),
    Op("log10", "log10", "log10(a)", ("1 / log(10) / a",),              undefined="a <= 0", domain={"a": (0.2, 4)}),
    Op("cbrt",  "∛",     "cbrt(a)",  ("1 / (3 * out ** 2)",),           domain={"a": (0.2, 4)},
       about="The cube root, of negative numbers too."),
    Op("rsqrt", "rsqrt", "1 / sqrt(a)", ("-out / (2 * a)",),            undefined="a <= 0", domain={"a": (0.2, 4)},
       about="1 / √a."),
    Op("asinh", "asinh", "asinh(a)", ("1 / hypot(1, a)",)),
    Op("acosh", "acosh", "acosh(a)", ("1 / (sqrt(a - 1) * sqrt(a + 1))",), undefined="a < 1", domain={"a": (1.1, 4)}),
    Op("atanh", "atanh", "atanh(a)", ("1 / (1 - a ** 2) if abs(a) < 0.5 else 1 / ((1 - a) * (1 + a))",),
       undefined="abs(a) >= 1", domain={"a": (-0.9, 0.9)}),
    Op("logit", "logit", "log(a / (1 - a))", ("1 / (a * (1 - a))",),    undefined="a <= 0 or a >= 1", domain={"a": (0.1, 0.9)},
       about="The inverse of the sigmoid."),
    # With x = π·a: near 0 the difference of cos(x) and sin(x)/x by its power series in x². The sine
    # of the distance from an even number is exact for a of any size.
    Op("sinc",  "sinc",  "sin(pi * (a - 2 * round(a / 2) if abs(a) < 1e17 else 0)) / (pi * a) if a != 0 else 1",
       ("(cos(pi * (a - 2 * round(a / 2) if abs(a) < 1e17 else 0)) - out) / a if abs(a) > 0.3 else "
        "-pi ** 2 * a / 3 * (1 - (pi * a) ** 2 / 10 * (1 - (pi * a) ** 2 / 28 * (1 - (pi * a) ** 2 / 54 * "
        "(1 - (pi * a) ** 2 / 88 * (1 - (pi * a) ** 2 / 130 * (1 - (pi * a) ** 2 / 180 * "
        "(1 - (pi * a) ** 2 / 238 * (1 - (pi * a) ** 2 / 304))))))))",),
       about="sin(π·a) / (π·a), as in NumPy."),
    Op("degrees", "degrees", "a * (180 / pi)", ("180 / pi",),           about="An angle in radians as degrees."),
    Op("radians", "radians", "a * (pi / 180)", ("pi / 180",),           about="An angle in degrees as radians."),
    Op("sign",  "sign",  "1 if a > 0 else -1 if a < 0 else a", ("0",),  kinks="a == 0"),
    Op("floor", "floor", "floor(a)", ("0",),                            kinks="a == round(a)"),
    Op("ceil",  "ceil",  "ceil(a)",  ("0",),                            kinks="a == round(a)"),
    Op("trunc", "trunc", "trunc(a)", ("0",),                            kinks="a == round(a)"),
    Op("round", "round", "round(a)", ("0",),                            kinks="abs(a - round(a)) == 0.5", domain={"a": (-1.2, 2)},
       about="The nearest whole number; of two equally near ones the even one."),
)

# Functions of two numbers, or with limits that must be given.
FUNCTIONS_OF_SEVERAL = (
    Op("atan2", "atan2", "atan2(a, b)",
       ("1 / (b + a * (a / b)) if abs(b) > abs(a) else b / a / (a + b * (b / a))",
        "-(a / b) / (b + a * (a / b)) if abs(b) > abs(a) else -1 / (a + b * (b / a))"),
       domain={"b": (0.5, 2)}, about="The angle of the point (b, a), from −π to π."),
    Op("hypot", "hypot", "hypot(a, b)", ("a / out if out != 0 else 0", "b / out if out != 0 else 0"),
       kinks="hypot(a, b) == 0", about="√(a² + b²), without overflow on the way."),
    Op("copysign", "copysign", "copysign(a, b)", ("copysign(1, a) * copysign(1, b)", "0"), kinks="a * b == 0",
       about="|a| with the sign of b."),
    Op("fmod", "fmod", "copysign(abs(a) % abs(b), a)", ("1", "-copysign(abs(a) // abs(b), a * b)"),
       undefined="b == 0", kinks="a / b == round(a / b)", domain={"b": (0.5, 3)},
       about="The remainder with the sign of a, as in C; a % b has that of b."),
    Op("logaddexp", "logaddexp", "max(a, b) + log1p(exp(-abs(a - b))) if a != b else a + log(2)",
       ("sigmoid(a - b)", "sigmoid(b - a)"), about="log(exp(a) + exp(b)), stable."),
    Op("xlogy", "xlogy", "0 if a == 0 and b >= 0 else a * log(b)", ("log(b)", "a / b if b != 0 else 0"),
       undefined="b < 0 or b == 0 and a != 0", domain={"b": (0.2, 4)}, about="a·log(b), which is 0 where a is 0."),
    Op("clamp", "clamp", "low if a < low else high if a > high else a", ("0 if a < low or a > high else 1",),
       constants={"low": None, "high": None}, undefined="low > high", kinks="min(abs(a - low), abs(a - high)) == 0",
       about="a, or the limit that it is beyond; NumPy's clip."),
)

SELECTION = (
    Op("where", "where", "a if condition != 0 else b",
       ("0", "1 if condition != 0 else 0", "0 if condition != 0 else 1"), operands="condition a b",
       kinks="condition == 0", about="a where the condition holds, else b; the other one gets no gradient."),
)

ACTIVATIONS = (
    Op("tanh",       "tanh",      "tanh(a)",                           ("1 - out ** 2",)),
    Op("sigmoid",    "σ",         "1 / (1 + exp(-a))",                 ("out * (1 - out)",)),
    Op("relu",       "ReLU",      "0 if a <= 0 else a",                ("0 if a <= 0 else 1",), kinks="a == 0",
       about="Rectified linear unit; its derivative at 0 is taken as 0."),
    Op("leaky_relu", "LeakyReLU", "slope * a if a <= 0 else a",        ("slope if a <= 0 else 1",), kinks="a == 0",
       constants={"slope": 0.01}, about="Maas, Hannun and Ng 2013."),
    Op("elu",        "ELU",       "alpha * expm1(a) if a <= 0 else a", ("out + alpha if a <= 0 else 1",), kinks="a == 0",
       constants={"alpha": 1.0}, about="Exponential linear unit: Clevert, Unterthiner and Hochreiter 2016."),
    Op("gelu",       "GELU",      "a * erfc(-a / sqrt(2)) / 2",
       ("erfc(-a / sqrt(2)) / 2 + a * exp(-a ** 2 / 2) / sqrt(2 * pi)",),
       about="a times the normal distribution function of a: Hendrycks and Gimpel 2016."),
    Op("silu",       "SiLU",      "a * sigmoid(a)",                    ("out + sigmoid(a) * (1 - out)",),
       about="Also called swish: Ramachandran, Zoph and Le 2017."),
    Op("softplus",   "softplus",  "max(a, 0) + log1p(exp(-abs(a)))",   ("sigmoid(a)",), about="log(1 + exp(a))."),
    Op("log_sigmoid", "logσ",     "-softplus(-a)",                     ("sigmoid(-a)",), about="log(sigmoid(a)), stable."),
    Op("softsign",   "softsign",  "copysign(1, a) if abs(a) > 1e20 else a / (1 + abs(a))", ("(1 / (1 + abs(a))) ** 2",),
       kinks="a == 0", about="a / (1 + |a|), whose second derivative jumps at 0: Glorot and Bengio 2010."),
    Op("mish",       "Mish",      "0 if a < -800 else a * tanh(softplus(a))",
       ("1 if a > 800 else 0 if a < -800 else tanh(softplus(a)) + a * sigmoid(a) * "
        "(4 * exp(-2 * softplus(a)) / (1 + exp(-2 * softplus(a))) ** 2)",),
       about="a·tanh(softplus(a)): Misra 2019."),
    Op("gelu_tanh",  "tanhGELU",
       "0 if a < -30 else a if a > 30 else a * sigmoid(sqrt(8 / pi) * (a + 0.044715 * a ** 3))",
       ("0 if a < -30 else 1 if a > 30 else sigmoid(sqrt(8 / pi) * (a + 0.044715 * a ** 3)) + "
        "a * sigmoid(sqrt(8 / pi) * (a + 0.044715 * a ** 3)) * sigmoid(-sqrt(8 / pi) * (a + 0.044715 * a ** 3)) * "
        "sqrt(8 / pi) * (1 + 0.134145 * a ** 2)",),
       about="GELU by tanh, as in GPT-2: a/2·(1 + tanh(√(2/π)·(a + 0.044715·a³))), Hendrycks and Gimpel 2016."),
    Op("selu",       "SELU",      "scale * (a if a > 0 else alpha * expm1(a))", ("scale * (1 if a > 0 else alpha * exp(a))",),
       kinks="a == 0", constants={"alpha": 1.6732632423543772, "scale": 1.0507009873554805},
       about="Keeps mean 0 and variance 1: Klambauer, Unterthiner, Mayr and Hochreiter 2017."),
    Op("celu",       "CELU",      "alpha * expm1(a / alpha) if a <= 0 else a", ("exp(a / alpha) if a <= 0 else 1",),
       kinks="a == 0", constants={"alpha": 1.0},
       about="ELU with a continuous derivative for every alpha: Barron 2017."),
    Op("relu6",      "ReLU6",     "0 if a <= 0 else 6 if a >= 6 else a",   ("0 if a <= 0 or a >= 6 else 1",),
       kinks="abs(a - 3) == 3", about="ReLU that ends at 6: Krizhevsky 2010."),
    Op("hardtanh",   "hardtanh",  "-1 if a <= -1 else 1 if a >= 1 else a", ("0 if abs(a) >= 1 else 1",),
       kinks="abs(a) == 1", about="tanh in three straight lines: Collobert 2004."),
    Op("hardsigmoid", "hardσ",    "0 if a <= -3 else 1 if a >= 3 else (a + 3) / 6", ("0 if abs(a) >= 3 else 1 / 6",),
       kinks="abs(a) == 3", about="The sigmoid in three straight lines, as in PyTorch."),
    Op("hardswish",  "hardswish", "0 if a <= -3 else a if a >= 3 else a * (a + 3) / 6",
       ("0 if a <= -3 else 1 if a >= 3 else (2 * a + 3) / 6",), kinks="abs(a) == 3",
       about="a·hardsigmoid(a): Howard and others 2019."),
    # Near 0 by the power series of a·cosh(a) − sinh(a), whose terms are all positive.
    Op("tanhshrink", "tanhshrink",
       "a - tanh(a) if abs(a) > 1 else a ** 3 / 3 * (1 + a ** 2 / 10 * (1 + a ** 2 / 28 * (1 + a ** 2 / 54 * "
       "(1 + a ** 2 / 88 * (1 + a ** 2 / 130 * (1 + a ** 2 / 180 * (1 + a ** 2 / 238))))))) / cosh(a)",
       ("tanh(a) ** 2",), about="a − tanh(a), exact near 0."),
)

# Losses for one target y and its prediction p (from logits: z, the prediction before the sigmoid).
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
    Op("binary_cross_entropy_with_logits", "BCE∘σ", "max(z, 0) - y * z + log1p(exp(-abs(z)))",
       ("-z", "sigmoid(z) - y"), operands="y z", about="binary_cross_entropy(y, sigmoid(z)), stable for any z."),
    Op("hinge", "hinge", "0 if y * p >= 1 else 1 - y * p", ("0 if y * p >= 1 else -p", "0 if y * p >= 1 else -y"),
       operands="y p", kinks="y * p == 1", about="For targets y of −1 or 1; p is a score."),
    Op("log_cosh", "log∘cosh",
       "log1p(2 * sinh((y - p) / 2) ** 2) if abs(y - p) < 1 else abs(y - p) + (log1p(exp(-2 * abs(y - p))) - log(2))",
       ("tanh(y - p)", "-tanh(y - p)"), operands="y p",
       about="log(cosh(y − p)): half the squared error near 0, the absolute error less log 2 far away."),
    Op("poisson_nll", "Poisson", "p - xlogy(y, p)", ("-log(p)", "1 - (y / p if p != 0 else 0)"), operands="y p",
       undefined="p < 0 or p == 0 and y != 0", domain={"y": (0, 4), "p": (0.2, 4)},
       about="Negative log-likelihood of a count y at the rate p, without log(y!).",
       advice="a rate is positive: use poisson_nll_with_log_rate, or an exp or softplus before"),
    Op("poisson_nll_with_log_rate", "Poisson∘exp", "exp(z) - y * z", ("-z", "exp(z) - y"), operands="y z",
       domain={"y": (0, 4)}, about="poisson_nll(y, exp(z)), for any z."),
    Op("gaussian_nll", "Gauss", "((y - p) / variance * (y - p) + log(variance)) / 2",
       ("(y - p) / variance", "(p - y) / variance", "(1 - (y - p) / variance * (y - p)) / variance / 2"),
       operands="y p variance", undefined="variance <= 0", domain={"variance": (0.3, 3)},
       about="Negative log-likelihood of y under a normal distribution around p, without log(2·π)/2."),
    Op("relative_entropy", "KL",
       "0 if p == 0 and q >= 0 else p * (log(p / q) if abs(log(p) - log(q)) < 600 else log(p) - log(q))",
       ("(log(p / q) if abs(log(p) - log(q)) < 600 else log(p) - log(q)) + 1", "-p / q if q != 0 else 0"), operands="p q",
       undefined="p < 0 or q < 0 or q == 0 and p != 0", domain={"p": (0.1, 0.9), "q": (0.1, 0.9)},
       about="p·log(p/q): what one outcome adds to the Kullback-Leibler divergence, kl_divergence(p, q).",
       advice="where q is 0, p must be 0 too"),
)

# What rounding leaves in the mean is taken out again: the sum of the deviations is not quite 0.
_DEVIATION = "(a - sum(a) / n)"
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
    Op("logsumexp", "LSE",  "max(a) + log(sum(exp(a - max(a))))", ("exp(a - out)",), operands="a*", undefined="n == 0",
       about="log(sum(exp(a))), stable; its partial derivatives are softmax(a)."),
    Op("norm", "norm", f"{_SIZE} * sqrt(sum((a / {_SIZE}) ** 2))", ("a / out if out != 0 else 0",), operands="a*",
       kinks="max(abs(a)) == 0", about="The Euclidean length √Σa², without overflow on the way."),
    Op("var", "var", f"(sum({_DEVIATION} ** 2) - sum({_DEVIATION}) ** 2 / n) / (n - correction)",
       (f"2 * ({_DEVIATION} - sum({_DEVIATION}) / n) / (n - correction)",), operands="a*",
       constants={"correction": 0.0}, undefined="n - correction <= 0",
       about="The variance; with the correction 1 that of a sample. NumPy calls it ddof."),
    Op("std", "std",
       f"{_SPREAD} * sqrt((sum(({_DEVIATION} / {_SPREAD}) ** 2) - sum({_DEVIATION} / {_SPREAD}) ** 2 / n) / (n - correction))",
       (f"({_DEVIATION} - sum({_DEVIATION}) / n) / (n - correction) / out if out != 0 else 0",), operands="a*",
       constants={"correction": 0.0}, undefined="n - correction <= 0", kinks="max(a) == min(a)",
       about="The standard deviation, the root of the variance."),
)
# fmt: on

SHEET = (
    ARITHMETIC + FUNCTIONS + FUNCTIONS_OF_SEVERAL + SELECTION + ACTIVATIONS + LOSSES + REDUCTIONS
)
OPERATIONS = {op.name: op for op in SHEET}
if len(OPERATIONS) != len(SHEET):
    raise ValueError("the sheet names an operation twice")
