import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "./project.js";

/** Programs that tracing and trials start, with their Debian packages. */
const tools = {
	strace: "strace",
	unshare: "util-linux",
	setpriv: "util-linux",
	nsenter: "util-linux",
	mount: "mount",
	ldconfig: "libc-bin",
	useradd: "passwd",
	getcap: "libcap2-bin",
};

/** What the programs of native/ are compiled with, with the Debian packages. They need no C library. */
const required = { gcc: "gcc", "/usr/include/linux/capability.h": "linux-libc-dev" };
const compiler = { ...required, "bpf-gcc": "gcc-bpf" };

/** Programs that the tests start and files that they read, with their Debian packages. */
const programs = {
	strace: "strace",
	ip: "iproute2",
	"redis-server": "redis-server",
	"redis-cli": "redis-tools",
	nginx: "nginx",
	named: "bind9",
	dig: "bind9-dnsutils",
	curl: "curl",
	python3: "python3",
	"/usr/share/doc/python3-seccomp": "python3-seccomp",
	openssl: "openssl",
	setcap: "libcap2-bin",
	// Debian's gcc brings that of its own processor.
	"aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu",
	"x86_64-linux-gnu-gcc": "gcc-x86-64-linux-gnu",
	"/usr/include/stdio.h": "libc6-dev",
	useradd: "passwd",
	logrotate: "logrotate",
	patch: "patch",
	"systemd-analyze": "systemd",
	apache2: "apache2",
	"/usr/bin/perl": "perl",
	dnsmasq: "dnsmasq-base",
	haproxy: "haproxy",
	"/usr/lib/php": "php-fpm",
	"cgi-fcgi": "libfcgi-bin",
	mariadbd: "mariadb-server",
	mariadb: "mariadb-client",
	"/usr/sbin/sshd": "openssh-server",
	sftp: "openssh-client",
	ruby: "ruby",
	// Debian's other one is also called busybox, and needs its libraries.
	"/usr/share/doc/busybox-static": "busybox-static",
	coreutils: "rust-coreutils",
	uuidd: "uuid-runtime",
	"mkfs.xfs": "xfsprogs",
	"mkfs.btrfs": "btrfs-progs",
	filefrag: "e2fsprogs",
	"/usr/lib/postgresql": "postgresql",
	"musl-gcc": "musl-tools",
	rpmbuild: "rpm",
	rpmlint: "rpmlint",
	lintian: "lintian",
	faketime: "faketime",
	cppcheck: "cppcheck",
	pacman: "pacman-package-manager",
	memcached: "memcached",
	chronyd: "chrony",
	lighttpd: "lighttpd",
	mosquitto: "mosquitto",
	mmdebstrap: "mmdebstrap",
	"systemd-nspawn": "systemd-container",
	podman: "podman",
	runc: "runc",
	crun: "crun",
	catatonit: "catatonit",
	skopeo: "skopeo",
	mksquashfs: "squashfs-tools",
	umoci: "umoci",
	mandoc: "mandoc",
	zsh: "zsh",
	fish: "fish",
	rsyslogd: "rsyslog",
	promtool: "prometheus",
	"ansible-playbook": "ansible-core",
	"ansible-lint": "ansible-lint",
};

/** The same for those tests that only `npm run test:long` runs. */
const longPrograms = {
	"qemu-storage-daemon": "qemu-utils",
	"linux.uml": "user-mode-linux",
};

/**
 * Installs the tools for tracing and trials if this needs no question: as root on Debian. Otherwise, or if the installation fails, the
 * program itself reports missing tools.
 */
export function installTools() {
	if (!mayInstall()) return;
	const missing = Object.keys(tools).filter((name) => !isInstalled(name));
	if (missing.length) install(missing, tools, "tracing and trials need");
}

/** Installs the compiler. If it cannot, it names the packages and exits with status 3. `trace --for` alone needs the one for BPF. */
export function requireCompiler() {
	const wanted = Object.keys(compiler).filter((name) => !isInstalled(name));
	if (wanted.length && mayInstall()) install(wanted, compiler, "building needs");
	const missing = Object.keys(required).filter((name) => !isInstalled(name));
	if (!missing.length) return;
	say(`building needs ${missing.map((name) => `${name} (Debian package ${compiler[name]})`).join(" and ")}`);
	process.exit(3);
}

