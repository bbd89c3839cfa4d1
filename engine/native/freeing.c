/* Nodes freed, and what Python's garbage collector asks of them. */

/* Gives back the memory of all freed nodes, where Python asks what the module refers to: in full
   collections, in which it empties what it keeps itself. */
static int give_memory_back(PyObject *Py_UNUSED(module), visitproc Py_UNUSED(visit),
                            void *Py_UNUSED(arg))
{
    for (unsigned place = 0; place < MOST_HELD; place++) {
        PyObject_Free(held[place]);
        held[place] = NULL;
    }
    for (unsigned room = 1; room <= MOST_ROOM; room++)
        while (kept[room]) {
            Node *node = kept[room];
            kept[room] = node->next;
            PyObject_Free(node);
        }
    bytes_kept = 0;
    return 0;
}

/* Holds a freed node, and gives the one that has been held longest to be freed in its place. */
static APART Node *hold(Node *node)
{
    Node *oldest = held[oldest_held];
    held[oldest_held] = node;
    oldest_held = (oldest_held + 1) % MOST_HELD;
    return oldest;
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
        } else {
            if (MOST_KEPT && room && !((size_t)bare_nodes % NODES_TO_HOLD))
                node = hold(node);
            PyObject_Free(node);
        }
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

/* In the child of a fork the thread that was freeing is gone. */
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
