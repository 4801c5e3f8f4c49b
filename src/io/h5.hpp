// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cenas::h5 {

template <class T>
class Rows;

/// What every dataset says of itself. `dimensions` names the scale of each dimension (paths of datasets made by
/// Writer::scale()), or stays empty for a dataset that is itself a scale.
struct Description {
    std::string units;  ///< UDUNITS text, "1" for plain numbers and texts
    std::string text;   ///< one line for people
    std::vector<std::string> dimensions;
};

/// Writes one HDF5 file: into `PATH.part` first; `commit()` flushes it to disk and renames it to PATH, so that a
/// file that exists is complete. Without `commit()` the destructor removes the part file and PATH is untouched.
/// HDF5's own object times are off: equal content gives equal files. Object headers and data carry checksums, so that
/// damage is found. Groups of a dataset's path are made as needed.
/// Throws UsageError if PATH exists and `overwrite` is not set, RunError if the disk or the library refuses.
///
/// Every dataset gets the attribute `sha256` of its values as they lie in the file, and the root one of all those and
/// of its own attributes (FORMAT.md, section 1), which find_damage() compares.
class Writer {
  public:
    Writer(std::filesystem::path path, bool overwrite);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Attribute of the object at `where` ("/" is the root; a missing group is made).
    void attribute(const std::string& where, const std::string& name, std::string_view value);
    void attribute(const std::string& where, const std::string& name, std::int64_t value);
    void attribute(const std::string& where, const std::string& name, double value);

    /// Datasets, row-major. `shape` empty: one dimension of the data's length. Chunked, shuffled and deflated.
    void dataset(const std::string& path, std::span<const double> data, const Description& about,
                 std::vector<std::size_t> shape = {});
    void dataset(const std::string& path, std::span<const std::int32_t> data, const Description& about,
                 std::vector<std::size_t> shape = {});
    void dataset(const std::string& path, std::span<const std::int64_t> data, const Description& about,
                 std::vector<std::size_t> shape = {});
    void dataset(const std::string& path, std::span<const std::uint8_t> data, const Description& about,
                 std::vector<std::size_t> shape = {});
    /// Texts as fixed-length, null-padded UTF-8.
    void dataset(const std::string& path, const std::vector<std::string>& data, const Description& about);

    /// A dataset of shape [rows, row...] whose rows come by append(), so that it may be larger than memory. T is
    /// double, std::int32_t, std::int64_t or std::uint8_t.
    template <class T>
    Rows<T> rows(const std::string& path, std::size_t rows, const Description& about,
                 const std::vector<std::size_t>& row = {});
    /// The same for texts of at most `length` bytes.
    Rows<std::string> text_rows(const std::string& path, std::size_t rows, std::size_t length,
                                const Description& about);

    /// Makes the one-dimensional dataset at `path` a dimension scale, usable in Description::dimensions.
    void scale(const std::string& path, const std::string& name);

    /// Throws RunError where rows() are not all there.
    void commit();

  private:
    template <class T>
    friend class Rows;
    struct Open;
    Open& open(const std::string& path, std::int64_t memory_type, std::int64_t file_type,
               const std::vector<std::size_t>& shape, const Description& about);
    void append(Open& open, const void* values, std::size_t rows);
    void flush(Open& open);
    void close(Open& target);
    void write(const std::string& path, std::int64_t memory_type, std::int64_t file_type, const void* data,
               std::size_t count, const Description& about, std::vector<std::size_t> shape);

    std::filesystem::path path_;
    std::filesystem::path part_;
    std::int64_t file_ = -1;
    std::vector<std::unique_ptr<Open>> open_;       // rows() that are not complete
    std::map<std::string, std::string> checksums_;  // by path of the dataset
    std::map<std::string, std::string> root_;       // attributes as text
};

/// Rows of a dataset that is being written, which end with their writer.
template <class T>
class Rows {
  public:
    void append(std::span<const T> values);  ///< whole rows
    void append(const T& value) { append(std::span<const T>(&value, 1)); }

  private:
    friend class Writer;
    Rows(Writer& writer, Writer::Open& open) : writer_(&writer), open_(&open) {}
    Writer* writer_;
    Writer::Open* open_;
};

/// What a dataset holds; flags are integers of one byte.
enum class Kind { text, real, integer, flag };

/// Reads a file written by Writer (or by anyone). Every failure is a DataError that names the file and the object:
/// missing file, not HDF5, truncated, missing object, wrong type or number of dimensions.
class Reader {
  public:
    explicit Reader(std::filesystem::path path);
    /// A file that lies in memory, which outlives the reader; `name` is what errors call it.
    Reader(std::span<const std::byte> image, std::string name);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    const std::filesystem::path& path() const { return path_; }
    bool has(const std::string& path) const;
    bool has_attribute(const std::string& where, const std::string& name) const;

    std::string text_attribute(const std::string& where, const std::string& name) const;
    std::int64_t integer_attribute(const std::string& where, const std::string& name) const;
    double number_attribute(const std::string& where, const std::string& name) const;

    std::vector<double> numbers(const std::string& path) const;
    std::vector<std::int64_t> integers(const std::string& path) const;
    std::vector<std::string> texts(const std::string& path) const;
    /// The same of the rows [first, first + count) of the first dimension.
    std::vector<double> numbers(const std::string& path, std::size_t first, std::size_t count) const;
    std::vector<std::int64_t> integers(const std::string& path, std::size_t first, std::size_t count) const;
    std::vector<std::size_t> shape(const std::string& path) const;
    Kind kind(const std::string& path) const;
    /// Throws DataError unless the dataset has exactly this shape.
    void require_shape(const std::string& path, const std::vector<std::size_t>& expected) const;

    /// Throws DataError unless the root attributes say format = `format` and format_version = `version`, or one from
    /// `oldest` to it.
    void require_format(std::string_view format, std::int64_t version,
                        std::optional<std::int64_t> oldest = std::nullopt) const;

    /// Datasets whose `sha256` is missing or wrong, and "/" where the root's is: empty where nothing was altered.
    std::vector<std::string> find_damage() const;
    /// Whether anything in the file has a `sha256`; files of before there were checksums have none.
    bool has_checksums() const;

  private:
    struct Dataset;
    struct Range {
        std::size_t first, count;
    };
    const Dataset& dataset(const std::string& path) const;
    template <class T>
    std::vector<T> values(const std::string& path, std::optional<Range> rows) const;
    std::string checksum_of(const std::string& path) const;

    std::filesystem::path path_;
    std::int64_t file_ = -1;
    mutable std::map<std::string, std::unique_ptr<Dataset>> datasets_;  // those that were opened
};

/// "1.10.8", for provenance.
std::string library_version();

}  // namespace cenas::h5
