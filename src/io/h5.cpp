// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/h5.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <numeric>
#include <type_traits>
#include <utility>

#include "base/checksum.hpp"
#include "base/error.hpp"

namespace cenas::h5 {
namespace {

constexpr const char* checksum_name = "sha256";

/// Owns one HDF5 identifier of any kind.
class Handle {
  public:
    using Closer = herr_t (*)(hid_t);
    Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
    ~Handle() {
        if (id_ >= 0) closer_(id_);
    }
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    Handle& operator=(Handle&&) = delete;
    hid_t get() const { return id_; }
    bool valid() const { return id_ >= 0; }

  private:
    hid_t id_;
    Closer closer_;
};

/// Before the first use. HDF5 prints its error stack by default; our messages replace it. Its clean-up at exit crashes
/// once a file could not be closed (disk full), and has nothing to do for us, who close everything ourselves.
void prepare_library() {
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Handle fixed_text_type(std::size_t length) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, std::max<std::size_t>(length, 1));
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return Handle(type, H5Tclose);
}

/// HDF5's types for ours, in memory and in files.
template <class T>
struct Type;
template <>
struct Type<double> {
    static hid_t memory() { return H5T_NATIVE_DOUBLE; }
    static hid_t file() { return H5T_IEEE_F64LE; }
};
template <>
struct Type<std::int32_t> {
    static hid_t memory() { return H5T_NATIVE_INT32; }
    static hid_t file() { return H5T_STD_I32LE; }
};
template <>
struct Type<std::int64_t> {
    static hid_t memory() { return H5T_NATIVE_INT64; }
    static hid_t file() { return H5T_STD_I64LE; }
};
template <>
struct Type<std::uint8_t> {
    static hid_t memory() { return H5T_NATIVE_UINT8; }
    static hid_t file() { return H5T_STD_U8LE; }
};

constexpr hsize_t chunk_rows = 16384;  // 128 KiB of doubles: small enough to cache, large enough to compress

std::size_t product(const std::vector<hsize_t>& extent) {
    return std::accumulate(extent.begin(), extent.end(), std::size_t{1}, std::multiplies<>());
}

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

/// True where `path` exists link by link (H5Lexists fails on a missing parent).
bool path_exists(hid_t file, const std::string& path) {
    if (path == "/") return true;
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        if (H5Lexists(file, path.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
        if (slash == std::string::npos) return true;
    }
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

std::string library_version() {
    prepare_library();
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    return fmt::format("{}.{}.{}", major, minor, release);
}

// --- Writer ------------------------------------------------------------------------------------------------------

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

namespace {

/// Of everything that equal files share: not of /provenance.
std::string checksum_of_all(const std::map<std::string, std::string>& root,
                            const std::map<std::string, std::string>& datasets) {
    Checksum sum;
    for (const auto& [name, value] : root) sum.add(name).add(value);
    for (const auto& [path, checksum] : datasets) sum.add(path).add(checksum);
    return sum.hex();
}

}  // namespace

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

// --- Reader ------------------------------------------------------------------------------------------------------

/// One that was opened and looks sound.
struct Reader::Dataset {
    Handle dataset;
    Handle type;
    std::vector<hsize_t> extent;

    std::size_t count() const { return product(extent); }
};

Reader::Reader(std::filesystem::path path) : path_(std::move(path)) {
    prepare_library();
    std::error_code status;
    if (!std::filesystem::exists(path_, status)) throw DataError(fmt::format("{}: no such file", path_.string()));
    if (std::filesystem::is_directory(path_, status))
        throw DataError(fmt::format("{}: is a folder, not an HDF5 file", path_.string()));
    file_ = H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file_ < 0) {
        const bool signature = H5Fis_hdf5(path_.c_str()) > 0;
        throw DataError(
            fmt::format("{}: {}", path_.string(),
                        signature ? "HDF5 file cannot be read (truncated or damaged)"
                                  : "not an HDF5 file, damaged, or not readable (csv files go through cenas import)"));
    }
}

Reader::Reader(std::span<const std::byte> image, std::string name) : path_(std::move(name)) {
    prepare_library();
    void* memory = const_cast<std::byte*>(image.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): only read
    file_ = H5LTopen_file_image(memory, image.size(), H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE);
    if (file_ < 0) throw DataError(fmt::format("{}: HDF5 image cannot be read", path_.string()));
}

Reader::~Reader() {
    datasets_.clear();
    if (file_ >= 0) H5Fclose(file_);
}

bool Reader::has(const std::string& path) const { return path_exists(file_, path); }

bool Reader::has_attribute(const std::string& where, const std::string& name) const {
    return path_exists(file_, where) && H5Aexists_by_name(file_, where.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

namespace {

Handle open_attribute(hid_t file, const std::filesystem::path& path, const std::string& where,
                      const std::string& name) {
    const hid_t attribute =
        path_exists(file, where) && H5Aexists_by_name(file, where.c_str(), name.c_str(), H5P_DEFAULT) > 0
            ? H5Aopen_by_name(file, where.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT)
            : -1;
    if (attribute < 0) throw DataError(fmt::format("{}: no attribute {} at {}", path.string(), name, where));
    Handle handle(attribute, H5Aclose);
    const Handle space(H5Aget_space(attribute), H5Sclose);
    if (H5Sget_simple_extent_npoints(space.get()) != 1)
        throw DataError(fmt::format("{}: attribute {} at {} is not one value", path.string(), name, where));
    return handle;
}

H5T_class_t kind_of(const Handle& attribute) {
    const Handle type(H5Aget_type(attribute.get()), H5Tclose);
    return H5Tget_class(type.get());
}

/// A damaged or foreign extent must not make us ask for terabytes: the values have to be on disk, and deflate
/// compresses at most 1032 : 1 (zlib technical details, "maximum compression factor").
template <class Dataset>
bool has_plausible_size(const Dataset& open, double file_size) {
    constexpr double largest_ratio = 1032.0;
    const double stored = std::min(static_cast<double>(H5Dget_storage_size(open.dataset.get())), file_size);
    double size = static_cast<double>(H5Tget_size(open.type.get()));
    for (const hsize_t n : open.extent) size *= static_cast<double>(n);
    return size <= stored * largest_ratio;
}

/// Where the i-th chunk begins, counted in row-major order through chunks of this shape.
std::vector<hsize_t> chunk_begin(const std::vector<hsize_t>& extent, const std::vector<hsize_t>& chunk, hsize_t i) {
    std::vector<hsize_t> begin(extent.size());
    for (std::size_t d = extent.size(); d-- > 0;) {
        const hsize_t chunks = (extent[d] + chunk[d] - 1) / chunk[d];
        begin[d] = i % chunks * chunk[d];
        i /= chunks;
    }
    return begin;
}

/// The i-th chunk is listed and found where it belongs, lies in the file, and is as long as it can be.
template <class Dataset>
bool is_chunk_sound(const Dataset& open, const Handle& space, const std::vector<hsize_t>& chunk, hsize_t i,
                    double unfiltered_size, double file_size) {
    constexpr hsize_t smallest_zlib_stream = 8;  // header, empty block, Adler-32 (RFC 1950, RFC 1951)
    const hid_t dataset = open.dataset.get();
    std::vector<hsize_t> begin(chunk.size());
    unsigned skipped_filters = 0;
    haddr_t address = 0;
    hsize_t listed_size = 0, found_size = 0;
    if (H5Dget_chunk_info(dataset, space.get(), i, begin.data(), &skipped_filters, &address, &listed_size) < 0 ||
        begin != chunk_begin(open.extent, chunk, i) ||
        H5Dget_chunk_storage_size(dataset, begin.data(), &found_size) < 0 || found_size != listed_size)
        return false;
    const auto size = static_cast<double>(found_size);
    const bool filtered = skipped_filters == 0 && found_size >= smallest_zlib_stream;
    return (filtered || size == unfiltered_size) && static_cast<double>(address) + size <= file_size;
}

/// The list of a dataset's chunks has no checksum, and the library trusts it: values of a chunk that it does not find
/// are zeros, and a chunk is read beyond its end if the list says that its filters were left out, or that it is shorter
/// than any filter's output.
template <class Dataset>
bool has_sound_chunks(const Dataset& open, const Handle& space, double file_size) {
    const Handle creation(H5Dget_create_plist(open.dataset.get()), H5Pclose);
    if (H5Pget_layout(creation.get()) != H5D_CHUNKED) return true;
    std::vector<hsize_t> chunk(open.extent.size());
    if (H5Pget_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data()) < 0) return false;
    double unfiltered_size = static_cast<double>(H5Tget_size(open.type.get()));
    hsize_t expected = 1;
    for (std::size_t d = 0; d < chunk.size(); ++d) {
        unfiltered_size *= static_cast<double>(chunk[d]);
        expected *= (open.extent[d] + chunk[d] - 1) / chunk[d];
    }
    hsize_t chunks = 0;
    bool sound = H5Dget_num_chunks(open.dataset.get(), space.get(), &chunks) >= 0 && chunks == expected;
    for (hsize_t i = 0; sound && i < chunks; ++i)
        sound = is_chunk_sound(open, space, chunk, i, unfiltered_size, file_size);
    return sound;
}

/// Bytes of an open file, wherever it lies.
double size_of_file(hid_t file) {
    hsize_t size = 0;
    H5Fget_filesize(file, &size);
    return static_cast<double>(size);
}

/// Reads rows [first, first + count), or without any dimension the value.
template <class Dataset>
bool read_rows(const Dataset& open, hid_t memory_type, std::size_t first, std::size_t count, void* target) {
    if (open.extent.empty())
        return H5Dread(open.dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, target) >= 0;
    std::vector<hsize_t> begin(open.extent.size(), 0), extent = open.extent;
    begin[0] = first;
    extent[0] = count;
    if (product(extent) == 0) return true;
    const Handle memory(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose);
    const Handle space(H5Dget_space(open.dataset.get()), H5Sclose);
    H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, begin.data(), nullptr, extent.data(), nullptr);
    return H5Dread(open.dataset.get(), memory_type, memory.get(), space.get(), H5P_DEFAULT, target) >= 0;
}

}  // namespace

const Reader::Dataset& Reader::dataset(const std::string& path) const {
    auto& known = datasets_[path];
    if (known) return *known;
    const hid_t id = path_exists(file_, path) ? H5Dopen2(file_, path.c_str(), H5P_DEFAULT) : -1;
    if (id < 0) throw DataError(fmt::format("{}: no dataset {}", path_.string(), path));
    auto open = std::make_unique<Dataset>(Dataset{Handle(id, H5Dclose), Handle(H5Dget_type(id), H5Tclose), {}});
    const Handle space(H5Dget_space(id), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (!open->type.valid() || rank < 0 || H5Sget_simple_extent_type(space.get()) == H5S_NULL)
        throw DataError(fmt::format("{}: dataset {} has no values (damaged?)", path_.string(), path));
    open->extent.resize(static_cast<std::size_t>(rank));
    H5Sget_simple_extent_dims(space.get(), open->extent.data(), nullptr);
    const double file_size = size_of_file(file_);
    if (!has_plausible_size(*open, file_size) || !has_sound_chunks(*open, space, file_size))
        throw DataError(
            fmt::format("{}: dataset {} holds other data than its shape says (damaged?)", path_.string(), path));
    known = std::move(open);
    return *known;
}

template <class T>
std::vector<T> Reader::values(const std::string& path, std::optional<Range> rows) const {
    const Dataset& open = dataset(path);
    const H5T_class_t kind = H5Tget_class(open.type.get());
    if (kind != H5T_INTEGER && (std::is_integral_v<T> || kind != H5T_FLOAT))
        throw DataError(fmt::format("{}: dataset {} does not hold {}", path_.string(), path,
                                    std::is_integral_v<T> ? "integers" : "numbers"));
    const std::size_t all = open.extent.empty() ? 1 : open.extent[0];
    const Range range = rows.value_or(Range{0, all});
    if (range.first > all || range.count > all - range.first)
        throw DataError(fmt::format("{}: dataset {} ends after {} rows", path_.string(), path, all));
    std::vector<T> values(all == 0 ? 0 : open.count() / all * range.count);
    if (!read_rows(open, Type<T>::memory(), range.first, range.count, values.data()))
        throw DataError(fmt::format("{}: dataset {} cannot be read (damaged?)", path_.string(), path));
    return values;
}

std::string Reader::text_attribute(const std::string& where, const std::string& name) const {
    const Handle attribute = open_attribute(file_, path_, where, name);
    const Handle type(H5Aget_type(attribute.get()), H5Tclose);
    if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) > 0)
        throw DataError(fmt::format("{}: attribute {} at {} is not a fixed-length text", path_.string(), name, where));
    std::string value(H5Tget_size(type.get()), '\0');
    if (H5Aread(attribute.get(), type.get(), value.data()) < 0)
        throw DataError(fmt::format("{}: attribute {} at {} cannot be read", path_.string(), name, where));
    value.resize(std::min(value.find('\0'), value.size()));
    return value;
}

std::int64_t Reader::integer_attribute(const std::string& where, const std::string& name) const {
    const Handle attribute = open_attribute(file_, path_, where, name);
    std::int64_t value = 0;
    if (kind_of(attribute) != H5T_INTEGER || H5Aread(attribute.get(), H5T_NATIVE_INT64, &value) < 0)
        throw DataError(fmt::format("{}: attribute {} at {} is not an integer", path_.string(), name, where));
    return value;
}

double Reader::number_attribute(const std::string& where, const std::string& name) const {
    const Handle attribute = open_attribute(file_, path_, where, name);
    double value = 0;
    const H5T_class_t kind = kind_of(attribute);
    if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0)
        throw DataError(fmt::format("{}: attribute {} at {} is not a number", path_.string(), name, where));
    return value;
}

