// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/utc_time.hpp"
#include "config/toml_value.hpp"

namespace cenas {

// What a file may say, as a list of keys that are bound to the variables they set. Reading with all its checks, the
// dump and the reference walk the same list.

struct Key;

/// One value.
struct Scalar {
    std::string allowed;                        ///< type and range in words: "must be ..." goes on with them
    std::function<bool(const TomlValue&)> set;  ///< false: not allowed, nothing changed
    std::function<std::string()> text;          ///< the present value as TOML; empty: none
};

/// [name]: keys of its own.
struct Section {
    std::vector<Key> keys;
};

/// [[name]]: any number of entries; those with a key `name` have different ones.
struct List {
    std::size_t at_least;
    std::function<std::vector<Key>()> add;                   ///< appends an entry, returns its keys
    std::function<std::vector<std::vector<Key>>()> entries;  ///< keys of every entry
};

/// The key may be given only while another one has one of these values.
struct Condition {
    std::string key;
    std::vector<std::string> words;
    const std::string* value = nullptr;  ///< of the other key; null: no condition

    bool holds() const;
    std::string text() const;  ///< `allocator = "fixed" or "cheapest"`
};

struct Key {
    std::string name;
    std::variant<Scalar, Section, List> content;
    std::string unit;  ///< empty: none
    std::string meaning;
    bool required = false;
    Condition condition = {};
};

Key required(Key key);
Key only_with(Condition condition, Key key);

/// The numbers that are allowed.
struct Range {
    double low;
    double high;
    bool above = false;  ///< without `low` itself
};
constexpr Range from(double low, double high) { return {low, high}; }
constexpr Range above(double low, double high) { return {low, high, true}; }
constexpr Range finite = {std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max()};

Scalar flag(bool& target);
Scalar integer(int& target, int low, int high);
Scalar integer(std::int64_t& target, std::int64_t low, std::int64_t high);
Scalar number(double& target, Range range);
Scalar number(std::optional<double>& target, Range range);
Scalar time(UtcTime& target);
Scalar one_of(std::string& target, std::vector<std::string> words);
/// A string that `accepts` takes.
Scalar text(std::string& target, std::string allowed, std::function<bool(const std::string&)> accepts);
/// Letters, digits, '-', '_', '.': names become parts of file names and of overrides.
Scalar name(std::string& target);
/// Any string but the empty one.
Scalar nonempty(std::string& target);
/// An array of texts.
Scalar texts(std::vector<std::string>& target);

/// `keys` binds keys to an entry, `fresh` makes a new one.
template <class T>
List list_of(
    std::vector<T>& entries, std::size_t at_least,
    const std::type_identity_t<std::function<std::vector<Key>(T&)>>& keys,
    std::function<T()> fresh = [] { return T(); }) {
    return {at_least, [&entries, fresh, keys] { return keys(entries.emplace_back(fresh())); },
            [&entries, keys] {
                std::vector<std::vector<Key>> all;
                for (T& entry : entries) all.push_back(keys(entry));
                return all;
            }};
}

/// `"a", "b" or "c"`.
std::string alternatives(const std::vector<std::string>& words);

}  // namespace cenas
