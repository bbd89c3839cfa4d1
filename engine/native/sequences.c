/* Operations on sequences, called as functions. */

/* Whether nothing runs when it is gone through. */
static inline int is_at_hand(PyObject *thing)
{
    return PyList_CheckExact(thing) || PyTuple_CheckExact(thing);
}

/* As `eager.checked.row`: what can be gone through as a tuple; NULL, without an error, where it is
   not a sequence of numbers, and with one where going through it failed. */
static PyObject *as_row(PyObject *thing)
{
    if (is_at_hand(thing))
        return PySequence_Tuple(thing);
    if (PyUnicode_Check(thing) || PyBytes_Check(thing) || is_value(thing))
        return NULL;
    PyObject *iterator = PyObject_GetIter(thing);
    if (!iterator) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Clear();
        return NULL;
    }
    PyObject *tuple = PySequence_Tuple(iterator);
    Py_DECREF(iterator);
    return tuple;
}

/* Memory for the rows of an operation on sequences: on the stack where they are short. */
#define SHORT 40
typedef struct {
    double row[SHORT], partials[SHORT];
    Node *nodes[SHORT];
} Rows;

/* Where the place of a sequence begins in a row. */
static inline Py_ssize_t start_of(const Entry *entry, int place, Py_ssize_t length)
{
    Py_ssize_t start = 0;
    for (int i = 0; i < place; i++)
        start += entry->sequences & 1u << i ? length : 1;
    return start;
}

/* Where a partial derivative is just the element of another sequence, and that is a plain number
   that is 0, the path ends. */
static void end_at_constants(const Entry *entry, Py_ssize_t length, const double *row,
                             double *partials, Node *const *nodes)
{
    for (int place = 0; place < entry->operands; place++) {
        if (entry->factors[place] < 0)
            continue;
        const Py_ssize_t own = start_of(entry, place, length);
        const Py_ssize_t other = start_of(entry, entry->factors[place], length);
        for (Py_ssize_t i = 0; i < length; i++)
            if (row[other + i] == 0.0 && !nodes[other + i])
                partials[own + i] = DEAD;
    }
}

/* The function in Python on arguments in the order of the parameters: what could be gone through
   only once stands there as a tuple. */
static PyObject *arranged_in_python(Operation *operation, PyObject *const *arranged)
{
    size_t given = 0;
    while (given < (size_t)operation->entry->parameters && arranged[given])
        given++;
    return in_python(operation, arranged, given, NULL);
}

/* The operation on sequences that have been made lists or tuples, `length` elements in each. NULL
   without an error where something is not ordinary. */
static PyObject *compute_sequences(Operation *operation, PyObject *const *arranged,
                                   Py_ssize_t length, Py_ssize_t total, double *row,
                                   double *partials, Node **nodes)
{
    const Entry *entry = operation->entry;
    Py_ssize_t at = 0;
    unsigned any = 0;
    int zeros = 0; /* whether a plain number is 0 */
    double value;
    for (int place = 0; place < entry->parameters; place++) {
        if (!(entry->sequences & 1u << place)) {
            if (!read_scalar(entry, place, arranged[place], &row[at], &nodes[at]))
                return NULL;
            any |= nodes[at++] != NULL;
            continue;
        }
        PyObject **items = PySequence_Fast_ITEMS(arranged[place]);
        for (Py_ssize_t i = 0; i < length; i++, at++) {
            if (!read_operand(items[i], &row[at], &nodes[at]))
                return NULL;
            if (nodes[at])
                any = 1;
            else if (row[at] == 0.0)
                zeros = 1;
        }
    }
    if (!entry->compute(row, length, any, &value, partials))
        return NULL;
    if (!any)
        return PyFloat_FromDouble(value);
    if (zeros)
        end_at_constants(entry, length, row, partials, nodes);
    return make_node(operation->op, (unsigned)total, nodes, row, partials, value);
}

/* The operation on arguments in the order of its parameters; sequences are lists or tuples. */
static PyObject *call_arranged(Operation *operation, PyObject *const *arranged)
{
    const Entry *entry = operation->entry;
    PyObject *result = NULL;
    Py_ssize_t length = -1, total = entry->parameters;
    int ordinary = 1;
    for (int place = 0; place < entry->parameters; place++)
        if (entry->sequences & 1u << place) {
            const Py_ssize_t own = PySequence_Fast_GET_SIZE(arranged[place]);
            if (length >= 0 && own != length)
                ordinary = 0;
            length = own;
            total += own - 1;
        }
    if (ordinary && total <= SHORT) {
        Rows memory;
        result = compute_sequences(operation, arranged, length, total, memory.row, memory.partials,
                                   memory.nodes);
    } else if (ordinary && total <= INT_MAX) {
        void *memory = PyMem_Malloc((size_t)total * (2 * sizeof(double) + sizeof(Node *)));
        if (!memory)
            return PyErr_NoMemory();
        double *row = memory, *partials = row + total;
        result = compute_sequences(operation, arranged, length, total, row, partials,
                                   (Node **)(partials + total));
        PyMem_Free(memory);
    }
    if (result || PyErr_Occurred())
        return result;
    return arranged_in_python(operation, arranged);
}

static PyObject *call_sequences(PyObject *self, PyObject *const *args, size_t nargsf,
                                PyObject *names)
{
    Operation *operation = (Operation *)self;
    const Entry *entry = operation->entry;
    PyObject *arranged[MOST_PARAMETERS];
    PyObject *result = NULL;
    int ordinary = 1, at_hand = 1;
    if (!arrange(entry, args, PyVectorcall_NARGS(nargsf), names, arranged))
        return in_python(operation, args, nargsf, names);
    for (int place = 0; place < entry->parameters; place++)
        if (entry->sequences & 1u << place && !is_at_hand(arranged[place]))
            at_hand = 0;
    if (at_hand)
        return call_arranged(operation, arranged);
    /* To go through a sequence may run code that changes another: each is made a tuple in its turn,
       as in Python, and `arranged` owns what stands in it. */
    for (int place = 0; place < entry->parameters; place++)
        Py_XINCREF(arranged[place]);
    for (int place = 0; place < entry->parameters && ordinary; place++) {
        if (!(entry->sequences & 1u << place))
            continue;
        PyObject *row = as_row(arranged[place]);
        if (row)
            Py_SETREF(arranged[place], row);
        else
            ordinary = 0;
    }
    if (ordinary)
        result = call_arranged(operation, arranged);
    else if (!PyErr_Occurred())
        result = arranged_in_python(operation, arranged);
    for (int place = 0; place < entry->parameters; place++)
        Py_XDECREF(arranged[place]);
    return result;
}
