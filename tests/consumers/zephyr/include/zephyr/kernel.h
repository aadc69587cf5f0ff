/* Of Zephyr's kernel, what a sample needs: its first sleep ends the program. */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline uint32_t k_cycle_get_32(void) { return (uint32_t)clock(); }
static inline uint32_t k_cyc_to_us_floor32(uint32_t cycles) { return (uint32_t)((uint64_t)cycles * 1000000 / CLOCKS_PER_SEC); }
#define K_SECONDS(s) (s)
#define k_sleep(duration) exit((duration) == 1 ? 0 : 1)
