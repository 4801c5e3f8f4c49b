#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
# usage: tests/bare_machine.sh [OPTION...]
#
# Proves the README's two commands on a machine that has nothing: makes a minimal Debian 12 with debootstrap in a
# temporary folder, copies the last commit into it, and runs there, from another folder,
#   as root               scripts/quickstart twice, scripts/test
#   as a user with sudo   scripts/setup without sudo (must refuse), the same three, in a folder with a space in its name
# each in a system of its own. Prints how long every step took. Needs root, debootstrap, git, a Debian mirror, 6 GB of
# disk and about half an hour; exits with 77 where it cannot run.
#
#   --only root|user    one of the two
#   --no-test           without scripts/test
#   --work-tree         the files as they are now, not the last commit
#   --base-cache DIR    keep the fresh system there as a tar file, and begin from it where it exists
#   --mirror URL        Debian mirror (default: this machine's own)
#   --limit SECONDS     for the first quickstart (default: 600, which 2 cores without other work keep)
#   --keep              leave the systems in place and say where
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../scripts/common.sh"

readonly suite=bookworm
readonly rerun_limit_s=120  # of the second quickstart, which installs and builds nothing: the main job itself

# The first mirror in this machine's apt configuration.
host_mirror() {
    local -a files
    shopt -s nullglob
    files=(/etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources)
    shopt -u nullglob
    local file
    for file in "${files[@]}"; do
        [[ -r $file ]] || continue
        awk '$1 == "URIs:" { print $2; exit }
             $1 == "deb" { sub(/\[[^]]*\] */, ""); print $2; exit }' "$file"
    done | head -n 1
}

require_means() {
    ((EUID == 0)) || fail 77 "needs root: SKIPPED"
    local tool
    for tool in debootstrap git unshare; do
        command -v "$tool" >/dev/null || fail 77 "needs $tool (scripts/setup --dev): SKIPPED"
    done
    [[ -n $mirror ]] || fail 77 "no Debian mirror in the apt configuration of this machine (--mirror URL): SKIPPED"
}

# The files of the project, as `git clone` or the work tree has them, into folder $1.
copy_project() {
    mkdir -p "$(dirname -- "$1")"
    if [[ $work_tree == no ]]; then
        git clone --quiet --no-hardlinks -- "$cenas_root" "$1"
    else
        mkdir "$1"
        git -C "$cenas_root" ls-files -z --cached --others --exclude-standard --deduplicate |
            (cd -- "$cenas_root" && while IFS= read -r -d '' file; do [[ -e $file ]] && printf '%s\0' "$file"; done) |
            tar -C "$cenas_root" --null --files-from=- -c | tar -C "$1" -x --no-same-owner
    fi
}

# A fresh system in folder $1.
make_base() {
    local cached=$base_cache/$suite-minbase.tar
    mkdir -p "$1"
    if [[ -n $base_cache && -f $cached ]]; then
        tar -C "$1" -xf "$cached" --numeric-owner
    else
        debootstrap --variant=minbase "$suite" "$1" "$mirror" >"$1.debootstrap.log" 2>&1 ||
            { tail -n 20 "$1.debootstrap.log" >&2 && fail 4 "debootstrap failed"; }
        if [[ -n $base_cache ]]; then
            mkdir -p "$base_cache"
            tar -C "$1" -cf "$cached.part" --numeric-owner . && mv "$cached.part" "$cached"
        fi
    fi
    # What the network, the clock or the mirror of this machine ask for.
    cp --dereference /etc/resolv.conf "$1/etc/resolv.conf"
    printf '127.0.0.1 localhost %s\n' "$(hostname)" >"$1/etc/hosts"
    find /etc/apt/apt.conf.d -name '99*' -exec cp -t "$1/etc/apt/apt.conf.d" {} +
}

# within SYSTEM USER COMMAND...: runs it in the system from its root folder, with the environment of a fresh login,
# in namespaces of its own: when it ends, so do its mounts and processes.
within() {
    local system=$1 user=$2
    shift 2
    local home=/root
    if [[ $user != root ]]; then home=/home/$user; fi
    # shellcheck disable=SC2016  # the inner shell expands
    unshare --mount --propagation private --pid --fork --kill-child bash -c '
        set -e
        system=$1 user=$2 home=$3
        shift 3
        mount -t proc proc "$system/proc"
        mount --rbind /dev "$system/dev"
        mount --rbind /sys "$system/sys"
        exec env -i HOME="$home" USER="$user" LOGNAME="$user" TERM=dumb \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            chroot --userspec="$user" --groups= "$system" "$@"
    ' within "$system" "$user" "$home" "$@" </dev/null
}

