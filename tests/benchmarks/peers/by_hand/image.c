/* One sample a step, and one pass over the weights of a layer: what the sample before changes in a
   weight is done when this one is multiplied by it. */

#include "by_hand.h"

enum { TILE = 5 }; /* neurons that share what is loaded of the inputs */

/* What a sample leaves for the pass of the next: the inputs of a layer, and its slopes, the
   derivatives with respect to its neurons' sums, times the rate. */
struct waiting {
    const vector *inputs;
    vector slopes[PADDED(WIDEST) / LANES];
};

INLINE void tile(int count, struct layer *layer, int first, const struct waiting *waiting,
                 const vector *inputs, double *sums)
{
    vector *weights = layer->weights + first * layer->inputs;
    const double *slopes = (const double *)waiting->slopes + first;
    vector parts[TILE] = {};
    for (int i = 0; i < layer->inputs; i++) {
        vector before = waiting->inputs[i], now = inputs[i];
#pragma GCC unroll 5
        for (int n = 0; n < count; n++) {
            vector weight = weights[n * layer->inputs + i] - slopes[n] * before;
            weights[n * layer->inputs + i] = weight;
            parts[n] += weight * now;
        }
    }
#pragma GCC unroll 5
    for (int n = 0; n < count; n++) {
        layer->biases[first + n] -= slopes[n];
        sums[first + n] = layer->biases[first + n] + sum(parts[n]);
    }
}

/* Makes the changes that are waiting, and computes the sums of the neurons. */
static void pass(struct layer *layer, const struct waiting *waiting, const vector *inputs,
                 double *sums)
{
    int n = 0;
    for (; n + TILE <= layer->neurons; n += TILE)
        tile(TILE, layer, n, waiting, inputs, sums);
    for (; n < layer->neurons; n++)
        tile(1, layer, n, waiting, inputs, sums);
}

/* The slopes of the layer before, whose outputs are the inputs of this one. */
static void backward(const struct layer *layer, const struct waiting *waiting, vector *before)
{
    const double *slopes = (const double *)waiting->slopes;
    for (int i = 0; i < layer->inputs; i++) {
        vector parts[4] = {};
#pragma GCC unroll 4
        for (int n = 0; n < layer->neurons; n++)
            parts[n % 4] += slopes[n] * layer->weights[n * layer->inputs + i];
        before[i] = let_pass(waiting->inputs[i], (parts[0] + parts[1]) + (parts[2] + parts[3]));
    }
}

void train(double *parameters, const vector *rows, const double *targets, long samples,
           long epochs, double rate)
{
    static const vector nothing[PADDED(WIDEST) / LANES];
    static vector outputs[2][LAYERS][PADDED(WIDEST) / LANES];
    struct waiting waiting[LAYERS] = {};
    struct layer layers[LAYERS];
    find(layers, parameters);
    for (int number = 0; number < LAYERS; number++)
        waiting[number].inputs = nothing;

    int side = 0;
    for (long epoch = 0; epoch < epochs; epoch++)
        for (long sample = 0; sample < samples; sample++, side = !side) {
            const vector *inputs = rows + sample * layers->inputs;
            for (int number = 0; number < LAYERS; number++) {
                double *sums = (double *)outputs[side][number];
                pass(layers + number, waiting + number, inputs, sums);
                for (int n = 0; n < layers[number].neurons && number < LAYERS - 1; n++)
                    sums[n] = activated(sums[n]);
                waiting[number].inputs = inputs;
                inputs = outputs[side][number];
            }
            LOSS(targets + sample * sizes[LAYERS], (const double *)inputs, rate,
                 (double *)waiting[LAYERS - 1].slopes);
            for (int number = LAYERS - 1; number > 0; number--)
                backward(layers + number, waiting + number, waiting[number - 1].slopes);
        }
    for (int number = 0; number < LAYERS; number++)
        pass(layers + number, waiting + number, nothing, (double *)outputs[side][number]);
}
