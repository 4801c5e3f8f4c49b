/* SPDX-FileCopyrightText: 2026 the cenas developers
 * SPDX-License-Identifier: MIT */

/* The part of NVML that src/carbon/nvml.cpp calls, with two make-believe GPUs. */

#include "stub_nvml.h"

#include <string.h>

typedef int status;
enum { success = 0, not_found = 6, insufficient_size = 7 };

struct stub_nvml_state stub_nvml = {
    0, 0, {{"0000:3b:00.0", "NVIDIA L4", 0, 0, 5000000, 30000}, {"0000:5e:00.0", "NVIDIA L4", 0, 0, 7000000, 40000}}};

status nvmlInit_v2(void) {
    if (stub_nvml.init_status == success) ++stub_nvml.sessions;
    return stub_nvml.init_status;
}

status nvmlShutdown(void) {
    --stub_nvml.sessions;
    return success;
}

const char* nvmlErrorString(status code) {
    switch (code) {
        case 3:
            return "Not Supported";
        case not_found:
            return "Not Found";
        case 9:
            return "Driver Not Loaded";
        case 15:
            return "GPU is lost";
        default:
            return "Unknown Error";
    }
}

status nvmlDeviceGetHandleByPciBusId_v2(const char* pci_bus_id, struct stub_gpu** device) {
    for (int i = 0; i < 2; ++i)
        if (strcmp(stub_nvml.gpus[i].pci_bus_id, pci_bus_id) == 0) {
            *device = &stub_nvml.gpus[i];
            return success;
        }
    return not_found;
}

status nvmlDeviceGetName(const struct stub_gpu* device, char* name, unsigned length) {
    if (strlen(device->name) >= length) return insufficient_size;
    strcpy(name, device->name);
    return success;
}

status nvmlDeviceGetTotalEnergyConsumption(const struct stub_gpu* device, unsigned long long* energy_mj) {
    *energy_mj = device->energy_mj;
    return device->energy_status;
}

status nvmlDeviceGetPowerUsage(const struct stub_gpu* device, unsigned* power_mw) {
    *power_mw = device->power_mw;
    return device->power_status;
}
