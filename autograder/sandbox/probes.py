"""What `autograder doctor` has a learner's process try: each probe is Python that attacks one thing, as a submission would.

A probe runs in a real S, behind the real walls. It knows `outside` (paths and numbers of things that the doctor laid out to be found),
notes with `attempt` what it achieved, and ends with the list of that: an empty one means that the walls held. An attack that does no harm
is chosen where there is one (signal 0, a victim of our own); none needs more than a second.
"""

from dataclasses import dataclass
from typing import Final

PRELUDE: Final = """
import ctypes, os, platform, resource, signal, socket, subprocess, sys
libc, got = ctypes.CDLL(None, use_errno=True), []
on_arm = platform.machine() == "aarch64"
def attempt(what, action, *arguments):
    try:
        answer = action(*arguments)
    except (OSError, MemoryError, RuntimeError, ValueError, ImportError, subprocess.SubprocessError):
        return
    got.append(f"{what}" if answer is None else f"{what}: {str(answer)[:60]}")
def call(on_intel_number, on_arm_number, *arguments):
    answer = libc.syscall(on_arm_number if on_arm else on_intel_number, *arguments)
    if answer < 0:
        raise OSError(ctypes.get_errno(), "refused")
def read(path):
    with open(path, "rb") as file:
        return file.read(60)
def write(path):
    was_there = os.path.exists(path)
    with open(path, "ab") as file:
        file.write(b"was here")
    if not was_there:
        os.unlink(path)
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """An attack. `needs`: the walls of which one must stand for it to be held off; `means`: what it means where none does. `may_end`: the
    end of the process is an answer too, because a limit brought it about."""

    name: str
    source: str
    needs: tuple[str, ...]
    means: str
    may_end: bool = False


_FILES: Final = ("namespaces", "landlock")
_CALLS: Final = ("seccomp",)

PROBES: Final = (
    Probe(
        "read the files of this machine",
        """
for path in ("/etc/passwd", "/etc/shadow", "/proc/version", outside["secret"], outside["log"]): attempt(f"read {path}", read, path)
""",
        _FILES,
        "a submission can read keys, hidden tests and other people's work",
    ),
    Probe(
        "list its folders",
        """
for path in ("/", "/etc", "/home", "/tmp", "/proc", outside["folder"], outside["home"]): attempt(f"list {path}", os.listdir, path)
""",
        ("landlock",),
        "a submission can see what files there are",
    ),
    Probe(
        "learn size and owner of a file that it cannot read",
        """attempt("stat", lambda: os.stat(outside["secret"]).st_size)""",
        ("namespaces",),
        "names, sizes and times of files can be guessed at; their content cannot be read",
    ),
    Probe(
        "write, empty or remove files outside its folder",
        """
for path in (outside["secret"], outside["folder"] + "/new", "/tmp/new", "/dev/shm/new", "/new", os.path.dirname(os.__file__) + "/new"):
    attempt(f"write {path}", write, path)
attempt("empty it", os.open, outside["secret"], os.O_RDONLY | os.O_TRUNC)
attempt("truncate it", os.truncate, outside["secret"], 0)
attempt("remove it", os.unlink, outside["secret"])
attempt("rename it", os.rename, outside["secret"], outside["secret"] + "2")
attempt("make a folder", os.mkdir, outside["folder"] + "/made")
""",
        _FILES,
        "a submission can destroy files of this account",
    ),
    Probe(
        "get out of its folder by a link",
        """
os.symlink(outside["secret"], "soft"); os.symlink("/", "top"); os.symlink(outside["folder"], "folder")
attempt("read by a link", read, "soft")
attempt("read by a linked folder", read, "top/etc/passwd")
attempt("write by a linked folder", write, "folder/new")
attempt("hard link", os.link, outside["secret"], "hard")
attempt("move in", os.rename, outside["secret"], "moved")
attempt("open by handle", call, 304, 265, -100, ctypes.create_string_buffer(128), 0)
""",
        _FILES,
        "a submission reaches files through links",
    ),
    Probe(
        "change mode, owner or times of others' files",
        """
