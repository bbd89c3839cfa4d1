/* The native core: `Value` and its operations for CPython, joined to `engine` by engine/native.

   One translation unit in sections, so that the compiler can inline across them:

       asking.c         what the core asks `engine`
       node.c           what a node is
       memory.c         nodes and edges made and given up
       freeing.c        nodes freed, and the garbage collector
       number.c         a node as the number it holds
       edges.c          edges, given as tuples
       own.c            attributes that programs make up
       bulk.c           the numbers of many nodes at once
       attributes.c     the attributes of a node
       naming.c         its label and scope, given at once
       walk.c           backward, topological order
       table.c          the operations, generated from the formula sheet when this is built
       operation.c      an operation, and the same in Python
       result.c         operands read, the nodes of results
       operators.c      operations as operators,
       call.c           as functions of scalars,
       sequences.c      as functions of sequences
       operation_type.c their type
       confirm.c        whether their results still hold
       making.c         nodes made from without
       module.c         what `engine` calls */

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
#define INTERFACE 8

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

#include "asking.c"
#include "node.c"
#include "memory.c"
#include "freeing.c"
#include "number.c"
#include "edges.c"
#include "own.c"
#include "bulk.c"
#include "attributes.c"
#include "naming.c"
#include "walk.c"
#include "table.c"
#include "operation.c"
#include "result.c"
#include "operators.c"
#include "call.c"
#include "sequences.c"
#include "operation_type.c"
#include "confirm.c"
#include "making.c"
#include "module.c"

/* ---- The type ---- */

static PyMethodDef node_methods[] = {
    {"backward", (PyCFunction)(void (*)(void))node_backward, METH_FASTCALL | METH_KEYWORDS,
     "backward($self, seed=1.0)\n--\n\n"
     "Adds the derivative of this node with respect to every leaf to that leaf's `grad`.\n\n"
     "`seed`: a factor on all of them.\n\n"
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
    {Py_tp_setattro, node_setattro},
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
    .name = "engine.graph.value.Value",
    .basicsize = sizeof(Node),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = node_slots,
};

/* ---- The module ---- */

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_chaingrad",
    .m_doc = "The native core of chaingrad's engine; see engine/native.",
    .m_size = -1,
    .m_methods = module_methods,
    .m_traverse = give_memory_back,
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
        PyModule_AddStringConstant(module, "SHEET", fingerprint) < 0 ||
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
