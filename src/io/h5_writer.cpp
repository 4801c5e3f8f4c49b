// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/checksum.hpp"
#include "base/error.hpp"
#include "io/h5.hpp"
#include "io/h5_handle.hpp"

namespace cenas::h5 {
namespace {

void sync_to_disk(const std::filesystem::path& path, int flags) {
    const int fd = ::open(path.c_str(), flags);
    if (fd < 0) throw RunError(fmt::format("{}: cannot be flushed to disk: {}", path.string(), std::strerror(errno)));
    const int status = ::fsync(fd);
    const int error = errno;
    ::close(fd);
    // Some file systems do not let a folder be synced (EINVAL); the file itself is.
    if (status != 0 && error != EINVAL)
        throw RunError(fmt::format("{}: cannot be flushed to disk: {}", path.string(), std::strerror(error)));
}

/// Makes the groups above `path` that are missing. The library's own way to do so (intermediate groups of a link) would
/// give them times.
void make_groups_above(hid_t file, const std::string& path) {
    const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    H5Pset_obj_track_times(creation.get(), 0);
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const std::string group = path.substr(0, slash);
        if (!path_exists(file, group))
            H5Gclose(H5Gcreate2(file, group.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT));
    }
}

}  // namespace

Writer::Writer(std::filesystem::path path, bool overwrite) : path_(std::move(path)), part_(path_) {
    prepare_library();
    part_ += ".part";
    std::error_code status;
    if (!overwrite && std::filesystem::exists(path_, status))
        throw UsageError(fmt::format("{}: exists already; name another --output or give --overwrite", path_.string()));
    const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    H5Pset_obj_track_times(creation.get(), 0);
    // The object headers of HDF5 1.8 carry checksums, the older default ones do not.
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18);
    errno = 0;
    file_ = H5Fcreate(part_.c_str(), H5F_ACC_TRUNC, creation.get(), access.get());
    if (file_ >= 0) return;
    const int error = errno;
    std::filesystem::remove(part_, status);  // what the library left of it
    throw RunError(fmt::format("{}: cannot be created{}", part_.string(),
                               error != 0 ? std::string(": ") + std::strerror(error) : std::string()));
}

/// A dataset that is being written, a chunk at a time.
struct Writer::Open {
    std::string path;
    Handle dataset;
    Handle memory_type;
    std::vector<hsize_t> extent;
    std::size_t row_bytes;
    std::size_t rows_written = 0;   // in the file
    std::vector<std::byte> buffer;  // rows that are not, fewer than a chunk's
    Checksum checksum;

    Open(std::string p, Handle d, hid_t type, std::vector<hsize_t> e)
        : path(std::move(p)),
          dataset(std::move(d)),
          memory_type(H5Tcopy(type), H5Tclose),
          extent(std::move(e)),
          row_bytes(H5Tget_size(type) * product({extent.begin() + 1, extent.end()})) {}
    std::size_t rows() const { return rows_written + buffer.size() / row_bytes; }
};

Writer::~Writer() {
    if (file_ < 0) return;
    open_.clear();
    H5Fclose(file_);
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
}

namespace {

void write_attribute(hid_t file, const std::filesystem::path& part, const std::string& where, const std::string& name,
                     hid_t memory_type, hid_t file_type, const void* value) {
    make_groups_above(file, where + "/");
    const Handle object(H5Oopen(file, where.c_str(), H5P_DEFAULT), H5Oclose);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle attribute(H5Acreate2(object.get(), name.c_str(), file_type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    if (!attribute.valid() || H5Awrite(attribute.get(), memory_type, value) < 0)
        throw RunError(fmt::format("{}: cannot write attribute {} of {}", part.string(), name, where));
}

}  // namespace

void Writer::attribute(const std::string& where, const std::string& name, std::string_view value) {
    if (where == "/") root_[name] = value;
    const Handle type = fixed_text_type(value.size());
    const std::string padded = value.empty() ? std::string(1, '\0') : std::string(value);
    write_attribute(file_, part_, where, name, type.get(), type.get(), padded.data());
}

void Writer::attribute(const std::string& where, const std::string& name, std::int64_t value) {
    if (where == "/") root_[name] = fmt::format("{}", value);
    write_attribute(file_, part_, where, name, H5T_NATIVE_INT64, H5T_STD_I64LE, &value);
}

void Writer::attribute(const std::string& where, const std::string& name, double value) {
    if (where == "/") root_[name] = fmt::format("{}", value);
    write_attribute(file_, part_, where, name, H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, &value);
}

namespace {

/// Chunked and compressed, except where there is nothing to store.
Handle dataset_creation(const std::vector<hsize_t>& extent) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, 0);
    if (product(extent) > 0) {
        std::vector<hsize_t> chunk = extent;
        chunk[0] = std::min(chunk[0], chunk_rows);
        H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, 4);  // zlib's Adler-32 finds damaged data
    }
    return Handle(creation, H5Pclose);
}

