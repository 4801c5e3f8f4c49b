// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "config/toml_value.hpp"

namespace cenas {

/// Sets what `keys` are bound to from a whole document. Throws UsageError for the first unknown key or section, missing
/// key, value that is not allowed, second entry of one name, or key whose condition does not hold.
void read_keys(const TomlTable& document, const std::vector<Key>& keys, const std::string& file);

/// Throws UsageError "PLACE: KEY = VALUE: COMPLAINT".
[[noreturn]] void refuse(const TomlValue& value, const std::string& key, const std::string& complaint);

}  // namespace cenas
