// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Code that runs on the host and, where the file is compiled by nvcc, on the device.
#if defined(__CUDACC__)
#define CENAS_HD __host__ __device__
#else
#define CENAS_HD
#endif
