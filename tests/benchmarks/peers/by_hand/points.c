/* Narrow networks, many points a step: a neuron computes for eight points at once, in the lanes of
   a vector, with the weight in all lanes.

   Parameters are each neuron's weights and then its bias. The numbers of a layer are vectors of all
   points for each neuron; slopes are derivatives with respect to its sums, times the rate. */

#include <string.h>

#include "by_hand.h"

enum { VECTORS = PADDED(BATCH) / LANES };
enum { NEURONS = 4, ACROSS = 4, REST = VECTORS % ACROSS }; /* a tile of sums, in registers */
typedef vector numbers[VECTORS]; /* of one neuron, or one input */

/* Eight sums at once: lane k has the sum over the lanes of v[k]. */
INLINE vector sum_of_each(const vector *v)
{
    vector twos[4], fours[2];
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++)
        twos[k] = __builtin_shufflevector(v[2 * k], v[2 * k + 1], 0, 8, 2, 10, 4, 12, 6, 14) +
                  __builtin_shufflevector(v[2 * k], v[2 * k + 1], 1, 9, 3, 11, 5, 13, 7, 15);
#pragma GCC unroll 2
    for (int k = 0; k < 2; k++) {
        vector a = twos[2 * k], b = twos[2 * k + 1];
        fours[k] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
                   __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    return __builtin_shufflevector(fours[0], fours[1], 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(fours[0], fours[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

/* A neuron's outputs are its bias, its weighted inputs, and what the activation makes of them. */
INLINE void outputs_of(int neurons, int vectors, const double *weights, int width,
                       const numbers *inputs, int v, numbers *outputs, int relu)
{
    vector sums[NEURONS][ACROSS], zero = {};
#pragma GCC unroll 8
    for (int n = 0; n < neurons; n++)
#pragma GCC unroll 8
        for (int k = 0; k < vectors; k++)
            sums[n][k] = zero + weights[n * (width + 1) + width];
    for (int i = 0; i < width; i++)
#pragma GCC unroll 8
        for (int n = 0; n < neurons; n++)
#pragma GCC unroll 8
            for (int k = 0; k < vectors; k++)
                sums[n][k] += weights[n * (width + 1) + i] * inputs[i][v + k];
#pragma GCC unroll 8
    for (int n = 0; n < neurons; n++)
#pragma GCC unroll 8
        for (int k = 0; k < vectors; k++)
            outputs[n][v + k] = relu ? let_pass(sums[n][k], sums[n][k]) : sums[n][k];
}

INLINE void forward_vectors(int vectors, const double *weights, int width, int neurons,
                            const numbers *inputs, int v, numbers *outputs, int relu)
{
    int n = 0;
    for (; n + NEURONS <= neurons; n += NEURONS)
        outputs_of(NEURONS, vectors, weights + n * (width + 1), width, inputs, v, outputs + n,
                   relu);
    for (; n < neurons; n++)
        outputs_of(1, vectors, weights + n * (width + 1), width, inputs, v, outputs + n, relu);
}

static void forward(const double *weights, int width, int neurons, const numbers *inputs,
                    numbers *outputs, int relu)
{
    int v = 0;
    for (; v + ACROSS <= VECTORS; v += ACROSS)
        forward_vectors(ACROSS, weights, width, neurons, inputs, v, outputs, relu);
    if (REST)
        forward_vectors(REST, weights, width, neurons, inputs, v, outputs, relu);
}

/* The slopes of some inputs' sums, from the weights before their update. */
INLINE void slopes_before(int some, int vectors, const double *weights, int width, int neurons,
                          const numbers *slopes, const numbers *inputs, int v, numbers *before)
{
    vector sums[NEURONS][ACROSS] = {};
    for (int n = 0; n < neurons; n++)
#pragma GCC unroll 8
        for (int i = 0; i < some; i++)
#pragma GCC unroll 8
            for (int k = 0; k < vectors; k++)
                sums[i][k] += weights[n * (width + 1) + i] * slopes[n][v + k];
#pragma GCC unroll 8
    for (int i = 0; i < some; i++)
#pragma GCC unroll 8
        for (int k = 0; k < vectors; k++)
            before[i][v + k] = let_pass(inputs[i][v + k], sums[i][k]);
}

INLINE void backward_vectors(int vectors, const double *weights, int width, int neurons,
                             const numbers *slopes, const numbers *inputs, int v, numbers *before)
{
    int i = 0;
    for (; i + NEURONS <= width; i += NEURONS)
        slopes_before(NEURONS, vectors, weights + i, width, neurons, slopes, inputs + i, v,
                      before + i);
    for (; i < width; i++)
        slopes_before(1, vectors, weights + i, width, neurons, slopes, inputs + i, v, before + i);
}

static void backward(const double *weights, int width, int neurons, const numbers *slopes,
                     const numbers *inputs, numbers *before)
{
    int v = 0;
    for (; v + ACROSS <= VECTORS; v += ACROSS)
        backward_vectors(ACROSS, weights, width, neurons, slopes, inputs, v, before);
    if (REST)
        backward_vectors(REST, weights, width, neurons, slopes, inputs, v, before);
}

/* Eight weights of some neurons each. */
INLINE void change_eights(int neurons, double *weights, int width, const numbers *slopes,
                          const numbers *inputs)
{
    vector products[2][8] = {}, row;
    for (int v = 0; v < VECTORS; v++)
#pragma GCC unroll 2
        for (int n = 0; n < neurons; n++)
#pragma GCC unroll 8
            for (int i = 0; i < 8; i++)
                products[n][i] += slopes[n][v] * inputs[i][v];
#pragma GCC unroll 2
    for (int n = 0; n < neurons; n++) {
        memcpy(&row, weights + n * (width + 1), sizeof row);
        row -= sum_of_each(products[n]);
        memcpy(weights + n * (width + 1), &row, sizeof row);
    }
}

/* One weight of eight neurons, or the biases, whose inputs are 1. */
INLINE void change_of_eight(double *weights, int width, const numbers *slopes, const vector *inputs)
{
    vector products[8] = {};
    for (int v = 0; v < VECTORS; v++)
#pragma GCC unroll 8
        for (int n = 0; n < 8; n++)
            products[n] += slopes[n][v] * inputs[v];
    vector sums = sum_of_each(products);
    for (int n = 0; n < 8; n++)
        weights[n * (width + 1)] -= sums[n];
}

INLINE void change_one(double *weight, const vector *slopes, const vector *inputs)
{
    vector products = {};
    for (int v = 0; v < VECTORS; v++)
        products += slopes[v] * inputs[v];
    *weight -= sum(products);
}

/* `inputs` end with ones, for the biases. */
static void update(double *weights, int width, int neurons, const numbers *slopes,
                   const numbers *inputs)
{
    int i = 0;
    for (; i + 8 <= width + 1; i += 8) {
        int n = 0;
        for (; n + 2 <= neurons; n += 2)
            change_eights(2, weights + n * (width + 1) + i, width, slopes + n, inputs + i);
        for (; n < neurons; n++)
            change_eights(1, weights + n * (width + 1) + i, width, slopes + n, inputs + i);
    }
    for (; i < width + 1; i++) {
        int n = 0;
        for (; n + 8 <= neurons; n += 8)
            change_of_eight(weights + n * (width + 1) + i, width, slopes + n, inputs[i]);
        for (; n < neurons; n++)
            change_one(weights + n * (width + 1) + i, slopes[n], inputs[i]);
    }
}

/* The hinge loss; points that only fill up the last vector have the target 0, and so no slope. */
static void hinge_slopes(const vector *targets, const vector *scores, double scale, vector *slopes)
{
    for (int v = 0; v < VECTORS; v++)
        slopes[v] = (vector)((mask)(-scale * targets[v]) & (1 - targets[v] * scores[v] > 0));
}

void train(double *parameters, const numbers *batches, const numbers *targets, long samples,
           long epochs, double rate)
{
    static numbers outputs[LAYERS + 1][WIDEST + 1], slopes[LAYERS][WIDEST];
    double *weights[LAYERS];
    for (int l = 0; l < LAYERS; l++) {
        weights[l] = parameters;
        parameters += sizes[l + 1] * (sizes[l] + 1);
        for (int v = 0; v < VECTORS; v++)
            outputs[l][sizes[l]][v] = (vector){} + 1;
    }
    for (long epoch = 0; epoch < epochs; epoch++)
        for (long batch = 0; batch < samples / BATCH; batch++) {
            memcpy(outputs[0], batches + batch * sizes[0], sizes[0] * sizeof *batches);
            for (int l = 0; l < LAYERS; l++)
                forward(weights[l], sizes[l], sizes[l + 1], outputs[l], outputs[l + 1],
                        l < LAYERS - 1);
            hinge_slopes(targets[batch], outputs[LAYERS][0], rate / BATCH, slopes[LAYERS - 1][0]);
            for (int l = LAYERS - 1; l >= 0; l--) {
                if (l)
                    backward(weights[l], sizes[l], sizes[l + 1], slopes[l], outputs[l],
                             slopes[l - 1]);
                update(weights[l], sizes[l], sizes[l + 1], slopes[l], outputs[l]);
            }
        }
}
