// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/axes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "config/overrides.hpp"
#include "config/read_keys.hpp"

namespace cenas {
namespace {

constexpr std::size_t most_values = 1'000'000;  // of an axis
constexpr std::int64_t most_scenarios = 10'000'000;

// --- values ------------------------------------------------------------------------------------------------------

std::optional<double> number_in(const TomlValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value.value)) return static_cast<double>(*integer);
    if (const auto* number = std::get_if<double>(&value.value)) return *number;
    return std::nullopt;
}

/// Nothing where the value is no single one.
std::optional<DeckValue> deck_value(const TomlValue& value) {
    return std::visit(
        [](const auto& v) -> std::optional<DeckValue> {
            if constexpr (std::is_constructible_v<DeckValue, decltype(v)> &&
                          !std::is_same_v<std::decay_t<decltype(v)>, OtherTime> &&
                          !std::is_same_v<std::decay_t<decltype(v)>, TomlArray> &&
                          !std::is_same_v<std::decay_t<decltype(v)>, TomlTable>)
                return DeckValue(v);
            else
                return std::nullopt;
        },
        value.value);
}

/// Integers beside other numbers are such numbers too.
DeckValue as_number(const DeckValue& value) {
    const auto* integer = std::get_if<std::int64_t>(&value);
    return integer != nullptr ? DeckValue(static_cast<double>(*integer)) : value;
}

// --- an axis -----------------------------------------------------------------------------------------------------

/// Reads one [[axis]].
class AxisReader {
  public:
    explicit AxisReader(const TomlTable& entry, std::string place) : entry_(entry), place_(std::move(place)) {
        for (const TomlEntry& e : entry)
            if (std::find(known.begin(), known.end(), e.key) == known.end())
                throw UsageError(
                    fmt::format("{}: unknown key 'axis.{}' (allowed: {})", e.place, e.key, fmt::join(known, ", ")));
    }

    DeckAxes::Axis read() const {
        DeckAxes::Axis axis{keys(), {}, entry_};
        const TomlValue* values = find(entry_, "values");
        const bool range = find(entry_, "from") != nullptr;
        if ((values != nullptr) == range) fail("must have either `values` or `from`");
        axis.values = range ? range_of(axis.keys) : listed(*values, axis.keys);
        return axis;
    }

  private:
    static inline const std::vector<std::string> known = {"key", "keys",  "values", "from",
                                                          "to",  "count", "step",   "step_h"};

    [[noreturn]] void fail(const std::string& complaint) const {
        throw UsageError(fmt::format("{}: axis: {}", place_, complaint));
    }

    std::vector<std::string> keys() const {
        const TomlValue *one = find(entry_, "key"), *several = find(entry_, "keys");
        if ((one != nullptr) == (several != nullptr)) fail("must have either `key` or `keys`");
        const auto text_of = [](const TomlValue& value) {
            const auto* text = std::get_if<std::string>(&value.value);
            if (text == nullptr) refuse(value, "axis.key", "must be a key of the deck as a text, such as \"run.gpus\"");
            require_variable(*text, value);
            return *text;
        };
        if (one != nullptr) return {text_of(*one)};
        const auto* list = std::get_if<TomlArray>(&several->value);
        if (list == nullptr || list->size() < 2) refuse(*several, "axis.keys", "must be a list of two or more keys");
        std::vector<std::string> keys;
        for (const TomlValue& value : *list) keys.push_back(text_of(value));
        return keys;
    }

    /// Not everything makes sense as an axis.
    static void require_variable(const std::string& key, const TomlValue& value) {
        if (key.find('.') == std::string::npos)
            refuse(value, "axis.key", "must be section.key, such as \"run.gpus\" or \"method.NAME.evaluate\"");
        if (key == "run.seeds" || key == "run.first_seed")
            refuse(value, "axis.key", "seeds are varied by run.first_seed and run.seeds");
        if (key == "run.record" || key == "run.allow_unlike_traces")
            refuse(value, "axis.key", "is one for the whole sweep");
        if (key.starts_with("trace.")) refuse(value, "axis.key", "traces are varied by a [[trace]] for each");
        if (key.ends_with(".name") || key.starts_with("axis.") || key.starts_with("exclude."))
            refuse(value, "axis.key", "names are not varied");
    }

