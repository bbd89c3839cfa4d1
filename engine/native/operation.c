/* Operations: callable as functions, methods and operators.

   What is here is the ordinary case: Values and plain numbers where the operation has a value.
   Anything else goes to the function in Python that is generated from the same line of the sheet;
   so every error has one source, and one text. */

typedef struct {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    const Entry *entry;
    PyObject *op;       /* the line of the sheet */
    PyObject *function; /* the one in Python, once it has been generated */
} Operation;

static Operation *operations[OPERATION_COUNT];

/* The function in Python; a borrowed reference. */
static PyObject *python_function(Operation *operation)
{
    if (!operation->function) {
        /* Importing it has `set_functions` called. */
        PyObject *module = PyImport_ImportModule("engine.functions");
        if (module && !function_by_name)
            PyErr_SetString(PyExc_RuntimeError, "engine.functions called no set_functions");
        PyObject *made = module && function_by_name
                             ? PyObject_CallFunction(function_by_name, "s", operation->entry->name)
                             : NULL;
        Py_XDECREF(module);
        if (!made)
            return NULL;
        /* It may have been made meanwhile, and is then in use. */
        if (operation->function)
            Py_DECREF(made);
        else
            operation->function = made;
    }
    return operation->function;
}

static PyObject *in_python(Operation *operation, PyObject *const *args, size_t nargsf,
                           PyObject *names)
{
    PyObject *function = Py_XNewRef(python_function(operation));
    PyObject *result = function ? PyObject_Vectorcall(function, args, nargsf, names) : NULL;
    Py_XDECREF(function);
    return result;
}

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

/* What `engine.value.record` does at its end. Takes over the reference to the node. */
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

/* ---- Operators ---- */

static inline PyObject *binary(int place, Compute compute, PyObject *a, PyObject *b)
{
    Operation *operation = operations[place];
    const Entry *entry = &table[place];
    double row[2], partials[2] = {0.0, 0.0}, value;
    Node *nodes[2];
    if (read_operand(a, &row[0], &nodes[0]) && read_operand(b, &row[1], &nodes[1]) &&
        !(nodes[1] && entry->operands < 2) &&
        compute(row, 0, (nodes[0] != NULL) | (unsigned)(nodes[1] != NULL) << 1, &value, partials))
        return make_node(operation->op, 2, nodes, row, partials, value);
    PyObject *args[] = {a, b};
    return in_python(operation, args, 2, NULL);
}

static inline PyObject *unary(int place, Compute compute, PyObject *a)
{
    Node *node = (Node *)a;
    double partial = 0.0, value;
    if (compute(&node->data, 0, 1, &value, &partial))
        return make_node(operations[place]->op, 1, &node, NULL, &partial, value);
    return in_python(operations[place], &a, 1, NULL);
}

static PyObject *node_add(PyObject *a, PyObject *b)
{
    return binary(OPERATION_ADD, compute_add, a, b);
}

static PyObject *node_subtract(PyObject *a, PyObject *b)
{
    return binary(OPERATION_SUB, compute_sub, a, b);
}

static PyObject *node_multiply(PyObject *a, PyObject *b)
{
    return binary(OPERATION_MUL, compute_mul, a, b);
}

static PyObject *node_divide(PyObject *a, PyObject *b)
{
    return binary(OPERATION_DIV, compute_div, a, b);
}

static PyObject *node_remainder(PyObject *a, PyObject *b)
{
    return binary(OPERATION_MOD, compute_mod, a, b);
}

static PyObject *node_floor_divide(PyObject *a, PyObject *b)
{
    return binary(OPERATION_FLOORDIV, compute_floordiv, a, b);
}

static PyObject *node_divmod(PyObject *a, PyObject *b)
{
    PyObject *quotient = node_floor_divide(a, b);
    if (!quotient || quotient == Py_NotImplemented)
        return quotient;
    PyObject *remainder = node_remainder(a, b);
    PyObject *pair = remainder ? PyTuple_Pack(2, quotient, remainder) : NULL;
    Py_DECREF(quotient);
    Py_XDECREF(remainder);
    return pair;
}

static PyObject *node_power(PyObject *a, PyObject *b, PyObject *modulus)
{
    if (modulus != Py_None) {
        if (is_value(a))
            return ask(REFUSE_MODULUS, NULL, NULL, NULL);
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (is_value(b))
        return binary(OPERATION_POWER, compute_power, a, b);
    return binary(OPERATION_POW, compute_pow, a, b);
}

static PyObject *node_negative(PyObject *a)
{
    return unary(OPERATION_NEG, compute_neg, a);
}

static PyObject *node_absolute(PyObject *a)
{
    return unary(OPERATION_ABS, compute_abs, a);
}

/* ---- Functions and methods ---- */

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

/* Whether nothing runs when it is gone through. */
static inline int is_at_hand(PyObject *thing)
{
    return PyList_CheckExact(thing) || PyTuple_CheckExact(thing);
}

/* As `engine.careful.row`: what can be gone through as a tuple; NULL, without an error, where it is
   no sequence of numbers, and with one where going through it failed. */
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

/* ---- The type of operations: functions that are methods too ---- */

static PyObject *bind(PyObject *self, PyObject *object, PyObject *Py_UNUSED(type))
{
    return object && object != Py_None ? PyMethod_New(self, object) : Py_NewRef(self);
}

static PyObject *operation_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<operation %s>", ((Operation *)self)->entry->name);
}

/* Name, docstring, signature and source are those of the function in Python. */
static PyObject *get_attribute(PyObject *self, PyObject *name)
{
    PyObject *own = PyObject_GenericGetAttr(self, name);
    if (own || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return own;
    PyErr_Clear();
    PyObject *function = Py_XNewRef(python_function((Operation *)self));
    PyObject *found = function ? PyObject_GetAttr(function, name) : NULL;
    Py_XDECREF(function);
    return found;
}

static PyObject *get_function(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_XNewRef(python_function((Operation *)self));
}

static PyObject *get_doc(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *function = Py_XNewRef(python_function((Operation *)self));
    PyObject *text = function ? PyObject_GetAttrString(function, "__doc__") : NULL;
    Py_XDECREF(function);
    return text;
}

static PyObject *get_module(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromString("engine.functions");
}

/* By name, for pickle and copy. */
static PyObject *reduce(PyObject *self, PyObject *Py_UNUSED(unused))
{
    return PyUnicode_FromString(((Operation *)self)->entry->name);
}

static PyMethodDef operation_methods[] = {
    {"__reduce__", reduce, METH_NOARGS, NULL},
    {NULL},
};

static PyGetSetDef operation_getset[] = {
    {"__wrapped__", get_function, NULL, NULL, NULL},
    {"__doc__", get_doc, NULL, NULL, NULL},
    {"__module__", get_module, NULL, NULL, NULL},
    {NULL},
};

static PyTypeObject OperationType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "_chaingrad.Operation",
    .tp_basicsize = sizeof(Operation),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_vectorcall_offset = offsetof(Operation, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_descr_get = bind,
    .tp_repr = operation_repr,
    .tp_getattro = get_attribute,
    .tp_methods = operation_methods,
    .tp_getset = operation_getset,
};

static Operation *new_operation(const Entry *entry)
{
    Operation *operation = PyObject_New(Operation, &OperationType);
    if (!operation)
        return NULL;
    operation->vectorcall = entry->sequences ? call_sequences : call_scalar;
    operation->entry = entry;
    operation->op = Py_NewRef(Py_None);
    operation->function = NULL;
    return operation;
}