before = os.stat(outside["secret"]) if os.path.exists(outside["secret"]) else None
for action in (lambda: os.chmod(outside["secret"], 0o777), lambda: os.utime(outside["secret"], (1, 1)),
               lambda: os.chmod(os.open(os.__file__, os.O_RDONLY), 0o666), lambda: os.setxattr(outside["secret"], "user.x", b"1")):
    try: action()
    except OSError: pass
if before and os.path.exists(outside["secret"]):
    after = os.stat(outside["secret"])
    if (before.st_mode, before.st_mtime) != (after.st_mode, after.st_mtime): got.append("changed them")
""",
        ("namespaces", "seccomp"),
        "a submission can shut this account out of its own files",
    ),
    Probe(
        "reach the network",
        """
for family in (socket.AF_INET, socket.AF_INET6):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        attempt(f"socket {family.name} {kind.name}", socket.socket, family, kind)
attempt("netlink", socket.socket, getattr(socket, "AF_NETLINK", 16), socket.SOCK_RAW)
attempt("connect", socket.create_connection, ("127.0.0.1", outside["port"]), 1)
attempt("serve", socket.create_server, ("127.0.0.1", 0))
attempt("ask for a name", socket.getaddrinfo, "localhost", 80)
""",
        _CALLS,
        "a submission can send out what it finds, or attack others from here",
    ),
    Probe(
        "reach sockets of this machine",
        """
def talk(address, kind):
    with socket.socket(socket.AF_UNIX, kind) as line: line.connect(address)
for address in (outside["socket"], "\\0" + outside["abstract"]):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM): attempt(f"connect to {address!r}", talk, address, kind)
def post():
    left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.sendto(b"", outside["socket"])
attempt("post", post)
left, right = socket.socketpair()
attempt("post by a pair", left.sendto, b"", outside["socket"])
attempt("pass a descriptor", socket.send_fds, left, [b"x"], [0])
""",
        _CALLS,
        "a submission can talk to services of this machine",
    ),
    Probe(
        "start a process",
        """
def fork():
    if os.fork() == 0: os._exit(0)
attempt("fork", fork)
def clone(flags):
    answer = libc.syscall(220 if on_arm else 56, flags | 17, 0, 0, 0, 0)
    if answer == 0: os._exit(0)
    if answer < 0: raise OSError("refused")
attempt("clone", clone, 0)
attempt("clone into a namespace", clone, 0x10000000)
attempt("clone3", call, 435, 435, ctypes.create_string_buffer(88), 88)
attempt("spawn", os.posix_spawn, sys.executable, [sys.executable, "-c", ""], {})
attempt("shell", subprocess.run, ["/bin/sh", "-c", "true"])
""",
        _CALLS,
        "a submission can leave processes behind, or flood the machine with them",
    ),
    Probe(
        "run another program in its place",
        """
program = os.path.realpath(sys.executable) if os.path.exists(os.path.realpath(sys.executable)) else "/usr/bin/true"
attempt("execve", os.execv, program, [program, "-c", "import os; os._exit(99)"])
attempt("execveat", call, 322, 281, -100, program.encode(), 0, 0, 0)
attempt("a file in memory", call, 319, 279, b"x", 0)
with open("own", "wb") as file: file.write(b"#!/bin/sh\\n")
attempt("execute its own file", os.execv, "./own", ["own"])
""",
        ("seccomp", "landlock"),
        "a submission can run any program that it finds or brings",
    ),
    Probe(
        "see other processes",
        """
pids = (1, os.getppid(), outside["victim"])
attempt("list", lambda: [pid for pid in os.listdir("/proc") if pid.isdigit()])
for pid in pids:
    for name in ("environ", "mem", "maps", "cmdline"): attempt(f"/proc/{pid}/{name}", read, f"/proc/{pid}/{name}")
    for name in ("fd", "root", "cwd"): attempt(f"/proc/{pid}/{name}", os.listdir, f"/proc/{pid}/{name}")
