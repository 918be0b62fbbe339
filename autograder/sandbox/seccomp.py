"""A filter for system calls: which of them a learner's process may make, as a program for the kernel's own little machine.

The kernel runs the program (classic BPF, seccomp(2)) on number and arguments of every call. Ours looks the number up in a table, by a
binary search, and gives one of four answers: do it; refuse it (EPERM); say that this kernel has no such call (ENOSYS); pretend that it
was done. What is not in the table is refused, so a call that next year's kernel invents is refused too.

A filter sees the arguments but not what they point to, so no answer may depend on a path: paths are Landlock's business.
"""

import ctypes
import errno
import struct
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Final

_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_ALLOW, _ERRNO = 0x7FFF_0000, 0x0005_0000
_MACHINES: Final = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}
"""Column in the table, and the name (AUDIT_ARCH_*) under which the kernel announces each call of the machine's own kind."""

_TABLE: Final = """
# read and write what is open
read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68, preadv 295 69, pwritev 296 70, lseek 8 62, close 3 57
close_range 436 436, dup 32 23, dup2 33 -, dup3 292 24, pipe 22 -, pipe2 293 59, sendfile 40 71, copy_file_range 326 285, fsync 74 82
fdatasync 75 83, ftruncate 77 46, fallocate 285 47, fadvise64 221 223, flock 73 32, select 23 -, pselect6 270 72, poll 7 -, ppoll 271 73
epoll_create1 291 20, epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281 22, eventfd2 290 19, recvfrom 45 207, shutdown 48 210
getsockname 51 204, getsockopt 55 209
# find files, make and remove one's own
stat 4 -, fstat 5 80, lstat 6 -, newfstatat 262 79, statx 332 291, access 21 -, faccessat 269 48, faccessat2 439 439, readlink 89 -
readlinkat 267 78, getdents64 217 61, getcwd 79 17, chdir 80 49, fchdir 81 50, statfs 137 43, fstatfs 138 44, umask 95 166, rename 82 -
renameat 264 38, renameat2 316 276, mkdir 83 -, mkdirat 258 34, rmdir 84 -, unlink 87 -, unlinkat 263 35, symlink 88 -, symlinkat 266 36
link 86 -, linkat 265 37, mknod 133 -, mknodat 259 33
# memory
mmap 9 222, munmap 11 215, mprotect 10 226, mremap 25 216, madvise 28 233, brk 12 214, mincore 27 232, msync 26 227, membarrier 324 283
# time and waiting
clock_gettime 228 113, clock_getres 229 114, clock_nanosleep 230 115, nanosleep 35 101, gettimeofday 96 169, time 201 -, alarm 37 -
setitimer 38 103, getitimer 36 102, pause 34 -, restart_syscall 219 128
# threads and signals of its own
futex 202 98, futex_waitv 449 449, set_robust_list 273 99, get_robust_list 274 100, set_tid_address 218 96, rseq 334 293
arch_prctl 158 -, sched_yield 24 124, rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, rt_sigpending 127 136
rt_sigtimedwait 128 137, rt_sigsuspend 130 133, sigaltstack 131 132, exit 60 93, exit_group 231 94, wait4 61 260, waitid 247 95
# who and where am I, what have I used up
getpid 39 172, getppid 110 173, gettid 186 178, getuid 102 174, geteuid 107 175, getgid 104 176, getegid 108 177, getgroups 115 158
getpgrp 111 -, getpgid 121 155, getsid 124 156, getresuid 118 148, getresgid 120 150, uname 63 160, sysinfo 99 179, getrusage 98 165
times 100 153, getpriority 140 141, getrlimit 97 163, getcpu 309 168, getrandom 318 278, sched_getaffinity 204 123
sched_getparam 143 121, sched_getscheduler 145 120, sched_get_priority_max 146 125, sched_get_priority_min 147 126
"""
"""Every call that is allowed whatever its arguments: name, number on x86_64, number on aarch64 (the kernel's unistd.h)."""

_METADATA: Final = """
chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 -, lchown 94 -, fchown 93 55, fchownat 260 54, utime 132 -
utimes 235 -, futimesat 261 -, utimensat 280 88
"""
"""Calls that change mode, owner or times of a file. Landlock does not know them: only a read-only tree holds them off what is not S's."""

OWN_PID: Final = 0x5E1F_5E1F
"""Stands in a filter for the number of the process that it will be loaded into."""


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on one argument: its lower half, under a mask, is one of these values. `whole`: its upper half is zero as well."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFF_FFFF
    whole: bool = False


_NULL: Final = (0,)
_CHECKED: Final[tuple[tuple[str, tuple[Check, ...]], ...]] = (
    # A thread, which ends with its process; a process would outlive it.
    ("clone 56 220", (Check(0, (0x10000,), mask=0x10000),)),
    # Signals to itself: os.abort() and os.kill(os.getpid(), ...) are a learner's right.
    ("kill 62 129, tgkill 234 131", (Check(0, (OWN_PID,)),)),
    # Limits may be asked for, not set.
    ("prlimit64 302 261", (Check(2, _NULL, whole=True),)),
    # Less priority for itself.
    ("setpriority 141 140", (Check(0, _NULL), Check(1, _NULL))),
    # PR_SET_NAME, PR_GET_NAME.
    ("prctl 157 167", (Check(0, (15, 16)),)),
    # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. Others push keys into a terminal, or send signals.
    ("ioctl 16 29", (Check(1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),)),
    # Duplicates, flags and locks. F_SETOWN would have the kernel send a signal of choice to any process of the same user.
    ("fcntl 72 25", (Check(1, (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)),)),
    # A connected pair of streams (AF_UNIX, SOCK_STREAM), as asyncio makes one for itself; no address can be given later.
    ("socketpair 53 199", (Check(0, (1,)), Check(1, (1,), mask=0xF))),
    ("sendto 44 206", (Check(4, _NULL, whole=True),)),
)
"""Every call that is allowed with certain arguments only."""
_OPEN: Final = (("open 2 -", 1), ("openat 257 56", 2))
"""Calls that open a file, and which argument holds the flags. To open for reading and empty the file is refused: Landlock learned of
that in its third version only."""
_READ_AND_TRUNCATE: Final = 0o1003, 0o1000
_CLONE3: Final = "clone3 435 435"
"""Its flags lie behind a pointer, where no filter sees them; the C library then uses clone."""