    static std::vector<std::vector<TomlValue>> listed(const TomlValue& given, const std::vector<std::string>& keys) {
        const auto* list = std::get_if<TomlArray>(&given.value);
        if (list == nullptr || list->empty()) refuse(given, "axis.values", "must be a list of one or more values");
        std::vector<std::vector<TomlValue>> values;
        for (const TomlValue& item : *list) {
            if (keys.size() == 1) {
                values.push_back({item});
                continue;
            }
            const auto* together = std::get_if<TomlArray>(&item.value);
            if (together == nullptr || together->size() != keys.size())
                refuse(item, "axis.values", fmt::format("must be a list of {} values, one for each key", keys.size()));
            values.push_back(*together);
        }
        for (auto& position : values)
            for (TomlValue& value : position) {
                if (!deck_value(value)) refuse(value, "axis.values", "must be a text, a number, a time, true or false");
            }
        require_different(*list);
        return values;
    }

    static void require_different(const TomlArray& values) {
        std::set<std::string> seen;
        for (const TomlValue& value : values)
            if (!seen.insert(to_toml(value)).second) refuse(value, "axis.values", "must not be in the list twice");
    }

    const TomlValue& required(const char* key, const std::string& why) const {
        const TomlValue* value = find(entry_, key);
        if (value == nullptr) fail(fmt::format("{} is missing: {}", key, why));
        return *value;
    }

    void refuse_key(const char* key, const std::string& why) const {
        if (const TomlValue* value = find(entry_, key)) refuse(*value, fmt::format("axis.{}", key), why);
    }

    std::vector<std::vector<TomlValue>> range_of(const std::vector<std::string>& keys) const {
        if (keys.size() != 1) fail("a range has one `key`");
        const TomlValue& from = required("from", "the first value");
        if (const auto* time = std::get_if<UtcTime>(&from.value)) return times(*time, from);
        if (!number_in(from)) refuse(from, "axis.from", "must be a number, or a time with its zone");
        return numbers(from);
    }

    std::vector<std::vector<TomlValue>> numbers(const TomlValue& from) const {
        refuse_key("step_h", "is for times; numbers have `step`");
        const TomlValue& step = required("step", "from one value to the next");
        const auto width = number_in(step);
        if (!width || *width == 0 || !std::isfinite(*width)) refuse(step, "axis.step", "must be a number other than 0");
        const double first = *number_in(from);
        const std::size_t count = count_of([&](const TomlValue& to) {
            const auto last = number_in(to);
            if (!last) refuse(to, "axis.to", "must be a number");
            return (*last - first) / *width;
        });
        const auto *integer = std::get_if<std::int64_t>(&from.value), *by = std::get_if<std::int64_t>(&step.value);
        std::vector<std::vector<TomlValue>> values;
        for (std::size_t i = 0; i < count; ++i) {
            TomlValue value{first + static_cast<double>(i) * *width, from.place, false};
            if (integer != nullptr && by != nullptr) value.value = *integer + static_cast<std::int64_t>(i) * *by;
            values.push_back({value});
        }
        return values;
    }

    std::vector<std::vector<TomlValue>> times(UtcTime first, const TomlValue& from) const {
        constexpr double seconds_per_hour = 3600;
        refuse_key("step", "is for numbers; times have `step_h`");
        const TomlValue& step = required("step_h", "hours from one time to the next");
        const auto hours = number_in(step);
        if (!hours || !(std::abs(*hours) * seconds_per_hour >= 1 && std::abs(*hours) < 1e6))
            refuse(step, "axis.step_h", "must be a number of hours, at least a second");
        const auto width_s = static_cast<std::int64_t>(std::llround(*hours * seconds_per_hour));
        const std::size_t count = count_of([&](const TomlValue& to) {
            const auto* last = std::get_if<UtcTime>(&to.value);
            if (last == nullptr) refuse(to, "axis.to", "must be a time with its zone, as `from` is");
            return static_cast<double>(last->seconds - first.seconds) / static_cast<double>(width_s);
        });
        std::vector<std::vector<TomlValue>> values;
        for (std::size_t i = 0; i < count; ++i)
            values.push_back({{UtcTime{first.seconds + static_cast<std::int64_t>(i) * width_s}, from.place, false}});
        return values;
    }

