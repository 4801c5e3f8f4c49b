// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// Preloaded into a program (LD_PRELOAD), makes one call of the system go wrong. CENAS_FAULT is
//
//     CALL:FILE:N:WHAT
//
// CALL is pwrite, fsync, fdatasync, rename or unlink; FILE the end of the file's name (of rename the old one); N which
// such call, from 1; WHAT is
//     before   the process is killed (SIGKILL) instead of the call
//     half     half of a pwrite is done, then the process is killed
//     after    the call is done, then the process is killed
//     full     the call fails, as on a full disk (ENOSPC), and every later pwrite to that file too
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int ends_with(const char* text, const char* end) {
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/// What is to happen to this call; "" for nothing.
static const char* fault_of(const char* call, const char* file) {
    static atomic_int seen;
    static char plan[512], *fields[4];
    static int parsed;
    if (!parsed) {
        parsed = 1;
        const char* text = getenv("CENAS_FAULT");
        snprintf(plan, sizeof plan, "%s", text != NULL ? text : "");
        char* rest = plan;
        for (int i = 0; i < 4; ++i) fields[i] = strsep(&rest, ":");
    }
    if (fields[3] == NULL || strcmp(call, fields[0]) != 0 || !ends_with(file, fields[1])) return "";
    const int number = ++seen, wanted = atoi(fields[2]);
    const int meant = number == wanted || (number > wanted && strcmp(fields[3], "full") == 0);
    return meant ? fields[3] : "";
}

static const char* name_of(int descriptor, char* buffer, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, buffer, size - 1);
    buffer[length > 0 ? length : 0] = '\0';
    return buffer;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
    ssize_t (*real)(int, const void*, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    char buffer[4096];
    const char* fault = fault_of("pwrite", name_of(descriptor, buffer, sizeof buffer));
    if (strcmp(fault, "full") == 0) {
        errno = ENOSPC;
        return -1;
    }
    if (strcmp(fault, "half") == 0) real(descriptor, data, size / 2, offset);
    if (strcmp(fault, "half") == 0 || strcmp(fault, "before") == 0) die();
    const ssize_t result = real(descriptor, data, size, offset);
    if (strcmp(fault, "after") == 0) die();
    return result;
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off_t offset) {
    return pwrite(descriptor, data, size, offset);
}

/// Around a call that returns 0 or -1.
#define WITH_FAULT(call, file, ...)                                                                                   \
    do {                                                                                                              \
        const char* fault = fault_of(#call, file);                                                                    \
        if (strcmp(fault, "full") == 0) {                                                                             \
            errno = ENOSPC;                                                                                           \
            return -1;                                                                                                \
        }                                                                                                             \
        if (strcmp(fault, "before") == 0) die();                                                                      \
        const int result = real(__VA_ARGS__);                                                                         \
        if (strcmp(fault, "after") == 0) die();                                                                       \
        return result;                                                                                                \
    } while (0)

int fsync(int descriptor) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    char buffer[4096];
    WITH_FAULT(fsync, name_of(descriptor, buffer, sizeof buffer), descriptor);
}

int fdatasync(int descriptor) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    char buffer[4096];
    WITH_FAULT(fdatasync, name_of(descriptor, buffer, sizeof buffer), descriptor);
}

int rename(const char* from, const char* to) {
    int (*real)(const char*, const char*) = dlsym(RTLD_NEXT, "rename");
    WITH_FAULT(rename, from, from, to);
}

int unlink(const char* path) {
    int (*real)(const char*) = dlsym(RTLD_NEXT, "unlink");
    WITH_FAULT(unlink, path, path);
}