std::vector<double> Reader::numbers(const std::string& path) const { return values<double>(path, {}); }

std::vector<std::int64_t> Reader::integers(const std::string& path) const { return values<std::int64_t>(path, {}); }

std::vector<double> Reader::numbers(const std::string& path, std::size_t first, std::size_t count) const {
    return values<double>(path, Range{first, count});
}

std::vector<std::int64_t> Reader::integers(const std::string& path, std::size_t first, std::size_t count) const {
    return values<std::int64_t>(path, Range{first, count});
}

std::vector<std::string> Reader::texts(const std::string& path) const {
    const Dataset& open = dataset(path);
    if (H5Tget_class(open.type.get()) != H5T_STRING || H5Tis_variable_str(open.type.get()) > 0)
        throw DataError(fmt::format("{}: dataset {} does not hold fixed-length texts", path_.string(), path));
    const std::size_t length = H5Tget_size(open.type.get());
    std::string packed(length * open.count(), '\0');
    if (!read_rows(open, open.type.get(), 0, open.extent.empty() ? 1 : open.extent[0], packed.data()))
        throw DataError(fmt::format("{}: dataset {} cannot be read (damaged?)", path_.string(), path));
    std::vector<std::string> texts(open.count());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        texts[i] = packed.substr(i * length, length);
        texts[i].resize(std::min(texts[i].find('\0'), texts[i].size()));
    }
    return texts;
}

