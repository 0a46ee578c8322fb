"""Tries to change the host from the tracing sandbox, then answers HTTP requests with what succeeded.

Usage: attempts.py PORT FACTS. The test writes the JSON file FACTS: pids, sockets, ports, files and directories of the host.
A successful attempt is harmless, or the test undoes it.
"""

import ctypes, errno, http.server, json, mmap, os, signal, socket, stat, struct, subprocess, sys

libc = ctypes.CDLL(None, use_errno=True)
port, facts = int(sys.argv[1]), json.load(open(sys.argv[2]))
report = []


def reached(name):
    report.append("reached: " + name)


def attempt(name, work):
    """Runs `work` in a separate process. It returns something true if it succeeded."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        signal.alarm(10)
        try:
            ok = bool(work())
        except OSError:
            ok = False
        except Exception as error:
            print(name, repr(error), flush=True)
            os._exit(3)
        os._exit(0 if ok else 1)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 3:
        report.append("broken: " + name)
    elif os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
        reached(name)


def call(number, *arguments):
    """Makes a system call. Returns whether it succeeded."""
    words = [ctypes.c_char_p(one) if isinstance(one, bytes) else ctypes.c_long(one) for one in arguments]
    return libc.syscall(ctypes.c_long(number), *words) >= 0


def judged(number, *arguments):
    """Makes a call with invalid arguments. Returns whether the kernel got to check them, so that nothing had blocked the call."""
    libc.syscall.restype = ctypes.c_long
    ctypes.set_errno(0)
    words = [ctypes.c_char_p(one) if isinstance(one, bytes) else ctypes.c_long(one) for one in arguments]
    result = libc.syscall(ctypes.c_long(number), *words)
    return result >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return True


def can_open(path, flags=os.O_WRONLY):
    os.close(os.open(path, flags | os.O_NONBLOCK))
    return True


# Kernel settings: every file that opens for writing, and some values. A process may change its own settings.
for top in ("/proc", "/sys"):
    for folder, names, files in os.walk(top):
        parts = folder.split("/")
        if top == "/proc" and len(parts) > 2 and (parts[2].isdigit() or parts[2] in ("self", "thread-self")):
            names[:] = []
            continue
        for name in files:
            path = folder + "/" + name
            try:
                if stat.S_ISREG(os.lstat(path).st_mode) and can_open(path):
                    reached("write " + path)
            except OSError:
                pass
attempt("memory of another process", lambda: can_open("/proc/1/mem"))
attempt("mode of a file of the kernel", lambda: os.chmod("/proc/version", 0o444))
attempt("overcommit", lambda: write("/proc/sys/vm/overcommit_memory", "1"))
attempt("core pattern", lambda: write("/proc/sys/kernel/core_pattern", "|/bin/false"))
attempt("huge pages", lambda: write("/sys/kernel/mm/transparent_hugepage/enabled", "never"))
attempt("sysrq", lambda: write("/proc/sysrq-trigger", "h"))
for helper in facts["setuid"]:
    attempt("setuid helper", lambda: subprocess.run([helper, "-p", "-c", "echo 1 >/proc/sys/vm/overcommit_memory"]).returncode == 0)
    attempt("privileges by a setuid helper", lambda: b"0\n" == subprocess.run([helper, "-p", "-c", "id -u"], capture_output=True).stdout and os.getuid() != 0)

# The machine. Clock calls pretend to succeed.
call(227, 0, struct.pack("qq", 1_000_000_000, 0))  # clock_settime
call(164, struct.pack("qq", 1_000_000_000, 0), 0)  # settimeofday
attempt("sethostname", lambda: call(170, b"careless", 8))
attempt("setdomainname", lambda: call(171, b"careless", 8))
attempt("init_module", lambda: judged(175, b"no module", 9, b""))
attempt("finit_module", lambda: judged(313, 0, b"", 0))
attempt("delete_module", lambda: judged(176, b"nosuchmodule", 0))
attempt("kexec_load", lambda: judged(246, 0, 0, 0, 0))
attempt("reboot", lambda: judged(169, 0, 0, 0))
attempt("swapon", lambda: write("/tmp/swap", "x" * 4096) and judged(167, b"/tmp/swap", 0))
attempt("swapoff", lambda: judged(168, b"/tmp/swap"))
attempt("acct", lambda: judged(163, b"/tmp/swap"))
attempt("iopl", lambda: judged(172, 3))
attempt("ioperm", lambda: judged(173, 0x80, 1, 1))
attempt("syslog", lambda: judged(103, 5, 0, 0))
attempt("bpf", lambda: judged(321, 0, 0, 0))
attempt("perf_event_open", lambda: judged(298, 0, 0, -1, -1, 0))
attempt("userfaultfd", lambda: judged(323, 0))
attempt("quotactl", lambda: judged(179, 0x80000300, b"/dev/root", 0, 0))
attempt("io_uring", lambda: judged(425, 1, b"\0" * 120))
attempt("fanotify", lambda: judged(300, 0, 0))
attempt("vhangup", lambda: judged(153))

# The processor's other ABIs.
def foreign(code):
    def work():
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
        return function() > 0
    return work


attempt("int 0x80", foreign(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"))
attempt("x32", lambda: call(0x40000000 | 39))

# Keyrings belong to the user, not to a namespace.
attempt("add_key", lambda: judged(248, b"user", b"cagewright-test", b"x", 1, -4))
attempt("request_key", lambda: judged(249, b"user", b"cagewright-test", 0, -4))
attempt("keyctl", lambda: judged(250, 0, -4, 1))

# Mounts and roots.
attempt("mount tmpfs", lambda: call(165, b"none", b"/mnt", b"tmpfs", 0, 0))
attempt("mount proc", lambda: call(165, b"none", b"/mnt", b"proc", 0, 0))
attempt("mount cgroup", lambda: call(165, b"none", b"/mnt", b"cgroup2", 0, 0) and os.mkdir("/mnt/cagewright-test") is None)
for folder in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/pids"):
    attempt("create a cgroup in " + folder, lambda: os.mkdir(folder + "/cagewright-test") is None)
attempt("remount proc", lambda: call(165, b"none", b"/proc", 0, 32 | 4096, 0))
attempt("remount sys", lambda: call(165, b"none", b"/sys", 0, 32 | 4096, 0))
attempt("remount root", lambda: call(165, b"none", b"/", 0, 32 | 4096, 0))
attempt("bind", lambda: call(165, b"/", b"/mnt", 0, 4096 | 16384, 0))
for place in (b"/", b"/proc", b"/sys", b"/dev", b"/.launch"):
    attempt("umount " + place.decode(), lambda: call(166, place, 2))
attempt("pivot_root", lambda: judged(155, b".", b"."))
attempt("fsopen", lambda: judged(430, b"tmpfs", 0))
attempt("open_tree", lambda: judged(428, -100, b"/", 1))
attempt("move_mount", lambda: judged(429, -100, b"/proc", -100, b"/mnt", 0))
attempt("mount_setattr", lambda: judged(442, -100, b"/", 0, b"\0" * 32, 32))
attempt("statmount", lambda: judged(457, 0, 0, 0, 0))
for kind in ("mnt", "pid", "net", "ipc", "uts", "cgroup", "user", "time"):
    attempt("setns " + kind, lambda: judged(308, os.open("/proc/1/ns/" + kind, os.O_RDONLY), 0))
for name, flag in {"mount": 0x20000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000, "uts": 0x4000000, "time": 0x80}.items():
    attempt("unshare " + name, lambda: call(272, flag))
attempt("clone with a user namespace", lambda: call(56, 0x10000000 | 17, 0, 0, 0, 0))
attempt("nsenter", lambda: subprocess.run(["nsenter", "-t", "1", "-a", "true"], stderr=subprocess.DEVNULL).returncode == 0)


def chroot_out():
    os.makedirs("/tmp/jail", exist_ok=True)
    above = os.open("/", os.O_RDONLY)
    os.chroot("/tmp/jail")
    os.fchdir(above)
    for _ in range(50):
        os.chdir("..")
    os.chroot(".")
    write(facts["folder"] + "/by-chroot", "out")  # the test checks that it is not on the host
    return False


attempt("chroot", chroot_out)


def by_handle(inode):
    mount = os.open("/", os.O_RDONLY)
    return judged(304, mount, struct.pack("IiII", 8, 1, inode, 0), os.O_RDONLY)


for inode in (2, 128, 256):
    attempt(f"open_by_handle_at {inode}", lambda: by_handle(inode))
# A tmpfs has handles, so only a filter answers EOPNOTSUPP.
attempt("name_to_handle_at", lambda: judged(303, -100, b"/dev", 0, 0, 0))

# Devices, via nodes and names.
disk = os.stat("/").st_dev
numbers = [(stat.S_IFBLK, os.major(disk), os.minor(disk)), (stat.S_IFBLK, 7, 0), (stat.S_IFCHR, 1, 1), (stat.S_IFCHR, 1, 11), (stat.S_IFCHR, 10, 237)]
for index, (kind, major, minor) in enumerate(numbers):
    def node(path):
        os.mknod(path, kind | 0o600, os.makedev(major, minor))
        return can_open(path, os.O_RDWR)
    for place in ("/tmp", "/dev", "/var/tmp"):
        attempt(f"device {major}:{minor} in {place}", lambda: node(f"{place}/node{index}"))
for name in ("kmsg", "mem", "loop-control", "loop0", "sda", "vda", "rtc0", "console", "tty0", "tty1", "fuse", "net/tun", "kvm", "watchdog", "hpet"):
    attempt("open /dev/" + name, lambda: can_open("/dev/" + name, os.O_RDWR))
for line in open("/proc/partitions").read().split("\n")[2:]:
    if line.split():
        attempt("open /dev/" + line.split()[3], lambda: can_open("/dev/" + line.split()[3], os.O_RDWR))

# The host's processes, sockets and memory.
for pid in facts["pids"]:
    attempt(f"signal {pid}", lambda: os.path.exists(f"/proc/{pid}/cmdline") and b"cagewright-decoy" in open(f"/proc/{pid}/cmdline", "rb").read())


def connect(address):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(3)
    peer.connect(address)
    return peer.recv(100) == b"host\n"


for path in facts["sockets"]:
    attempt("connect " + path.replace("\0", "@"), lambda: connect(path))
attempt("the host's loopback", lambda: socket.create_connection(("127.0.0.1", facts["port"]), 3).recv(100) == b"host\n")
# AF_ALG and AF_VSOCK. AF_PACKET is allowed: no packet leaves the sandbox's own network.
for family in (38, 40):
    attempt(f"socket family {family}", lambda: socket.socket(family, socket.SOCK_STREAM if family == 40 else 5))
libc.shmget(0x43574D00, 4096, 0o1666)
libc.msgget(0x43574D01, 0o1666)
libc.mq_open(b"/cagewright-test", os.O_CREAT | os.O_RDWR, 0o666, 0)

# Files: everywhere, including mounts that are not disks. The test checks that they are not on the host.
for folder in facts["folders"]:
    try:
        write(folder + "/by-writing", "sandbox")
    except OSError:
        pass
for file in facts["files"]:
    try:
        write(file, "sandbox")
    except OSError:
        pass


def immutable():
    import fcntl
    write("/tmp/immutable", "x")
    fcntl.ioctl(os.open("/tmp/immutable", os.O_RDONLY), 0x40086602, struct.pack("l", 0x10))
    return True


attempt("immutable file", immutable)
attempt("launcher's files", lambda: write("/.launch/cagewright-init", "x"))
for descriptor in (0, 1, 2):
    status = os.fstat(descriptor)
    if stat.S_ISCHR(status.st_mode):
        attempt(f"mode of descriptor {descriptor}", lambda: os.fchmod(descriptor, stat.S_IMODE(status.st_mode)) is None)
        attempt(f"times of descriptor {descriptor}", lambda: os.utime(descriptor) is None)
        attempt(f"owner of descriptor {descriptor}", lambda: os.fchown(descriptor, 0, 0) is None)
        attempt(f"mode of /proc/self/fd/{descriptor}", lambda: os.chmod(f"/proc/self/fd/{descriptor}", stat.S_IMODE(status.st_mode)) is None)


def transport(number):
    """Returns whether the kernel tried to load a module for this protocol, as it does before it rejects the socket type."""
    libc.syscall(41, 2, socket.SOCK_SEQPACKET, number)
    return ctypes.get_errno() == errno.ESOCKTNOSUPPORT


attempt("protocol SCTP", lambda: transport(132))

# The second run finds the first run's files here. So does the launcher, before it drops its capabilities.
if os.path.exists("/var/tmp/rights"):
    for line in set(open("/var/tmp/rights").read().split()):
        rights = int(line, 16)
        for name, number in {"linux_immutable": 9, "sys_module": 16, "sys_rawio": 17, "sys_admin": 21, "sys_boot": 22, "mknod": 27, "mac_admin": 33, "syslog": 34, "bpf": 39}.items():
            if rights >> number & 1:
                reached(name + " by a library for every program")
try:
    os.chmod("/var/tmp", 0o1777)
    write("/etc/ld.so.preload", facts["library"] + "\n")
except OSError:
    pass


def plant(path, target):
    """Plants a link that the second run could follow on the host."""
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            os.rename(path, path + ".moved")
        os.symlink(target, path)
    except OSError:
        pass


for path, target in facts["links"]:
    plant(path, target)


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = "\n".join(report + ["done"]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()
