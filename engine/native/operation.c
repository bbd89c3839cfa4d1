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
        PyObject *module = PyImport_ImportModule("engine.eager.functions");
        if (module && !function_by_name)
            PyErr_SetString(PyExc_RuntimeError, "engine.eager.functions called no set_functions");
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
