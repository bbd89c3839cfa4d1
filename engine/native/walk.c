/* Walks over a graph, as in graph/walks.py and in the same order. None of them recurses, and none
   runs any code of Python, so nodes can be marked on the way. */

typedef struct {
    Node **nodes;
    Py_ssize_t length, room;
} Order;

typedef struct {
    Node *node;
    unsigned done; /* edges that have been followed */
} Step;

typedef struct {
    Step *steps;
    Py_ssize_t length, room;
} Path;

/* Makes room for one item more; 0 where there is no memory. */
static inline int reserve(void **items, Py_ssize_t length, Py_ssize_t *room, size_t size)
{
    if (length < *room)
        return 1;
    const Py_ssize_t more = *room ? 2 * *room : 256;
    void *moved = PyMem_RawRealloc(*items, (size_t)more * size);
    if (!moved)
        return 0;
    *items = moved;
    *room = more;
    return 1;
}

static inline int enter(Path *path, Node *node)
{
    if (!reserve((void **)&path->steps, path->length, &path->room, sizeof(Step)))
        return 0;
    node->flags |= ENTERED;
    path->steps[path->length++] = (Step){node, 0};
    return 1;
}

/* Adds the graph below a node to an order, operands before their users. Only results of operations
   that are of the same class as `inner`, operands from right to left; or, where that is NULL, all
   nodes, from left to right. */
static inline int walk(Order *order, Path *path, Node *output, PyTypeObject *inner)
{
    if (output->flags & ENTERED)
        return 1;
    if (!enter(path, output))
        return 0;
    while (path->length) {
        Step *step = &path->steps[path->length - 1];
        Node *node = step->node, *next = NULL;
        const Edge *edges = edges_of(node);
        const unsigned count = node->count;
        unsigned done = step->done;
        while (done < count && !next) {
            Node *operand = (Node *)edges[inner ? count - 1 - done : done].operand;
            done++;
            if (operand && !(operand->flags & ENTERED) &&
                (!inner || (Py_TYPE(operand) == inner && operand->count)))
                next = operand;
        }
        if (next) {
            step->done = done;
            if (!enter(path, next))
                return 0;
            continue;
        }
        if (!reserve((void **)&order->nodes, order->length, &order->room, sizeof(Node *)))
            return 0;
        order->nodes[order->length++] = node;
        path->length--;
    }
    return 1;
}

/* Takes the marks away again, also where a walk has been given up. */
static void leave(Order *order, Path *path)
{
    for (Py_ssize_t i = 0; i < order->length; i++)
        order->nodes[i]->flags &= (unsigned short)~ENTERED;
    for (Py_ssize_t i = 0; i < path->length; i++)
        path->steps[i].node->flags &= (unsigned short)~ENTERED;
    PyMem_RawFree(path->steps);
}

/* Marks what a path without a dead edge leads to from the last node of an order. */
static void mark_live(const Order *order)
{
    order->nodes[order->length - 1]->flags |= LIVE;
    for (Py_ssize_t i = order->length; i--;) {
        Node *node = order->nodes[i];
        const Edge *edges = edges_of(node);
        if (node->flags & LIVE)
            for (unsigned j = 0; j < node->count; j++)
                if (edges[j].operand && !is_dead(edges[j].number))
                    ((Node *)edges[j].operand)->flags |= LIVE;
    }
}

static void unmark_live(const Order *order)
{
    for (Py_ssize_t i = 0; i < order->length; i++) {
        Node *node = order->nodes[i];
        const Edge *edges = edges_of(node);
        node->flags &= (unsigned short)~LIVE;
        for (unsigned j = 0; j < node->count; j++)
            if (edges[j].operand)
                ((Node *)edges[j].operand)->flags &= (unsigned short)~LIVE;
    }
}

