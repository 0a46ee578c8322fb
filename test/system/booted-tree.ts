import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isLong } from "../long.ts";

/** The system that tests boot: a small Debian of the machine's own release and mirror, created once and shared by all test files. */

const packages = [
	"bind9",
	"bind9-dnsutils",
	"busybox",
	"cron",
	"curl",
	"dbus",
	"dnsmasq",
	"iproute2",
	// Only machines with a kernel of their own load modules.
	"kmod",
	"login",
	"logrotate",
	"nginx",
	"nodejs",
	"openssh-server",
	"perl-base",
	"procps",
	"python3",
	"python3-redis",
	"redis-sentinel",
	"redis-server",
	"redis-tools",
	"squashfs-tools",
	"strace",
	"systemd",
	"systemd-container",
	"systemd-sysv",
	"util-linux",
	...(isLong ? ["python3-apt"] : []),
];

/** Daemon packages whose archives the tree keeps, so that a test can install them again. */
const reinstallable = ["bind9", "nginx", "redis-server"] as const;
export const archives = "/var/lib/archives";

/** Every daemon of the tests is off until a test enables it. Modules are those of the real kernel. */
const setUp = [
	'systemctl --root="$1" --quiet disable nginx.service redis-server.service redis-sentinel.service named.service dnsmasq.service ssh.service ssh.socket cron.service 2>/dev/null',
	'systemctl --root="$1" --quiet mask systemd-modules-load.service systemd-logind.service',
	`mkdir "$1${archives}"`,
	...reinstallable.map(keep),
	'ln -s /opt/cagewright/bin/cagewright.js "$1/usr/local/bin/cagewright"',
	'echo booted >"$1/etc/hostname"',
];

function keep(name: string): string {
	return `cp "$1"/var/cache/apt/archives/${name}_*.deb "$1${archives}/"`;
}

const folder = "/var/tmp";

/** Returns the tree's path, with further packages if given. It keeps the archives of those that are `renewed`. */
export function bootedTree(further: readonly string[] = [], renewed: readonly string[] = []): string {
	return debianTree({ included: [...packages, ...further], hooks: [...setUp, ...renewed.map(keep)] });
}

interface DebianTree {
	readonly included: readonly string[];
	/** Shell lines that run at the end. `$1` is the tree. */
	readonly hooks: readonly string[];
	/** Without it, the release of this machine. */
	readonly suite?: string;
}

/** Returns the path of a Debian's files. Creates it again if its packages, its hooks or the machine's package sources changed. */
export function debianTree({ hooks, included, suite = ownSuite() }: DebianTree): string {
	const sources = aptSources(suite);
	const identity = JSON.stringify([suite, sources, included, hooks]);
	const tree = join(folder, `cagewright-booted-${createHash("sha256").update(identity).digest("hex").slice(0, 16)}`);
	if (!existsSync(tree)) makeTree(tree, { hooks, included, suite, sources });
	// Anybody may create a name in /var/tmp, and root is about to execute files from this tree.
	const status = lstatSync(tree);
	if (!status.isDirectory() || status.uid !== 0 || status.mode & 0o077)
		throw new Error(`${tree} is not a folder of root's alone`);
	return join(tree, "tree");
}

interface Contents {
	readonly hooks: readonly string[];
	readonly included: readonly string[];
	readonly suite: string;
	readonly sources: string;
}

function makeTree(tree: string, { hooks, included, suite, sources }: Contents): void {
	const part = mkdtempSync(`${tree}.part-`);
	try {
		mkdirSync(join(part, "tree"));
		// Java's packages link manuals, for which the folders of the sections must exist.
		const skip = ["man/*", "locale", "doc", "info"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
		// Several test files may need the tree at the same time: one creates it, the others wait.
		const line = 'test -e "$0" || { part=$1; shift; mmdebstrap "$@" && mv -T "$part" "$0"; }';
		execFileSync(
			"flock",
			[
				`${tree}.lock`,
				"sh",
				"-c",
				line,
				tree,
				part,
				"--quiet",
				"--variant=apt",
				`--include=${included.join(",")}`,
				...skip,
				"--dpkgopt=force-unsafe-io",
				...aptOptions().map((option) => `--aptopt=${option}`),
				...hooks.map((line) => `--customize-hook=${line}`),
				suite,
				join(part, "tree"),
				"-",
			],
			{ input: sources, stdio: ["pipe", "ignore", "inherit"] },
		);
	} finally {
		rmSync(part, { recursive: true, force: true });
	}
}

function ownSuite(): string {
	return /^VERSION_CODENAME=(\S+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "";
}

/** Returns the machine's package sources (sources.list(5)) for a release, without those that only this machine can reach. */
export function aptSources(suite: string): string {
	const parts = "/etc/apt/sources.list.d";
	const files = [
		"/etc/apt/sources.list",
		...readdirSync(parts)
			.sort()
			.filter((name) => /\.(list|sources)$/.test(name))
			.map((name) => join(parts, name)),
	];
	const text = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8").trim());
	return `${text.filter((sources) => /\bhttps?:/.test(sources)).join("\n\n")}\n`.replaceAll(ownSuite(), suite);
}

/** Returns how apt reaches the mirror: proxies, and whether it checks release dates. */
function aptOptions(): string[] {
	return execFileSync("apt-config", ["dump", "--format", '%f "%v";%n', "Acquire"], { encoding: "utf8" })
		.split("\n")
		.filter((line) => /^Acquire::(https?|ftp|Check-[^:]*|Proxy[^:]*)(::.*)? ".+";$/i.test(line));
}
