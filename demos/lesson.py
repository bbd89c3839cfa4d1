"""The whole lesson: CGPA and IQ predict a salary; every chain, one update, then real training.

CGPA, the cumulative grade point average, sums up a student's marks: 10 at best. LPA, lakhs per
annum, is what the first job pays, in units of 100,000 rupees a year. The network has two inputs,
two hidden neurons and one output, all linear. Part 1 works through one student by hand and by the
engine; part 2 trains on two hundred students, one at a time.
"""

from __future__ import annotations

import io
import math
from itertools import islice
from statistics import fmean
from textwrap import indent

from demos.interrupt import uninterrupted
from demos.pictures import FOLDER, Illustration
from demos.printing import fixed, heading, introduction, name_of, remark, shown
from demos.students import NOISE, Scaling, Student, read_students
from engine import Parameter, Value, draw, explain, explore, squared_error, steps
from engine.base.files import write_whole
from engine.drawing.render import Picture
from engine.page.live import Page
from nn import MLP, SGD, History, draw_network, draw_training_loop, fit

PICTURES = {
    "student.svg": "the student's graph, a box for each neuron",
    "chain.svg": "the way from w111 to the loss",
    "lesson.html": "the student's graph, to try out in a browser",
    "network.svg": "the network after training",
    "training.svg": "the training loop",
}
TRAINING = 160
# Chosen so that the prediction is exactly the lesson's 18.
PARAMETERS = {
    "w111": 0.1, "w121": 0.1, "b11": 0.0,
    "w112": 0.1, "w122": 0.1, "b12": 0.0,
    "w211": 1.0, "w221": 1.0, "b21": 0.4,
}  # fmt: skip
GRADIENTS = {
    "w111": 240, "w121": 2400, "b11": 30,
    "w112": 240, "w122": 2400, "b12": 30,
    "w211": 264, "w221": 264, "b21": 30,
}  # fmt: skip
# What the chains have in common, neuron by neuron from the output back.
GROUPS = {
    "ŷ": "The output neuron, ŷ: two factors each. The first, ∂L/∂ŷ, says how the loss changes with "
    "the prediction, and begins all nine chains. The second is what the parameter is multiplied "
    "by in ŷ = w211·o11 + w221·o12 + b21: o11, o12, or 1 for the bias.",
    "o11": "Hidden neuron 1, o11: three factors each. ŷ changes with o11 by the weight between "
    "them, w211; o11 changes with its own parameters by x1, x2, or 1 for the bias.",
    "o12": "Hidden neuron 2, o12: the same way back, but through w221.",
}


def main() -> Illustration:
    """Prints the lesson."""
    introduction(__doc__)
    drawings = one_student()
    model, history, error = all_students()
    drawings["network.svg"] = draw_network(model)
    drawings["training.svg"] = draw_training_loop()
    pictures(drawings, history)
    caption = (
        "One student, CGPA 8 and IQ 80, through the 2-2-1 network: the prediction is 18 instead of "
        "3, and every arrow carries the factor that multiplies the gradient on its way back. "
        f"Trained on {TRAINING} students, the network is off by {error:.2f} LPA on students it has "
        f"never seen, where {NOISE} LPA is noise."
    )
    return Illustration(FOLDER / "student.svg", caption)


def one_student() -> dict[str, Picture | Page]:
    """Forward, loss, nine chains and one update, by the numbers of the lesson; its pictures."""
    model = MLP(2, [2, 1], activation="linear")
    model.load_state_dict(PARAMETERS)
    x1, x2, y = Value(8, label="x1"), Value(80, label="x2"), Value(3, label="y")

    heading("Forward: student with CGPA 8, IQ 80 and a package of 3 LPA")
    prediction = model([x1, x2])
    loss = squared_error(y, prediction)
    loss.label = "L"
    for step in steps(loss):
        if step.phase == "forward" and step.node.args:
            print(f"  {step}")
    assert (prediction.data, loss.data) == (18.0, 225.0)

    heading("What depends on what, read from the graph")
    for node in [loss, prediction, *hidden(prediction)]:
        print(f"  {node.label:3} ← {', '.join(map(name_of, node.args))}")

    loss.backward()
    backward(loss, prediction)
    parameters = dict(model.named_parameters())
    gradients = {name: parameter.grad for name, parameter in parameters.items()}
    assert all(math.isclose(gradients[name], GRADIENTS[name], rel_tol=1e-12) for name in GRADIENTS)
    remark("The two hidden neurons get equal gradients because they started with equal weights.")

    # Drawn before the update, which changes the numbers that the graph was computed with.
    others = read_students()[:12]
    rows = {
        "student": ["CGPA 8, IQ 80", *(f"CGPA {s.cgpa:.2f}, IQ {s.iq:.0f}" for s in others)],
        "x1": [8, *(student.cgpa for student in others)],
        "x2": [80, *(student.iq for student in others)],
        "y": [3, *(student.lpa for student in others)],
    }
    title = "The 2-2-1 network: CGPA and IQ predict a salary"
    drawings: dict[str, Picture | Page] = {
        "student.svg": draw(loss),
        "chain.svg": draw(loss, path=parameters["w111"]),
        "lesson.html": explore(loss, path=parameters["w111"], title=title, data=rows),
    }

    heading("Update: new = old − η · ∂L/∂old, with η = 0.1")
    SGD(model.parameters(), learning_rate=0.1).step()
    for name, parameter in parameters.items():
        formula = f"{shown(PARAMETERS[name])} − 0.1 · {shown(gradients[name])}"
        print(f"  {name:4} = {formula:16} = {shown(parameter.data)}")
        assert math.isclose(parameter.data, PARAMETERS[name] - 0.1 * GRADIENTS[name], rel_tol=1e-12)
    after = model([8, 80])
    remark(
        f"The prediction is now {shown(after.data)}: a step of this size goes far past the goal, "
        "because an IQ of 80 makes gradients of 2400. Hence the scaled inputs in what follows."
    )
    return drawings


