// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/deck_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/read_keys.hpp"
#include "eval/table.hpp"
#include "search/strategy.hpp"

namespace cenas {
namespace {

/// The values of `evaluate` if it is a list of integers, else none.
TomlArray listed_values(const TomlValue& method) {
    const auto* table = std::get_if<TomlTable>(&method.value);
    const TomlValue* evaluate = table != nullptr ? find(*table, "evaluate") : nullptr;
    const auto* values = evaluate != nullptr ? std::get_if<TomlArray>(&evaluate->value) : nullptr;
    const auto is_integer = [](const TomlValue& v) { return std::holds_alternative<std::int64_t>(v.value); };
    const bool integers = values != nullptr && std::all_of(values->begin(), values->end(), is_integer);
    return integers ? *values : TomlArray();
}

/// The methods that an entry stands for: one for each listed value k of `evaluate`, called NAME-k, or itself.
TomlArray expand_method(const TomlValue& method) {
    TomlArray methods;
    for (const TomlValue& value : listed_values(method)) {
        TomlValue& copy = methods.emplace_back(method);
        auto& entries = std::get<TomlTable>(copy.value);
        find_entry(entries, "evaluate")->value = value;
        TomlEntry* name = find_entry(entries, "name");
        auto* text = name != nullptr ? std::get_if<std::string>(&name->value.value) : nullptr;
        if (text != nullptr) *text += "-" + to_toml(value);
    }
    if (methods.empty()) methods.push_back(method);
    return methods;
}

/// Who plans on forecast files needs one for every trace. The choice may have been made in [run].
void require_forecast_files(const TomlTable& deck, const Options& options, std::size_t i) {
    const MethodOptions& method = options.methods[i];
    const auto without = std::find_if(options.traces.begin(), options.traces.end(),
                                      [](const TraceOptions& trace) { return trace.forecast.empty(); });
    if (method.forecast != "file" || without == options.traces.end()) return;
    const TomlValue* own = find(entry_of(deck, "method", i), "forecast");
    refuse(own != nullptr ? *own : *find(std::get<TomlTable>(find(deck, "run")->value), "forecast"),
           own != nullptr ? fmt::format("method.{}.forecast", method.name) : "run.forecast",
           fmt::format("needs a forecast file for every trace, and trace '{}' has none (trace.{}.forecast)",
                       without->name, without->name));
}

}  // namespace

void expand_methods(TomlTable& deck) {
    TomlEntry* entry = find_entry(deck, "method");
    auto* methods = entry != nullptr ? std::get_if<TomlArray>(&entry->value.value) : nullptr;
    if (methods == nullptr) return;
    TomlArray expanded;
    for (const TomlValue& method : *methods)
        for (TomlValue& one : expand_method(method)) expanded.push_back(std::move(one));
    *methods = std::move(expanded);
}

void check_together(const TomlTable& deck, const Options& options) {
    const RunOptions& run = options.run;
    if (options.accounting.account_from_h >= run.hours)
        refuse(*find(std::get<TomlTable>(find(deck, "accounting")->value), "account_from_h"),
               "accounting.account_from_h", fmt::format("must be less than run.hours = {}", run.hours));
    for (std::size_t i = 0; i < options.methods.size(); ++i) {
        require_forecast_files(deck, options, i);
        const MethodOptions& method = options.methods[i];
        const TomlTable& entry = entry_of(deck, "method", i);
        const std::string path = fmt::format("method.{}.", method.name);
        if (method.schedule.allocator == "all-sample" && method.candidates == "direct")
            refuse(*find(entry, "allocator"), path + "allocator",
                   "needs candidates = \"supernet\", since without one there is nothing to sample");
        if (method.schedule.allocator == "all-sample" && method.schedule.train_last_h >= run.hours)
            refuse(*find(entry, "allocator"), path + "allocator",
                   fmt::format("leaves no time to sample: train_last_h = {} must be less than run.hours = {}",
                               method.schedule.train_last_h, run.hours));
        constexpr int most_lamoo_samples = 2000;  // its models need memory by the square of the samples, time by more
        if (method.learn_from == "estimate" && method.search.strategy == "lamoo" &&
            (method.max_samples == 0 || method.max_samples > most_lamoo_samples))
            refuse(*find(entry, "learn_from"), path + "learn_from",
                   fmt::format("with strategy = \"lamoo\" needs max_samples from 1 to {}", most_lamoo_samples));
        if (proposes_low_fidelity(method.search) && method.candidates != "direct")
            refuse(*find(entry, "candidates"), path + "candidates",
                   fmt::format("must be \"direct\" with strategy = \"{}\", which proposes trainings of fewer epochs",
                               method.search.strategy));
        if (method.learn_from == "both" && !uses_fidelities(method.search))
            refuse(*find(entry, "learn_from"), path + "learn_from",
                   fmt::format("must be \"evaluation\" or \"estimate\" with strategy = \"{}\", which does not tell "
                               "results of trainings from estimates of a supernet",
                               method.search.strategy));
        if (method.schedule.evaluate > run.gpus)
            refuse(*find(entry, "evaluate"), path + "evaluate", fmt::format("must be at most run.gpus = {}", run.gpus));
    }
}

const TomlTable& entry_of(const TomlTable& deck, const char* list, std::size_t i) {
    return std::get<TomlTable>(std::get<TomlArray>(find(deck, list)->value)[i].value);
}

bool is_file(const std::string& source) {
    return source != synthetic_table_name && source != embedded_table && !source.starts_with("synthetic:");
}

}  // namespace cenas
