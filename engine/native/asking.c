/* What the core asks `engine`. */

/* engine.eager.functions: the function in Python of an operation, by its name */
static PyObject *function_by_name;

/* engine.graph.modes, the context variable */
static PyObject *mode_variable;

/* What the core asks `engine`, by the names in graph/value.py. */
enum {
    CHECK_ARGS,
    CHECK_DATA,
    CHECK_GRAD,
    CHECK_LABEL,
    CHECK_OP,
    CHECK_PARTIALS,
    CHECK_SCOPE,
    CHECK_FIT,
    CHECK_GRADIENTS,
    APPLY_MODE,
    REFUSE_CLASS,
    REFUSE_MODULUS,
    REFUSE_OUTPUT,
    CHECK_SEED,
    ANNOUNCE,
    QUESTIONS,
};
static const char *const question_names[QUESTIONS] = {
    "args", "data", "grad", "label", "op", "partials", "scope",
    "fit", "gradients", "mode", "class", "modulus", "output", "seed", "own",
};
static PyObject *questions[QUESTIONS];

/* Asks with up to two arguments; a new reference, of exactly that type where one is given. */
static PyObject *ask(int question, PyObject *first, PyObject *second, PyTypeObject *type)
{
    PyObject *function = questions[question];
    if (!function) {
        PyErr_SetString(PyExc_RuntimeError, "_chaingrad is a part of the package `engine`; import that");
        return NULL;
    }
    Py_INCREF(function);
    PyObject *found = PyObject_CallFunctionObjArgs(function, first, second, NULL);
    Py_DECREF(function);
    if (found && type && Py_TYPE(found) != type) {
        PyErr_Format(PyExc_SystemError, "engine gave a %s for %s", Py_TYPE(found)->tp_name,
                     question_names[question]);
        Py_CLEAR(found);
    }
    return found;
}

/* The current engine.graph.modes.Mode, or None; a new reference. */
static inline PyObject *current_mode(void)
{
    PyObject *mode = NULL;
    if (!mode_variable) /* imported without `engine` */
        return Py_NewRef(Py_None);
    return PyContextVar_Get(mode_variable, NULL, &mode) < 0 ? NULL : mode;
}
