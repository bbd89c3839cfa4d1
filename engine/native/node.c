/* Nodes: their layout, how they are made, read, changed and freed.

   A node holds its edges itself: for each operand a pointer and the local derivative. A binary node
   takes 96 bytes, and is free of the 16 more that Python's cyclic garbage collector asks for,
   because it cannot be part of a cycle: its operands were there before it. What can close a cycle
   is an attribute of a subclass. So a node that is made by assigning to it, an instance of a
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

/* The local derivative 0 at which a path ends; see `is_dead` in engine/graph.py. In Python it is
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
    PyObject *scope;
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

/* ---- Memory ---- */

/* Freed nodes, kept for the next of their size: a chain for each number of edges there is room for.
   Not many, for after a while they lie scattered, and nodes side by side are faster to walk. */
#define MOST_ROOM 8
#ifndef MOST_KEPT /* in bytes; 0 where a sanitizer is to see every node freed */
#define MOST_KEPT ((size_t)256 << 10)
#endif
static Node *kept[MOST_ROOM + 1];
static size_t bytes_kept;

static Py_ssize_t bare_nodes; /* alive; for the tests */

static inline Node *allocate(unsigned count)
{
    const unsigned room = count ? count : 1;
    Node *node;
    if (room <= MOST_ROOM && kept[room]) {
        node = kept[room];
        kept[room] = node->next;
        bytes_kept -= SIZE_WITH(room);
    } else {
        node = PyObject_Malloc(SIZE_WITH(room));
        if (!node)
            return (Node *)PyErr_NoMemory();
    }
    PyObject_Init((PyObject *)node, Value);
    node->flags = BARE | WITHIN;
    node->room = room <= MOST_ROOM ? (unsigned short)room : 0;
    bare_nodes++;
    return node;
}

/* A new node without the header and with room for that many edges, which the caller fills in before
   anything else happens. */
static inline Node *bare_node(PyObject *op, unsigned count)
{
    Node *node = allocate(count);
    if (!node)
        return NULL;
    node->op = Py_NewRef(op);
    node->label = Py_NewRef(Py_None);
    node->scope = Py_NewRef(Py_None);
    node->count = count;
    node->grad = 0.0;
    return node;
}

/* Gives up edges that belong to no node any more. */
static void free_edges(Edge *edges, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        Py_XDECREF(edges[i].operand);
    PyMem_Free(edges);
}

/* A new node with the header. Takes over the edges, also where there is no memory: to make it may
   begin a collection. */
static Node *tracked_node(PyObject *op, Edge *edges, unsigned count)
{
    Py_INCREF(op);
    Node *node = (Node *)PyType_GenericAlloc(Value, 0);
    if (!node) {
        Py_DECREF(op);
        free_edges(edges, count);
        return NULL;
    }
    node->edges.apart = edges;
    node->count = count;
    node->op = op;
    node->label = Py_NewRef(Py_None);
    node->scope = Py_NewRef(Py_None);
    return node;
}

/* Gives up the edges of a node that has them apart: no code that runs meanwhile comes upon them. */
static void drop_edges(Node *node)
{
    Edge *edges = node->edges.apart;
    const unsigned count = node->count;
    node->count = 0;
    node->edges.apart = NULL;
    free_edges(edges, count);
}

/* Puts other edges, in memory of their own, in the place of a node's. Takes them over; -1 where
   there is no memory, and then nothing has changed. */
static int replace_edges(Node *node, Edge *edges, unsigned count)
{
    const unsigned old_count = node->count;
    Edge *old = edges_of(node);
    if (node->flags & WITHIN) {
        old = PyMem_Malloc(SIZE_WITH(old_count));
        if (!old) {
            free_edges(edges, count);
            PyErr_NoMemory();
            return -1;
        }
        memcpy(old, node->edges.here, old_count * sizeof(Edge));
        node->flags &= (unsigned short)~WITHIN;
    }
    node->edges.apart = edges;
    node->count = count;
    free_edges(old, old_count);
    return 0;
}

