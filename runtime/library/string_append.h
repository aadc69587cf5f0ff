/* Bytes behind those of s; what does not fit is left out and reported. */
CNNC_INLINE void string_append(string_slot *s, const char *bytes, size_t n, int32_t *status) {
    const size_t room = sizeof s->bytes - s->size;
    if (n > room) n = room, *status = 5;
    memcpy(s->bytes + s->size, bytes, n);
    s->size += (uint32_t)n;
}
