/* Operations on scalars, called as functions and methods. */

/* The place of a parameter by its name, or -1. */
static int place_of(const Entry *entry, PyObject *name)
{
    for (int place = 0; place < entry->parameters; place++)
        if (PyUnicode_CompareWithASCIIString(name, entry->names[place]) == 0)
            return place;
    return -1;
}

/* Puts the arguments in the order of the parameters, NULL for what is left out at the end; 0 where
   they do not fit. */
static int arrange(const Entry *entry, PyObject *const *args, Py_ssize_t count, PyObject *names,
                   PyObject **arranged)
{
    if (count > entry->parameters)
        return 0;
    for (int place = 0; place < entry->parameters; place++)
        arranged[place] = place < count ? args[place] : NULL;
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); i++) {
        const int place = place_of(entry, PyTuple_GET_ITEM(names, i));
        if (place < 0 || arranged[place])
            return 0;
        arranged[place] = args[count + i];
    }
    for (int place = 0; place < entry->parameters; place++)
        if (!arranged[place] &&
            (place < entry->required || (place + 1 < entry->parameters && arranged[place + 1])))
            return 0;
    return 1;
}

/* Reads one scalar parameter into its place in the row; 0 where it is nothing ordinary. */
static inline int read_scalar(const Entry *entry, int place, PyObject *arg, double *number,
                              Node **node)
{
    if (!arg) {
        *node = NULL;
        *number = entry->defaults[place - entry->required];
        return 1;
    }
    return read_operand(arg, number, node) && !(*node && place >= entry->operands);
}

static PyObject *call_scalar(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names)
{
    Operation *operation = (Operation *)self;
    const Entry *entry = operation->entry;
    PyObject *arranged[MOST_PARAMETERS];
    PyObject *const *given = args;
    double row[MOST_PARAMETERS], partials[MOST_PARAMETERS], value;
    Node *nodes[MOST_PARAMETERS];
    unsigned wanted = 0;
    if (names || PyVectorcall_NARGS(nargsf) != entry->parameters) {
        if (!arrange(entry, args, PyVectorcall_NARGS(nargsf), names, arranged))
            return in_python(operation, args, nargsf, names);
        given = arranged;
    }
    for (int place = 0; place < entry->parameters; place++) {
        if (!read_scalar(entry, place, given[place], &row[place], &nodes[place]))
            return in_python(operation, args, nargsf, names);
        wanted |= (unsigned)(nodes[place] != NULL) << place;
    }
    if (!entry->compute(row, 0, wanted, &value, partials))
        return in_python(operation, args, nargsf, names);
    if (!wanted)
        return PyFloat_FromDouble(value);
    return make_node(operation->op, (unsigned)entry->parameters, nodes, row, partials, value);
}
