/* Nodes: what they are, and the rule for all that makes, reads, changes and frees them.

   A node holds its edges itself: for each operand a pointer and the local derivative. A binary node
   takes 96 bytes, and is free of the 16 more that Python's cyclic garbage collector asks for,
   because it cannot be part of a cycle: its operands were there before it. What can close a cycle
   is an attribute of a subclass, or one that a program has given to a node of its own accord: the
   latter is for numbers and marks, and what leads from it back to the node is never given up. So a node that is made by assigning to it, an instance of a
   subclass, and whatever is computed from either, does have the collector's header; see
   `cannot_close_cycles`.

   Code in Python runs wherever a number is converted, a reference is given up, a collection begins
   or `engine` is asked. Nothing here then holds a pointer into a node or a count of its edges: what
   is new is made completely beforehand, put in its place in one step, and what was there before is
   given up last. */

typedef struct {
    PyObject *operand; /* owned; NULL where the operand is a plain number */
    double number;     /* the local derivative, or DEAD; for a plain number, the number itself */
} Edge;

/* The local derivative 0 at which a path ends; see `is_dead` in graph/walks.py. In Python it is
   the int 0; here a nan of its own, which never gets into a computation. */
static const union {
    uint64_t bits;
    double number;
} dead = {0x7ff8dead0000dead};
#define DEAD dead.number

static inline int is_dead(double partial)
{
    uint64_t bits;
    memcpy(&bits, &partial, sizeof bits);
    return bits == dead.bits;
}

typedef struct Node {
    PyObject_HEAD
    double data;
    union {
        double grad;
        struct Node *next; /* of a node that is being freed */
    };
    PyObject *op;
    PyObject *label;
    PyObject *scope; /* or, with own attributes, a dict that has it; see own.c */
    unsigned count; /* of edges */
    unsigned short flags;
    unsigned short room; /* for edges in the node's own memory; 0 for more than MOST_ROOM */
    union {
        Edge *apart; /* in memory of their own */
        Edge here[1];
    } edges;
} Node;

enum {
    BARE = 1,    /* without the collector's header; only such nodes have edges within */
    WITHIN = 2,  /* the edges are in the node */
    ENTERED = 4, /* by the walk that is under way */
    LIVE = 8,    /* a path without a dead edge leads here, in the `backward` that is under way */
};

#ifdef __GNUC__
#define APART __attribute__((noinline))
#else
#define APART
#endif

#define EDGES_AT offsetof(Node, edges)
#define SIZE_WITH(count) (EDGES_AT + (size_t)(count) * sizeof(Edge))

static PyTypeObject *Value;

static inline Edge *edges_of(Node *node)
{
    return node->flags & WITHIN ? node->edges.here : node->edges.apart;
}

static inline int is_value(PyObject *thing)
{
    return Py_TYPE(thing) == Value || PyType_IsSubtype(Py_TYPE(thing), Value);
}

/* Whether nothing that the node leads to can lead back to what is computed from it. A subclass
   without storage of its own, such as Parameter, is as harmless as a leaf. */
static inline int cannot_close_cycles(PyObject *value)
{
    if (Py_TYPE(value) == Value)
        return ((Node *)value)->flags & BARE;
    return Py_TYPE(value)->tp_basicsize == (Py_ssize_t)sizeof(Node) &&
           Py_TYPE(value)->tp_dictoffset == 0 && ((Node *)value)->count == 0;
}