void attach_scales(hid_t file, const std::filesystem::path& part, const std::string& path, const Handle& dataset,
                   const std::vector<std::string>& scales) {
    for (std::size_t d = 0; d < scales.size(); ++d) {
        const Handle scale(H5Dopen2(file, scales[d].c_str(), H5P_DEFAULT), H5Dclose);
        if (!scale.valid() || H5DSattach_scale(dataset.get(), scale.get(), static_cast<unsigned>(d)) < 0)
            throw RunError(fmt::format("{}: no dimension scale {} for {}", part.string(), scales[d], path));
    }
}

}  // namespace

Writer::Open& Writer::open(const std::string& path, std::int64_t memory_type, std::int64_t file_type,
                           const std::vector<std::size_t>& shape, const Description& about) {
    const std::vector<hsize_t> extent(shape.begin(), shape.end());
    make_groups_above(file_, path);
    const Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose);
    const Handle creation = dataset_creation(extent);
    Handle dataset(H5Dcreate2(file_, path.c_str(), file_type, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                   H5Dclose);
    if (!dataset.valid()) throw RunError(fmt::format("{}: cannot write dataset {}", part_.string(), path));
    attach_scales(file_, part_, path, dataset, about.dimensions);
    attribute(path, "units", about.units);
    attribute(path, "description", about.text);
    return *open_.emplace_back(std::make_unique<Open>(path, std::move(dataset), memory_type, extent));
}

void Writer::append(Open& open, const void* values, std::size_t rows) {
    if (open.rows() + rows > open.extent[0])
        throw RunError(fmt::format("{}: dataset {}: more than its {} rows", part_.string(), open.path, open.extent[0]));
    const auto* first = static_cast<const std::byte*>(values);
    while (rows > 0) {
        const std::size_t part = std::min<std::size_t>(rows, chunk_rows - open.buffer.size() / open.row_bytes);
        open.buffer.insert(open.buffer.end(), first, first + part * open.row_bytes);
        first += part * open.row_bytes;
        rows -= part;
        if (open.buffer.size() == chunk_rows * open.row_bytes) flush(open);
    }
}

void Writer::flush(Open& open) {
    if (open.buffer.empty()) return;
    std::vector<hsize_t> first(open.extent.size(), 0), count = open.extent;
    first[0] = open.rows_written;
    count[0] = open.buffer.size() / open.row_bytes;
    const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
    const Handle space(H5Dget_space(open.dataset.get()), H5Sclose);
    H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, first.data(), nullptr, count.data(), nullptr);
    if (H5Dwrite(open.dataset.get(), open.memory_type.get(), memory.get(), space.get(), H5P_DEFAULT,
                 open.buffer.data()) < 0)
        throw RunError(fmt::format("{}: cannot write dataset {}", part_.string(), open.path));
    open.checksum.add(open.buffer);
    open.rows_written += count[0];
    open.buffer.clear();
}

void Writer::write(const std::string& path, std::int64_t memory_type, std::int64_t file_type, const void* data,
                   std::size_t count, const Description& about, std::vector<std::size_t> shape) {
    if (shape.empty()) shape = {count};
    if (product({shape.begin(), shape.end()}) != count)
        throw RunError(fmt::format("{}: dataset {}: {} values do not fill its shape", part_.string(), path, count));
    Open& target = open(path, memory_type, file_type, shape, about);
    if (count > 0) append(target, data, shape[0]);
    close(target);
}

void Writer::dataset(const std::string& path, std::span<const double> data, const Description& about,
                     std::vector<std::size_t> shape) {
    write(path, Type<double>::memory(), Type<double>::file(), data.data(), data.size(), about, std::move(shape));
}

void Writer::dataset(const std::string& path, std::span<const std::int32_t> data, const Description& about,
                     std::vector<std::size_t> shape) {
    write(path, Type<std::int32_t>::memory(), Type<std::int32_t>::file(), data.data(), data.size(), about,
          std::move(shape));
}

void Writer::dataset(const std::string& path, std::span<const std::int64_t> data, const Description& about,
                     std::vector<std::size_t> shape) {
    write(path, Type<std::int64_t>::memory(), Type<std::int64_t>::file(), data.data(), data.size(), about,
          std::move(shape));
}