std::vector<std::size_t> Reader::shape(const std::string& path) const {
    const Dataset& open = dataset(path);
    return {open.extent.begin(), open.extent.end()};
}

Kind Reader::kind(const std::string& path) const {
    const Dataset& open = dataset(path);
    switch (H5Tget_class(open.type.get())) {
        case H5T_STRING:
            return Kind::text;
        case H5T_FLOAT:
            return Kind::real;
        case H5T_INTEGER:
            return H5Tget_size(open.type.get()) == 1 ? Kind::flag : Kind::integer;
        default:
            throw DataError(fmt::format("{}: dataset {} holds neither numbers nor texts", path_.string(), path));
    }
}

void Reader::require_shape(const std::string& path, const std::vector<std::size_t>& expected) const {
    const auto found = shape(path);
    if (found != expected)
        throw DataError(fmt::format("{}: dataset {} has shape [{}], expected [{}]", path_.string(), path,
                                    fmt::join(found, ", "), fmt::join(expected, ", ")));
}

namespace {

/// Paths of all datasets of a file.
std::vector<std::string> all_datasets(hid_t file) {
    std::vector<std::string> paths;
    const auto visit = [](hid_t, const char* name, const H5O_info_t* info, void* found) -> herr_t {
        if (info->type == H5O_TYPE_DATASET)
            static_cast<std::vector<std::string>*>(found)->push_back("/" + std::string(name));
        return 0;
    };
    H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit, &paths, H5O_INFO_BASIC);
    return paths;
}

