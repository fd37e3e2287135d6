/* Stands between a process and its disk: counts, logs, fails or kills at the n-th change of a file.
 *
 * Preloaded by tests/crash.rs. Watches what lies under SHIM_ROOT, except SQLite's shared memory (which is
 * rebuilt after a loss of power). SHIM_LOG receives every change, from which the test rebuilds what a disk could
 * hold after losing power there. SHIM_AT and SHIM_DO choose a change and what happens to it:
 *   kill    the process dies before it          cut     half of it is done, then the process dies
 *   eio     it fails once                       enospc  it fails once (only changes that need space)
 *   full    it fails, and so does each later one that needs space
 * Everything goes through raw system calls, so that nothing here calls itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { CREATE = 1, WRITE = 2, TRUNCATE = 3, SYNC = 4, RENAME = 5, UNLINK = 6, MKDIR = 7 };
enum { FDS = 1024 };

static char paths[FDS][PATH_MAX];
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1;
static long count, at;
static const char *what = "";
static int is_full;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    const char *value = getenv("SHIM_ROOT");
    if (!value || strlen(value) >= PATH_MAX) return;
    strcpy(root, value);
    root_length = strlen(root);
    if ((value = getenv("SHIM_LOG")))
        log_fd = (int)syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if ((value = getenv("SHIM_AT"))) at = atol(value);
    if ((value = getenv("SHIM_DO"))) what = value;
}

static int is_watched(const char *path) {
    size_t length = path ? strlen(path) : 0;
    return root_length && length >= root_length && !strncmp(path, root, root_length) &&
           !(length > 4 && !strcmp(path + length - 4, "-shm"));
}

/* What the process says it was told is durable; part of the log, but no change of the home. */
static int is_acks(const char *path) {
    return !strcmp(path + root_length, "/acks");
}

static const char *path_of(int fd) {
    return fd >= 0 && fd < FDS && paths[fd][0] ? paths[fd] : NULL;
}

static void die(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

/* Counts a change. Returns an errno if it must fail; *half says that it must be done by half, then die. */
static int arrive(int needs_space, int *half) {
    *half = 0;
    count++;
    if (is_full && needs_space) return ENOSPC;
    if (!at || count != at) {
        /* A change that cannot meet the chosen failure passes it on to the next. */
        return 0;
    }
    if (!strcmp(what, "kill")) die();
    if (!strcmp(what, "cut")) *half = 1;
    if (!strcmp(what, "eio")) return EIO;
    if (!strcmp(what, "enospc") || !strcmp(what, "full")) {
        if (!needs_space) {
            at++;
            return 0;
        }
        is_full = !strcmp(what, "full");
        return ENOSPC;
    }
    return 0;
}

static void note(uint8_t op, const char *path, const char *to, uint64_t offset, const void *data, size_t length) {
    if (log_fd < 0) return;
    static uint8_t buffer[1 << 20];
    uint32_t path_length = (uint32_t)(strlen(path) - root_length);
    uint32_t to_length = to ? (uint32_t)(strlen(to) - root_length) : 0;
    uint32_t data_length = (uint32_t)length;
    size_t size = 0;
#define PUT(from, bytes) (memcpy(buffer + size, from, bytes), size += (bytes))
    if (1 + 12 + 8 + path_length + to_length + length > sizeof buffer) die();
    PUT(&op, 1);
    PUT(&path_length, 4);
    PUT(path + root_length, path_length);
    PUT(&to_length, 4);
    if (to) PUT(to + root_length, to_length);
    PUT(&offset, 8);
    PUT(&data_length, 4);
    if (length) PUT(data, length);
#undef PUT
    if (syscall(SYS_write, log_fd, buffer, size) != (long)size) die();
}

#define FAIL(error) do { pthread_mutex_unlock(&lock); errno = (error); return -1; } while (0)
#define LEAVE(result) do { pthread_mutex_unlock(&lock); return (result); } while (0)

static int do_open(const char *path, int flags, mode_t mode) {
    struct stat found;
    int watched = is_watched(path);
    if (!watched) return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    pthread_mutex_lock(&lock);
    int is_new = (flags & O_CREAT) && syscall(SYS_newfstatat, AT_FDCWD, path, &found, AT_SYMLINK_NOFOLLOW) < 0;
    int half = 0, error = is_new && !is_acks(path) ? arrive(1, &half) : 0;
    if (error) FAIL(error);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fd < FDS) {
        strncpy(paths[fd], path, PATH_MAX - 1);
        if (is_new) note(CREATE, path, NULL, 0, NULL, 0);
        else if (flags & O_TRUNC) note(TRUNCATE, path, NULL, 0, NULL, 0);
    }
    if (half) die();
    LEAVE(fd);
}