# limit_stage SECONDS: the stage that is running must not have taken longer.
limit_stage() {
    local took=$((SECONDS - stage_began))
    ((took <= $1)) || fail 1 "this took $(duration "$took"); allowed are $(duration "$1")"
}

# prove_commands SYSTEM USER PROJECT: the README's commands, PROJECT being the folder inside the system.
prove_commands() {
    local system=$1 user=$2 project=$3
    stage "$user: quickstart from nothing"
    within "$system" "$user" "$project/scripts/quickstart"
    limit_stage "$limit_s"
    [[ -s $system$project/results/quickstart.h5 && -s $system$project/results/quickstart.html ]] ||
        fail 1 "quickstart left no results"
    within "$system" "$user" "$project/build/release/cenas" info --json "$project/results/quickstart.h5" |
        grep '"hypervolume"' >/dev/null || fail 1 "cenas info --json prints no search"

    stage "$user: quickstart again"
    within "$system" "$user" "$project/scripts/quickstart"
    limit_stage "$rerun_limit_s"

    if [[ $with_test == yes ]]; then
        stage "$user: test"
        within "$system" "$user" "$project/scripts/test"
    fi
}

prove_root() {
    local system=$folder/root
    stage "root: a bare Debian 12"
    make_base "$system"
    copy_project "$system/root/cenas"
    prove_commands "$system" root /root/cenas
}

prove_user() {
    local system=$folder/user project="/home/ann/my work/cenas"
    stage "ann: a bare Debian 12"
    make_base "$system"
    within "$system" root useradd --create-home --shell /bin/bash ann
    copy_project "$system$project"
    within "$system" root chown -R ann: "/home/ann/my work"

    stage "ann: setup without rights"
    local status=0 refusal=$folder/refusal.txt
    within "$system" ann "$project/scripts/setup" 2>"$refusal" || status=$?
    cat "$refusal"
    ((status == 3)) || fail 1 "setup without rights exited with $status instead of 3"
    grep -qx '  ninja-build' "$refusal" || fail 1 "setup without rights did not list what is missing"

    stage "ann: gets sudo"
    within "$system" root bash -c 'export DEBIAN_FRONTEND=noninteractive
        apt-get -qq update && apt-get -qq -y --no-install-recommends install sudo' >"$folder/sudo.log" 2>&1 ||
        { tail "$folder/sudo.log" >&2 && fail 4 "sudo cannot be installed"; }
    printf 'ann ALL=(ALL) NOPASSWD: ALL\n' >"$system/etc/sudoers.d/ann"
    prove_commands "$system" ann "$project"
}

# No mount of a system is visible here: they live in the namespaces of `within`. One file system all the same, so that
# nothing else can ever be removed.
clean_up() {
    if [[ $keep == yes ]]; then
        say "kept: $folder"
    else
        rm -rf --one-file-system -- "$folder"
    fi
}

main() {
    only='' with_test=yes work_tree=no base_cache='' mirror='' limit_s=600 keep=no
    while (($#)); do
        case $1 in
        --only)
            only=${2:-}
            [[ $only == root || $only == user ]] || fail 2 "--only needs root or user"
            shift
            ;;
        --no-test) with_test=no ;;
        --work-tree) work_tree=yes ;;
        --base-cache)
            base_cache=$(realpath -m -- "${2:?--base-cache needs a folder}")
            shift
            ;;
        --mirror)
            mirror=${2:?--mirror needs an address}
            shift
            ;;
        --limit)
            limit_s=${2:?--limit needs seconds}
            shift
            ;;
        --keep) keep=yes ;;
        -h | --help)
            usage
            return
            ;;
        *) fail 2 "unknown argument '$1' (see --help)" ;;
        esac
        shift
    done
    mirror=${mirror:-$(host_mirror)}
    require_means

    folder=$(mktemp -d "${TMPDIR:-/tmp}/cenas-bare-machine-XXXXXX")
    chmod 755 "$folder"
    trap clean_up EXIT
    if [[ $only != user ]]; then prove_root; fi
    if [[ $only != root ]]; then prove_user; fi
    say ""
    say "the commands work on a bare Debian 12:"
    stage_summary
}

main "$@"
