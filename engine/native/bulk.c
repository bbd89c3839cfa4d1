/* The numbers of many nodes at once, to and from memory that a program computes in. */

/* How often `data` has been assigned, to whichever node. */
static unsigned long long assignments;

static PyObject *count_assignments(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused))
{
    return PyLong_FromUnsignedLongLong(assignments);
}

/* The memory of doubles, to be released; -1 with an error for another. */
static int numbers_of(PyObject *given, Py_buffer *view, int flags)
{
    if (PyObject_GetBuffer(given, view, flags) < 0)
        return -1;
    if (view->itemsize == sizeof(double))
        return 0;
    PyBuffer_Release(view);
    PyErr_SetString(PyExc_TypeError, "the memory must hold doubles");
    return -1;
}

/* Where the memory of an object lies, which its owner keeps there. */
static PyObject *address_of(PyObject *Py_UNUSED(module), PyObject *given)
{
    Py_buffer view;
    if (numbers_of(given, &view, PyBUF_CONTIG) < 0)
        return NULL;
    void *address = view.buf;
    PyBuffer_Release(&view);
    return PyLong_FromVoidPtr(address);
}

/* Whether a thing is a node; `known` is the type of the one before, mostly the same. */
static inline int is_node(PyObject *thing, PyTypeObject **known)
{
    if (Py_TYPE(thing) == *known)
        return 1;
    *known = Py_TYPE(thing);
    return PyType_IsSubtype(*known, Value);
}

/* How many numbers were copied before something that is not a node. Nodes take twelve times the
   memory of their numbers, which decides how long this takes, so they are gone through once. */
static Py_ssize_t read_each(PyObject **nodes, double *numbers, Py_ssize_t length)
{
    PyTypeObject *known = Value;
    Py_ssize_t i = 0;
    for (; i < length && is_node(nodes[i], &known); i++)
        numbers[i] = ((Node *)nodes[i])->data;
    return i;
}

static Py_ssize_t assign_each(PyObject **nodes, const double *numbers, Py_ssize_t length)
{
    PyTypeObject *known = Value;
    Py_ssize_t i = 0;
    assignments++;
    for (; i < length && is_node(nodes[i], &known); i++)
        ((Node *)nodes[i])->data = numbers[i];
    return i;
}

/* Copies from the nodes of a list; None. Or to them; how often `data` has been assigned then. */
static PyObject *copy_data(PyObject *const *args, Py_ssize_t count, int assign)
{
    if (count != 2 || !PyList_CheckExact(args[0])) {
        PyErr_SetString(PyExc_TypeError, "expected a list of nodes, and numbers");
        return NULL;
    }
    Py_buffer view;
    if (numbers_of(args[1], &view, PyBUF_CONTIG) < 0)
        return NULL;
    const Py_ssize_t length = PyList_GET_SIZE(args[0]);
    PyObject **nodes = ((PyListObject *)args[0])->ob_item;
    Py_ssize_t done = -1;
    if (view.len == length * (Py_ssize_t)sizeof(double))
        done = assign ? assign_each(nodes, view.buf, length) : read_each(nodes, view.buf, length);
    PyBuffer_Release(&view);
    if (done != length) {
        PyErr_SetString(PyExc_ValueError, "expected a number for each of the nodes");
        return NULL;
    }
    if (assign)
        return PyLong_FromUnsignedLongLong(assignments);
    Py_RETURN_NONE;
}

static PyObject *read_all(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    return copy_data(args, count, 0);
}

static PyObject *assign_all(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    return copy_data(args, count, 1);
}

static int are_finite(const double *numbers, Py_ssize_t length)
{
    /* Several sums of zeros, or of nan: a single one would be a chain of additions. */
    double sums[8] = {0};
    Py_ssize_t i = 0;
    for (; i + 8 <= length; i += 8)
        for (int lane = 0; lane < 8; lane++)
            sums[lane] += numbers[i + lane] - numbers[i + lane];
    for (; i < length; i++)
        sums[0] += numbers[i] - numbers[i];
    for (int lane = 1; lane < 8; lane++)
        sums[0] += sums[lane];
    return sums[0] == 0;
}

static PyObject *all_finite(PyObject *Py_UNUSED(module), PyObject *given)
{
    Py_buffer view;
    if (numbers_of(given, &view, PyBUF_CONTIG_RO) < 0)
        return NULL;
    const int found = are_finite(view.buf, view.len / (Py_ssize_t)sizeof(double));
    PyBuffer_Release(&view);
    return PyBool_FromLong(found);
}

/* Whether memory is a table of so many columns, in one piece, of finite doubles. */
static int is_table(const Py_buffer *view, Py_ssize_t width)
{
    return view->ndim == 2 && !view->readonly && view->format && !strcmp(view->format, "d") &&
           width > 0 && view->shape[1] == width && view->shape[0] > 0 &&
           PyBuffer_IsContiguous(view, 'C') && are_finite(view->buf, view->shape[0] * width);
}

/* A view of such memory, the number of its rows, and its address; None of anything else. */
static PyObject *table_of(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "expected memory, and the number of columns");
        return NULL;
    }
    const Py_ssize_t width = PyLong_AsSsize_t(args[1]);
    if (width == -1 && PyErr_Occurred())
        return NULL;
    if (!PyObject_CheckBuffer(args[0]))
        Py_RETURN_NONE;
    PyObject *memory = PyMemoryView_FromObject(args[0]);
    if (!memory) {
        if (!PyErr_ExceptionMatches(PyExc_Exception))
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    const Py_buffer *view = PyMemoryView_GET_BUFFER(memory);
    if (is_table(view, width))
        return Py_BuildValue("NnN", memory, view->shape[0], PyLong_FromVoidPtr(view->buf));
    Py_DECREF(memory);
    Py_RETURN_NONE;
}

static PyObject *divide_all(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "expected numbers, and a divisor");
        return NULL;
    }
    const double divisor = PyFloat_AsDouble(args[1]);
    Py_buffer view;
    if ((divisor == -1.0 && PyErr_Occurred()) || numbers_of(args[0], &view, PyBUF_CONTIG) < 0)
        return NULL;
    double *numbers = view.buf;
    for (Py_ssize_t i = 0; i < view.len / (Py_ssize_t)sizeof(double); i++)
        numbers[i] /= divisor;
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}