/* The one argument of `backward`, 1 if it is not given; 0 with an error where it is not a number. */
static int read_seed(PyObject *const *args, Py_ssize_t count, PyObject *names, double *seed)
{
    const Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0;
    *seed = 1.0;
    for (Py_ssize_t i = 0; i < named; i++)
        if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), "seed") != 0) {
            PyErr_Format(PyExc_TypeError,
                         "Value.backward() got an unexpected keyword argument '%U'",
                         PyTuple_GET_ITEM(names, i));
            return 0;
        }
    if (count && named) {
        PyErr_SetString(PyExc_TypeError,
                        "Value.backward() got multiple values for argument 'seed'");
        return 0;
    }
    if (count > 1) {
        PyErr_Format(PyExc_TypeError,
                     "Value.backward() takes from 1 to 2 positional arguments but %zd were given",
                     count + 1);
        return 0;
    }
    return count + named == 0 || read_number(CHECK_SEED, args[0], seed);
}

static PyObject *node_backward(PyObject *self, PyObject *const *args, Py_ssize_t count,
                               PyObject *names)
{
    double seed;
    if (!read_seed(args, count, names, &seed))
        return NULL;
    Node *output = (Node *)self;
    Order order = {0};
    Path path = {0};
    const int complete = !output->count || walk(&order, &path, output, Py_TYPE(self));
    leave(&order, &path);
    if (!complete) {
        PyMem_RawFree(order.nodes);
        return PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < order.length; i++)
        order.nodes[i]->grad = 0.0;
    output->grad += seed;
    int marked = 0;
    for (Py_ssize_t place = order.length; place--;) {
        Node *node = order.nodes[place];
        const double grad = node->grad;
        const Edge *edges = edges_of(node);
        if (grad != 0.0) {
            for (unsigned i = 0; i < node->count; i++) {
                const double added = edges[i].number * grad;
                /* DEAD is a nan, so that most edges need no look for it. */
                if (edges[i].operand && (added == added || !is_dead(edges[i].number)))
                    ((Node *)edges[i].operand)->grad += added;
            }
            continue;
        }
        /* Nothing to pass on, but a nan where the other factor is infinite and a path leads here. */
        for (unsigned i = 0; i < node->count; i++)
            if (edges[i].operand && !isfinite(edges[i].number) && !is_dead(edges[i].number)) {
                if (!marked++)
                    mark_live(&order);
                if (node->flags & LIVE)
                    ((Node *)edges[i].operand)->grad = (double)NAN;
            }
    }
    if (marked)
        unmark_live(&order);
    PyMem_RawFree(order.nodes);
    PyObject *mode = current_mode();
    if (!mode)
        return NULL;
    Py_DECREF(mode);
    return mode == Py_None ? Py_NewRef(Py_None) : ask(CHECK_GRADIENTS, self, NULL, NULL);
}

static PyObject *topological_order(PyObject *Py_UNUSED(module), PyObject *const *outputs,
                                   Py_ssize_t count)
{
    Order order = {0};
    Path path = {0};
    PyObject *list = NULL;
    int complete = 1;
    for (Py_ssize_t i = 0; i < count; i++)
        if (!is_value(outputs[i]))
            return ask(REFUSE_OUTPUT, outputs[i], NULL, NULL);
    for (Py_ssize_t i = 0; i < count && complete; i++)
        complete = walk(&order, &path, (Node *)outputs[i], NULL);
    leave(&order, &path);
    /* To make the list may begin a collection, which frees what only the graph holds. */
    if (complete)
        for (Py_ssize_t i = 0; i < order.length; i++)
            Py_INCREF(order.nodes[i]);
    else
        PyErr_NoMemory();
    if (complete)
        list = PyList_New(order.length);
    for (Py_ssize_t i = 0; complete && i < order.length; i++) {
        if (list)
            PyList_SET_ITEM(list, i, (PyObject *)order.nodes[i]);
        else
            Py_DECREF(order.nodes[i]);
    }
    PyMem_RawFree(order.nodes);
    return list;
}
