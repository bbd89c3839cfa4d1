/* What the module offers `engine`. */

static int set_each(PyObject *dictionary)
{
    for (int place = 0; place < OPERATION_COUNT; place++) {
        PyObject *found = PyDict_GetItemString(dictionary, table[place].name);
        if (!found) {
            PyErr_Format(PyExc_KeyError, "%s", table[place].name);
            return -1;
        }
        Py_XSETREF(operations[place]->op, Py_NewRef(found));
    }
    return 0;
}

static PyObject *claim(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused))
{
    static PyInterpreterState *owner;
    if (!owner)
        owner = PyInterpreterState_Get();
    if (owner != PyInterpreterState_Get()) {
        PyErr_SetString(PyExc_ImportError, "it is in use by another interpreter of this process");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *connect(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *ops, *mode, *functions;
    if (!PyArg_ParseTuple(args, "O!OO!:connect", &PyDict_Type, &ops, &mode, &PyDict_Type,
                          &functions) ||
        set_each(ops) < 0)
        return NULL;
    for (int question = 0; question < QUESTIONS; question++) {
        PyObject *found = PyDict_GetItemString(functions, question_names[question]);
        if (!found)
            return PyErr_Format(PyExc_KeyError, "%s", question_names[question]);
        Py_XSETREF(questions[question], Py_NewRef(found));
    }
    Py_XSETREF(mode_variable, Py_NewRef(mode));
    Py_RETURN_NONE;
}

static PyObject *set_functions(PyObject *Py_UNUSED(module), PyObject *function)
{
    if (!PyCallable_Check(function)) {
        PyErr_SetString(PyExc_TypeError, "set_functions takes what gives a function by its name");
        return NULL;
    }
    Py_XSETREF(function_by_name, Py_NewRef(function));
    Py_RETURN_NONE;
}

static PyObject *alive(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused))
{
    return PyLong_FromSsize_t(bare_nodes);
}

#define FAST(function) (PyCFunction)(void (*)(void))function, METH_FASTCALL

static PyMethodDef module_methods[] = {
    {"address_of", address_of, METH_O, "Where numbers that can be written to lie in memory."},
    {"after_fork", after_fork, METH_NOARGS, "To be called in the child of a fork."},
    {"alive", alive, METH_NOARGS, "How many nodes without the collector's header there are."},
    {"all_finite", all_finite, METH_O, "Whether none of the numbers is infinite or nan."},
    {"assign_all", FAST(assign_all),
     "Assigns every number to `data` of its node; `assignments` after it."},
    {"assignments", count_assignments, METH_NOARGS, "How often `data` has been assigned."},
    {"claim", claim, METH_NOARGS, "ImportError unless this interpreter is the first to call it."},
    {"connect", connect, METH_VARARGS, "connect(operations, mode, functions): from `engine`."},
    {"confirm", FAST(confirm),
     "confirm($module, nodes, place, /)\n--\n\n"
     "The place of the first node, from a place on, that its operands' numbers may not give."},
    {"divide_all", FAST(divide_all), "Divides every number in place."},
    {"keep", FAST(keep_own),
     "keep($module, node, name, thing, /)\n--\n\n"
     "Gives a node an attribute that its class knows nothing of."},
    {"own", own_of, METH_O,
     "own($module, node, /)\n--\n\n"
     "The attributes that a node has been given, and its scope under None; or None."},
    {"place", FAST(place_node),
     "place($module, node, label, scope, /)\n--\n\n"
     "Gives a node its label, and its scope within the one that it has."},
    {"read_all", FAST(read_all), "Copies `data` of every node."},
    {"record", FAST(record),
     "record($module, op, args, data, partials, /)\n--\n\nThe node of what has been computed."},
    {"set_functions", set_functions, METH_O,
     "set_functions(function): gives the function by its name, for what is left to Python."},
    {"table_of", FAST(table_of),
     "A view of an array of finite rows, the number of rows, and their address; or None."},
    {"topological_order", FAST(topological_order),
     "topological_order($module, *outputs)\n--\n\n"
     "All nodes that the outputs are computed from, operands before the nodes that use them.\n\n"
     ">>> x = Value(2.0, label=\"x\")\n"
     ">>> [node.label or node.op.name for node in topological_order(x * x + x)]\n"
     "['x', 'mul', 'add']"},
    {NULL},
};
