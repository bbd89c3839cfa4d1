/* Edges from operands and local derivatives that are given as tuples of Python. */

/* A tuple of operands as a node keeps them, Values and floats; a new reference. */
static PyObject *read_args(PyObject *given)
{
    Py_ssize_t ordinary = 0;
    if (PyTuple_CheckExact(given))
        while (ordinary < PyTuple_GET_SIZE(given) &&
               (PyFloat_CheckExact(PyTuple_GET_ITEM(given, ordinary)) ||
                is_value(PyTuple_GET_ITEM(given, ordinary))))
            ordinary++;
    if (PyTuple_CheckExact(given) && ordinary == PyTuple_GET_SIZE(given))
        return Py_NewRef(given);
    return ask(CHECK_ARGS, given, NULL, &PyTuple_Type);
}

static inline int is_partial(PyObject *thing)
{
    return thing == Py_None || PyFloat_CheckExact(thing) ||
           (PyLong_CheckExact(thing) && !PyObject_IsTrue(thing));
}

/* A tuple of local derivatives as Python reads them: floats, the int 0 and None; a new reference. */
static PyObject *read_partials(PyObject *given)
{
    Py_ssize_t ordinary = 0;
    if (PyTuple_CheckExact(given))
        while (ordinary < PyTuple_GET_SIZE(given) && is_partial(PyTuple_GET_ITEM(given, ordinary)))
            ordinary++;
    if (PyTuple_CheckExact(given) && ordinary == PyTuple_GET_SIZE(given))
        return Py_NewRef(given);
    return ask(CHECK_PARTIALS, given, NULL, &PyTuple_Type);
}

/* Edges to the operands in a tuple from `read_args`, for the caller to own. Their local derivatives
   are 0. */
static Edge *edges_to(PyObject *args)
{
    const Py_ssize_t count = PyTuple_GET_SIZE(args);
    Edge *edges = PyMem_Calloc(count ? (size_t)count : 1, sizeof(Edge));
    if (!edges || count > INT_MAX) {
        PyMem_Free(edges);
        return (Edge *)PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i);
        if (PyFloat_CheckExact(arg))
            edges[i].number = PyFloat_AS_DOUBLE(arg);
        else
            edges[i].operand = Py_NewRef(arg);
    }
    return edges;
}

/* Gives edges the local derivatives in a tuple from `read_partials`; 0 where they do not fit. */
static int fit_partials(Edge *edges, unsigned count, PyObject *partials)
{
    if (PyTuple_GET_SIZE(partials) != (Py_ssize_t)count)
        return 0;
    for (unsigned i = 0; i < count; i++)
        if ((PyTuple_GET_ITEM(partials, i) == Py_None) != (edges[i].operand == NULL))
            return 0;
    for (unsigned i = 0; i < count; i++) {
        PyObject *partial = PyTuple_GET_ITEM(partials, i);
        if (!edges[i].operand)
            continue;
        edges[i].number = PyFloat_CheckExact(partial) ? PyFloat_AS_DOUBLE(partial) : DEAD;
        /* No nan that is given passes for a dead edge. */
        if (PyFloat_CheckExact(partial) && isnan(edges[i].number))
            edges[i].number = (double)NAN;
    }
    return 1;
}

/* The error for local derivatives that do not fit. */
static void refuse_partials(PyObject *partials, PyObject *args)
{
    PyObject *done = ask(CHECK_FIT, partials, args, NULL);
    Py_XDECREF(done);
    if (done)
        PyErr_SetString(PyExc_ValueError, "args changed while partials were assigned");
}
