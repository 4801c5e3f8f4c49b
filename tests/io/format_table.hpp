// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "io/h5.hpp"

// FORMAT.md as data, so that the tests hold the files against their specification.

namespace cenas::test {

struct FormatRow {
    std::string path;
    std::string type;  ///< text, f64, i32, i64, u8
    std::size_t dimensions = 1;
    bool scale = false;
    std::string units;
};

inline std::vector<std::string> split(const std::string& text, const std::string& separator) {
    std::vector<std::string> parts;
    for (std::size_t from = 0;;) {
        const std::size_t to = text.find(separator, from);
        parts.push_back(text.substr(from, to - from));
        if (to == std::string::npos) return parts;
        from = to + separator.size();
    }
}

inline std::string without(std::string text, const std::string& characters) {
    std::erase_if(text, [&](char c) { return characters.find(c) != std::string::npos; });
    return text;
}

/// The datasets of one line of a table of FORMAT.md: `| paths | type, shape | units | what |`; several paths and units
/// are separated by commas.
inline std::vector<FormatRow> format_rows_of(const std::string& line) {
    const auto cells = split(line, " | ");
    const std::string type_and_shape = cells[1];
    const std::size_t bracket = type_and_shape.find('[');
    const std::string shape = type_and_shape.substr(bracket, type_and_shape.find(']') - bracket);
    const auto paths = split(without(cells[0], "| `"), ",");
    const auto units = split(without(cells[2], "`"), ", ");
    std::vector<FormatRow> rows;
    for (std::size_t i = 0; i < paths.size(); ++i)
        rows.push_back({paths[i], type_and_shape.substr(0, type_and_shape.find(' ')), split(shape, ", ").size(),
                        type_and_shape.ends_with("scale"), units.size() == 1 ? units[0] : units[i]});
    return rows;
}

/// All datasets of the section of FORMAT.md that begins with `## NUMBER.`.
inline std::vector<FormatRow> format_section(int number) {
    std::ifstream in(std::filesystem::path(CENAS_SOURCE_DIR) / "src" / "io" / "FORMAT.md");
    std::vector<FormatRow> rows;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("## ")) inside = line.starts_with("## " + std::to_string(number) + ".");
        if (!inside || !line.starts_with("| `/")) continue;
        const auto more = format_rows_of(line);
        rows.insert(rows.end(), more.begin(), more.end());
    }
    return rows;
}

/// A dataset in memory, whatever its type.
struct Dataset {
    std::string type;
    std::vector<std::size_t> shape;
    std::vector<double> numbers;
    std::vector<std::int64_t> integers;
    std::vector<std::string> texts;

    void drop_last_row() {
        std::size_t row = 1;
        for (std::size_t d = 1; d < shape.size(); ++d) row *= shape[d];
        --shape[0];
        numbers.resize(numbers.empty() ? 0 : shape[0] * row);
        integers.resize(integers.empty() ? 0 : shape[0] * row);
        texts.resize(texts.empty() ? 0 : shape[0] * row);
    }
    /// Texts become numbers, numbers and integers become texts.
    void change_type() {
        type = type == "text" ? "f64" : "text";
        numbers.assign(type == "f64" ? shape[0] : 0, 1.0);
        texts.assign(type == "text" ? shape[0] : 0, "1");
    }
};

/// Attributes of the object at `where`.
struct Attributes {
    std::string where;
    std::vector<std::string> texts;
    std::vector<std::string> integers;
    std::vector<std::string> numbers;

    std::vector<std::string> all() const {
        std::vector<std::string> names = texts;
        names.insert(names.end(), integers.begin(), integers.end());
        names.insert(names.end(), numbers.begin(), numbers.end());
        return names;
    }
};

/// What a copy of a file leaves out or changes. Attributes are written `where@name`.
struct Edit {
    std::set<std::string> omit;
    std::map<std::string, std::function<void(Dataset&)>> change;
    std::map<std::string, std::string> text_attributes;
    std::map<std::string, std::int64_t> integer_attributes;
    std::map<std::string, double> number_attributes;
};

inline Edit omit(const std::string& key) {
    Edit edit;
    edit.omit.insert(key);
    return edit;
}
inline Edit change(const std::string& path, std::function<void(Dataset&)> how) {
    Edit edit;
    edit.change[path] = std::move(how);
    return edit;
}
inline Edit set_text(const std::string& key, std::string value) {
    Edit edit;
    edit.text_attributes[key] = std::move(value);
    return edit;
}
inline Edit set_integer(const std::string& key, std::int64_t value) {
    Edit edit;
    edit.integer_attributes[key] = value;
    return edit;
}
inline Edit set_number(const std::string& key, double value) {
    Edit edit;
    edit.number_attributes[key] = value;
    return edit;
}

inline Dataset read_dataset(const h5::Reader& reader, const FormatRow& row) {
    Dataset data{row.type, reader.shape(row.path), {}, {}, {}};
    if (row.type == "text")
        data.texts = reader.texts(row.path);
    else if (row.type == "f64")
        data.numbers = reader.numbers(row.path);
    else
        data.integers = reader.integers(row.path);
    return data;
}

inline void write_dataset(h5::Writer& writer, const std::string& path, const std::string& units, const Dataset& data) {
    const h5::Description about{units, "copied", {}};
    if (data.type == "text")
        writer.dataset(path, data.texts, about);
    else if (data.type == "f64")
        writer.dataset(path, data.numbers, about, data.shape);
    else if (data.type == "u8")
        writer.dataset(path, std::vector<std::uint8_t>(data.integers.begin(), data.integers.end()), about, data.shape);
    else
        writer.dataset(path, data.integers, about, data.shape);
}

template <class Value>
Value edited(const std::map<std::string, Value>& edits, const std::string& key, const Value& original) {
    const auto found = edits.find(key);
    return found == edits.end() ? original : found->second;
}

inline void copy_attributes(const h5::Reader& reader, h5::Writer& writer, const Attributes& attributes,
                            const Edit& edit) {
    const std::string& where = attributes.where;
    const auto key = [&](const std::string& name) { return where + "@" + name; };
    for (const auto& name : attributes.texts)
        if (!edit.omit.contains(key(name)))
            writer.attribute(where, name, edited(edit.text_attributes, key(name), reader.text_attribute(where, name)));
    for (const auto& name : attributes.integers)
        if (!edit.omit.contains(key(name)))
            writer.attribute(where, name,
                             edited(edit.integer_attributes, key(name), reader.integer_attribute(where, name)));
    for (const auto& name : attributes.numbers)
        if (!edit.omit.contains(key(name)))
            writer.attribute(where, name,
                             edited(edit.number_attributes, key(name), reader.number_attribute(where, name)));
}

/// Copies the datasets and attributes of `from` into `to`, with edits.
inline void copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                      const std::vector<FormatRow>& rows, const std::vector<Attributes>& attributes, const Edit& edit) {
    const h5::Reader reader(from);
    h5::Writer writer(to, true);
    for (const auto& row : rows) {
        if (edit.omit.contains(row.path)) continue;
        Dataset data = read_dataset(reader, row);
        if (const auto change = edit.change.find(row.path); change != edit.change.end()) change->second(data);
        write_dataset(writer, row.path, reader.text_attribute(row.path, "units"), data);
    }
    for (const auto& a : attributes)
        if (!edit.omit.contains(a.where)) copy_attributes(reader, writer, a, edit);
    writer.commit();
}

}  // namespace cenas::test
