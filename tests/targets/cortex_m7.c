/* From reset to newlib's start, which calls main. Output and exit go to qemu by semihosting. */
#include <stdint.h>

extern char __stack[];
void _start(void);
void reset(void);

void reset(void) {
    volatile uint32_t *const coprocessors = (volatile uint32_t *)0xE000ED88u;
    *coprocessors |= 0xFu << 20; /* the floating-point unit */
    __asm__ volatile("dsb\n\tisb");
    _start();
}

static void fault(void) {
    for (;;) __asm__ volatile("bkpt 1"); /* qemu ends */
}

typedef void handler(void);
extern handler *const vectors[];
__attribute__((section(".vectors"), used)) handler *const vectors[16] = {(handler *)__stack, reset, fault, fault, fault, fault, fault};