    /// By `count`, or as many as `steps_to(to)` whole steps allow.
    template <class StepsTo>
    std::size_t count_of(const StepsTo& steps_to) const {
        const TomlValue *to = find(entry_, "to"), *count = find(entry_, "count");
        if ((to != nullptr) == (count != nullptr)) fail("must have either `to` or `count`");
        if (count != nullptr) {
            const auto* given = std::get_if<std::int64_t>(&count->value);
            if (given == nullptr || *given < 1 || *given > static_cast<std::int64_t>(most_values))
                refuse(*count, "axis.count", fmt::format("must be an integer from 1 to {}", most_values));
            return static_cast<std::size_t>(*given);
        }
        constexpr double rounding = 1e-9;
        const double steps = std::floor(steps_to(*to) + rounding);
        if (!(steps >= 0 && steps < static_cast<double>(most_values)))
            refuse(*to, "axis.to", fmt::format("must be reached from `from` in 0 to {} steps", most_values - 1));
        return static_cast<std::size_t>(steps) + 1;
    }

    const TomlTable& entry_;
    std::string place_;
};

/// The value of a dotted key, or null. Names in lists may hold dots: overrides.cpp resolves those; here it is enough to
/// find keys of sections.
const TomlValue* find_path(const TomlTable& table, std::string_view path) {
    const auto dot = path.find('.');
    const TomlValue* value = find(table, path.substr(0, dot));
    if (value == nullptr || dot == std::string_view::npos) return value;
    if (const auto* section = std::get_if<TomlTable>(&value->value)) return find_path(*section, path.substr(dot + 1));
    const auto* list = std::get_if<TomlArray>(&value->value);
    if (list == nullptr) return nullptr;
    for (const TomlValue& item : *list) {
        const auto* entry = std::get_if<TomlTable>(&item.value);
        const std::string name = entry == nullptr ? "" : find_string(*entry, "name") + ".";
        if (name.size() > 1 && path.substr(dot + 1).starts_with(name))
            if (const TomlValue* found = find_path(*entry, path.substr(dot + 1 + name.size()))) return found;
    }
    return nullptr;
}

/// All values of a key have one type.
void require_one_type(DeckAxes::Axis& axis) {
    for (std::size_t k = 0; k < axis.keys.size(); ++k) {
        const bool has_real = std::any_of(axis.values.begin(), axis.values.end(), [k](const auto& position) {
            return std::holds_alternative<double>(position[k].value);
        });
        const auto type_of = [has_real](const TomlValue& value) {
            const DeckValue plain = *deck_value(value);
            return (has_real ? as_number(plain) : plain).index();
        };
        for (auto& position : axis.values) {
            if (type_of(position[k]) != type_of(axis.values.front()[k]))
                refuse(position[k], "axis.values", "must be of the same type as the values before");
            if (has_real) position[k].value = *number_in(position[k]);
        }
    }
}

/// "run.gpus" = 4 and run.gpus = 4 alike.
void flatten(const TomlTable& table, const std::string& path, TomlTable& flat) {
    for (const TomlEntry& entry : table) {
        const std::string key = path.empty() ? entry.key : path + "." + entry.key;
        if (const auto* section = std::get_if<TomlTable>(&entry.value.value))
            flatten(*section, key, flat);
        else
            flat.push_back({key, entry.place, entry.value});
    }
}

bool holds(const TomlValue& listed, const TomlValue& value) {
    const auto* list = std::get_if<TomlArray>(&listed.value);
    if (list != nullptr)
        return std::any_of(list->begin(), list->end(), [&](const TomlValue& item) { return holds(item, value); });
    const auto a = deck_value(listed), b = deck_value(value);
    return a && b && (*a == *b || as_number(*a) == as_number(*b));
}

/// Where a key has one value only, those exclusions stand that name it.
void narrow(std::vector<TomlTable>& exclusions, const std::string& key, const TomlValue& fixed) {
    std::erase_if(exclusions, [&](const TomlTable& exclusion) {
        const TomlValue* given = find(exclusion, key);
        return given != nullptr && !holds(*given, fixed);
    });
    for (TomlTable& exclusion : exclusions)
        for (TomlEntry& condition : exclusion)
            if (condition.key == key) condition.value = fixed;
}

