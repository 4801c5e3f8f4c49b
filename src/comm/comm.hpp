// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// The only folder that includes mpi.h. Works without mpirun too (one rank).

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cenas {

using Bytes = std::vector<std::byte>;

/// Every message of the program by name.
enum class Message : int {
    lease = 1,         ///< coordinator -> worker: numbers of searches or of a task; none: there is no more
    results = 2,       ///< worker -> coordinator: what is finished, at first nothing; asks for more work
    power_source = 3,  ///< first worker -> coordinator: what its meter reads, for people
    command = 4,       ///< coordinator of a live run -> group: take a task up, give it back, end
    report = 5         ///< group of a live run -> coordinator: what it has done
};

/// Initialises MPI for the life of the object (MPI_THREAD_SERIALIZED: any thread may speak, one at a time). Exactly
/// one, made first in main.
class MpiSession {
  public:
    MpiSession(int& argc, char**& argv);
    ~MpiSession();
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;
};

/// A communicator. Copies share it. Receiving ranks sleep between looks (at most 1 ms of latency), so that a waiting
/// rank costs next to no processor time, even where ranks outnumber cores.
class Communicator {
  public:
    static Communicator world();

    int rank() const;
    int size() const;

    /// Ranks of equal `color` form a communicator, ordered by `key`. Ranks that give a negative color get nullopt.
    std::optional<Communicator> split(int color, int key) const;

    /// Returns once the payload may be reused; waits asleep.
    void send(int to, Message message, const Bytes& payload) const;

    struct Received {
        int from;
        Message message;
        Bytes payload;
    };
    /// The next message from anyone (of any kind).
    Received receive() const;
    /// The same, or nothing where none comes for so long.
    std::optional<Received> receive_within(double seconds) const;

    /// The largest `value` over all ranks, on all ranks. Collective; waits asleep.
    int maximum(int value) const;

    /// Rank 0's `payload`, on all ranks. Collective; waits asleep.
    void broadcast(Bytes& payload) const;

    /// Sums over all ranks, in place: the same bits on all ranks, and in every run with as many ranks placed alike.
    /// Collective; waits awake, since they are parts of a step that all ranks compute. Where cuda_aware_mpi(), the
    /// memory may be a GPU's.
    void sum(double* values, std::size_t count) const;
    void sum(float* values, std::size_t count) const;

    /// The ranks of this communicator that run on the caller's node. Collective.
    Communicator node() const;

    /// Ends every rank of the job at once with this exit code.
    [[noreturn]] static void abort(int exit_code);

  private:
    friend class SharedNumbers;
    struct Impl;
    explicit Communicator(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<Impl> impl_;
};

/// A number of every rank of a node, in memory that they share: each sets its own and sees all, at any time.
class SharedNumbers {
  public:
    /// All are 0. `node` is what Communicator::node() gave. Collective, as is the end of the last copy.
    explicit SharedNumbers(const Communicator& node);
    void set(double value) const;
    std::vector<double> all() const;  ///< by rank

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// True where this MPI says that it takes pointers to a GPU's memory.
bool cuda_aware_mpi();

/// "Open MPI v4.1.4", for provenance.
std::string mpi_library_version();

}  // namespace cenas
