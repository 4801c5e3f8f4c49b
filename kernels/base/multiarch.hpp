// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// One function, compiled for several instruction sets and chosen when the program is loaded: Debian's baseline has no
// AVX. Results are the same bits whichever is chosen, since nothing is contracted or reordered. (Clang 14 cannot clone
// templates; the address sanitizer is not ready when the choice is made.)
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__CUDACC__)
#define CENAS_MULTIARCH __attribute__((flatten, target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CENAS_MULTIARCH
#endif
