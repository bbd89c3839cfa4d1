/* The native core: `Value` and its operations for CPython, joined to `engine` by engine/native.

   One translation unit in sections, so that the compiler can inline across them:

       node.c       what a node is
       attributes.c its attributes
       walk.c       backward, topological order
       table.c      the operations, generated from the formula sheet when this is built
       operation.c  calling them
       confirm.c    whether their results still hold */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef Py_GIL_DISABLED
#error "the native core relies on the GIL; on free-threaded Python the engine runs in pure Python"
#endif

/* Raised together with the number of the same name in engine/native/__init__.py. */
#define INTERFACE 4

/* engine.functions: the function in Python of an operation, by its name */
static PyObject *function_by_name;

/* engine.context, the context variable */
static PyObject *mode_variable;

/* What the core asks `engine`, by the names in engine/value.py. */
enum {
    CHECK_ARGS,
    CHECK_DATA,
    CHECK_GRAD,
    CHECK_LABEL,
    CHECK_OP,
    CHECK_PARTIALS,
    CHECK_SCOPE,
    CHECK_FIT,
    CHECK_GRADIENTS,
    APPLY_MODE,
    REFUSE_CLASS,
    REFUSE_MODULUS,
    REFUSE_OUTPUT,
    QUESTIONS,
};
static const char *const question_names[QUESTIONS] = {
    "args", "data", "grad", "label", "op", "partials", "scope",
    "fit", "gradients", "mode", "class", "modulus", "output",
};
static PyObject *questions[QUESTIONS];

/* Asks with up to two arguments; a new reference, of exactly that type where one is given. */
static PyObject *ask(int question, PyObject *first, PyObject *second, PyTypeObject *type)
{
    PyObject *function = questions[question];
    if (!function) {
        PyErr_SetString(PyExc_RuntimeError, "_chaingrad is a part of the package `engine`; import that");
        return NULL;
    }
    Py_INCREF(function);
    PyObject *found = PyObject_CallFunctionObjArgs(function, first, second, NULL);
    Py_DECREF(function);
    if (found && type && Py_TYPE(found) != type) {
        PyErr_Format(PyExc_SystemError, "engine gave a %s for %s", Py_TYPE(found)->tp_name,
                     question_names[question]);
        Py_CLEAR(found);
    }
    return found;
}

/* The current engine.context.Mode, or None; a new reference. */
static inline PyObject *current_mode(void)
{
    PyObject *mode = NULL;
    if (!mode_variable) /* imported without `engine` */
        return Py_NewRef(Py_None);
    return PyContextVar_Get(mode_variable, NULL, &mode) < 0 ? NULL : mode;
}

/* One line of the table. The parameters are the operands, then the constants. */
#define MOST_PARAMETERS 8
typedef int (*Compute)(const double *row, Py_ssize_t n, unsigned wanted, double *value,
                       double *partials);
typedef struct {
    const char *name;
    Compute compute;
    int parameters;
    int operands;
    int required;
    unsigned sequences; /* a bit for each parameter that is one */
    /* Of each sequence, the other one that its partial derivative just is, as in a dot product; or
       -1. */
    int factors[MOST_PARAMETERS];
    double defaults[MOST_PARAMETERS]; /* of those that are not required */
    const char *names[MOST_PARAMETERS];
} Entry;

#include "node.c"
#include "attributes.c"
#include "naming.c"
#include "walk.c"
#include "table.c"
#include "operation.c"
#include "confirm.c"

/* ---- The type ---- */

static PyMethodDef node_methods[] = {
    {"backward", (PyCFunction)(void (*)(void))node_backward, METH_FASTCALL,
     "backward($self, /)\n--\n\n"
     "Adds the derivative of this node with respect to every leaf to that leaf's `grad`.\n\n"
     "Raises FloatingPointError, under `detect_anomaly`, at the first infinite or nan gradient."},
    {"__sizeof__", node_sizeof, METH_NOARGS, NULL},
    {NULL},
};

static PyType_Slot node_slots[] = {
    {Py_tp_dealloc, node_dealloc},
    {Py_tp_is_gc, node_is_gc},
    {Py_tp_traverse, node_traverse},
    {Py_tp_clear, node_clear},
    {Py_tp_free, node_free},
    {Py_tp_getset, node_getset},
    {Py_tp_methods, node_methods},
    {Py_tp_hash, node_hash},
    {Py_tp_richcompare, node_compare},
    {Py_nb_float, node_float},
    {Py_nb_int, node_int},
    {Py_nb_bool, node_bool},
    {Py_nb_positive, node_positive},
    {Py_nb_negative, node_negative},
    {Py_nb_absolute, node_absolute},
    {Py_nb_add, node_add},
    {Py_nb_subtract, node_subtract},
    {Py_nb_multiply, node_multiply},
    {Py_nb_true_divide, node_divide},
    {Py_nb_remainder, node_remainder},
    {Py_nb_floor_divide, node_floor_divide},
    {Py_nb_divmod, node_divmod},
    {Py_nb_power, node_power},
    {0, NULL},
};

static PyType_Spec node_spec = {
    .name = "engine.value.Value",
    .basicsize = sizeof(Node),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = node_slots,
};

