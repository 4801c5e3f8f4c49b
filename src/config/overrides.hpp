// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "config/toml_value.hpp"

namespace cenas {

/// Changes `deck` as `text` says: `section.key=value`, where the entry of a list is named by its `name`
/// (`method.ce-nas.evaluate=3`). What is not there yet is added; whether it is a key of decks is for the reader to
/// say. Throws UsageError for a text that is not of this form, and for an entry that the deck does not have.
void apply_override(TomlTable& deck, std::string_view text);

/// Sets the key at a dotted path, in which the entry of a list is named by its `name`; sections and keys that are not
/// there are made. Throws UsageError where the path leads through a value or names no entry.
void assign(TomlTable& deck, std::string_view path, const TomlValue& value);

}  // namespace cenas
