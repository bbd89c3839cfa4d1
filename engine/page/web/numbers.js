// How numbers are shown: the same texts as engine.base.numbers gives in Python.

/** A number in so many significant digits, as `format(value, ".4g")`, with the minus of mathematics. */
export function shown(value, digits = 4) {
  if (Number.isNaN(value)) return "nan";
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size === Infinity) return `${sign}inf`;
  if (size === 0) return "0";
  const [mantissa, power] = rounded(size, digits).split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) {
    const places = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${trimmed(mantissa)}e${exponent < 0 ? "−" : "+"}${places}`;
  }
  const figures = "0".repeat(Math.max(0, -exponent)) + mantissa.replace(".", "");
  const whole = Math.max(0, exponent) + 1;
  return sign + trimmed(`${figures.slice(0, whole)}.${figures.slice(whole)}`);
}

/** In scientific notation. Of two that are as near Python takes the even one, JavaScript the larger. */
function rounded(size, digits) {
  const usual = size.toExponential(digits - 1);
  if (!/[13579]e/.test(usual) || !size.toExponential(digits).includes("5e")) return usual;
  const [mantissa, power] = size.toExponential(100).split("e");
  const figures = mantissa.replace(".", "");
  if (!/^50*$/.test(figures.slice(digits)) || figures[digits - 1] % 2) return usual;
  return `${figures[0]}.${figures.slice(1, digits)}e${power}`;
}

const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0*$/, "") : text);

/** The same to the right of an operator: a negative number in parentheses. */
export function beside(value, digits) {
  const text = shown(value, digits);
  return value < 0 ? `(${text})` : text;
}

/** A count of any size, with thousands apart; a very large one by its power of ten. */
export function counted(count) {
  const text = String(count);
  return text.length > 21 ? `about 10^${text.length - 1}` : text.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The smallest and the largest of some numbers. */
export function endsOf(numbers) {
  return [Math.min, Math.max].map((end) => numbers.reduce((one, other) => end(one, other), numbers[0]));
}

/** What someone typed, NaN if it is not a number; a comma, a real minus and fractions are fine. */
export function readNumber(text) {
  const parts = text.replace(/[−–]/g, "-").replace(",", ".").split("/");
  if (parts.length > 2 || parts.some((part) => !part.trim())) return NaN;
  return parts.map(Number).reduce((above, below) => above / below);
}

/** The words of an equation with the numbers of now in the places of the nodes. */
export function inNumbers(words, values, digits) {
  return words.reduce((text, part) => {
    if (typeof part === "string") return text + part;
    const write = !text || text.endsWith("(") || text.endsWith(", ") ? shown : beside;
    return text + write(values[part], digits);
  }, "");
}
