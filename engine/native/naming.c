/* What networks do with every node that they make. */

/* Puts an object, whose reference is taken over, in a place of a node. */
static inline void put(PyObject **place, PyObject *object)
{
    PyObject *old = *place;
    *place = object;
    Py_XDECREF(old);
}

/* `graph.recording.place`: gives a node its label, and its scope within the one that it has. */
static PyObject *place_node(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 3 || !is_value(args[0]) || !PyUnicode_CheckExact(args[1]) ||
        !PyUnicode_CheckExact(args[2]))
        return PyErr_Format(PyExc_TypeError, "place takes a Value, its label and its scope");
    Node *node = (Node *)args[0];
    PyObject *outer = scope_of(node);
    PyObject *scope = PyUnicode_Check(outer) ? PyUnicode_FromFormat("%U / %U", outer, args[2])
                                             : Py_NewRef(args[2]);
    Py_DECREF(outer);
    if (!scope || put_scope(node, scope) < 0)
        return NULL;
    put(&node->label, Py_NewRef(args[1]));
    Py_RETURN_NONE;
}
