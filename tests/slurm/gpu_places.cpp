// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
// Stands for cenas in jobs on make-believe GPUs, which Slurm hands out and no CUDA knows: every working rank takes one
// as cenas does, and prints it.

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "comm/collective.hpp"
#include "tables/training_place.hpp"

namespace {

using namespace cenas;

/// What a launcher shows a rank.
std::vector<std::string> shown_gpus() {
    const char* list = std::getenv("CUDA_VISIBLE_DEVICES");
    std::vector<std::string> gpus;
    for (const char* c = list; c != nullptr && *c != 0; ++c) {
        if (c == list || *c == ',') gpus.emplace_back();
        if (*c != ',') gpus.back() += *c;
    }
    return gpus;
}

}  // namespace

int main(int argc, char** argv) {
    const MpiSession session(argc, argv);
    const Communicator world = Communicator::world();
    if (world.size() == 1) return 0;  // `cenas info` after the job
    const auto working = world.split(world.rank() == 0 ? -1 : 0, world.rank());
    return static_cast<int>(agree(world, [&] {
        if (!working) return;
        const Communicator node = working->node();
        const auto gpus = shown_gpus();
        const int own = own_gpu(gpus, node);
        fmt::print("rank {} takes GPU {}, {} of its node\n", world.rank(), gpus[static_cast<std::size_t>(own)],
                   node.rank());
    }));
}
