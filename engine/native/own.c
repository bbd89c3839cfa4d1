/* Attributes of a node that programs have made up, such as `p.m = 0` in an optimiser by hand.

   Most nodes have none, and none pays for those that do: a node that is given one has in the place
   of its scope a dict, by name, with the scope under None. What the class does not know is
   announced to graph/own.py, which gives the class a descriptor that reads and writes here. */

static inline int has_own(const Node *node)
{
    return node->scope && PyDict_CheckExact(node->scope);
}

/* A new reference; no code runs, for the keys are plain strings and None. */
static PyObject *scope_of(const Node *node)
{
    PyObject *scope = has_own(node) ? PyDict_GetItem(node->scope, Py_None) : node->scope;
    return Py_NewRef(scope ? scope : Py_None);
}

/* Takes over the reference; -1 where there is no memory. */
static int put_scope(Node *node, PyObject *scope)
{
    if (has_own(node)) {
        PyObject *own = Py_NewRef(node->scope);
        const int done = PyDict_SetItem(own, Py_None, scope);
        Py_DECREF(own);
        Py_DECREF(scope);
        return done;
    }
    PyObject *old = node->scope;
    node->scope = scope;
    Py_XDECREF(old);
    return 0;
}

/* The dict of the attributes that a node has been given, or None. */
static PyObject *own_of(PyObject *Py_UNUSED(module), PyObject *thing)
{
    if (!is_value(thing))
        return PyErr_Format(PyExc_TypeError, "own takes a Value");
    Node *node = (Node *)thing;
    return Py_NewRef(has_own(node) ? node->scope : Py_None);
}

/* `node.__dict__`: a dict of its own, as no node has one that could be changed. */
static PyObject *get_dict(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *dict = PyDict_New(); /* which may begin a collection */
    if (dict && has_own((Node *)self)) {
        PyObject *own = Py_NewRef(((Node *)self)->scope);
        const int copied = PyDict_Update(dict, own) == 0 && PyDict_DelItem(dict, Py_None) == 0;
        Py_DECREF(own);
        if (!copied)
            Py_CLEAR(dict);
    }
    return dict;
}

static PyObject *keep_own(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 3 || !is_value(args[0]) || !PyUnicode_CheckExact(args[1]))
        return PyErr_Format(PyExc_TypeError, "keep takes a Value, a name and a thing");
    Node *node = (Node *)args[0];
    /* To make it may begin a collection, and that give the node a dict. */
    PyObject *made = has_own(node) ? NULL : PyDict_New();
    if (!made && PyErr_Occurred())
        return NULL;
    if (made && !has_own(node)) {
        PyObject *scope = node->scope ? node->scope : Py_None;
        if (PyDict_SetItem(made, Py_None, scope) < 0) {
            Py_DECREF(made);
            return NULL;
        }
        scope = node->scope;
        node->scope = Py_NewRef(made);
        Py_XDECREF(scope);
    }
    Py_XDECREF(made);
    PyObject *own = Py_NewRef(node->scope);
    const int done = PyDict_SetItem(own, args[1], args[2]);
    Py_DECREF(own);
    if (done < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* As of any object without a dict; but what neither a class nor the node has a place for, the node
   is given. */
static int node_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    if (PyObject_GenericSetAttr(self, name, value) == 0)
        return 0;
    if (!value || Py_TYPE(self)->tp_dictoffset || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return -1;
    PyObject *type, *error, *trace;
    PyErr_Fetch(&type, &error, &trace);
    if (_PyType_Lookup(Py_TYPE(self), name)) {
        /* It has it, and has refused. */
        PyErr_Restore(type, error, trace);
        return -1;
    }
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(trace);
    PyObject *announced = ask(ANNOUNCE, name, NULL, NULL);
    if (!announced)
        return -1;
    Py_DECREF(announced);
    return PyObject_GenericSetAttr(self, name, value);
}
