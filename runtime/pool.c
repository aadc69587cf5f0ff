/* ---- a pool of threads ---- */

enum { POOL_THREADS = 64, POOL_SPINS = 20000 };

/* What the caller writes, what the workers write and the rest are a cache line apart: on some machines a line takes 200 ns
 * from one core to the other, which small kernels would wait for several times. */
typedef struct thread_pool {
    void (*body)(void *task, int thread);
    void *task;
    int stop;
    _Atomic unsigned round; /* counts tasks: a change is the signal to start */
    char apart[64];
    _Atomic unsigned finished; /* counts what workers did of tasks */
    char apart_too[64];
    _Atomic int sleepers; /* who must be woken */
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    _Atomic int next_id;
    int threads;
    pthread_t workers[POOL_THREADS];
} thread_pool;

static void pool_relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Spins first, for the next kernel usually follows within microseconds, then sleeps. */
static unsigned pool_wait(thread_pool *p, unsigned seen) {
    for (int i = 0; i < POOL_SPINS; i++) {
        if (atomic_load_explicit(&p->round, memory_order_acquire) != seen) return seen + 1;
        pool_relax();
    }
    pthread_mutex_lock(&p->mutex);
    atomic_fetch_add(&p->sleepers, 1);
    while (atomic_load(&p->round) == seen) pthread_cond_wait(&p->wake, &p->mutex);
    atomic_fetch_sub(&p->sleepers, 1);
    pthread_mutex_unlock(&p->mutex);
    return seen + 1;
}

static void *pool_worker(void *argument) {
    thread_pool *p = (thread_pool *)argument;
    const int id = atomic_fetch_add(&p->next_id, 1);
    for (unsigned seen = 0;;) {
        seen = pool_wait(p, seen);
        if (p->stop) return NULL;
        p->body(p->task, id);
        atomic_fetch_add_explicit(&p->finished, 1, memory_order_release);
    }
}

/* A worker counts itself among the sleepers before it looks at the round for the last time: either it sees the new one, or
 * it is seen here (both operations are sequentially consistent). */
static void pool_signal(thread_pool *p) {
    atomic_fetch_add(&p->round, 1);
    if (!atomic_load(&p->sleepers)) return;
    pthread_mutex_lock(&p->mutex);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->mutex);
}

static void pool_run(void *argument, int threads, void (*body)(void *task, int thread), void *task) {
    thread_pool *p = (thread_pool *)argument;
    p->body = body;
    p->task = task;
    const unsigned finished = atomic_load_explicit(&p->finished, memory_order_relaxed) + (unsigned)(threads - 1);
    pool_signal(p);
    body(task, 0);
    while (atomic_load_explicit(&p->finished, memory_order_acquire) != finished) pool_relax();
}

static void pool_stop(thread_pool *p) {
    p->stop = 1;
    pool_signal(p);
    for (int i = 1; i < p->threads; i++) pthread_join(p->workers[i], NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->mutex);
}

static int pool_start(thread_pool *p, int threads) {
    memset(p, 0, sizeof *p);
    p->threads = threads < 1 ? 1 : threads > POOL_THREADS ? POOL_THREADS : threads;
    atomic_store(&p->next_id, 1);
    if (pthread_mutex_init(&p->mutex, NULL)) return 1;
    if (pthread_cond_init(&p->wake, NULL)) return 1;
    for (int i = 1; i < p->threads; i++)
        if (pthread_create(&p->workers[i], NULL, pool_worker, p)) {
            p->threads = i;
            pool_stop(p);
            return 1;
        }
    return 0;
}
