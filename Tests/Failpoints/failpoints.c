/*
 * Makes one file operation of a program, or of what it starts, fail: preloaded by the fault tests (ld.so(8), LD_PRELOAD).
 *
 * All processes share one file, named by GITPLANE_FAILPOINTS, which is mapped by each: it counts the operations that change
 * something below one folder, and says which of them is to fail and how. So "the 217th operation" means the same whichever
 * process does it. A closed environment is opened for the two variables when a process starts another one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The file; the tests write it by these offsets. */
struct control {
    uint64_t counter;      /*  0: operations so far */
    uint64_t at;           /*  8: the one that fails; 0 for none */
    uint64_t hits;         /* 16: operations that failed */
    uint32_t action;       /* 24: see below */
    uint32_t is_sticky;    /* 28: whether all after it fail too */
    int32_t server;        /* 32: the first process, set by it while 0 */
    uint32_t root_length;  /* 36 */
    char root[1024];       /* 40: the folder, with a slash at its end, or how the names in it begin that count */
    int64_t clock;         /* 1064: by how many seconds the clock on the wall is wrong */
    uint32_t is_started;   /* 1072: whether only what the first process has started counts */
    uint32_t has_no_links; /* 1076: whether a file has one name only, as on FAT */
    uint64_t refusals;     /* 1080: second names that were refused for that */
};

enum action {
    action_kill = 1, action_eio = 2, action_enospc = 3, action_short = 4, action_delay = 5, action_cut = 6,
    action_end = 7, action_done_eio = 8
};
enum kind { kind_open, kind_grow, kind_write, kind_flush, kind_shrink };
/* What becomes of an operation: half of it is done, or all of it and it is told to have failed. */
enum fault { fault_fail = -1, fault_none, fault_half, fault_deny };

static struct control *control;
static __typeof__(execve) *real_execve;
static char preload[PATH_MAX + 16], location[PATH_MAX + 32];