/// A key that was set on the command line has that one value.
void fix_overridden(DeckAxes::Axis& axis, const TomlTable& document, std::vector<TomlTable>& exclusions) {
    for (const std::string& key : axis.keys) {
        const TomlValue* fixed = find_path(document, key);
        if (fixed == nullptr || !fixed->overridden) continue;
        if (axis.keys.size() > 1)
            refuse(
                *fixed, key,
                fmt::format("is of an axis of several keys ({}), and cannot be set alone", fmt::join(axis.keys, ", ")));
        axis.values = {{*fixed}};
        axis.entry = {{"key", "", {key, "", false}}, {"values", "", {TomlArray{*fixed}, "", false}}};
        narrow(exclusions, key, *fixed);
    }
}

TomlArray take_list(TomlTable& document, const char* name) {
    const TomlValue* value = find(document, name);
    if (value == nullptr) return {};
    const auto* list = std::get_if<TomlArray>(&value->value);
    const bool tables = list != nullptr && std::all_of(list->begin(), list->end(), [](const TomlValue& v) {
                            return std::holds_alternative<TomlTable>(v.value);
                        });
    if (!tables) refuse(*value, name, fmt::format("must be a list [[{}]]", name));
    TomlArray taken = *list;
    std::erase_if(document, [&](const TomlEntry& e) { return e.key == name; });
    return taken;
}

void require_few(const DeckAxes& axes) {
    std::int64_t product = 1;
    for (const auto& axis : axes.axes) {
        product *= std::ssize(axis.values);
        if (product > most_scenarios)
            throw UsageError(fmt::format("{}: axis: the axes make more than {} scenarios",
                                         axis.values.front().front().place, most_scenarios));
    }
}

// --- exclusions --------------------------------------------------------------------------------------------------

/// Every value that a key of an exclusion can have.
std::map<std::string, std::vector<DeckValue>> values_by_key(const Scenarios& scenarios, const Options& first) {
    std::map<std::string, std::vector<DeckValue>> values;
    for (const auto& method : first.methods) values["method"].emplace_back(method.name);
    for (const auto& trace : first.traces) values["trace"].emplace_back(trace.name);
    for (const auto& axis : scenarios.axes)
        for (std::size_t k = 0; k < axis.keys.size(); ++k)
            for (const auto& position : axis.values) values[axis.keys[k]].push_back(position[k]);
    return values;
}

/// An axis of a method is of one method.
void require_methods(const DeckAxes& axes, const Options& first) {
    for (const auto& axis : axes.axes)
        for (std::size_t k = 0; k < axis.keys.size(); ++k) {
            const std::string& key = axis.keys[k];
            const bool known = std::any_of(first.methods.begin(), first.methods.end(), [&](const auto& method) {
                return key.starts_with(fmt::format("method.{}.", method.name));
            });
            if (key.starts_with("method.") && !known)
                refuse(axis.values.front()[k], key,
                       "is of an entry that a list `evaluate` makes several methods of; give each an entry of its own");
        }
}

SweepExclusion read_exclusion(const TomlTable& entry, const std::map<std::string, std::vector<DeckValue>>& possible) {
    SweepExclusion exclusion;
    for (const auto& [key, place, given] : entry) {
        const auto known = possible.find(key);
        if (known == possible.end()) {
            std::vector<std::string> keys;
            for (const auto& [name, values] : possible) keys.push_back(name);
            refuse(given, "exclude." + key, fmt::format("no such axis (there are: {})", fmt::join(keys, ", ")));
        }
        SweepExclusion::Condition condition{key, {}};
        const auto* list = std::get_if<TomlArray>(&given.value);
        for (const TomlValue& value : list != nullptr ? *list : TomlArray{given}) {
            auto plain = deck_value(value);
            if (plain && std::holds_alternative<double>(known->second.front())) plain = as_number(*plain);
            if (!plain || std::find(known->second.begin(), known->second.end(), *plain) == known->second.end())
                refuse(value, "exclude." + key, "is no value of that axis");
            condition.any_of.push_back(*plain);
        }
        exclusion.all_of.push_back(std::move(condition));
    }
    return exclusion;
}