/* `Value(number)` and `Value(number, label)`; the rest is for `__init__`, which is in Python. */
static PyObject *new_leaf(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *names)
{
    const Py_ssize_t count = PyVectorcall_NARGS(nargsf);
    const Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0;
    double number;
    Node *node;
    if (count >= 1 && count + named <= 2 && read_operand(args[0], &number, &node) && !node &&
        (!named || PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), "label") == 0) &&
        (count + named == 1 || args[1] == Py_None || is_plain_text(args[1]))) {
        PyObject *mode = current_mode();
        if (!mode)
            return NULL;
        Py_DECREF(mode);
        if (mode == Py_None) {
            node = bare_node(Py_None, 0);
            if (!node)
                return NULL;
            node->data = number;
            if (count + named == 2)
                Py_SETREF(node->label, Py_NewRef(args[1]));
            return (PyObject *)node;
        }
    }
    PyObject *positional = PyTuple_New(count);
    PyObject *keywords = named ? PyDict_New() : NULL;
    PyObject *result = NULL;
    if (positional && (keywords || !named)) {
        int complete = 1;
        for (Py_ssize_t i = 0; i < count; i++)
            PyTuple_SET_ITEM(positional, i, Py_NewRef(args[i]));
        for (Py_ssize_t i = 0; i < named && complete; i++)
            complete = PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, i), args[count + i]) == 0;
        if (complete)
            result = PyType_Type.tp_call(type, positional, keywords);
    }
    Py_XDECREF(positional);
    Py_XDECREF(keywords);
    return result;
}

/* ---- The module ---- */

/* As in engine/value.py: the node of an operation that has been computed. */
static PyObject *record(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 4) {
        PyErr_Format(PyExc_TypeError, "record takes op, args, data and partials, not %zd operands",
                     count);
        return NULL;
    }
    const double data = PyFloat_AsDouble(args[2]);
    if (data == -1.0 && PyErr_Occurred())
        return NULL;
    PyObject *operands = read_args(args[1]);
    PyObject *partials = operands ? read_partials(args[3]) : NULL;
    Edge *edges = partials ? edges_to(operands) : NULL;
    Node *node = NULL;
    const unsigned operand_count = operands ? (unsigned)PyTuple_GET_SIZE(operands) : 0;
    int bare = 1;
    if (edges && !fit_partials(edges, operand_count, partials)) {
        free_edges(edges, operand_count);
        edges = NULL;
        refuse_partials(partials, operands);
    }
    for (unsigned i = 0; edges && i < operand_count; i++)
        if (edges[i].operand && !cannot_close_cycles(edges[i].operand))
            bare = 0;
    if (edges && !bare)
        node = tracked_node(args[0], edges, operand_count);
    else if (edges) {
        node = bare_node(args[0], operand_count);
        if (node) {
            memcpy(node->edges.here, edges, operand_count * sizeof(Edge));
            PyMem_Free(edges);
        } else
            free_edges(edges, operand_count);
    }
    Py_XDECREF(operands);
    Py_XDECREF(partials);
    if (!node)
        return NULL;
    node->data = data;
    return with_mode(node);
}

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

static PyMethodDef module_methods[] = {
    {"after_fork", after_fork, METH_NOARGS, "To be called in the child of a fork."},
    {"alive", alive, METH_NOARGS, "How many nodes without the collector's header there are."},
    {"claim", claim, METH_NOARGS, "ImportError unless this interpreter is the first to call it."},
    {"connect", connect, METH_VARARGS,
     "connect(operations, mode, functions): what the core needs of `engine`."},
    {"confirm", (PyCFunction)(void (*)(void))confirm, METH_FASTCALL,
     "confirm($module, nodes, place, /)\n--\n\n"
     "The place of the first node, from a place on, that its operands' numbers may not give."},
    {"place", (PyCFunction)(void (*)(void))place_node, METH_FASTCALL,
     "place($module, node, label, scope, /)\n--\n\n"
     "Gives a node its label, and its scope within the one that it has."},
    {"record", (PyCFunction)(void (*)(void))record, METH_FASTCALL,
     "record($module, op, args, data, partials, /)\n--\n\n"
     "The node of an operation that has been computed."},
    {"set_functions", set_functions, METH_O,
     "set_functions(function): what gives the generated functions by name, for what the core "
     "leaves to Python."},
    {"topological_order", (PyCFunction)(void (*)(void))topological_order, METH_FASTCALL,
     "topological_order($module, *outputs)\n--\n\n"
     "All nodes that the outputs are computed from, operands before the nodes that use them."},
    {NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_chaingrad",
    .m_doc = "The native core of chaingrad's engine; see engine/native.",
    .m_size = -1,
    .m_methods = module_methods,
};

PyMODINIT_FUNC PyInit__chaingrad(void)
{
    if (Value) {
        PyErr_SetString(PyExc_ImportError, "it cannot be loaded twice");
        return NULL;
    }
    PyObject *module = PyModule_Create(&definition);
    PyObject *made = PyDict_New();
    if (!module || !made || PyType_Ready(&OperationType) < 0)
        goto failed;
    Value = (PyTypeObject *)PyType_FromSpec(&node_spec);
    if (!Value)
        goto failed;
    Value->tp_vectorcall = new_leaf;
    for (int place = 0; place < OPERATION_COUNT; place++) {
        operations[place] = new_operation(&table[place]);
        if (!operations[place] ||
            PyDict_SetItemString(made, table[place].name, (PyObject *)operations[place]) < 0)
            goto failed;
    }
    if (PyModule_AddIntMacro(module, INTERFACE) < 0 ||
        PyModule_AddStringConstant(module, "SHEET", sheet_text) < 0 ||
        PyModule_AddObjectRef(module, "Value", (PyObject *)Value) < 0 ||
        PyModule_AddObjectRef(module, "OPERATIONS", made) < 0)
        goto failed;
    Py_DECREF(made);
    return module;
failed:
    Py_XDECREF(made);
    Py_XDECREF(module);
    return NULL;
}
