"""The filter for system calls, run by a machine of our own, for both kinds of processor."""

import errno
import re
import signal
import struct
from pathlib import Path

import pytest

from autograder.sandbox import seccomp

ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
COLUMN = {"x86_64": 0, "aarch64": 1}
HEADERS = {"x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), "aarch64": Path("/usr/include/asm-generic/unistd.h")}
ALLOW, EPERM, ENOSYS, PRETEND = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x50000
MACHINES = pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
THREAD = 0x3D0F00
"""The flags with which glibc starts a thread."""


def decide(code: bytes, arch: int, number: int, *arguments: int, pid: int = 77) -> int:
    """Return what a filter answers: the five instructions that we use of classic BPF."""
    words = struct.unpack("<16I", struct.pack("<iIQ6Q", number, arch, 0, *(a % 2**64 for a in arguments), *[0] * (6 - len(arguments))))
    steps = list(struct.iter_unpack("=HBBI", code))
    at = accumulator = 0
    while True:
        operation, if_true, if_false, operand = steps[at]
        operand = pid if operand == seccomp.OWN_PID else operand
        at += 1
        if operation == 0x20:
            accumulator = words[operand // 4]
        elif operation == 0x54:
            accumulator &= operand
        elif operation == 0x15:
            at += if_true if accumulator == operand else if_false
        elif operation == 0x35:
            at += if_true if accumulator >= operand else if_false
        else:
            assert operation == 0x06
            return operand


def get_numbers(machine: str, *texts: str) -> dict[str, int]:
    """Return the numbers that our table has for a machine, by name."""
    entries = [entry.split() for text in texts for entry in re.split(r"[,\n]", re.sub(r"^#.*$", "", text, flags=re.M)) if entry.strip()]
    return {name: int(numbers[COLUMN[machine]]) for name, *numbers in entries if numbers[COLUMN[machine]] != "-"}


def get_checked(machine: str) -> dict[str, int]:
    calls = [calls for calls, _ in (*seccomp._CHECKED, *seccomp._OPEN)]
    return get_numbers(machine, *calls)


@MACHINES
@pytest.mark.may_skip("the kernel's headers are there only where a compiler is")
def test_the_numbers_are_the_kernels(machine):
    if not HEADERS[machine].exists():
        pytest.skip(f"no {HEADERS[machine]}")
    text = HEADERS[machine].read_text()
    theirs = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    theirs |= {"newfstatat": theirs["fstatat"]} if "fstatat" in theirs else {}
    ours = get_numbers(machine, seccomp._TABLE, seccomp._METADATA, seccomp._CLONE3) | get_checked(machine)
    unknown = {name for name in ours if name not in theirs}
    assert unknown <= {"fchmodat2"}, "newer than these headers, at most"
    assert {name: number for name, number in ours.items() if name in theirs} == {name: theirs[name] for name in ours if name in theirs}


@MACHINES
@pytest.mark.parametrize("may_change", [True, False])
def test_a_call_is_refused_unless_the_table_names_it(machine, may_change):
    code = seccomp.build_filter(machine, may_change).code
    free, metadata = set(get_numbers(machine, seccomp._TABLE).values()), set(get_numbers(machine, seccomp._METADATA).values())
    checked = set(get_checked(machine).values())
    for number in set(range(1000)) - checked:
        expected = ALLOW if number in free else EPERM
        if number in metadata:
            expected = ALLOW if may_change else PRETEND
        if number == 435:
            expected = ENOSYS
        assert decide(code, ARCH[machine], number) == expected, number


@MACHINES
def test_no_other_kind_of_call_gets_through(machine):
    code = seccomp.build_filter(machine, True).code
    for arch in (0x40000003, 0x40000028, ARCH["x86_64" if machine == "aarch64" else "aarch64"]):  # i386, arm, the other one
        assert {decide(code, arch, number) for number in range(500)} == {EPERM}
    assert {decide(code, ARCH[machine], 0x40000000 + number) for number in range(600)} == {EPERM}  # x32
    assert decide(code, ARCH[machine], -1) == EPERM


NEVER = """
execve execveat fork vfork ptrace process_vm_readv process_vm_writev socket connect bind listen accept accept4 sendmsg recvmsg sendmmsg
unshare setns mount umount2 chroot pivot_root open_tree move_mount fsopen keyctl add_key request_key bpf perf_event_open userfaultfd
io_uring_setup io_uring_enter memfd_create memfd_secret pidfd_open pidfd_getfd pidfd_send_signal rt_sigqueueinfo tkill setrlimit setuid
setgid setresuid setresgid setgroups capset personality init_module finit_module kexec_load reboot swapon settimeofday clock_settime
sethostname openat2 open_by_handle_at shmget shmat msgget semget mq_open landlock_restrict_self seccomp truncate sched_setaffinity
setxattr quotactl process_madvise kcmp inotify_init1 fanotify_init timerfd_create signalfd4 splice vmsplice tee sync syncfs
""".split()


@MACHINES
def test_what_harms_others_is_not_in_the_table(machine):
    ours = set(get_numbers(machine, seccomp._TABLE, seccomp._METADATA)) | set(get_checked(machine))
    assert ours.isdisjoint(NEVER)


@MACHINES
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("clone", (THREAD,), ALLOW),
        ("clone", (17,), EPERM),
        ("clone", (0x10000000 | 17,), EPERM),
        ("clone", (0,), EPERM),
        ("kill", (77, signal.SIGTERM), ALLOW),
        ("kill", (76, 0), EPERM),
        ("kill", (0, 0), EPERM),
        ("kill", (-1, 9), EPERM),
        ("kill", (-77, 9), EPERM),
        ("tgkill", (77, 78, 6), ALLOW),
        ("tgkill", (1, 1, 6), EPERM),
        ("prlimit64", (0, 7, 0, 4096), ALLOW),
        ("prlimit64", (0, 7, 4096, 0), EPERM),
        ("prlimit64", (0, 7, 1 << 40, 0), EPERM),
        ("setpriority", (0, 0, 5), ALLOW),
        ("setpriority", (0, 1, 5), EPERM),
        ("setpriority", (2, 0, 5), EPERM),
        ("prctl", (15, 4096), ALLOW),
        ("prctl", (4, 1), EPERM),
        ("prctl", (22, 2), EPERM),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), EPERM),  # TIOCSTI: types on somebody's terminal
        ("ioctl", (0, 0x541C), EPERM),  # TIOCLINUX
        ("ioctl", (0, 0x8901), EPERM),  # FIOSETOWN
        ("ioctl", (0, (1 << 32) + 0x5412), EPERM),
        ("fcntl", (5, 3), ALLOW),
        ("fcntl", (5, 8, 1), EPERM),  # F_SETOWN
        ("fcntl", (5, 10, 9), EPERM),  # F_SETSIG
        ("fcntl", (5, 15), EPERM),  # F_SETOWN_EX
        ("fcntl", (5, 1024, 1), EPERM),  # F_SETLEASE
        ("fcntl", (5, 1031, 2**20), EPERM),  # F_SETPIPE_SZ
        ("socketpair", (1, 1), ALLOW),
        ("socketpair", (1, 0x80801), ALLOW),  # SOCK_CLOEXEC, SOCK_NONBLOCK
        ("socketpair", (1, 2), EPERM),
        ("socketpair", (2, 1), EPERM),
        ("sendto", (5, 4096, 1, 0, 0), ALLOW),
        ("sendto", (5, 4096, 1, 0, 4096), EPERM),
        ("sendto", (5, 4096, 1, 0, 1 << 33), EPERM),
        ("openat", (-100, 4096, 0), ALLOW),
        ("openat", (-100, 4096, 0o1101, 0o600), ALLOW),
        ("openat", (-100, 4096, 0o1000), EPERM),
        ("openat", (-100, 4096, 0o2001000), EPERM),
    ],
)
def test_arguments_decide(machine, call, arguments, expected):
    code = seccomp.build_filter(machine, False).code
    assert decide(code, ARCH[machine], get_checked(machine)[call], *arguments) == expected


def test_the_own_number_is_written_into_its_places():
    program = seccomp.build_filter("x86_64", True)
    assert len(program.pid_offsets) == 2
    assert all(program.code[offset : offset + 4] == struct.pack("=I", seccomp.OWN_PID) for offset in program.pid_offsets)


def test_a_machine_without_a_column_has_no_filter():
    assert seccomp.build_filter("riscv64", True) is None
