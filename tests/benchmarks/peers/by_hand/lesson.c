/* Networks 2-2-1 without activation, one student a step: nine parameters in registers. */

void train(double *parameters, const double *students, const double *targets, long samples,
           long epochs, double rate)
{
    double w111 = parameters[0], w121 = parameters[1], b11 = parameters[2];
    double w112 = parameters[3], w122 = parameters[4], b12 = parameters[5];
    double w211 = parameters[6], w221 = parameters[7], b21 = parameters[8];
    for (long epoch = 0; epoch < epochs; epoch++)
        for (long s = 0; s < samples; s++) {
            double x1 = students[2 * s], x2 = students[2 * s + 1];
            double o11 = w111 * x1 + (w121 * x2 + b11);
            double o12 = w112 * x1 + (w122 * x2 + b12);
            double predicted = (w211 * o11 + b21) + w221 * o12;
            double step = 2 * rate * (predicted - targets[s]);
            /* Both from the weights as they were. */
            double slope11 = step * w211, slope12 = step * w221;
            w211 -= step * o11;
            w221 -= step * o12;
            b21 -= step;
            w111 -= slope11 * x1;
            w121 -= slope11 * x2;
            b11 -= slope11;
            w112 -= slope12 * x1;
            w122 -= slope12 * x2;
            b12 -= slope12;
        }
    double trained[] = {w111, w121, b11, w112, w122, b12, w211, w221, b21};
    for (int k = 0; k < 9; k++)
        parameters[k] = trained[k];
}
