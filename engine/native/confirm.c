/* Whether nodes still are what their operands' present numbers give; see eager/current.py. No code
   of Python runs here. */

static inline int same_number(double a, double b)
{
    if (a == b || (a != a && b != b))
        return 1;
    return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b)) && isfinite(a) && isfinite(b);
}

/* The line of the table that an operation is, or NULL. */
static const Entry *entry_of(PyObject *op)
{
    for (int place = 0; place < OPERATION_COUNT; place++)
        if (operations[place]->op == op)
            return &table[place];
    return NULL;
}

static int is_confirmed(const Node *node, double **memory, Py_ssize_t *room)
{
    if (!node->count)
        return 1;
    const Entry *entry = entry_of(node->op);
    const Edge *edges = edges_of((Node *)node);
    const Py_ssize_t count = node->count;
    Py_ssize_t sequences = 0;
    double value;
    if (!entry)
        return 0;
    for (int place = 0; place < entry->parameters; place++)
        sequences += entry->sequences >> place & 1u;
    if (count < entry->parameters - sequences)
        return 0;
    while (*room < 2 * count)
        if (!reserve((void **)memory, *room, room, sizeof(double)))
            return 0;
    double *row = *memory;
    for (Py_ssize_t i = 0; i < count; i++)
        row[i] = edges[i].operand ? ((Node *)edges[i].operand)->data : edges[i].number;
    const Py_ssize_t length = sequences ? (count - entry->parameters + sequences) / sequences : 0;
    return entry->compute(row, length, 0, &value, row + count) && same_number(value, node->data);
}

/* The place of the first node of a list, from a place on, that is not confirmed. */
static PyObject *confirm(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 2 || !PyList_CheckExact(args[0]))
        return PyErr_Format(PyExc_TypeError, "confirm takes a list of Values and a place");
    Py_ssize_t place = PyLong_AsSsize_t(args[1]), room = 0;
    double *memory = NULL;
    if (place < 0)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "the place is negative");
    for (; place < PyList_GET_SIZE(args[0]); place++) {
        PyObject *node = PyList_GET_ITEM(args[0], place);
        if (!is_value(node) || !is_confirmed((Node *)node, &memory, &room))
            break;
    }
    PyMem_RawFree(memory);
    return PyLong_FromSsize_t(place);
}
