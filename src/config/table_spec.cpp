// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "base/csv.hpp"
#include "base/error.hpp"
#include "config/deck.hpp"
#include "config/keys.hpp"
#include "config/read_keys.hpp"

namespace cenas {
namespace {

Scalar direction(Direction& target) {
    const auto set = [&target](const TomlValue& given) {
        const auto* word = std::get_if<std::string>(&given.value);
        for (const Direction one : {Direction::maximize, Direction::minimize}) {
            if (word == nullptr || *word != to_string(one)) continue;
            target = one;
            return true;
        }
        return false;
    };
    return {alternatives({to_string(Direction::maximize), to_string(Direction::minimize)}), set,
            [&target] { return to_toml(std::string(to_string(target))); }};
}

std::vector<Key> column_keys(ColumnSpec& spec) {
    return {{"column", nonempty(spec.column), "", "column of the csv file"},
            {"scale", number(spec.scale, finite), "", "factor on the column's values"},
            {"constant", number(spec.constant, finite), "", "one value for every row, in place of a column"}};
}

std::vector<Key> objective_keys(ObjectiveSpec& spec) {
    if (!spec.estimate) spec.estimate.emplace();  // to be read into; check_objective removes what was not given
    if (!spec.low) spec.low.emplace();
    return {required({"name", name(spec.name), "", "what decks call it"}),
            required({"direction", direction(spec.direction), "", "whether it is to be large or small"}),
            required({"unit", nonempty(spec.unit), "", "its unit; 1: a plain number"}),
            {"known", flag(spec.known), "", "cheap to know without a training: the supernet's estimate is the value"},
            required({"value", Section{column_keys(spec.value)}, "", "what a training measures"}),
            {"estimate", Section{column_keys(*spec.estimate)}, "",
             "what the supernet estimates; not with known = true. Without it the objective has no estimate"},
            {"low", Section{column_keys(*spec.low)}, "",
             "what a training of fewer epochs measures; needs low_fidelity_cost, not with known = true"}};
}

/// Exactly one of column and constant, and a scale only for a column.
void check_column(const TomlTable& parent, const std::string& key, const std::string& path) {
    const TomlValue* value = find(parent, key);
    if (value == nullptr) return;
    const auto& table = std::get<TomlTable>(value->value);
    const bool constant = find(table, "constant") != nullptr;
    if (constant == (find(table, "column") != nullptr) || (constant && find(table, "scale") != nullptr))
        refuse(*value, path + key, "must be either a column, with or without a scale, or a constant");
}

void check_objective(const TomlTable& entry, ObjectiveSpec& spec, bool low_fidelity) {
    const std::string path = fmt::format("objective.{}.", spec.name);
    check_column(entry, "value", path);
    check_column(entry, "estimate", path);
    check_column(entry, "low", path);
    const TomlValue *estimate = find(entry, "estimate"), *low = find(entry, "low");
    if (estimate == nullptr)
        spec.estimate.reset();
    else if (spec.known)
        refuse(*estimate, path + "estimate", "must be left out with known = true, which makes the value its estimate");
    if (low == nullptr)
        spec.low.reset();
    else if (spec.known)
        refuse(*low, path + "low", "must be left out with known = true, since it is the value");
    else if (!low_fidelity)
        refuse(*low, path + "low", "needs low_fidelity_cost, what a training of fewer epochs takes");
}

}  // namespace

std::vector<Key> table_spec_keys(TableSpec& spec) {
    return {
        required({"name", name(spec.name), "", "name of the table"}),
        required({"source", nonempty(spec.source), "", "where its values come from, for people"}),
        required({"architecture", nonempty(spec.architecture), "", "column with the standard NAS-Bench-201 string"}),
        {"missing", texts(spec.missing), "", "texts that mean 'no value' beside the empty field"},
        {"supernet_training_s", number(spec.supernet_training_s, from(0, 1e9)), "s",
         "GPU time of training the supernet"},
        {"low_fidelity_cost", number(spec.low_fidelity_cost, above(0, 0.999999)), "",
         "what a training of fewer epochs takes of evaluation_s (12 epochs of 200: 0.06); not given: there is none"},
        required({"evaluation_s", Section{column_keys(spec.evaluation_s)}, "",
                  "GPU time in seconds of training an architecture from scratch"}),
        required({"sampling_s", Section{column_keys(spec.sampling_s)}, "",
                  "GPU time in seconds of one query of the supernet"}),
        {"objective", list_of(spec.objectives, 1, objective_keys), "", "what an architecture is judged by"}};
}

TableSpec read_table_spec(const std::filesystem::path& path) {
    const TomlTable document = parse_toml(read_text(path), path.string());
    TableSpec spec;
    read_keys(document, table_spec_keys(spec), path.string());
    check_column(document, "evaluation_s", "");
    check_column(document, "sampling_s", "");
    const auto& entries = std::get<TomlArray>(find(document, "objective")->value);
    for (std::size_t i = 0; i < entries.size(); ++i)
        check_objective(std::get<TomlTable>(entries[i].value), spec.objectives[i], spec.low_fidelity_cost > 0);
    return spec;
}

}  // namespace cenas