attempt("its own environment at the start", read, "/proc/self/environ")
""",
        _FILES,
        "a submission can read what other processes are and hold",
    ),
    Probe(
        "signal other processes",
        """
for pid in (1, os.getppid(), outside["victim"], 0, -1): attempt(f"kill {pid}", os.kill, pid, 0)
attempt("thread", call, 200, 130, outside["victim"], 0)
attempt("queue", call, 129, 138, os.getppid(), 0, ctypes.create_string_buffer(128))
attempt("pidfd", call, 434, 434, os.getppid(), 0)
import fcntl
reader, writer = os.pipe()
attempt("have the kernel signal", fcntl.fcntl, reader, fcntl.F_SETOWN, os.getppid())
""",
        ("seccomp",),
        "a submission can end the grader or other submissions",
    ),
    Probe(
        "trace other processes, or copy their memory",
        """
buffer = ctypes.create_string_buffer(64)
piece = (ctypes.c_ulong * 2)(ctypes.addressof(buffer), 64)
for pid in (os.getppid(), outside["victim"]):
    attempt(f"seize {pid}", call, 101, 117, 0x4206, pid, 0, 0)
    attempt(f"read {pid}", call, 310, 270, pid, piece, 1, piece, 1, 0)
attempt("attach", call, 101, 117, 16, outside["victim"], 0, 0)
attempt("write", call, 311, 271, outside["victim"], piece, 1, piece, 1, 0)
attempt("trace me", call, 101, 117, 0, 0, 0, 0)
attempt("compare", call, 312, 272, os.getpid(), os.getppid(), 0, 0, 0)
""",
        _CALLS,
        "a submission can take over the grader",
    ),
    Probe(
        "become somebody else",
        """
for name in ("setuid", "setgid", "seteuid", "setegid"): attempt(name, getattr(os, name), 0)
attempt("setgroups", os.setgroups, [0])
attempt("setresuid", os.setresuid, 0, 0, 0)
attempt("keep privileges", lambda: call(157, 167, 8, 1, 0, 0, 0))
attempt("capabilities", call, 126, 91, ctypes.create_string_buffer(b"\\x22\\x05\\x08\\x20"), ctypes.create_string_buffer(24))
""",
        ("seccomp",),
        "a submission can take another account's rights",
    ),
    Probe(
        "make a namespace, mount, change its root",
        """
for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000): attempt(f"unshare {flag:#x}", call, 272, 97, flag)
attempt("setns", call, 308, 268, 0, 0)
attempt("mount", call, 165, 40, b"none", b".", b"tmpfs", 0, 0)
attempt("new mount", call, 430, 430, b"tmpfs", 0)
attempt("unmount", call, 166, 39, b".", 2)
attempt("chroot", os.chroot, ".")
attempt("pivot_root", call, 155, 41, b".", b".")
""",
        _CALLS,
        "a submission gets privileges in a world of its own, from which kernels are attacked",
    ),
    Probe(
        "open doors into the kernel",
        """
for name, intel, arm in (
    ("keyctl", 250, 219), ("add_key", 248, 217), ("bpf", 321, 280), ("io_uring", 425, 425), ("userfaultfd", 323, 282),
    ("perf", 298, 241), ("init_module", 175, 105), ("fanotify", 300, 262), ("inotify", 294, 26), ("personality", 135, 92),
    ("syslog", 103, 116), ("quotactl", 179, 60), ("seccomp", 317, 277), ("landlock", 444, 444), ("shmget", 29, 194),
    ("msgget", 68, 186), ("semget", 64, 190), ("mq_open", 240, 180), ("memfd_secret", 447, 447), ("sched_setaffinity", 203, 122),
    ("move_pages", 279, 239), ("ioprio_set", 251, 30), ("timerfd", 283, 85), ("signalfd", 289, 74), ("vmsplice", 278, 75),
):
    attempt(name, call, intel, arm, 0, 0, 0, 0, 0)
