// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>

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

std::string library_version() {
    prepare_library();
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    return fmt::format("{}.{}.{}", major, minor, release);
}

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

bool Reader::has_checksums() const {
    const auto datasets = all_datasets(file_);
    return has_attribute("/", checksum_name) ||
           std::any_of(datasets.begin(), datasets.end(),
                       [&](const std::string& path) { return has_attribute(path, checksum_name); });
}

void Reader::require_format(std::string_view format, std::int64_t version, std::optional<std::int64_t> oldest) const {
    if (H5Aexists_by_name(file_, "/", "format", H5P_DEFAULT) <= 0)
        throw DataError(fmt::format("{}: not a {} file (no root attribute `format`)", path_.string(), format));
    const std::string found = text_attribute("/", "format");
    if (found != format)
        throw DataError(fmt::format("{}: is a `{}` file, expected `{}`", path_.string(), found, format));
    const std::int64_t found_version = integer_attribute("/", "format_version");
    if (found_version < oldest.value_or(version) || found_version > version)
        throw DataError(fmt::format("{}: format version {} of {}; this program reads version {}{}", path_.string(),
                                    found_version, format, oldest ? fmt::format("{} to ", *oldest) : "", version));
}

}  // namespace cenas::h5
