/* What the programs by hand share: vectors, layers, and the derivatives of the losses.

   The compiler is told the network: SIZES, the inputs and then the neurons of each layer; WIDEST,
   the largest of them; LOSS; RELU, 1 if the hidden layers have it; BATCH, the samples to a step. */

#include <math.h>

#define LANES 8
#define PADDED(count) (((count) + LANES - 1) / LANES * LANES)
#define INLINE static inline __attribute__((always_inline))

typedef double vector __attribute__((vector_size(8 * LANES)));
typedef double half __attribute__((vector_size(4 * LANES)));
typedef long long mask __attribute__((vector_size(8 * LANES)));

static const int sizes[] = {SIZES};
enum { LAYERS = sizeof sizes / sizeof *sizes - 1 };

/* Each neuron's weights are padded to whole vectors with zeros, which training leaves zeros. */
struct layer {
    int inputs, neurons; /* inputs are vectors */
    vector *weights;     /* neuron by neuron */
    double *biases;
};

/* The layers in one array: the weights of a layer, then its biases, padded. */
static inline void find(struct layer *layers, double *parameters)
{
    for (int number = 0; number < LAYERS; number++) {
        struct layer *layer = layers + number;
        layer->inputs = PADDED(sizes[number]) / LANES;
        layer->neurons = sizes[number + 1];
        layer->weights = (vector *)parameters;
        parameters += layer->inputs * LANES * layer->neurons;
        layer->biases = parameters;
        parameters += PADDED(layer->neurons);
    }
}

INLINE double sum(vector v)
{
    half pairs = __builtin_shufflevector(v, v, 0, 1, 2, 3);
    pairs += __builtin_shufflevector(v, v, 4, 5, 6, 7);
    return (pairs[0] + pairs[2]) + (pairs[1] + pairs[3]);
}

INLINE double activated(double sum)
{
    return RELU && !(sum > 0) ? 0 : sum;
}

/* Of the slopes of a layer's outputs those of its sums. */
INLINE vector let_pass(vector outputs, vector slopes)
{
    return RELU ? (vector)((mask)slopes & (outputs > 0)) : slopes;
}

/* The losses: their derivatives with respect to the scores, times scale. */
static inline void squared_error(const double *targets, const double *scores, double scale,
                                 double *slopes)
{
    for (int n = 0; n < sizes[LAYERS]; n++)
        slopes[n] = scale * 2 * (scores[n] - targets[n]);
}

static inline void hinge(const double *targets, const double *scores, double scale, double *slopes)
{
    for (int n = 0; n < sizes[LAYERS]; n++)
        slopes[n] = 1 - targets[n] * scores[n] > 0 ? -scale * targets[n] : 0;
}

static inline void cross_entropy(const double *targets, const double *scores, double scale,
                                 double *slopes)
{
    double highest = scores[0], total = 0;
    for (int n = 1; n < sizes[LAYERS]; n++)
        highest = scores[n] > highest ? scores[n] : highest;
    for (int n = 0; n < sizes[LAYERS]; n++)
        total += slopes[n] = exp(scores[n] - highest);
    for (int n = 0; n < sizes[LAYERS]; n++)
        slopes[n] = scale * (slopes[n] / total - targets[n]);
}
