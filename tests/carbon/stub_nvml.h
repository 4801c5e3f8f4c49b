/* SPDX-FileCopyrightText: 2026 the cenas developers
 * SPDX-License-Identifier: MIT */
#ifndef CENAS_TESTS_STUB_NVML_H
#define CENAS_TESTS_STUB_NVML_H

/* What the make-believe NVML answers. A test opens the library, finds `stub_nvml` by name and sets it. */

struct stub_gpu {
    const char* pci_bus_id;
    const char* name;
    int energy_status; /* what the call returns: 0 success, 3 not supported, 15 GPU is lost */
    int power_status;
    unsigned long long energy_mj;
    unsigned power_mw;
};

struct stub_nvml_state {
    int init_status; /* 9: driver not loaded */
    int sessions;    /* initializations without their shutdown */
    struct stub_gpu gpus[2];
};

#endif
