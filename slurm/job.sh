# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the batch scripts beside it share; they source it. Slurm runs a copy of a batch script from a folder of its own, so
# they find this one by the folder that the job was submitted from.

output=''  # the file to write, which they set

fail() {
    local code=$1
    shift
    printf 'cenas job: %s\n' "$*" >&2
    exit "$code"
}
note() { printf 'cenas job: %s\n' "$*" >&2; }

# Modules and settings of a site (slurm/sites/example.env).
if [[ -n ${CENAS_SITE:-} ]]; then
    [[ -r $CENAS_SITE ]] || fail 3 "there is no $CENAS_SITE, which CENAS_SITE names"
    set +eu  # which modules are not written for
    # shellcheck disable=SC1090
    source "$CENAS_SITE"
    set -eu
fi

program=${CENAS:-$(command -v cenas || printf build/release/cenas)}
command -v "$program" >/dev/null || fail 3 "no $program: submit from the project folder, or name the program in CENAS"

# The job as Slurm's commands want it: the number of an array's task may also stand for the whole array.
job=$SLURM_JOB_ID
if [[ -n ${SLURM_ARRAY_JOB_ID:-} ]]; then job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID; fi

# --- time --------------------------------------------------------------------------------------------------------------

readonly stop_before_s=${CENAS_STOP_BEFORE_S:-120}  # to save, and to ask for the next part
# Slurm may send the signal of --signal a minute early, and looks twice a minute.
readonly near_end_s=$((stop_before_s > 180 ? stop_before_s : 180))

# Seconds until the job must end, as Slurm sees it now: limits are changed, and a preempted job has its time of grace.
# Nothing where there is no limit, or nobody says.
seconds_left() {
    local words end
    # A heterogeneous job has a line a component.
    words=$(squeue --noheader --jobs "$job" --format %e 2>/dev/null | head -n 1) || words=''
    end=$(date --date "${words:-unknown}" +%s 2>/dev/null) || end=${SLURM_JOB_END_TIME:-}  # which is there since Slurm 23
    [[ -z $end ]] || printf '%s' $((end - $(date +%s)))
}

# time_limit SECONDS_LEFT: the word that makes the program stop in time. Where that leaves no time, half of what there is.
time_limit() {
    [[ -n $1 ]] || return 0
    local run_s=$(($1 > stop_before_s ? $1 - stop_before_s : $1 > 1 ? $1 / 2 : 1))
    printf -- '--time-limit=%d:%02d:%02d' $((run_s / 3600)) $((run_s / 60 % 60)) $((run_s % 60))
}

# --- ranks -------------------------------------------------------------------------------------------------------------

# launch ARGUMENT...: the program on all tasks of the job. One rank more than tasks hands out the work and sleeps; a
# heterogeneous job has a task for it.
launch() {
    # Waiting ranks give way to working ones.
    export OMPI_MCA_mpi_yield_when_idle=1
    local -a tasks
    if [[ ${CENAS_LAUNCHER:-srun} == mpirun ]]; then
        [[ -z ${SLURM_HET_SIZE:-} ]] || fail 2 "mpirun sees only the first component of a heterogeneous job"
        mpirun --oversubscribe -n $((SLURM_NTASKS + 1)) "$program" "$@"
        return
    fi
    if [[ -n ${SLURM_HET_SIZE:-} ]]; then
        tasks=(--het-group="$(seq -s , 0 $((SLURM_HET_SIZE - 1)))")
    else
        tasks=(--ntasks=$((SLURM_NTASKS + 1)) --overcommit)
    fi
    srun --mpi="${CENAS_MPI:-pmix}" "${tasks[@]}" --cpu-bind=none "$program" "$@"
}

# --- parts of a job ----------------------------------------------------------------------------------------------------

# keep_accounting EXIT_CODE: what the site knows of this part of the job, appended to a file beside the result.
keep_accounting() {
    local fields=JobID,JobName,State,ExitCode,Submit,Start,End,Elapsed,NNodes,NTasks,AllocTRES,TotalCPU,MaxRSS,ConsumedEnergyRaw
    local file=${output%.h5}.slurm.txt
    {
        printf '# job %s, part %d: exit code %d, %s\n' "$job" $((restarts + 1)) "$1" "$(date --utc +%FT%TZ)"
        sacct --jobs "$job" --parsable2 --format "$fields" 2>/dev/null || scontrol --oneliner show job "$job" 2>/dev/null ||
            printf 'neither sacct nor scontrol answers here\n'
    } >>"$file" || note "cannot write $file"
}

# run ARGUMENT...: the program with these arguments, into $output; returns its exit code.
run() {
    local status=0
    mkdir -p "$(dirname -- "$output")"
    launch "$@" --output "$output" || status=$?
    keep_accounting "$status"
    return "$status"
}

size_of() { stat --format %s -- "$1" 2>/dev/null || printf 0; }

# Whether Slurm is not ending the job already, as after scancel.
is_running() {
    local state
    state=$(squeue --noheader --jobs "$job" --format %T 2>/dev/null | head -n 1) || return 0
    [[ -z $state || $state == RUNNING ]]
}

# The job goes back to the queue under its number, with all its options, its log, and the jobs that wait for it. Any user
# may do that with a job of theirs, and it needs no setting of the site.
requeue() {
    ((restarts < ${CENAS_MAX_RESTARTS:-100})) ||
        fail 4 "begun $((restarts + 1)) times, which is all that CENAS_MAX_RESTARTS allows; submitted again it goes on"
    scontrol requeue "$job" || fail 75 "this job may not be requeued; submitted again it goes on"
    note "part $((restarts + 1)) is over, and the job back in the queue; two minutes pass before it may begin again"
    exit 75
}

# go_on EXPECTED SIZE: after the program was stopped with everything saved. Were it not for what stopped it, the job would now
# have EXPECTED seconds left; SIZE is what the journal had at first.
go_on() {
    local expected=$1 left
    left=$(seconds_left)
    # The signal does not tell a job at its limit, or one that is preempted, which brings its end near, from one that somebody
    # stopped. The clock does.
    if [[ -z $left ]] || ((left > near_end_s)) || ! is_running; then
        fail 75 "stopped before its time; submitted again it goes on"
    fi
    # Another part would be like this one, unless its end came early. Not 75: some sites requeue that whatever the reason.
    if (($(size_of "$output.journal") <= $2 && left > expected - 30)); then
        fail 4 "nothing was finished in the time of a job: give it more --time"
    fi
    requeue
}

# run_to_the_end ARGUMENT...: the same in parts, each as long as the job may take. Ends the job.
run_to_the_end() {
    local status=0 size left limit began=$SECONDS
    size=$(size_of "$output.journal")
    left=$(seconds_left)
    limit=$(time_limit "$left")
    trap : TERM  # else bash would end, and the job with it, while the program saves
    run "$@" ${limit:+"$limit"} || status=$?
    if ((status == 75)); then go_on $((left - (SECONDS - began))) "$size"; fi
    ((status == 0)) || exit "$status"
    "$program" info "$output"
}

restarts=${SLURM_RESTART_COUNT:-0}
