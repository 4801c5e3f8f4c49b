# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by the scripts beside it: where the project is, how they speak, and the environment that Open MPI needs.

# Folder of the project, whatever folder the caller is in.
# shellcheck disable=SC2034  # for those who source this
cenas_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '%s\n' "$*"; }

# fail CODE MESSAGE...: one message on stderr, then the end.
fail() {
    local code=$1
    shift
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit "$code"
}

# The comment at the head of a script, after its licence lines, is its --help.
usage() { sed -n '4,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# "3 min 07 s" from seconds.
duration() {
    if (($1 < 60)); then printf '%d s' "$1"; else printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); fi
}

stage_names=()
stage_seconds=()
stage_began=0

# stage NAME: ends the stage before it and begins this one.
stage() {
    end_stage
    stage_names+=("$1")
    stage_began=$SECONDS
    printf '\n== %s\n' "$1"
}

end_stage() {
    if ((${#stage_names[@]} > ${#stage_seconds[@]})); then stage_seconds+=($((SECONDS - stage_began))); fi
}

# Ends the last stage; prints how long each took.
stage_summary() {
    end_stage
    local i
    for i in "${!stage_names[@]}"; do printf '  %-34s %s\n' "${stage_names[i]}" "$(duration "${stage_seconds[i]}")"; done
    printf '  %-34s %s\n' "together" "$(duration "$SECONDS")"
}

# Cores that this process may use; OpenMP's own settings aside, which nproc would follow.
available_cores() { env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc; }

# The first Python that has the modules of scripts/analysis: a user's own, or the system's, whose modules scripts/setup
# installs.
find_python() {
    local candidate
    for candidate in python3 /usr/bin/python3; do
        if "$candidate" -c 'import h5py, matplotlib, numpy' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail 3 "no python3 that has h5py, matplotlib and numpy (scripts/setup installs them)"
}

# The program: the one that CENAS names, the release build, or an installed one.
find_cenas() {
    local cenas=${CENAS:-$cenas_root/build/release/cenas}
    [[ -x $cenas ]] || cenas=$(command -v cenas) || fail 3 "no cenas: build it with scripts/quickstart, or name it in CENAS"
    say "$cenas"
}

# Open MPI on one machine, as root too and with more ranks than cores. Values that the caller has set win.
use_local_mpi() {
    export OMPI_ALLOW_RUN_AS_ROOT=${OMPI_ALLOW_RUN_AS_ROOT:-1}
    export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-1}
    export OMPI_MCA_rmaps_base_oversubscribe=${OMPI_MCA_rmaps_base_oversubscribe:-1}
    export OMPI_MCA_mpi_yield_when_idle=${OMPI_MCA_mpi_yield_when_idle:-1}
    # Binding would pin all threads of a rank to one core.
    export OMPI_MCA_hwloc_base_binding_policy=${OMPI_MCA_hwloc_base_binding_policy:-none}
    # Harmless warnings: containers forbid the single-copy mechanism, and few machines have every network it knows.
    export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}
    export OMPI_MCA_btl_base_warn_component_unused=${OMPI_MCA_btl_base_warn_component_unused:-0}
}