/** Installs the programs that the tests start. If it cannot, it lists the missing ones and exits with status 3. */
export function requirePrograms() {
	const isRoot = process.getuid?.() === 0;
	const needed = { ...compiler, ...programs, ...(process.env.CAGEWRIGHT_ALL === "1" ? longPrograms : {}) };
	const missing = Object.keys(needed).filter((name) => !isInstalled(name));
	if (isRoot && !missing.length) return;
	if (mayInstall()) {
		if (install(missing, needed, "the tests need")) return;
	} else {
		if (!isRoot) say("the tests need root: they make namespaces, mounts and device nodes");
		if (missing.length) say(`the tests need ${missing.map((name) => `${name} (Debian package ${needed[name]})`).join(", ")}`);
		say("the tests that need none of this: npm run test:quick");
	}
	process.exit(3);
}

/** Lists the missing ones of a bench's own programs (by name) and exits with status 3. Call it before anything is installed. */
export function requireBenchPrograms(wanted) {
	const missing = Object.keys(wanted).filter((name) => !isInstalled(name));
	if (!missing.length) return;
	const packages = new Set(missing.map((name) => wanted[name]));
	say(`this bench needs more: apt-get install --no-install-recommends ${[...packages].join(" ")}`);
	process.exit(3);
}

function mayInstall() {
	return process.getuid?.() === 0 && isInstalled("apt-get") && isDebian();
}

/** Installs those packages of these programs that the system has. Reports programs that are still missing and returns false. */
function install(missing, packageOf, need) {
	const wanted = [...new Set(missing.map((name) => packageOf[name]))];
	say(`${need} ${missing.join(", ")}; installing ${wanted.join(" ")}`);
	withoutServices(() => {
		apt(["update", "-q"]);
		// apt-get installs none if it does not know one of them.
		const packages = wanted.filter((name) => spawnSync("apt-cache", ["show", name], { stdio: "ignore" }).status === 0);
		say(`${sizeOf(packages)} to fetch`);
		apt(["install", "-q", "-y", "--no-install-recommends", ...packages]);
	});
	const still = missing.filter((name) => !isInstalled(name));
	if (still.length) say(`still missing after the installation: ${still.join(", ")}`);
	return !still.length;
}

export function isInstalled(name) {
	if (name.startsWith("/")) return existsSync(name);
	return ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"].some((folder) => {
		try {
			accessSync(join(folder, name), constants.X_OK);
			return true;
		} catch {
			return false;
		}
	});
}

/** os-release(5): Debian, or a system derived from it. */
function isDebian() {
	try {
		return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync("/etc/os-release", "utf8"));
	} catch {
		return false;
	}
}

/** invoke-rc.d(8) reads this file: daemons installed for the tests must not start as services of this machine. */
function withoutServices(work) {
	const policy = "/usr/sbin/policy-rc.d";
	const ours = !existsSync(policy);
	// Ctrl-C ends apt-get. This handler keeps the script alive to clean up.
	const live = () => {};
	process.on("SIGINT", live);
	if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
	try {
		work();
	} finally {
		process.off("SIGINT", live);
		if (ours) rmSync(policy, { force: true });
	}
}

/** E.g. `48.1 MB`. apt-get only says it to somebody who may still refuse. */
function sizeOf(packages) {
	const words = ["install", "--assume-no", "--no-install-recommends", ...packages];
	const { stdout } = spawnSync("apt-get", words, { env: { ...process.env, LC_ALL: "C" }, encoding: "utf8" });
	return /^Need to get (?:\S+ \S?B\/)?(.+?) of archives/m.exec(stdout)?.[1] ?? "an unknown amount";
}

function apt(args) {
	const { status } = spawnSync("apt-get", args, {
		env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
		stdio: ["ignore", 2, 2],
	});
	if (status !== 0) say(`apt-get ${args.join(" ")} ended with ${status}`);
}