std::vector<std::string> root_attributes(hid_t file) {
    std::vector<std::string> names;
    const auto visit = [](hid_t, const char* name, const H5A_info_t*, void* found) -> herr_t {
        static_cast<std::vector<std::string>*>(found)->emplace_back(name);
        return 0;
    };
    H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, visit, &names);
    return names;
}

}  // namespace

std::string Reader::checksum_of(const std::string& path) const {
    const Dataset& open = dataset(path);
    const std::size_t rows = open.extent.empty() ? 1 : open.extent[0];
    const std::size_t row_bytes = rows == 0 ? 0 : H5Tget_size(open.type.get()) * open.count() / rows;
    Checksum sum;
    std::vector<std::byte> block(std::min<std::size_t>(chunk_rows, rows) * row_bytes);
    for (std::size_t first = 0; first < rows; first += chunk_rows) {
        const std::size_t count = std::min<std::size_t>(chunk_rows, rows - first);
        if (!read_rows(open, open.type.get(), first, count, block.data()))
            throw DataError(fmt::format("{}: dataset {} cannot be read (damaged?)", path_.string(), path));
        sum.add(std::span(block).first(count * row_bytes));
    }
    return sum.hex();
}

std::vector<std::string> Reader::find_damage() const {
    std::vector<std::string> damaged;
    const auto noted = [&](const std::string& where) {
        return has_attribute(where, checksum_name) ? text_attribute(where, checksum_name) : std::string();
    };
    std::map<std::string, std::string> datasets, root;
    for (const std::string& path : all_datasets(file_)) {
        datasets[path] = checksum_of(path);
        if (noted(path) != datasets[path]) damaged.push_back(path);
    }
    for (const std::string& name : root_attributes(file_)) {
        if (name == checksum_name) continue;
        const H5T_class_t kind = kind_of(open_attribute(file_, path_, "/", name));
        root[name] = kind == H5T_STRING    ? text_attribute("/", name)
                     : kind == H5T_INTEGER ? fmt::format("{}", integer_attribute("/", name))
                                           : fmt::format("{}", number_attribute("/", name));
    }
    if (noted("/") != checksum_of_all(root, datasets)) damaged.emplace_back("/");
    return damaged;
}

void Reader::require_format(std::string_view format, std::int64_t version) const {
    if (H5Aexists_by_name(file_, "/", "format", H5P_DEFAULT) <= 0)
        throw DataError(fmt::format("{}: not a {} file (no root attribute `format`)", path_.string(), format));
    const std::string found = text_attribute("/", "format");
    if (found != format)
        throw DataError(fmt::format("{}: is a `{}` file, expected `{}`", path_.string(), found, format));
    const std::int64_t found_version = integer_attribute("/", "format_version");
    if (found_version != version)
        throw DataError(fmt::format("{}: format version {} of {}; this program reads version {}", path_.string(),
                                    found_version, format, version));
}

}  // namespace cenas::h5
