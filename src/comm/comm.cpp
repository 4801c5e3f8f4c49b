// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "comm/comm.hpp"

#include <fmt/format.h>
#define OMPI_SKIP_MPICXX 1  // the C bindings only
#include <mpi.h>
#if defined(OPEN_MPI) && OPEN_MPI
#include <mpi-ext.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <thread>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace cenas {
namespace {

void check(int status, const char* what) {
    if (status == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    MPI_Error_string(status, text, &length);
    throw RunError(fmt::format("MPI: {} failed: {}", what, std::string(text, static_cast<std::size_t>(length))));
}

/// Calls `ready` until it is true, with sleeps that grow to 1 ms: quick answers stay quick, long waits are cheap. False
/// where that takes longer than `patience_s`.
template <class Ready>
bool wait_asleep(const Ready& ready, double patience_s = std::numeric_limits<double>::infinity()) {
    constexpr std::chrono::microseconds longest(1000);
    std::chrono::microseconds pause(1);
    const double end_s = monotonic_s() + patience_s;
    while (!ready()) {
        if (monotonic_s() > end_s) return false;
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, longest);
    }
    return true;
}

void wait_until_done(MPI_Request& request) {
    wait_asleep([&] {
        int done = 0;
        check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
        return done != 0;
    });
}

void sum_over(void* values, std::size_t count, MPI_Datatype type, MPI_Comm comm) {
    constexpr std::size_t most = std::numeric_limits<int>::max() / 2;
    int size = 0;
    MPI_Type_size(type, &size);
    for (std::size_t first = 0; first < count; first += most) {
        auto* part = static_cast<std::byte*>(values) + first * static_cast<std::size_t>(size);
        const int n = static_cast<int>(std::min(most, count - first));
        check(MPI_Allreduce(MPI_IN_PLACE, part, n, type, MPI_SUM, comm), "MPI_Allreduce");
    }
}

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv) {
    int provided = 0;
    check(MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided), "MPI_Init_thread");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

MpiSession::~MpiSession() { MPI_Finalize(); }

struct Communicator::Impl {
    MPI_Comm comm = MPI_COMM_NULL;
    int rank = 0;
    int size = 1;
    bool owned = false;

