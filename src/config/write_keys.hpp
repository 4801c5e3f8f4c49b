// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"

namespace cenas {

/// Every key with its present value, as TOML that reads back equal. A key whose condition does not hold may not be
/// given, so it stands as a comment.
std::string write_keys(const std::vector<Key>& keys);

/// Every key with type and range, unit, default (the present value) and meaning, as Markdown: a chapter a section. An
/// entry is added to every list, to have its keys.
std::string describe_keys(const std::vector<Key>& keys);

}  // namespace cenas