static void free_memory(Node *node)
{
    PyTypeObject *type = Py_TYPE(node);
    if (!(node->flags & BARE))
        type->tp_free(node);
    else {
        bare_nodes--;
        const unsigned room = node->room;
        if (room && bytes_kept + SIZE_WITH(room) <= MOST_KEPT) {
            node->next = kept[room];
            kept[room] = node;
            bytes_kept += SIZE_WITH(room);
        } else
            PyObject_Free(node);
    }
    Py_DECREF(type);
}

/* Freeing a node may free its operands, and so on down a chain of any length: those wait here until
   the first of them is done, instead of being freed from within it. Where a destructor in Python
   lets another thread run, that one goes on with what waits. */
static Node *waiting;
static unsigned long freeing; /* the thread that does, or 0 */

/* Gives up the operands of a node that is being freed. Those that nobody else holds wait. */
static inline void let_operands_go(Node *node)
{
    const Edge *edges = node->edges.here;
    const unsigned count = node->count;
    node->count = 0;
    for (unsigned i = 0; i < count; i++) {
        Node *operand = (Node *)edges[i].operand;
        if (!operand)
            continue;
        if (Py_REFCNT(operand) > 1 || Py_TYPE(operand) != Value || !(operand->flags & BARE)) {
            Py_DECREF(operand);
            continue;
        }
        Py_SET_REFCNT(operand, 0);
        operand->next = waiting;
        waiting = operand;
    }
}

/* Gives up all that a node holds, and the node. */
static inline void free_node(Node *node)
{
    if (node->flags & WITHIN)
        let_operands_go(node);
    else
        drop_edges(node);
    Py_XDECREF(node->op);
    Py_XDECREF(node->label);
    Py_XDECREF(node->scope);
    free_memory(node);
}

/* A function of its own: what most nodes need is done without its registers. */
static APART void free_waiting(void)
{
    const unsigned long thread = PyThread_get_thread_ident();
    if (freeing == thread)
        return;
    freeing = thread;
    while (waiting) {
        Node *node = waiting;
        waiting = node->next;
        free_node(node);
    }
    freeing = 0;
}

static void node_dealloc(PyObject *self)
{
    Node *node = (Node *)self;
    if (node->flags & BARE)
        free_node(node);
    else {
        PyObject_GC_UnTrack(self);
        node->next = waiting;
        waiting = node;
    }
    if (waiting)
        free_waiting();
}

/* In the child of a fork the thread that was freeing is no more. */
static PyObject *after_fork(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused))
{
    freeing = 0;
    Py_RETURN_NONE;
}

/* Of its own, so that Python refuses to give a node without the header another class: subclasses
   have Python's. */
static void node_free(void *node)
{
    PyObject_GC_Del(node);
}

static int node_is_gc(PyObject *self)
{
    return !(((Node *)self)->flags & BARE);
}

static int node_traverse(PyObject *self, visitproc visit, void *arg)
{
    Node *node = (Node *)self;
    Edge *edges = edges_of(node);
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(node->op);
    Py_VISIT(node->label);
    Py_VISIT(node->scope);
    for (unsigned i = 0; i < node->count; i++)
        Py_VISIT(edges[i].operand);
    return 0;
}

static int node_clear(PyObject *self)
{
    Node *node = (Node *)self;
    Py_CLEAR(node->op);
    Py_CLEAR(node->label);
    Py_CLEAR(node->scope);
    drop_edges(node);
    return 0;
}

static PyObject *node_sizeof(PyObject *self, PyObject *Py_UNUSED(unused))
{
    Node *node = (Node *)self;
    size_t size = (size_t)Py_TYPE(self)->tp_basicsize;
    if (node->flags & BARE)
        size = SIZE_WITH(node->count ? node->count : 1);
    else if (node->count)
        size += node->count * sizeof(Edge);
    return PyLong_FromSize_t(size);
}

/* ---- A node behaves as the number it holds, but is equal only to itself. ---- */

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
