"""The formula sheet, continued: what its other lines call.

None of these is a function of `engine` by itself. Most are the derivative of another operation,
with a line of their own because their own derivative asks for a form that keeps all digits.
"""

from __future__ import annotations

from engine.sheet.op import Op

# fmt: off
PARTS = (
    Op("sigmoid_slope", "σ′", "exp(-abs(a)) / (1 + exp(-abs(a))) ** 2", ("-out * tanh(a / 2)",),
       about="The derivative of the sigmoid."),
    Op("powerlog", "powerlog", "0 if a == 0 and b > 0 else a ** b * log(a)",
       ("0 if a == 0 and (b > 1 or b == 0) or a > 0 and (b - 1) * log(a) < -3000 else "
        "(a ** (b - 1) if b - 1 + 1 == b or a == 0 else a ** b / a) * (1 + b * log(a))",
        "0 if a == 0 and b > 0 else out * log(a)"),
       undefined="a < 0 or a == 0 and b <= 0", domain={"a": (0.5, 3)},
       about="The derivative of a to the power of b with respect to b."),
    Op("log_ratio", "log/", "log(a / b) if abs(log(a) - log(b)) < 600 else log(a) - log(b)", ("1 / a", "-1 / b"),
       taught={"out": "log(a / b)"}, undefined="a <= 0 or b <= 0", domain={"a": (0.2, 4), "b": (0.2, 4)},
       about="log(a / b), without overflow on the way."),
    Op("asin_slope", "asin′", "1 / sqrt((1 - a) * (1 + a))", ("a * out ** 3",), undefined="abs(a) >= 1",
       domain={"a": (-0.9, 0.9)}, about="The derivative of the arcsine."),
    Op("atan_slope", "atan′", "1 / (1 + a ** 2) if abs(a) < 1e150 else 1 / a / a", ("-finite(2 * a) * out * out",),
       taught={"out": "1 / (1 + a ** 2)", "a": "-2 * a * out ** 2"}, about="The derivative of the arctangent."),
    Op("atan2_slope", "atan2′", "1 / (b + a * (a / b)) if abs(b) > abs(a) else b / a / (a + b * (b / a))",
       ("-2 * out * (a / hypot(a, b)) / hypot(a, b)",
        "((a / hypot(a, b)) ** 2 - (b / hypot(a, b)) ** 2) / hypot(a, b) / hypot(a, b)"),
       taught={"out": "b / (a ** 2 + b ** 2)"}, undefined="a == 0 and b == 0", domain={"b": (0.5, 2)}, about="The derivative of atan2 by a."),
    Op("hypot_slope", "hypot′", "a / hypot(a, b) if hypot(a, b) != 0 else 0",
       ("b / hypot(a, b) * (b / hypot(a, b) / hypot(a, b)) if hypot(a, b) != 0 else 0",
        "-out * (b / hypot(a, b)) / hypot(a, b) if hypot(a, b) != 0 else 0"),
       kinks="hypot(a, b) == 0", about="The derivative of hypot by a."),
    Op("erf_slope", "erf′", "2 / sqrt(pi) * exp(-a ** 2)", ("-finite(2 * a) * out",), taught={"a": "-2 * a * out"},
       about="The derivative of the error function."),
    Op("normal", "φ′", "exp(-a ** 2 / 2) / sqrt(2 * pi)", ("-finite(a) * out",), taught={"a": "-a * out"},
       about="The density of the normal distribution."),
    Op("finite", "finite", "max(min(a, 1.7976931348623157e308), -1.7976931348623157e308)", ("1",),
       about="a, or the largest number in the place of an infinite one, so that 0 times it is 0."),
    Op("gap", "−", "0 if a == b else a - b", ("1", "-1"), taught={"out": "a - b"},
       about="a - b, and 0 between equal infinities."),
    Op("exp_gap", "exp −", "0 if a == b else exp(a - b)", ("exp(gap(a, b))", "-exp(gap(a, b))"), kinks="a == b",
       domain={"b": (3, 5)},
       taught={"a": "exp(a - b)", "b": "-exp(a - b)"},
       about="exp(a - b), less 1 where a equals b: the terms of a sum in which those are counted."),
    Op("log_total", "logtotal",
       "gap(max(a), b) + log1p(sum(exp_gap(a, max(a))) + (sum(1 if a == max(a) else 0) - 1))",
       ("exp(gap(a, max(a))) / (1 + (sum(exp_gap(a, max(a))) + (sum(1 if a == max(a) else 0) - 1)))", "-1"),
       taught={"out": "log(sum(exp(a - b)))"}, operands="a* b", undefined="n == 0",
       about="log(sum(exp(a - b))): the cross-entropy of logits a, where b is that of the right class."),
    Op("exp_total", "exptotal", "sum(exp(gap(a, b)))", ("exp(gap(a, b))", "-out"),
       taught={"out": "sum(exp(a - b))", "a": "exp(a - b)"}, operands="a* b", about="sum(exp(a - b))."),
    Op("share", "share", "exp(gap(a, b)) / c", ("out", "-out", "-out / c"), operands="a b c",
       undefined="c == 0", domain={"c": (0.5, 3)}, taught={"out": "exp(a - b) / c"},
       about="exp(a - b) / c: an element of softmax, with the maximum b and the exp_total c."),
    Op("log_share", "log_share", "gap(a, b) - c", ("1", "-1", "-1"), operands="a b c", taught={"out": "a - b - c"},
       about="a - b - c: an element of log_softmax, with the maximum b and the log_total c."),
)
# fmt: on