def backward(loss: Value, prediction: Value) -> None:
    """What a gradient is, and the nine chains, those of one neuron together."""
    heading("Backward: the local derivatives from L to each parameter, multiplied")
    remark(
        "A gradient is a rate: ∂L/∂w111 = 240 says that the loss L changes 240 times as fast as "
        "the weight w111. Raise w111 by 0.001, and L rises by about 0.24."
    )
    print()
    remark(
        "The chain rule finds it. w111 changes o11, o11 changes ŷ, and ŷ changes L; each step has "
        "a rate of its own, the local derivative. Along the chain the rates are multiplied."
    )
    print()
    for neuron in [prediction, *hidden(prediction)]:
        remark(GROUPS[neuron.label or ""])
        print()
        for parameter in (arg for arg in neuron.args if isinstance(arg, Parameter)):
            print(indent(explain(loss, parameter).text, "  ") + "\n")


def hidden(output: Value) -> list[Value]:
    """The hidden neurons that an output neuron was computed from."""
    return [arg for arg in output.args if isinstance(arg, Value) and not isinstance(arg, Parameter)]


def all_students() -> tuple[MLP, History, float]:
    """Training on the file of students, and the error on those that were held out, in LPA."""
    students = read_students()
    training, held_out = students[:TRAINING], students[TRAINING:]
    scale = Scaling(training)

    heading(f"Training on {len(training)} students, one at a time")
    remark(
        "The students are made up: LPA = 0.5·CGPA + 0.05·IQ − 5, plus noise of 0.3 LPA. CGPA and "
        "IQ are scaled to mean 0 and standard deviation 1; η = 0.001."
    )
    model = MLP(2, [2, 1], activation="linear", seed=1)
    data = [(scale(student), student.lpa) for student in training]
    optimizer = SGD(model.parameters(), learning_rate=0.001)
    history = fit(model, data, "squared_error", optimizer, epochs=200, tolerance=1e-3, patience=5)
    print(f"\n{loss_curve(uninterrupted(history))}\n")
    remark(f"{history.stopped.capitalize()}: {history.message}.")
    assert history.stopped == "converged"

    heading(f"Predictions for {len(held_out)} students that it has never seen")
    predictions = [model(scale(student)).data for student in held_out]
    errors = [p - student.lpa for p, student in zip(predictions, held_out)]
    print("   CGPA   IQ   true LPA   predicted   error")
    for student, predicted, error in islice(zip(held_out, predictions, errors), 8):
        inputs = f"{student.cgpa:5.2f}  {student.iq:3.0f}"
        print(f"  {inputs}   {student.lpa:8.2f}   {predicted:9.2f}  {fixed(error, '+6.2f')}")
    error = root_mean_square(errors)
    mean = fmean(student.lpa for student in training)
    guess = root_mean_square([mean - student.lpa for student in held_out])
    print(f"  … {len(held_out) - 8} more. Root mean square error: {error:.2f} LPA.")
    remark(
        f"For comparison: {guess:.2f} LPA for predicting the mean of the training students, "
        f"{NOISE} LPA is the noise, which nobody can predict."
    )
    cgpa, iq, constant = learnt_rule(model, scale)
    print(f"  What it has learnt: LPA ≈ {cgpa:.2f}·CGPA + {iq:.3f}·IQ − {-constant:.1f}")
    assert error < 0.35 < guess
    assert abs(cgpa - 0.5) < 0.05
    assert abs(iq - 0.05) < 0.005
    assert abs(constant + 5) < 0.5
    return model, history, error


def pictures(drawings: dict[str, Picture | Page], history: History) -> None:
    """The lesson in pictures, written to a folder below the current one."""
    heading(f"Pictures, in the folder {FOLDER}")
    FOLDER.mkdir(exist_ok=True)
    try:
        for name, picture in drawings.items():
            write = picture.save if isinstance(picture, Page) else picture.render
            write(FOLDER / name)
            print(f"  {name:13} {PICTURES[name]}")
        image = io.BytesIO()
        history.plot().figure.savefig(image, format="svg")
        write_whole(FOLDER / "loss.svg", image.getvalue())
        print(f"  {'loss.svg':13} the loss over the epochs")
    except (RuntimeError, ImportError) as error:
        # Without Graphviz or matplotlib the lesson is complete but for its pictures.
        remark(str(error))


def loss_curve(history: History) -> str:
    """The loss of some epochs as bars."""
    last = history.epochs
    epochs = sorted({1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, last})
    longest = max(history.losses)
    rows = ["  epoch   mean loss"]
    for epoch in [epoch for epoch in epochs if epoch <= last]:
        loss = history.losses[epoch - 1]
        rows.append(f"  {epoch:5}   {loss:9.4f}   {'█' * max(1, round(48 * loss / longest))}")
    return "\n".join(rows)


def root_mean_square(errors: list[float]) -> float:
    """√(mean of the squares)."""
    return math.sqrt(fmean(error * error for error in errors))


def learnt_rule(model: MLP, scale: Scaling) -> tuple[float, float, float]:
    """A linear network is one line in the end: the factors of CGPA and IQ, and the constant."""

    def predict(cgpa: float, iq: float) -> float:
        return float(model(scale(Student(cgpa, iq, 0.0))))

    constant = predict(0, 0)
    return predict(1, 0) - constant, predict(0, 1) - constant, constant


if __name__ == "__main__":
    main()
