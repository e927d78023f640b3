#pragma once
#include <zlib.h>

/* inflateInit and inflateInit2 are macros. */
static inline int czlib_inflate_init(z_stream *stream) {
    return inflateInit(stream);
}

/* A gzip stream (RFC 1952) and nothing else. */
static inline int czlib_gunzip_init(z_stream *stream) {
    return inflateInit2(stream, MAX_WBITS + 16);
}

/* deflateInit is a macro. */
static inline int czlib_deflate_init(z_stream *stream, int level) {
    return deflateInit(stream, level);
}