def is_available() -> bool:
    """Answer whether this kernel takes filters. Asked to load one from nowhere it says EFAULT; a kernel that knows none, EINVAL."""
    answer = ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, None, 0, 0)
    return bool(answer != 0 and ctypes.get_errno() == errno.EFAULT)


@dataclass(frozen=True, slots=True)
class Filter:
    """A program, and where in it the process's own number has to be written before it is loaded."""

    code: bytes
    pid_offsets: tuple[int, ...]


def build_filter(machine: str, may_change_metadata: bool) -> Filter | None:
    """Return the filter for a machine, or None for one that is not in the table. Where metadata must not change, it is pretended."""
    if machine not in _MACHINES:
        return None
    column, arch = _MACHINES[machine]
    allowed, refused = _return(_ALLOW), _return(_ERRNO | errno.EPERM)
    blocks = dict.fromkeys(_list_numbers(_TABLE, column), allowed)
    blocks |= dict.fromkeys(_list_numbers(_METADATA, column), allowed if may_change_metadata else _return(_ERRNO))
    blocks |= dict.fromkeys(_list_numbers(_CLONE3, column), _return(_ERRNO | errno.ENOSYS))
    for calls, checks in _CHECKED:
        block = [*chain.from_iterable(_check(check) for check in checks), *allowed]
        blocks |= dict.fromkeys(_list_numbers(calls, column), block)
    for calls, argument in _OPEN:
        mask, value = _READ_AND_TRUNCATE
        block = [_load(argument), (0x54, 0, 0, mask), (0x15, 0, 1, value), *refused, *allowed]
        blocks |= dict.fromkeys(_list_numbers(calls, column), block)
    search = _search(_list_intervals(blocks, refused))
    program = [(0x20, 0, 0, 4), (0x15, 1, 0, arch), *refused, (0x20, 0, 0, 0), *search]
    offsets = tuple(8 * number + 4 for number, step in enumerate(program) if step[3] == OWN_PID)
    return Filter(b"".join(struct.pack("=HBBI", *step) for step in program), offsets)


_Step = tuple[int, int, int, int]
"""An instruction: code, how many to skip if true, how many if false, operand (struct sock_filter)."""


def _list_numbers(calls: str, column: int) -> list[int]:
    lines = [line for line in calls.splitlines() if not line.startswith("#")]
    entries = [entry.split()[1:] for line in lines for entry in line.split(",") if entry.strip()]
    return [int(entry[column]) for entry in entries if entry[column] != "-"]


def _list_intervals(blocks: dict[int, list[_Step]], refused: list[_Step]) -> list[tuple[int, list[_Step]]]:
    """Return [first number, what to do from there on], for all numbers from 0."""
    points = [(number, blocks.get(number, refused)) for number in range(max(blocks) + 2)]
    return [next(group) for _, group in groupby(points, key=lambda point: point[1])]


def _search(intervals: list[tuple[int, list[_Step]]]) -> list[_Step]:
    """Return the steps that find the number's interval; each way through them ends with an answer."""
    if len(intervals) == 1:
        return intervals[0][1]
    middle = len(intervals) // 2
    below, above = _search(intervals[:middle]), _search(intervals[middle:])
    assert len(below) < 256, "a step can skip 255 others"
    return [(0x35, len(below), 0, intervals[middle][0]), *below, *above]


def _check(check: Check) -> list[_Step]:
    """Return the steps that refuse the call unless the condition holds, and else go on behind themselves."""
    count = len(check.values)
    steps = [_load(check.argument)] + ([(0x54, 0, 0, check.mask)] if check.mask != 0xFFFF_FFFF else [])
    steps += [(0x15, count - number, 0, value) for number, value in enumerate(check.values)]
    steps += _return(_ERRNO | errno.EPERM)
    if check.whole:
        steps += [_load(check.argument, upper=True), (0x15, 1, 0, 0), *_return(_ERRNO | errno.EPERM)]
    return steps


def _load(argument: int, upper: bool = False) -> _Step:
    return (0x20, 0, 0, 16 + 8 * argument + 4 * upper)


def _return(answer: int) -> list[_Step]:
    return [(0x06, 0, 0, answer)]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


class Loader:
    """A filter that lies ready, so that a forked child has to make one call."""

    def __init__(self, program: Filter) -> None:
        """Lay a filter out in memory. Needs a process without new privileges (prctl(2), PR_SET_NO_NEW_PRIVS) to load it."""
        self._buffer = ctypes.create_string_buffer(program.code, len(program.code))
        self._offsets = program.pid_offsets
        self._program = _Program(len(program.code) // 8, ctypes.addressof(self._buffer))
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl
        self._arguments = (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(self._program), 0, 0)

    def load(self, pid: int) -> None:
        """Filter the calls of this process, whose number is `pid`, from now on and for good."""
        for offset in self._offsets:
            struct.pack_into("=I", self._buffer, offset, pid)
        if self._prctl(*self._arguments) != 0:
            raise OSError(ctypes.get_errno(), "the kernel refused the filter for system calls")
