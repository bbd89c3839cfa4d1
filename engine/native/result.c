/* Operands read, and the nodes of results. */

/* An operand's number, and its node if it is a Value; 0 if it is anything but that or a number of
   the very types float and int. */
static inline int read_operand(PyObject *operand, double *number, Node **node)
{
    PyTypeObject *type = Py_TYPE(operand);
    *node = NULL;
    if (type == Value) {
        *node = (Node *)operand;
        *number = (*node)->data;
        return 1;
    }
    if (type == &PyFloat_Type) {
        *number = PyFloat_AS_DOUBLE(operand);
        return 1;
    }
    if (type == &PyLong_Type) {
        *number = PyLong_AsDouble(operand);
        if (*number == -1.0 && PyErr_Occurred()) {
            PyErr_Clear();
            return 0;
        }
        return 1;
    }
    if (PyType_IsSubtype(type, Value)) {
        *node = (Node *)operand;
        *number = (*node)->data;
        return 1;
    }
    return 0;
}

/* What `graph.recording.record` does at its end. Takes over the reference to the node. */
static PyObject *with_mode(Node *node)
{
    PyObject *mode = current_mode();
    if (mode == Py_None) {
        Py_DECREF(mode);
        return (PyObject *)node;
    }
    PyObject *done = mode ? ask(APPLY_MODE, (PyObject *)node, NULL, NULL) : NULL;
    Py_XDECREF(mode);
    if (!done) {
        Py_DECREF(node);
        return NULL;
    }
    Py_DECREF(done);
    return (PyObject *)node;
}

static inline void fill_edges(Edge *edges, unsigned count, Node *const *nodes, const double *row,
                              const double *partials)
{
    for (unsigned i = 0; i < count; i++) {
        edges[i].operand = Py_XNewRef((PyObject *)nodes[i]);
        edges[i].number = nodes[i] ? partials[i] : row[i];
    }
}

/* The node of a result: for each place of the row its node, with the local derivative, or else the
   number itself. */
static inline PyObject *make_node(PyObject *op, unsigned count, Node *const *nodes,
                                  const double *row, const double *partials, double data)
{
    Node *result;
    int bare = 1;
    for (unsigned i = 0; i < count; i++)
        if (nodes[i] && !cannot_close_cycles((PyObject *)nodes[i]))
            bare = 0;
    if (bare) {
        result = bare_node(op, count);
        if (result)
            fill_edges(result->edges.here, count, nodes, row, partials);
    } else {
        Edge *edges = PyMem_Malloc((count ? count : 1) * sizeof(Edge));
        if (edges)
            fill_edges(edges, count, nodes, row, partials);
        else
            PyErr_NoMemory();
        result = edges ? tracked_node(op, edges, count) : NULL;
    }
    if (!result)
        return NULL;
    result->data = data;
    return with_mode(result);
}
