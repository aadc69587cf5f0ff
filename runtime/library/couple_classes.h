/* Probabilities p [rows][classes] from those of pairs, r [rows][classes][classes] (of i rather than j), by the iteration of
 * Wu, Lin and Weng (2004), which LIBSVM has and stops as early. work: [classes + 1][classes]. */
CNNC_INLINE void couple_classes(double *p, double *work, const double *r, ptrdiff_t rows, ptrdiff_t classes) {
    double *q = work, *qp = work + classes * classes;
    const int most = classes > 100 ? (int)classes : 100;
    for (ptrdiff_t row = 0; row < rows; row++, r += classes * classes, p += classes) {
        for (ptrdiff_t t = 0; t < classes; t++) {
            p[t] = 1.0 / (double)classes;
            q[t * classes + t] = 0.0;
            for (ptrdiff_t j = 0; j < classes; j++) {
                if (j == t) continue;
                q[t * classes + t] += r[j * classes + t] * r[j * classes + t];
                q[t * classes + j] = -r[j * classes + t] * r[t * classes + j];
            }
        }
        for (int step = 0; step < most; step++) {
            double pqp = 0.0, error = 0.0;
            for (ptrdiff_t t = 0; t < classes; t++) {
                qp[t] = 0.0;
                for (ptrdiff_t j = 0; j < classes; j++) qp[t] += q[t * classes + j] * p[j];
                pqp += p[t] * qp[t];
            }
            for (ptrdiff_t t = 0; t < classes; t++) error = fmax(error, fabs(qp[t] - pqp));
            if (error < 0.005 / (double)classes) break;
            for (ptrdiff_t t = 0; t < classes; t++) {
                const double more = (pqp - qp[t]) / q[t * classes + t];
                p[t] += more;
                pqp = (pqp + more * (more * q[t * classes + t] + 2.0 * qp[t])) / ((1.0 + more) * (1.0 + more));
                for (ptrdiff_t j = 0; j < classes; j++) {
                    qp[j] = (qp[j] + more * q[t * classes + j]) / (1.0 + more);
                    p[j] /= 1.0 + more;
                }
            }
        }
    }
}
