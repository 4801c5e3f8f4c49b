// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/embedded_table.hpp"

// C++20 has no way to include a file's bytes, but the assembler has (GCC and clang, ELF).
asm(".section .rodata\n"
    ".balign 16\n"
    "cenas_table_begin:\n"
    ".incbin \"" CENAS_EMBEDDED_TABLE
    "\"\n"
    "cenas_table_end:\n"
    ".previous\n");

extern "C" const std::byte cenas_table_begin[], cenas_table_end[];  // NOLINT(modernize-avoid-c-arrays)

namespace cenas {

std::span<const std::byte> embedded_table_image() {
    return {cenas_table_begin, static_cast<std::size_t>(cenas_table_end - cenas_table_begin)};
}

}  // namespace cenas