#define MODE(flags, last) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, last); mode = va_arg(list, mode_t); va_end(list); }

int open(const char *path, int flags, ...) { MODE(flags, flags) return do_open(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, flags) return do_open(path, flags, mode); }
int openat(int fd, const char *path, int flags, ...) {
    MODE(flags, flags)
    if (fd == AT_FDCWD || path[0] == '/') return do_open(path, flags, mode);
    return (int)syscall(SYS_openat, fd, path, flags, mode);
}
int openat64(int fd, const char *path, int flags, ...) {
    MODE(flags, flags)
    if (fd == AT_FDCWD || path[0] == '/') return do_open(path, flags, mode);
    return (int)syscall(SYS_openat, fd, path, flags, mode);
}

int close(int fd) {
    if (fd >= 0 && fd < FDS) paths[fd][0] = 0;
    return (int)syscall(SYS_close, fd);
}

static ssize_t do_write(int fd, const void *data, size_t length, off_t offset, int moves) {
    const char *path = path_of(fd);
    if (!path) return moves ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
    pthread_mutex_lock(&lock);
    int half = 0, error = is_acks(path) ? 0 : arrive(1, &half);
    if (error) FAIL(error);
    if (moves) offset = (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
    if (half) {
        syscall(SYS_pwrite64, fd, data, length / 2, offset);
        die();
    }
    ssize_t done = moves ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
    if (done > 0) note(WRITE, path, NULL, (uint64_t)offset, data, (size_t)done);
    LEAVE(done);
}

ssize_t write(int fd, const void *data, size_t length) { return do_write(fd, data, length, 0, 1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return do_write(fd, data, length, offset, 0); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) { return do_write(fd, data, length, offset, 0); }

static int do_truncate(int fd, off_t length) {
    const char *path = path_of(fd);
    if (!path) return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int half, error = arrive(1, &half);
    if (error) FAIL(error);
    int done = (int)syscall(SYS_ftruncate, fd, length);
    if (!done) note(TRUNCATE, path, NULL, (uint64_t)length, NULL, 0);
    if (half) die();
    LEAVE(done);
}

int ftruncate(int fd, off_t length) { return do_truncate(fd, length); }
int ftruncate64(int fd, off_t length) { return do_truncate(fd, length); }

static int do_sync(int fd, long call) {
    const char *path = path_of(fd);
    if (!path) return (int)syscall(call, fd);
    pthread_mutex_lock(&lock);
    int half, error = arrive(0, &half);
    if (error) FAIL(error);
    int done = (int)syscall(call, fd);
    if (!done) note(SYNC, path, NULL, 0, NULL, 0);
    if (half) die();
    LEAVE(done);
}

int fsync(int fd) { return do_sync(fd, SYS_fsync); }
int fdatasync(int fd) { return do_sync(fd, SYS_fdatasync); }

int rename(const char *from, const char *to) {
    if (!is_watched(from)) return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    pthread_mutex_lock(&lock);
    int half, error = arrive(1, &half);
    if (error) FAIL(error);
    int done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (!done) note(RENAME, from, to, 0, NULL, 0);
    if (half) die();
    LEAVE(done);
}

int unlink(const char *path) {
    if (!is_watched(path)) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    pthread_mutex_lock(&lock);
    int half, error = arrive(0, &half);
    if (error) FAIL(error);
    int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (!done) note(UNLINK, path, NULL, 0, NULL, 0);
    if (half) die();
    LEAVE(done);
}

int mkdir(const char *path, mode_t mode) {
    if (!is_watched(path)) return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    pthread_mutex_lock(&lock);
    int half, error = arrive(1, &half);
    if (error) FAIL(error);
    int done = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    if (!done) note(MKDIR, path, NULL, 0, NULL, 0);
    if (half) die();
    LEAVE(done);
}