if not on_arm: attempt("calls of another kind", call, 0x40000000 + 39, 0)
""",
        _CALLS,
        "a fault of the kernel is in reach that need not be",
    ),
    Probe(
        "meet others in shared memory or in files left behind",
        """
attempt("read", read, outside["shared"])
attempt("write", write, "/dev/shm/autograder-probe")
for path in ("/tmp", "/var/tmp", "/run", "/dev/shm", "/dev/mqueue"): attempt(f"write to {path}", write, path + "/autograder-probe")
""",
        _FILES,
        "one submission can leave answers for another",
    ),
    Probe(
        "use what the grader left open",
        """
for fd in range(256):
    try: kind = os.fstat(fd)
    except OSError: continue
    if not (fd < 3 and kind.st_rdev == os.stat(os.devnull).st_rdev or fd in (3, 4)): got.append(f"descriptor {fd}")
attempt("the terminal", os.open, "/dev/tty", os.O_RDWR)
""",
        ("session",),
        "a submission can write into files of the grader",
    ),
    Probe(
        "find the grader's environment",
        """
for name in os.environ:
    if name in outside["names"] and name not in ("HOME", "TMPDIR", "LANG", "PWD"): got.append(name)
""",
        ("session",),
        "tokens and passwords that stand in the environment are in reach",
    ),
    Probe(
        "raise its limits",
        """
for name in ("CPU", "AS", "FSIZE", "NOFILE", "NPROC", "CORE", "STACK"):
    kind = getattr(resource, f"RLIMIT_{name}")
    soft, hard = resource.getrlimit(kind)
    if name not in ("STACK",) and hard == resource.RLIM_INFINITY: got.append(f"{name} has no limit")
    attempt(name, resource.setrlimit, kind, (soft, resource.RLIM_INFINITY if name != "STACK" else hard))
attempt("the parent's", resource.prlimit, os.getppid(), resource.RLIMIT_CPU, (1, 1))
attempt("be seen in dumps", call, 157, 167, 4, 1, 0, 0, 0)
""",
        ("rlimits",),
        "no limit holds",
    ),
    Probe(
        "use more memory than it may",
        """
attempt("at once", lambda: len(bytearray(outside["memory"] + 2**20)))
kept = []
def take():
    for _ in range(outside["memory"] // 2**22 + 2): kept.append(bytearray(2**22))
attempt("in pieces", take)
kept.clear()
""",
        ("rlimits",),
        "one submission can take all memory",
        may_end=True,
    ),
    Probe(
        "write a huge file, or open files without end",
        """
def fill():
    with open("huge", "wb") as file:
        for _ in range(17): file.write(bytes(2**20))
attempt("17 MiB", fill)
attempt("500 files", lambda: len([os.open(os.devnull, os.O_RDONLY) for _ in range(500)]))
""",
        ("rlimits",),
        "one submission can fill the disk with a single file",
    ),
    Probe(
        "fill the disk with many files",
        """
def fill():
    for number in range(8):
        with open(f"large{number}", "wb") as file: file.write(bytes(2**24))
attempt("128 MiB", fill)
for number in range(8):
    if os.path.exists(f"large{number}"): os.unlink(f"large{number}")
""",
        ("namespaces",),
        "a submission can fill the disk that holds the scratch folder while it runs",
    ),
    Probe(
        "start threads without end",
        """
import _thread
_thread.stack_size(2**15)
gate = _thread.allocate_lock()
gate.acquire()
def start():
    for _ in range(2000): _thread.start_new_thread(gate.acquire, ())
attempt("2000 threads", start)
""",
        ("user",),
        "one submission can use up the machine's processes",
        may_end=True,
    ),
)
"""In the order in which the doctor tells of them."""

ENDLESS: Final = "import signal\nsignal.setitimer(signal.ITIMER_PROF, 0)\nwhile True: pass"
SLEEPER: Final = "import time\ntime.sleep(1000)"