void Writer::dataset(const std::string& path, std::span<const std::uint8_t> data, const Description& about,
                     std::vector<std::size_t> shape) {
    write(path, Type<std::uint8_t>::memory(), Type<std::uint8_t>::file(), data.data(), data.size(), about,
          std::move(shape));
}

void Writer::dataset(const std::string& path, const std::vector<std::string>& data, const Description& about) {
    std::size_t longest = 1;
    for (const auto& text : data) longest = std::max(longest, text.size());
    std::string packed(longest * data.size(), '\0');
    for (std::size_t i = 0; i < data.size(); ++i) data[i].copy(packed.data() + i * longest, longest);
    const Handle type = fixed_text_type(longest);
    write(path, type.get(), type.get(), packed.data(), data.size(), about, {});
}

template <class T>
Rows<T> Writer::rows(const std::string& path, std::size_t rows, const Description& about,
                     const std::vector<std::size_t>& row) {
    std::vector<std::size_t> shape{rows};
    shape.insert(shape.end(), row.begin(), row.end());
    return {*this, open(path, Type<T>::memory(), Type<T>::file(), shape, about)};
}

Rows<std::string> Writer::text_rows(const std::string& path, std::size_t rows, std::size_t length,
                                    const Description& about) {
    const Handle type = fixed_text_type(length);
    return {*this, open(path, type.get(), type.get(), {rows}, about)};
}

template <class T>
void Rows<T>::append(std::span<const T> values) {
    writer_->append(*open_, values.data(), values.size_bytes() / open_->row_bytes);
}

template <>
void Rows<std::string>::append(std::span<const std::string> values) {
    for (const std::string& value : values) {
        std::string padded = value;
        padded.resize(open_->row_bytes, '\0');
        writer_->append(*open_, padded.data(), 1);
    }
}

template Rows<double> Writer::rows(const std::string&, std::size_t, const Description&,
                                   const std::vector<std::size_t>&);
template Rows<std::int32_t> Writer::rows(const std::string&, std::size_t, const Description&,
                                         const std::vector<std::size_t>&);
template Rows<std::int64_t> Writer::rows(const std::string&, std::size_t, const Description&,
                                         const std::vector<std::size_t>&);
template Rows<std::uint8_t> Writer::rows(const std::string&, std::size_t, const Description&,
                                         const std::vector<std::size_t>&);
template void Rows<double>::append(std::span<const double>);
template void Rows<std::int32_t>::append(std::span<const std::int32_t>);
template void Rows<std::int64_t>::append(std::span<const std::int64_t>);
template void Rows<std::uint8_t>::append(std::span<const std::uint8_t>);

void Writer::scale(const std::string& path, const std::string& name) {
    const Handle dataset(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid() || H5DSset_scale(dataset.get(), name.c_str()) < 0)
        throw RunError(fmt::format("{}: cannot make {} a dimension scale", part_.string(), path));
}

void Writer::close(Open& target) {
    flush(target);
    if (target.rows_written != target.extent[0])
        throw RunError(fmt::format("{}: dataset {}: {} of {} rows", part_.string(), target.path, target.rows_written,
                                   target.extent[0]));
    const std::string checksum = target.checksum.hex();
    attribute(target.path, checksum_name, checksum);
    checksums_[target.path] = checksum;
    std::erase_if(open_, [&](const auto& o) { return o.get() == &target; });
}

void Writer::commit() {
    while (!open_.empty()) close(*open_.front());
    attribute("/", checksum_name, checksum_of_all(root_, checksums_));
    const bool flushed = H5Fflush(file_, H5F_SCOPE_GLOBAL) >= 0;
    const bool closed = H5Fclose(std::exchange(file_, -1)) >= 0;
    try {
        if (!flushed || !closed) throw RunError(fmt::format("{}: cannot be written completely", part_.string()));
        sync_to_disk(part_, O_RDONLY);
        std::filesystem::rename(part_, path_);
        const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
        sync_to_disk(folder, O_RDONLY | O_DIRECTORY);
    } catch (const std::filesystem::filesystem_error& e) {
        std::error_code ignored;
        std::filesystem::remove(part_, ignored);
        throw RunError(
            fmt::format("{}: cannot be renamed to {}: {}", part_.string(), path_.string(), e.code().message()));
    } catch (const RunError&) {
        std::error_code ignored;
        std::filesystem::remove(part_, ignored);
        throw;
    }
}

}  // namespace cenas::h5
