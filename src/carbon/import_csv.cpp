// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/import_csv.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace cenas {
namespace {

/// The avoirdupois pound is exactly 453.59237 g (International Yard and Pound Agreement, 1959); 1 MWh is 1000 kWh.
constexpr double grams_per_kwh_of_one_pound_per_mwh = 0.45359237;

using Names = std::initializer_list<std::string_view>;

bool is_one_of(std::string_view text, Names names) {
    return std::find(names.begin(), names.end(), text) != names.end();
}

std::string settle(const Csv& csv, const char* question, const std::string& said_by_file, const std::string& asked,
                   const char* allowed) {
    if (said_by_file.empty() && asked.empty())
        throw DataError(fmt::format("{}: the file does not say its {}; say --{} {}", csv.path.string(), question,
                                    question, allowed));
    if (!said_by_file.empty() && !asked.empty() && said_by_file != asked)
        throw DataError(fmt::format("{}: --{} {} contradicts the file, which says {}", csv.path.string(), question,
                                    asked, said_by_file));
    return asked.empty() ? said_by_file : asked;
}

}  // namespace

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Columns columns_with_prefix(const Csv& csv, std::string_view prefix) {
    return columns_where(csv, [&](const std::string& name) { return name.starts_with(prefix); });
}

std::optional<std::size_t> column_named(const Csv& csv, std::string_view lower_name) {
    const auto found = columns_where(csv, [&](const std::string& name) { return name == lower_name; });
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::string names_of(const Csv& csv, const Columns& columns) {
    std::vector<std::string> names;
    for (const std::size_t i : columns) names.push_back("'" + csv.header[i] + "'");
    return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<Scope> scope_in(const std::string& text) {
    const std::string name = lower_case(text);
    const bool direct = contains(name, "direct");
    const bool life_cycle = contains(name, "lifecycle") || contains(name, "life cycle") ||
                            contains(name, "life_cycle") || contains(name, "(lca)");
    if (direct == life_cycle) return std::nullopt;
    return direct ? Scope::direct : Scope::life_cycle;
}

Columns columns_of_scope(const Csv& csv, Columns columns, const std::string& asked) {
    std::erase_if(columns, [&](std::size_t i) {
        const auto said = scope_in(csv.header[i]);
        return said && !asked.empty() && to_string(*said) != asked;
    });
    return columns;
}

bool says_utc(const std::string& name) {
    const std::string lower = lower_case(name);
    const auto at = lower.find("utc");
    return at != std::string::npos && lower.find_first_of("+-", at) == std::string::npos;
}

std::size_t asked_column(const Csv& csv, const std::string& name, const Columns& allowed) {
    const std::size_t asked = csv.require_column(name);
    if (std::find(allowed.begin(), allowed.end(), asked) == allowed.end())
        throw DataError(fmt::format("{}: column '{}' is no carbon intensity; allowed: {}", csv.path.string(), name,
                                    names_of(csv, allowed)));
    return asked;
}

std::size_t value_column(const Csv& csv, const std::string& asked, const Columns& candidates,
                         std::string_view how_to_choose) {
    if (!asked.empty()) return asked_column(csv, asked, candidates);
    if (candidates.empty())
        throw DataError(
            fmt::format("{}: no column with values beside the time (only commas separate columns)", csv.path.string()));
    if (candidates.size() > 1)
        throw DataError(fmt::format("{}: {} columns have values: {}; choose one with {}", csv.path.string(),
                                    candidates.size(), names_of(csv, candidates), how_to_choose));
    return candidates.front();
}

std::size_t first_named_column(const Csv& csv) {
    const bool index_first = csv.header.size() > 1 && (csv.header[0].empty() || csv.header[0] == "Unnamed: 0");
    return index_first ? 1 : 0;
}

void require_header_row(const Csv& csv) {
    for (const std::string& name : csv.header)
        if (parse_utc(name))
            throw DataError(
                fmt::format("{}: the first row holds the time {}; it must name the columns", csv.path.string(), name));
}

Signal settle_signal(const Csv& csv, std::optional<Signal> said_by_file, const std::string& asked) {
    const std::string signal =
        settle(csv, "signal", said_by_file ? to_string(*said_by_file) : "", asked, "average or marginal");
    return signal == "average" ? Signal::average : Signal::marginal;
}

Scope settle_scope(const Csv& csv, std::optional<Scope> said_by_file, const std::string& asked) {
    const std::string scope =
        settle(csv, "scope", said_by_file ? to_string(*said_by_file) : "", asked, "direct or life_cycle");
    return scope == "direct" ? Scope::direct : Scope::life_cycle;
}

double grams_per_unit(const Csv& csv, const std::string& unit, bool format_is_in_grams) {
    if (unit == "g/kWh") return 1.0;
    if (format_is_in_grams)
        throw DataError(
            fmt::format("{}: --unit {} contradicts the format, which is in g/kWh", csv.path.string(), unit));
    return grams_per_kwh_of_one_pound_per_mwh;
}

std::optional<double> read_value(const Csv& csv, std::size_t row, std::size_t column) {
    const std::string& field = csv.rows[row][column];
    if (is_one_of(lower_case(field), {"", "nan", "null", "none", "na", "n/a"})) return std::nullopt;
    const auto value = parse_number(field);
    if (!value || *value < 0)
        throw DataError(fmt::format("{}: column '{}': '{}' is {} (allowed: a finite number >= 0, or nothing)",
                                    csv.place(row), csv.header[column], field, value ? "negative" : "no number"));
    return value;
}

UtcTime read_time(const Csv& csv, std::size_t row, std::size_t column, bool utc) {
    const std::string& text = csv.rows[row][column];
    bool had_zone = false;
    const auto time = parse_utc(text, &had_zone);
    if (!time)
        throw DataError(
            fmt::format("{}: column '{}': '{}' is no time (allowed: YYYY-MM-DD hh:mm[:ss], T or a blank "
                        "between, Z or +hh:mm at the end, whole seconds)",
                        csv.place(row), csv.header[column], text));
    if (!had_zone && !utc)
        throw DataError(
            fmt::format("{}: time '{}' has no zone and the file does not say that it is UTC; if it is, say "
                        "--utc; local times must be converted first",
                        csv.place(row), text));
    return *time;
}

std::string name_without_endings(const std::filesystem::path& path) {
    const auto name = path.filename();
    return (name.extension() == ".gz" ? name.stem() : name).stem().string();
}

void require_one_of(const char* option, const std::string& value, Names allowed) {
    if (!is_one_of(value, allowed))
        throw UsageError(fmt::format("{} '{}' (allowed: {})", option, value, fmt::join(allowed, ", ")));
}

void require_stated(const std::string& signal, const std::string& scope, const std::string& unit) {
    if (!signal.empty()) require_one_of("--signal", signal, {"average", "marginal"});
    if (!scope.empty()) require_one_of("--scope", scope, {"direct", "life_cycle"});
    require_one_of("--unit", unit, {"g/kWh", "lb/MWh"});
}

}  // namespace cenas
