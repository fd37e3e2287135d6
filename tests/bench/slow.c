/* Stands between a process and its disk, and makes each sync of it as slow as an ordinary one's.
 *
 * Preloaded by `measure`: SLOW_US microseconds are slept after each fsync or fdatasync. The machines that run
 * benchmarks answer in 0.1 ms; a laptop's disk takes milliseconds, and there the number of syncs is what counts.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long nanoseconds;

__attribute__((constructor)) static void begin(void) {
    const char *value = getenv("SLOW_US");
    if (value) nanoseconds = atol(value) * 1000;
}

static int slowly(long done) {
    struct timespec nap = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    nanosleep(&nap, NULL);
    return (int)done;
}

int fsync(int fd) { return slowly(syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { return slowly(syscall(SYS_fdatasync, fd)); }
