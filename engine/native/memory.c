/* Nodes and edges made, and edges given up. */

/* Freed nodes, kept for the next of their size: a chain for each number of edges there is room for.
   Not many, for after a while they lie scattered, and nodes side by side are faster to walk. */
#define MOST_ROOM 8
#ifndef MOST_KEPT /* in bytes; 0 where a sanitizer is to see every node freed */
#define MOST_KEPT ((size_t)256 << 10)
#endif
static Node *kept[MOST_ROOM + 1];
static size_t bytes_kept;

/* Of all others Python gives the memory back to the system as soon as no node is left in a large
   piece of it, and a training loop would ask for the same pieces again in every step, page by page.
   So of every so many freed nodes one is held where it is, and its piece with it. The latest of them
   are: what is held lies where graphs were freed lately, at most some 50 MB. A full collection gives
   all of it back. */
#define MOST_HELD 256
#define NODES_TO_HOLD 2048
static Node *held[MOST_HELD];
static unsigned oldest_held;

static Py_ssize_t bare_nodes; /* alive */

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
