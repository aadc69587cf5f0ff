/* The first *count of a map's keys or values, each of so many bytes, and zeros in what there is room for besides. */
CNNC_INLINE void map_entries(void *y, const void *x, size_t each, ptrdiff_t room, const int64_t *count) {
    const size_t used = *count < 0 ? 0 : (size_t)(*count < room ? *count : room);
    memcpy(y, x, used * each);
    memset((char *)y + used * each, 0, ((size_t)room - used) * each);
}
