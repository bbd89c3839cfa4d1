/* Operations as Python's operators on nodes. */

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
