/* A node behaves as the number it holds, but is equal only to itself. */

static PyObject *node_float(PyObject *self)
{
    return PyFloat_FromDouble(((Node *)self)->data);
}

static PyObject *node_int(PyObject *self)
{
    return PyLong_FromDouble(((Node *)self)->data);
}

static int node_bool(PyObject *self)
{
    return ((Node *)self)->data != 0.0;
}

static PyObject *node_positive(PyObject *self)
{
    return Py_NewRef(self);
}

static Py_hash_t node_hash(PyObject *self)
{
    /* By identity. The last four bits of an address are always 0. */
    const size_t address = (size_t)self;
    const Py_hash_t hash = (Py_hash_t)(address >> 4 | address << (8 * sizeof(address) - 4));
    return hash == -1 ? -2 : hash;
}

static PyObject *node_compare(PyObject *self, PyObject *other, int comparison)
{
    if (comparison == Py_EQ || comparison == Py_NE) {
        if (self != other)
            Py_RETURN_NOTIMPLEMENTED;
        return PyBool_FromLong(comparison == Py_EQ);
    }
    const double a = ((Node *)self)->data;
    if (is_value(other)) {
        const double b = ((Node *)other)->data;
        Py_RETURN_RICHCOMPARE(a, b, comparison);
    }
    PyObject *number = PyFloat_FromDouble(a);
    if (!number)
        return NULL;
    PyObject *result = PyObject_RichCompare(number, other, comparison);
    Py_DECREF(number);
    return result;
}