std::string write_entry(const TomlTable& entry) {
    std::string text;
    for (const auto& [key, place, value] : entry)
        text += fmt::format("{} = {}\n", key.find('.') == std::string::npos ? key : to_toml(key), to_toml(value));
    return text;
}

}  // namespace

DeckAxes take_axes(TomlTable& document) {
    DeckAxes axes;
    for (const TomlValue& given : take_list(document, "exclude"))
        flatten(std::get<TomlTable>(given.value), "", axes.exclusions.emplace_back());
    std::map<std::string, std::string> places;
    for (const TomlValue& given : take_list(document, "axis")) {
        DeckAxes::Axis axis = AxisReader(std::get<TomlTable>(given.value), given.place).read();
        require_one_type(axis);
        for (const std::string& key : axis.keys)
            if (const auto [first, is_new] = places.emplace(key, given.place); !is_new)
                throw UsageError(
                    fmt::format("{}: axis: {} is an axis already, at {}", given.place, key, first->second));
        fix_overridden(axis, document, axes.exclusions);
        axes.axes.push_back(std::move(axis));
    }
    require_few(axes);
    return axes;
}

void set_scenario(TomlTable& document, const DeckAxes& axes, std::int64_t scenario) {
    for (std::size_t a = axes.axes.size(); a-- > 0;) {
        const DeckAxes::Axis& axis = axes.axes[a];
        const auto& values = axis.values[static_cast<std::size_t>(scenario % std::ssize(axis.values))];
        scenario /= std::ssize(axis.values);
        for (std::size_t k = 0; k < values.size(); ++k) assign(document, axis.keys[k], values[k]);
    }
}

Scenarios make_scenarios(const DeckAxes& axes, const Options& first) {
    Scenarios scenarios;
    for (const auto& axis : axes.axes) {
        SweepAxis& plain = scenarios.axes.emplace_back(SweepAxis{axis.keys, {}});
        for (const auto& position : axis.values) {
            auto& values = plain.values.emplace_back();
            for (const TomlValue& value : position) values.push_back(*deck_value(value));
        }
    }
    require_methods(axes, first);
    const auto possible = values_by_key(scenarios, first);
    for (const TomlTable& entry : axes.exclusions) scenarios.exclusions.push_back(read_exclusion(entry, possible));
    return scenarios;
}

std::string write_axes(const DeckAxes& axes) {
    std::string text;
    for (const auto& axis : axes.axes) text += "\n[[axis]]\n" + write_entry(axis.entry);
    for (const auto& exclusion : axes.exclusions) text += "\n[[exclude]]\n" + write_entry(exclusion);
    return text;
}

std::string axes_reference() {
    return R"(
## `[[axis]]`

What a sweep varies beside methods, traces and seeds: any key of the deck, in any number of axes. Every combination of
their values is a scenario, in which all methods run on all traces with all seeds; the last axis varies fastest. An axis
of a key of one method (`method.NAME.key`) varies that method only, the others run with its first value.

| key | type | meaning |
|---|---|---|
| `key` | a text | the key, as on the command line: `"run.gpus"`, `"method.ce-nas.queue_capacity"` |
| `keys` | a list of texts | several keys that take their values together |
| `values` | a list | the values; with `keys` a list of lists, one value for each key |
| `from`, `to` or `count`, `step` | numbers | a range, `to` included |
| `from`, `to` or `count`, `step_h` | times, hours | the same of times, such as starts |

A key that is given on the command line has that one value; keys that go together cannot be given there.

## `[[exclude]]`

Searches that are left out: those for which every key of the entry has the value, or one of the list of values, that
stands there. Keys are those of axes, `method` and `trace`:

```toml
[[axis]]
key = "run.start"
from = 2021-01-01T00:00:00Z
step_h = 24
count = 365

[[axis]]
keys = ["run.gpus", "run.hours"]
values = [[4, 160], [8, 80]]

[[exclude]]
"run.gpus" = 4
method = ["vanilla", "one-shot"]
```
)";
}

}  // namespace cenas
