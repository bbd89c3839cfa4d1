/* The attributes of nodes, read and assigned. What may be assigned is said in graph/attributes.py,
   which is asked about all but ordinary numbers and texts. */

/* ---- Attributes: read ---- */

static PyObject *get_data(PyObject *self, void *Py_UNUSED(closure))
{
    return PyFloat_FromDouble(((Node *)self)->data);
}

static PyObject *get_grad(PyObject *self, void *Py_UNUSED(closure))
{
    return PyFloat_FromDouble(((Node *)self)->grad);
}

/* A tuple with a place for each edge. To make it may begin a collection, and that change the node;
   to fill it runs no code. */
static PyObject *tuple_for(Node *node)
{
    for (;;) {
        PyObject *tuple = PyTuple_New(node->count);
        if (!tuple || PyTuple_GET_SIZE(tuple) == (Py_ssize_t)node->count)
            return tuple;
        Py_DECREF(tuple);
    }
}

static PyObject *get_args(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *args = tuple_for((Node *)self);
    if (!args)
        return NULL;
    const Edge *edges = edges_of((Node *)self);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        PyObject *arg = edges[i].operand;
        arg = arg ? Py_NewRef(arg) : PyFloat_FromDouble(edges[i].number);
        if (!arg) {
            Py_DECREF(args);
            return NULL;
        }
        PyTuple_SET_ITEM(args, i, arg);
    }
    return args;
}

static PyObject *get_partials(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *partials = tuple_for((Node *)self);
    if (!partials)
        return NULL;
    const Edge *edges = edges_of((Node *)self);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(partials); i++) {
        PyObject *partial = !edges[i].operand          ? Py_NewRef(Py_None)
                            : is_dead(edges[i].number) ? PyLong_FromLong(0)
                                                       : PyFloat_FromDouble(edges[i].number);
        if (!partial) {
            Py_DECREF(partials);
            return NULL;
        }
        PyTuple_SET_ITEM(partials, i, partial);
    }
    return partials;
}

static PyObject *get_class(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef((PyObject *)Py_TYPE(self));
}

/* ---- Attributes: assigned ---- */

static int refuse_deletion(const char *name)
{
    PyErr_Format(PyExc_AttributeError, "%s cannot be deleted: every node has it", name);
    return -1;
}

/* A number that is assigned, from what is given; 0 with an error where that is not a number. */
static int read_number(int check, PyObject *given, double *number)
{
    if (PyLong_CheckExact(given)) {
        *number = PyLong_AsDouble(given);
        if (*number != -1.0 || !PyErr_Occurred())
            return 1;
        PyErr_Clear();
    }
    if (PyFloat_CheckExact(given)) {
        *number = PyFloat_AS_DOUBLE(given);
        return 1;
    }
    PyObject *found = ask(check, given, NULL, &PyFloat_Type);
    if (!found)
        return 0;
    *number = PyFloat_AS_DOUBLE(found);
    Py_DECREF(found);
    return 1;
}

static int set_data(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    double number;
    if (!given)
        return refuse_deletion("data");
    if (!read_number(CHECK_DATA, given, &number))
        return -1;
    ((Node *)self)->data = number;
    assignments++;
    return 0;
}

static int set_grad(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    double number;
    if (!given)
        return refuse_deletion("grad");
    if (!read_number(CHECK_GRAD, given, &number))
        return -1;
    ((Node *)self)->grad = number;
    return 0;
}

static int set_class(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    if (!given)
        return refuse_deletion("__class__");
    Py_XDECREF(ask(REFUSE_CLASS, self, given, NULL));
    return -1;
}

/* Whether it is text that may be a label and a scope alike, and of which nobody need be asked. */
static inline int is_plain_text(PyObject *thing)
{
    if (!PyUnicode_CheckExact(thing) || !PyUnicode_IS_COMPACT(thing))
        return 0;
    const Py_ssize_t length = PyUnicode_GET_LENGTH(thing);
    const void *characters = PyUnicode_DATA(thing);
    const int kind = PyUnicode_KIND(thing);
    if (kind == PyUnicode_1BYTE_KIND)
        return length && !memchr(characters, 0, (size_t)length);
    for (Py_ssize_t i = 0; i < length; i++) {
        const Py_UCS4 character = PyUnicode_READ(kind, characters, i);
        if (!character || Py_UNICODE_IS_SURROGATE(character))
            return 0;
    }
    return 1;
}

/* The attributes that are objects. */
static const struct Place {
    const char *name;
    int check;
    size_t offset;
} places[] = {
    {"op", CHECK_OP, offsetof(Node, op)},
    {"label", CHECK_LABEL, offsetof(Node, label)},
    {"scope", CHECK_SCOPE, 0},
};

static PyObject *get_scope(PyObject *self, void *Py_UNUSED(closure))
{
    return scope_of((Node *)self);
}

static PyObject *get_object(PyObject *self, void *closure)
{
    PyObject *found = *(PyObject **)((char *)self + ((const struct Place *)closure)->offset);
    return Py_NewRef(found ? found : Py_None);
}

/* What is assigned to a place, a new reference; NULL with an error where it may not be. */
static PyObject *read_object(const struct Place *place, PyObject *given)
{
    if (!given) {
        refuse_deletion(place->name);
        return NULL;
    }
    return given == Py_None || (place->check != CHECK_OP && is_plain_text(given))
               ? Py_NewRef(given)
               : ask(place->check, given, NULL, NULL);
}

static int set_scope(PyObject *self, PyObject *given, void *closure)
{
    PyObject *found = read_object(closure, given);
    return found ? put_scope((Node *)self, found) : -1;
}

static int set_object(PyObject *self, PyObject *given, void *closure)
{
    const struct Place *place = closure;
    PyObject *found = read_object(place, given);
    if (!found)
        return -1;
    PyObject **object = (PyObject **)((char *)self + place->offset);
    PyObject *old = *object;
    *object = found;
    Py_XDECREF(old);
    return 0;
}

static int set_args(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    if (!given)
        return refuse_deletion("args");
    PyObject *args = read_args(given);
    if (!args)
        return -1;
    const unsigned count = (unsigned)PyTuple_GET_SIZE(args);
    Edge *edges = edges_to(args);
    Py_DECREF(args);
    return edges ? replace_edges((Node *)self, edges, count) : -1;
}

static int set_partials(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    if (!given)
        return refuse_deletion("partials");
    PyObject *partials = read_partials(given);
    if (!partials)
        return -1;
    const int fits = fit_partials(edges_of(node), node->count, partials);
    if (!fits) {
        PyObject *args = get_args(self, NULL);
        if (args)
            refuse_partials(partials, args);
        Py_XDECREF(args);
    }
    Py_DECREF(partials);
    return fits ? 0 : -1;
}

static PyGetSetDef node_getset[] = {
    {"data", get_data, set_data, NULL, NULL},
    {"grad", get_grad, set_grad, NULL, NULL},
    {"args", get_args, set_args, NULL, NULL},
    {"partials", get_partials, set_partials, NULL, NULL},
    {"op", get_object, set_object, NULL, (void *)&places[0]},
    {"label", get_object, set_object, NULL, (void *)&places[1]},
    {"scope", get_scope, set_scope, NULL, (void *)&places[2]},
    {"__dict__", get_dict, NULL, NULL, NULL},
    {"__class__", get_class, set_class, NULL, NULL},
    {NULL},
};
