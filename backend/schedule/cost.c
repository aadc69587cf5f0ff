#include "backend/schedule/schedule.h"

double cost_microseconds(const target *t, double cycles) { return cycles / (1000 * t->ghz); }
