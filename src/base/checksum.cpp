// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/checksum.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/error.hpp"

namespace cenas {
namespace {

EVP_MD_CTX* as_context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

void require_success(int openssl_result) {
    if (openssl_result != 1) throw RunError("OpenSSL cannot compute a SHA-256 checksum");
}

void append_little_endian(std::vector<unsigned char>& bytes, std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<unsigned char>(number >> shift));
}

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes) {
    return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

Checksum::Checksum() : context_(EVP_MD_CTX_new()) {
    if (context_ == nullptr) throw RunError("OpenSSL cannot compute a SHA-256 checksum");
    if (EVP_DigestInit_ex(as_context(context_), EVP_sha256(), nullptr) != 1) {
        EVP_MD_CTX_free(as_context(context_));
        throw RunError("OpenSSL cannot compute a SHA-256 checksum");
    }
}

Checksum::~Checksum() { EVP_MD_CTX_free(as_context(context_)); }

Checksum& Checksum::add(std::string_view text) {
    std::vector<unsigned char> length;
    append_little_endian(length, text.size());
    require_success(EVP_DigestUpdate(as_context(context_), length.data(), length.size()));
    require_success(EVP_DigestUpdate(as_context(context_), text.data(), text.size()));
    return *this;
}

Checksum& Checksum::add(std::span<const double> values) {
    std::vector<unsigned char> bytes;
    bytes.reserve(values.size() * sizeof(double));
    for (const double value : values) append_little_endian(bytes, std::bit_cast<std::uint64_t>(value));
    require_success(EVP_DigestUpdate(as_context(context_), bytes.data(), bytes.size()));
    return *this;
}

Checksum& Checksum::add(std::span<const std::byte> bytes) {
    require_success(EVP_DigestUpdate(as_context(context_), bytes.data(), bytes.size()));
    return *this;
}

std::string Checksum::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    require_success(EVP_DigestFinal_ex(as_context(context_), digest.data(), &size));
    std::string text;
    for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
}

}  // namespace cenas