    Impl(MPI_Comm c, bool own) : comm(c), owned(own) {
        MPI_Comm_rank(comm, &rank);
        MPI_Comm_size(comm, &size);
    }
    ~Impl() {
        if (owned) MPI_Comm_free(&comm);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
};

Communicator Communicator::world() { return Communicator(std::make_shared<Impl>(MPI_COMM_WORLD, false)); }

int Communicator::rank() const { return impl_->rank; }
int Communicator::size() const { return impl_->size; }

std::optional<Communicator> Communicator::split(int color, int key) const {
    MPI_Comm part = MPI_COMM_NULL;
    check(MPI_Comm_split(impl_->comm, color < 0 ? MPI_UNDEFINED : color, key, &part), "MPI_Comm_split");
    if (part == MPI_COMM_NULL) return std::nullopt;
    return Communicator(std::make_shared<Impl>(part, true));
}

void Communicator::send(int to, Message message, const Bytes& payload) const {
    if (payload.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw RunError(fmt::format("message of {} bytes is too long for MPI", payload.size()));
    MPI_Request request;
    check(MPI_Isend(payload.data(), static_cast<int>(payload.size()), MPI_BYTE, to, static_cast<int>(message),
                    impl_->comm, &request),
          "MPI_Isend");
    wait_until_done(request);
}

Communicator::Received Communicator::receive() const {
    return *receive_within(std::numeric_limits<double>::infinity());
}

std::optional<Communicator::Received> Communicator::receive_within(double seconds) const {
    MPI_Status status;
    MPI_Message handle;
    const auto arrived = [&] {
        int found = 0;
        check(MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, impl_->comm, &found, &handle, &status), "MPI_Improbe");
        return found != 0;
    };
    if (!wait_asleep(arrived, seconds)) return std::nullopt;
    int length = 0;
    check(MPI_Get_count(&status, MPI_BYTE, &length), "MPI_Get_count");
    Received received{status.MPI_SOURCE, static_cast<Message>(status.MPI_TAG), Bytes(static_cast<std::size_t>(length))};
    check(MPI_Mrecv(received.payload.data(), length, MPI_BYTE, &handle, &status), "MPI_Mrecv");
    return received;
}

int Communicator::maximum(int value) const {
    int result = value;
    MPI_Request request;
    check(MPI_Iallreduce(&value, &result, 1, MPI_INT, MPI_MAX, impl_->comm, &request), "MPI_Iallreduce");
    wait_until_done(request);
    return result;
}

void Communicator::broadcast(Bytes& payload) const {
    std::uint64_t size = payload.size();
    MPI_Request request;
    check(MPI_Ibcast(&size, 1, MPI_UINT64_T, 0, impl_->comm, &request), "MPI_Ibcast");
    wait_until_done(request);
    if (size > static_cast<std::uint64_t>(std::numeric_limits<int>::max()))
        throw RunError(fmt::format("message of {} bytes is too long for MPI", size));
    payload.resize(size);
    check(MPI_Ibcast(payload.data(), static_cast<int>(size), MPI_BYTE, 0, impl_->comm, &request), "MPI_Ibcast");
    wait_until_done(request);
}

void Communicator::sum(double* values, std::size_t count) const { sum_over(values, count, MPI_DOUBLE, impl_->comm); }
void Communicator::sum(float* values, std::size_t count) const { sum_over(values, count, MPI_FLOAT, impl_->comm); }

Communicator Communicator::node() const {
    MPI_Comm part = MPI_COMM_NULL;
    check(MPI_Comm_split_type(impl_->comm, MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &part), "MPI_Comm_split_type");
    return Communicator(std::make_shared<Impl>(part, true));
}

struct SharedNumbers::Impl {
    MPI_Win window = MPI_WIN_NULL;
    double* first = nullptr;  // of rank 0; the others follow
    int rank = 0, size = 0;

    explicit Impl(const Communicator& node) : rank(node.rank()), size(node.size()) {
        double* own = nullptr;
        const MPI_Aint bytes = rank == 0 ? static_cast<MPI_Aint>(size * sizeof(double)) : 0;
        check(MPI_Win_allocate_shared(bytes, sizeof(double), MPI_INFO_NULL, node.impl_->comm, &own, &window),
              "MPI_Win_allocate_shared");
        MPI_Aint length = 0;
        int unit = 0;
        check(MPI_Win_shared_query(window, 0, &length, &unit, &first), "MPI_Win_shared_query");
        if (rank == 0) std::fill_n(first, size, 0.0);
        check(MPI_Barrier(node.impl_->comm), "MPI_Barrier");
    }
    ~Impl() { MPI_Win_free(&window); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
};

SharedNumbers::SharedNumbers(const Communicator& node) : impl_(std::make_shared<Impl>(node)) {}

void SharedNumbers::set(double value) const { std::atomic_ref<double>(impl_->first[impl_->rank]).store(value); }

std::vector<double> SharedNumbers::all() const {
    std::vector<double> numbers;
    for (int rank = 0; rank < impl_->size; ++rank)
        numbers.push_back(std::atomic_ref<double>(impl_->first[rank]).load());
    return numbers;
}

void Communicator::abort(int exit_code) {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    std::abort();
}

bool cuda_aware_mpi() {
#if defined(MPIX_CUDA_AWARE_SUPPORT)
    return MPIX_Query_cuda_support() == 1;
#else
    return false;
#endif
}

std::string mpi_library_version() {
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(text, &length);
    std::string version(text, static_cast<std::size_t>(length));
    return version.substr(0, version.find(','));
}

}  // namespace cenas
