// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cenas::h5 {

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
    /// Makes the one-dimensional dataset at `path` a dimension scale, usable in Description::dimensions.
    void scale(const std::string& path, const std::string& name);

    void commit();

  private:
    void write(const std::string& path, std::int64_t memory_type, std::int64_t file_type, const void* data,
               std::size_t count, const Description& about, std::vector<std::size_t> shape);

    std::filesystem::path path_;
    std::filesystem::path part_;
    std::int64_t file_ = -1;
};

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
    std::vector<std::size_t> shape(const std::string& path) const;
    /// Throws DataError unless the dataset has exactly this shape.
    void require_shape(const std::string& path, const std::vector<std::size_t>& expected) const;

    /// Throws DataError unless the root attributes say format = `format` and format_version = `version`.
    void require_format(std::string_view format, std::int64_t version) const;

  private:
    std::filesystem::path path_;
    std::int64_t file_ = -1;
};

/// "1.10.8", for provenance.
std::string library_version();

}  // namespace cenas::h5
