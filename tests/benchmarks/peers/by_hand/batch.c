/* Several samples a step: products of matrices, in tiles whose sums stay in registers.

   Numbers of a batch are a matrix of a row for each sample, padded as the weights are: inputs and
   outputs of layers, and slopes, which are derivatives with respect to a layer's sums, times the
   rate. */

#include "by_hand.h"

/* The sums of some neurons for some samples. */
INLINE void sums(int samples, int neurons, const struct layer *layer, int first,
                 const vector *inputs, double *outputs)
{
    const vector *weights = layer->weights + first * layer->inputs;
    vector parts[4][5] = {};
    for (int i = 0; i < layer->inputs; i++)
#pragma GCC unroll 5
        for (int n = 0; n < neurons; n++)
#pragma GCC unroll 4
            for (int s = 0; s < samples; s++)
                parts[s][n] += weights[n * layer->inputs + i] * inputs[s * layer->inputs + i];
#pragma GCC unroll 4
    for (int s = 0; s < samples; s++)
#pragma GCC unroll 5
        for (int n = 0; n < neurons; n++)
            outputs[s * PADDED(layer->neurons) + first + n] =
                layer->biases[first + n] + sum(parts[s][n]);
}

INLINE void forward_samples(int samples, const struct layer *layer, const vector *inputs,
                            double *outputs, int relu)
{
    int n = 0;
    for (; n + 5 <= layer->neurons; n += 5)
        sums(samples, 5, layer, n, inputs, outputs);
    for (; n < layer->neurons; n++)
        sums(samples, 1, layer, n, inputs, outputs);
    for (int k = 0; relu && k < samples * PADDED(layer->neurons); k++)
        outputs[k] = activated(outputs[k]);
}

static void forward(const struct layer *layer, const vector *inputs, double *outputs, int relu)
{
    int s = 0, width = PADDED(layer->neurons);
    for (; s + 4 <= BATCH; s += 4)
        forward_samples(4, layer, inputs + s * layer->inputs, outputs + s * width, relu);
    for (; s + 2 <= BATCH; s += 2)
        forward_samples(2, layer, inputs + s * layer->inputs, outputs + s * width, relu);
    for (; s < BATCH; s++)
        forward_samples(1, layer, inputs + s * layer->inputs, outputs + s * width, relu);
}

/* Some slopes of the layer before, for some samples, from the weights before their update. */
INLINE void slopes_before(int samples, int vectors, const struct layer *layer, const double *slopes,
                          const vector *inputs, int first, vector *before)
{
    vector parts[4][4] = {};
    for (int n = 0; n < layer->neurons; n++)
#pragma GCC unroll 4
        for (int s = 0; s < samples; s++)
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                parts[s][v] += slopes[s * PADDED(layer->neurons) + n] *
                               layer->weights[n * layer->inputs + first + v];
#pragma GCC unroll 4
    for (int s = 0; s < samples; s++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            int place = s * layer->inputs + first + v;
            before[place] = let_pass(inputs[place], parts[s][v]);
        }
}

INLINE void backward_samples(int samples, const struct layer *layer, const double *slopes,
                             const vector *inputs, vector *before)
{
    int v = 0;
    for (; v + 4 <= layer->inputs; v += 4)
        slopes_before(samples, 4, layer, slopes, inputs, v, before);
    for (; v < layer->inputs; v++)
        slopes_before(samples, 1, layer, slopes, inputs, v, before);
}

static void backward(const struct layer *layer, const double *slopes, const vector *inputs,
                     vector *before)
{
    int s = 0, width = PADDED(layer->neurons);
    for (; s + 4 <= BATCH; s += 4)
        backward_samples(4, layer, slopes + s * width, inputs + s * layer->inputs,
                         before + s * layer->inputs);
    for (; s + 2 <= BATCH; s += 2)
        backward_samples(2, layer, slopes + s * width, inputs + s * layer->inputs,
                         before + s * layer->inputs);
    for (; s < BATCH; s++)
        backward_samples(1, layer, slopes + s * width, inputs + s * layer->inputs,
                         before + s * layer->inputs);
}

/* Some weights of some neurons, which begin as what they were. */
INLINE void change(int neurons, int vectors, const struct layer *layer, int first, int place,
                   const double *slopes, const vector *inputs)
{
    vector *weights = layer->weights + first * layer->inputs + place, sums[10][2];
#pragma GCC unroll 10
    for (int n = 0; n < neurons; n++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            sums[n][v] = weights[n * layer->inputs + v];
    for (int s = 0; s < BATCH; s++)
#pragma GCC unroll 10
        for (int n = 0; n < neurons; n++)
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++)
                sums[n][v] -= slopes[s * PADDED(layer->neurons) + first + n] *
                              inputs[s * layer->inputs + place + v];
#pragma GCC unroll 10
    for (int n = 0; n < neurons; n++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            weights[n * layer->inputs + v] = sums[n][v];
}

INLINE void change_vectors(int vectors, const struct layer *layer, int v, const double *slopes,
                           const vector *inputs)
{
    int n = 0;
    for (; n + 10 <= layer->neurons; n += 10)
        change(10, vectors, layer, n, v, slopes, inputs);
    for (; n + 2 <= layer->neurons; n += 2)
        change(2, vectors, layer, n, v, slopes, inputs);
    for (; n < layer->neurons; n++)
        change(1, vectors, layer, n, v, slopes, inputs);
}

static void update(const struct layer *layer, const double *slopes, const vector *inputs)
{
    int v = 0;
    for (; v + 2 <= layer->inputs; v += 2)
        change_vectors(2, layer, v, slopes, inputs);
    for (; v < layer->inputs; v++)
        change_vectors(1, layer, v, slopes, inputs);
    for (int s = 0; s < BATCH; s++)
        for (int n = 0; n < layer->neurons; n++)
            layer->biases[n] -= slopes[s * PADDED(layer->neurons) + n];
}

static void step(const struct layer *layers, const vector *samples, const double *targets,
                 double rate)
{
    static vector outputs[LAYERS][BATCH * PADDED(WIDEST) / LANES];
    static vector slopes[LAYERS][BATCH * PADDED(WIDEST) / LANES];
    const vector *inputs[LAYERS];
    int scores = PADDED(sizes[LAYERS]);
    for (int l = 0; l < LAYERS; l++) {
        inputs[l] = l ? outputs[l - 1] : samples;
        forward(layers + l, inputs[l], (double *)outputs[l], l < LAYERS - 1);
    }
    for (int s = 0; s < BATCH; s++)
        LOSS(targets + s * sizes[LAYERS], (const double *)outputs[LAYERS - 1] + s * scores,
             rate / BATCH, (double *)slopes[LAYERS - 1] + s * scores);
    for (int l = LAYERS - 1; l >= 0; l--) {
        if (l)
            backward(layers + l, (const double *)slopes[l], inputs[l], slopes[l - 1]);
        update(layers + l, (const double *)slopes[l], inputs[l]);
    }
}

void train(double *parameters, const vector *rows, const double *targets, long samples,
           long epochs, double rate)
{
    struct layer layers[LAYERS];
    find(layers, parameters);
    for (long epoch = 0; epoch < epochs; epoch++)
        for (long first = 0; first + BATCH <= samples; first += BATCH)
            step(layers, rows + first * layers->inputs, targets + first * sizes[LAYERS], rate);
}
