/* Nodes made from without: leaves, and results that have been computed. */

/* `Value(number)` and `Value(number, label)`; the rest is for `__init__`, which is in Python. */
static PyObject *new_leaf(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *names)
{
    const Py_ssize_t count = PyVectorcall_NARGS(nargsf);
    const Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0;
    double number;
    Node *node;
    if (count >= 1 && count + named <= 2 && read_operand(args[0], &number, &node) && !node &&
        (!named || PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), "label") == 0) &&
        (count + named == 1 || args[1] == Py_None || is_plain_text(args[1]))) {
        PyObject *mode = current_mode();
        if (!mode)
            return NULL;
        Py_DECREF(mode);
        if (mode == Py_None) {
            node = bare_node(Py_None, 0);
            if (!node)
                return NULL;
            node->data = number;
            if (count + named == 2)
                Py_SETREF(node->label, Py_NewRef(args[1]));
            return (PyObject *)node;
        }
    }
    PyObject *positional = PyTuple_New(count);
    PyObject *keywords = named ? PyDict_New() : NULL;
    PyObject *result = NULL;
    if (positional && (keywords || !named)) {
        int complete = 1;
        for (Py_ssize_t i = 0; i < count; i++)
            PyTuple_SET_ITEM(positional, i, Py_NewRef(args[i]));
        for (Py_ssize_t i = 0; i < named && complete; i++)
            complete = PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, i), args[count + i]) == 0;
        if (complete)
            result = PyType_Type.tp_call(type, positional, keywords);
    }
    Py_XDECREF(positional);
    Py_XDECREF(keywords);
    return result;
}

/* As in graph/value.py: the node of an operation that has been computed. */
static PyObject *record(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 4) {
        PyErr_Format(PyExc_TypeError, "record takes op, args, data and partials, not %zd operands",
                     count);
        return NULL;
    }
    const double data = PyFloat_AsDouble(args[2]);
    if (data == -1.0 && PyErr_Occurred())
        return NULL;
    PyObject *operands = read_args(args[1]);
    PyObject *partials = operands ? read_partials(args[3]) : NULL;
    Edge *edges = partials ? edges_to(operands) : NULL;
    Node *node = NULL;
    const unsigned operand_count = operands ? (unsigned)PyTuple_GET_SIZE(operands) : 0;
    int bare = 1;
    if (edges && !fit_partials(edges, operand_count, partials)) {
        free_edges(edges, operand_count);
        edges = NULL;
        refuse_partials(partials, operands);
    }
    for (unsigned i = 0; edges && i < operand_count; i++)
        if (edges[i].operand && !cannot_close_cycles(edges[i].operand))
            bare = 0;
    if (edges && !bare)
        node = tracked_node(args[0], edges, operand_count);
    else if (edges) {
        node = bare_node(args[0], operand_count);
        if (node) {
            memcpy(node->edges.here, edges, operand_count * sizeof(Edge));
            PyMem_Free(edges);
        } else
            free_edges(edges, operand_count);
    }
    Py_XDECREF(operands);
    Py_XDECREF(partials);
    if (!node)
        return NULL;
    node->data = data;
    return with_mode(node);
}
