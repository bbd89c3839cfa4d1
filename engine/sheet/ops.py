"""The formula sheet: every operation of the project, one line each.

A line reads: name, symbol, value, and one partial derivative per operand, in order. Formulas are
Python expressions over the operands (`a` and `b` unless the line names them), the value itself
(`out`), the line's constants, and, where an operand is a sequence (`weights*`), its elements, the
reductions `sum`, `max`, `min` over them, and their number `n`. `engine.sheet.formula` says what else a
formula may hold.

This is the only place in the project where a derivative is written down. Eager methods, gradients
of gradients, numeric checks, tests and texts are all derived from these lines, so a new operation
is one new line.

A formula is written so that no digit is lost, however large or small its operands are, and so that
an infinite one gives the limit. Where textbooks have a shorter form, `taught` says it: texts show
it wherever it comes to the same number. The last group holds what other lines' formulas call; its
lines know their own derivatives to the last digits, too, and so second derivatives have them.

>>> OPERATIONS["sigmoid"].partials, OPERATIONS["sigmoid"].taught["a"]
(('sigmoid_slope(a)',), 'out * (1 - out)')
"""

from __future__ import annotations

from engine.sheet.op import Op
from engine.sheet.ops_losses import LOSSES
from engine.sheet.ops_parts import PARTS
from engine.sheet.ops_reductions import REDUCTIONS