__attribute__((constructor)) static void start(void) {
    real_execve = dlsym(RTLD_NEXT, "execve");
    const char *path = getenv("GITPLANE_FAILPOINTS"), *library = getenv("LD_PRELOAD");
    if (!path || !library) return;
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", library);
    snprintf(location, sizeof location, "GITPLANE_FAILPOINTS=%s", path);
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int file = real(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *memory = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED) return;
    control = memory;
    int32_t none = 0;
    __atomic_compare_exchange_n(&control->server, &none, (int32_t)getpid(), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static int is_below_root(const char *path) {
    return strncmp(path, control->root, control->root_length) == 0;
}

/* Whether a path, relative to an open folder, is in the folder that is watched. */
static int concerns_path(int folder, const char *path) {
    if (!control || !path) return 0;
    if (path[0] == '/') return is_below_root(path);
    char link[64], place[PATH_MAX];
    if (folder == AT_FDCWD) strcpy(link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, place, sizeof place - 2);
    if (length <= 0) return 0;
    place[length] = '/';
    place[length + 1] = 0;
    return is_below_root(place);
}

static int concerns_file(int file) {
    if (!control) return 0;
    char link[64], place[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, place, sizeof place - 1);
    if (length <= 0 || place[0] != '/') return 0;
    place[length] = 0;
    return is_below_root(place);
}

/* What a power cut leaves of an ext4 file system: no more is written, not even what is in its journal's memory. */
static void cut(void) {
    uint32_t without_flush = 2; /* EXT4_GOING_FLAGS_NOLOGFLUSH */
    int folder = (int)syscall(SYS_openat, AT_FDCWD, control->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) syscall(SYS_ioctl, folder, _IOR('X', 125, uint32_t), &without_flush); /* EXT4_IOC_SHUTDOWN */
}

/* Counts an operation, and says what becomes of it; errno is set when it fails. */
static enum fault operation(enum kind kind) {
    if (control->is_started && getpgrp() == control->server) return fault_none;
    uint64_t number = __atomic_add_fetch(&control->counter, 1, __ATOMIC_SEQ_CST);
    uint64_t at = __atomic_load_n(&control->at, __ATOMIC_SEQ_CST);
    if (!at || number < at || (number > at && !control->is_sticky)) return fault_none;
    enum action action = control->action;
    /* On a busy machine a process may stand here until its round is over, and the next server started. */
    if (__atomic_load_n(&control->at, __ATOMIC_SEQ_CST) != at) return fault_none;
    switch (action) {
    case action_cut:
        cut();
        /* fall through */
    case action_kill:
        __atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
        /* The server first: git has a group of its own, and nobody outlives the end of his own. No test is in either. */
        kill(-control->server, SIGKILL);
        kill(0, SIGKILL);
        for (;;) pause();
    case action_end:
        /* One process of git's dies and the server lives. */
        if (getpgrp() == control->server) return fault_none;
        __atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
        kill(getpid(), SIGKILL);
        for (;;) pause();
    case action_eio:
        __atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
        errno = EIO;
        return fault_fail;
    case action_enospc:
        if (kind == kind_shrink) return fault_none;
        __atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
        errno = ENOSPC;
        return fault_fail;
    case action_delay:
        __atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
        nanosleep(&(struct timespec){.tv_nsec = 700000000}, NULL);
        return fault_none;
    case action_short:
        if (kind != kind_write) return fault_none;
        __atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
        return fault_half;
    case action_done_eio:
        /* A file is made when its descriptor is there. */
        if (kind == kind_open) return fault_none;
        __atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
        return fault_deny;
    default: return fault_none;
    }
}

/* What is told of an operation that was done. */
static ssize_t told(enum fault fault, ssize_t result) {
    if (fault != fault_deny || result < 0) return result;
    errno = EIO;
    return -1;
}

/* How much of what is to be written is. */
static size_t part(enum fault fault, size_t count) { return fault == fault_half && count > 1 ? count / 2 : count; }

/* The end of a wrapper: does the operation unless it fails. */
#define PERFORM(is_concerned, kind, call) \
    enum fault fault = (is_concerned) ? operation(kind) : fault_none; \
    return fault == fault_fail ? -1 : told(fault, call)

#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

#define OPENING(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        va_list list; \
        va_start(list, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0; \
        va_end(list); \
        if ((flags & (O_CREAT | O_TRUNC)) && concerns_path(AT_FDCWD, path) && operation(kind_open) < 0) return -1; \
        return real(path, flags, mode); \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        REAL(name); \
        va_list list; \
        va_start(list, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0; \
        va_end(list); \
        if ((flags & (O_CREAT | O_TRUNC)) && concerns_path(folder, path) && operation(kind_open) < 0) return -1; \
        return real(folder, path, flags, mode); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(write);
    PERFORM(concerns_file(file), kind_write, real(file, bytes, part(fault, count)));
}

#define WRITING_AT(name, offset_type) \
    ssize_t name(int file, const void *bytes, size_t count, offset_type offset) { \
        REAL(name); \
        PERFORM(concerns_file(file), kind_write, real(file, bytes, part(fault, count), offset)); \
    }
WRITING_AT(pwrite, off_t)
WRITING_AT(pwrite64, off64_t)

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    PERFORM(concerns_file(file), kind_write, real(file, parts, (int)part(fault, (size_t)count)));
}

#define FLUSHING(name) \
    int name(int file) { \
        REAL(name); \
        PERFORM(concerns_file(file), kind_flush, real(file)); \
    }
FLUSHING(fsync)
FLUSHING(fdatasync)
FLUSHING(syncfs)

#define RESIZING(name, length_type) \
    int name(int file, length_type length) { \
        REAL(name); \
        PERFORM(concerns_file(file), kind_shrink, real(file, length)); \
    }
RESIZING(ftruncate, off_t)
RESIZING(ftruncate64, off64_t)

#define MOVING(name) \
    int name(const char *old, const char *new) { \
        REAL(name); \
        PERFORM(concerns_path(AT_FDCWD, new), kind_grow, real(old, new)); \
    }
MOVING(rename)

/* Whether no file in the folder can have another name; errno says so. */
static int refuses_link(int folder, const char *path) {
    if (!control || !control->has_no_links || !concerns_path(folder, path)) return 0;
    __atomic_add_fetch(&control->refusals, 1, __ATOMIC_SEQ_CST);
    errno = EPERM;
    return 1;
}

int link(const char *old, const char *new) {
    REAL(link);
    if (refuses_link(AT_FDCWD, new)) return -1;
    PERFORM(concerns_path(AT_FDCWD, new), kind_grow, real(old, new));
}

int renameat(int old_folder, const char *old, int new_folder, const char *new) {
    REAL(renameat);
    PERFORM(concerns_path(new_folder, new), kind_grow, real(old_folder, old, new_folder, new));
}

int renameat2(int old_folder, const char *old, int new_folder, const char *new, unsigned flags) {
    REAL(renameat2);
    PERFORM(concerns_path(new_folder, new), kind_grow, real(old_folder, old, new_folder, new, flags));
}

int linkat(int old_folder, const char *old, int new_folder, const char *new, int flags) {
    REAL(linkat);
    if (refuses_link(new_folder, new)) return -1;
    PERFORM(concerns_path(new_folder, new), kind_grow, real(old_folder, old, new_folder, new, flags));
}

#define REMOVING(name) \
    int name(const char *path) { \
        REAL(name); \
        PERFORM(concerns_path(AT_FDCWD, path), kind_shrink, real(path)); \
    }
REMOVING(unlink)
REMOVING(rmdir)

int unlinkat(int folder, const char *path, int flags) {
    REAL(unlinkat);
    PERFORM(concerns_path(folder, path), kind_shrink, real(folder, path, flags));
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    PERFORM(concerns_path(AT_FDCWD, path), kind_grow, real(path, mode));
}

int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(mkdirat);
    PERFORM(concerns_path(folder, path), kind_grow, real(folder, path, mode));
}

static int64_t clock_error(void) { return control ? __atomic_load_n(&control->clock, __ATOMIC_SEQ_CST) : 0; }

int clock_gettime(clockid_t which, struct timespec *now) {
    REAL(clock_gettime);
    int result = real(which, now);
    if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += clock_error();
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    REAL(gettimeofday);
    int result = real(now, zone);
    if (result == 0) now->tv_sec += clock_error();
    return result;
}

time_t time(time_t *place) {
    REAL(time);
    time_t now = real(NULL) + clock_error();
    if (place) *place = now;
    return now;
}

/* The entries of an environment, and the two that carry this library on; `more` has room for them. */
static char *const *carrying(char *const environment[], size_t count, char **more) {
    memcpy(more, environment, count * sizeof *more);
    more[count] = preload;
    more[count + 1] = location;
    more[count + 2] = NULL;
    return more;
}

/* How many entries there are; -1 when nothing is to be added. */
static ssize_t length(char *const environment[]) {
    ssize_t count = 0;
    if (!control || !environment) return -1;
    for (; environment[count]; count++)
        if (strncmp(environment[count], "LD_PRELOAD=", 11) == 0) return -1;
    return count;
}

/* Between fork and exec nothing may be allocated, nor looked up. */
int execve(const char *path, char *const arguments[], char *const environment[]) {
    if (!real_execve) real_execve = dlsym(RTLD_NEXT, "execve");
    ssize_t count = length(environment);
    if (count < 0) return real_execve(path, arguments, environment);
    char *more[count + 3];
    return real_execve(path, arguments, carrying(environment, (size_t)count, more));
}

#define SPAWNING(name) \
    int name(pid_t *id, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, \
             char *const arguments[], char *const environment[]) { \
        REAL(name); \
        ssize_t count = length(environment); \
        if (count < 0) return real(id, path, actions, attributes, arguments, environment); \
        char *more[count + 3]; \
        return real(id, path, actions, attributes, arguments, carrying(environment, (size_t)count, more)); \
    }
SPAWNING(posix_spawn)
SPAWNING(posix_spawnp)
