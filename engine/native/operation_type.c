/* The type of operations: functions that are methods too. */

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
    return PyUnicode_FromString("engine.eager.functions");
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