# fmt: off
ARITHMETIC = (
    Op("add",  "+", "a + b",  ("1", "1")),
    Op("sub",  "−", "a - b",  ("1", "-1")),
    Op("mul",  "·", "a * b",  ("b", "a")),
    Op("div",  "/", "a / b",  ("1 / b", "-out / b"),  undefined="b == 0", domain={"b": (0.5, 3)}),
    Op("neg",  "−", "-a",     ("-1",)),
    Op("abs",  "abs", "abs(a)", ("1 if a > 0 else -1 if a < 0 else 0",), kinks="a == 0"),
    Op("pow",  "^", "a ** k",
       # Where the exponent k - 1 would be rounded, a ** k / a.
       ("0 if k == 0 else (k if abs(k) < 1e308 else finite(k)) * a ** (k - 1) if k - 1 + 1 == k or a == 0"
        " else k * finite(out) / a",),
       taught={"a": "k * a ** (k - 1) if k != 0 else 0"}, constants={"k": None},
       undefined="a < 0 and abs(k) < 1e16 and k % 1 != 0 or a == 0 and k < 0", domain={"a": (0.5, 3)},
       about="A power with a constant exponent k."),
    Op("power", "^", "a ** b",
       ("0 if a == 0 and b == 0 else finite(b) * a ** (b - 1) if b - 1 + 1 == b or a == 0"
        " else b * finite(out) / a",
        "powerlog(a, b)"),
       taught={"a": "0 if a == 0 and b == 0 else b * a ** (b - 1)", "b": "out * log(a) if a > 0 else 0"},
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
    Op("expm1", "expm1", "expm1(a)", ("exp(a)",),                       about="exp(a) − 1, exact near 0."),
    Op("log",   "log",   "log(a)",   ("1 / a",),                        undefined="a <= 0", domain={"a": (0.2, 4)}),
    Op("log1p", "log1p", "log1p(a)", ("1 / (1 + a)",),                  undefined="a <= -1", domain={"a": (-0.7, 3)},
       about="log(1 + a), exact near 0."),
    Op("sqrt",  "√",     "sqrt(a)",  ("1 / (2 * out)",),                undefined="a < 0", domain={"a": (0.2, 4)}),
    Op("sin",   "sin",   "sin(a)",   ("cos(a)",)),
    Op("cos",   "cos",   "cos(a)",   ("-sin(a)",)),
    Op("tan",   "tan",   "tan(a)",   ("1 + out ** 2",),                 domain={"a": (-1.2, 1.2)}),
    Op("asin",  "asin",  "asin(a)",  ("asin_slope(a)",),    taught={"a": "1 / sqrt((1 - a) * (1 + a))"},
       undefined="abs(a) > 1", domain={"a": (-0.9, 0.9)}),
    Op("acos",  "acos",  "acos(a)",  ("-asin_slope(a)",),   taught={"a": "-1 / sqrt((1 - a) * (1 + a))"},
       undefined="abs(a) > 1", domain={"a": (-0.9, 0.9)}),
    Op("atan",  "atan",  "atan(a)",  ("atan_slope(a)",),    taught={"a": "1 / (1 + a ** 2)"}),
    Op("sinh",  "sinh",  "sinh(a)",  ("cosh(a)",)),
    Op("cosh",  "cosh",  "cosh(a)",  ("sinh(a)",)),
    Op("erf",   "erf",   "erf(a)",   ("erf_slope(a)",),     taught={"a": "2 / sqrt(pi) * exp(-a ** 2)"},
       about="The error function."),
    Op("erfc",  "erfc",  "erfc(a)",  ("-erf_slope(a)",),    taught={"a": "-2 / sqrt(pi) * exp(-a ** 2)"},
       about="1 − erf(a), exact for large a."),
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
       taught={"out": "sin(pi * a) / (pi * a)"},
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
       ("atan2_slope(a, b)", "-atan2_slope(b, a)"), taught={"a": "b / (a ** 2 + b ** 2)", "b": "-a / (a ** 2 + b ** 2)"},
       domain={"b": (0.5, 2)}, about="The angle of the point (b, a), from −π to π."),
    Op("hypot", "hypot", "hypot(a, b)", ("hypot_slope(a, b)", "hypot_slope(b, a)"),
       taught={"a": "a / out", "b": "b / out"}, kinks="hypot(a, b) == 0", about="√(a² + b²), without overflow on the way."),
    Op("copysign", "copysign", "copysign(a, b)", ("copysign(1, a) * copysign(1, b)", "0"), kinks="a * b == 0",
       about="|a| with the sign of b."),
    Op("fmod", "fmod", "copysign(abs(a) % abs(b), a)", ("1", "-copysign(abs(a) // abs(b), a * b)"),
       undefined="b == 0", kinks="a / b == round(a / b)", domain={"b": (0.5, 3)},
       about="The remainder with the sign of a, as in C; a % b has that of b."),
    Op("logaddexp", "logaddexp", "max(a, b) + log1p(exp(-abs(a - b))) if a != b else a + log(2)",
       ("sigmoid(a - b)", "sigmoid(b - a)"), taught={"out": "log(exp(a) + exp(b))"}, about="log(exp(a) + exp(b)), stable."),
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
    Op("tanh",       "tanh",      "tanh(a)", ("1 - out ** 2 if abs(a) < 1.2 else 4 * sigmoid_slope(2 * a)",),
       taught={"a": "1 - out ** 2"}),
    Op("sigmoid",    "σ",         "(1 if a >= 0 else exp(-abs(a))) / (1 + exp(-abs(a)))", ("sigmoid_slope(a)",),
       taught={"out": "1 / (1 + exp(-a))", "a": "out * (1 - out)"}),
    Op("relu",       "ReLU",      "0 if a <= 0 else a",                ("0 if a <= 0 else 1",), kinks="a == 0",
       about="Rectified linear unit; its derivative at 0 is taken as 0."),
    Op("leaky_relu", "LeakyReLU", "slope * a if a <= 0 else a",        ("slope if a <= 0 else 1",), kinks="a == 0",
       constants={"slope": 0.01}, about="Maas, Hannun and Ng 2013."),
    Op("elu",        "ELU",       "alpha * expm1(a) if a <= 0 else a", ("alpha * exp(a) if a <= 0 else 1",), kinks="a == 0",
       constants={"alpha": 1.0}, about="Exponential linear unit: Clevert, Unterthiner and Hochreiter 2016."),
    Op("gelu",       "GELU",      "max(a, -40) * (erfc(-a / sqrt(2)) / 2)",
       ("erfc(-a / sqrt(2)) / 2 + finite(a) * normal(a)",),
       taught={"out": "a * erfc(-a / sqrt(2)) / 2",
               "a": "erfc(-a / sqrt(2)) / 2 + a * exp(-a ** 2 / 2) / sqrt(2 * pi)"},
       about="a times the normal distribution function of a: Hendrycks and Gimpel 2016."),
    Op("silu",       "SiLU",      "max(a, -800) * sigmoid(a)", ("sigmoid(a) + finite(a) * sigmoid_slope(a)",),
       taught={"out": "a * sigmoid(a)", "a": "out + sigmoid(a) * (1 - out)"},
       about="Also called swish: Ramachandran, Zoph and Le 2017."),
    Op("softplus",   "softplus",  "max(a, 0) + log1p(exp(-abs(a)))",   ("sigmoid(a)",), about="log(1 + exp(a))."),
    Op("log_sigmoid", "logσ",     "-softplus(-a)",                     ("sigmoid(-a)",), about="log(sigmoid(a)), stable."),
    Op("softsign",   "softsign",  "copysign(1, a) if abs(a) > 1e20 else a / (1 + abs(a))", ("(1 / (1 + abs(a))) ** 2",),
       taught={"out": "a / (1 + abs(a))"}, kinks="a == 0", about="a / (1 + |a|), whose second derivative jumps at 0: Glorot and Bengio 2010."),
    Op("mish",       "Mish",      "0 if a < -800 else a * tanh(softplus(a))",
       ("1 if a > 800 else 0 if a < -800 else tanh(softplus(a)) + 4 * a * sigmoid(a) * sigmoid_slope(2 * softplus(a))",),
       taught={"out": "a * tanh(softplus(a))"},
       about="a·tanh(softplus(a)): Misra 2019."),
    Op("gelu_tanh",  "tanhGELU",
       "0 if a < -30 else a if a > 30 else a * sigmoid(sqrt(8 / pi) * (a + 0.044715 * a ** 3))",
       ("0 if a < -30 else 1 if a > 30 else sigmoid(sqrt(8 / pi) * (a + 0.044715 * a ** 3)) + "
        "a * sigmoid_slope(sqrt(8 / pi) * (a + 0.044715 * a ** 3)) * sqrt(8 / pi) * (1 + 0.134145 * a ** 2)",),
       taught={"out": "a * sigmoid(sqrt(8 / pi) * (a + 0.044715 * a ** 3))"},
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
       ("tanh(a) ** 2",), taught={"out": "a - tanh(a)"}, about="a − tanh(a), exact near 0."),
)
# fmt: on

OFFERED = FUNCTIONS + FUNCTIONS_OF_SEVERAL + SELECTION + ACTIVATIONS + LOSSES + REDUCTIONS
SHEET = ARITHMETIC + OFFERED + PARTS
OPERATIONS = {op.name: op for op in SHEET}
if len(OPERATIONS) != len(SHEET):
    raise ValueError("the sheet names an operation twice")
