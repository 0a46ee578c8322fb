import { once, setMaxListeners } from "node:events";
import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { systemFiles } from "../../base/host/files.ts";
import { shellLineEnvironment } from "../../base/host/shell-line.ts";
import { findTool, runQuickTool, startTool, toolEnvironment } from "../../base/host/tools.ts";
import { baseName, type Path, pathFromText } from "../../base/path/path.ts";
import { launchFailed } from "../../confine/places.ts";
import { libraryClosure } from "../../plan/elf/closure.ts";
import { packageKindOf } from "../../record/packages.ts";
import { distributionIds } from "../../service/host/packages.ts";
import { hasAlternatives, programsOfLine, withoutShellName } from "../../service/shell.ts";
import { type HostShell, shellTools } from "../host-shell.ts";
import type { LineProblem, ShellResult } from "../ports.ts";

const outputKept = 4096;
/** Milliseconds for reading the remaining output of an ended command. */
const drainTime = 100;

/**
 * Runs a command in the caller's working directory and in its own process group, reads both outputs and gives it an empty stdin;
 * `descriptors` are its 3, 4 and so on. On timeout or abort the whole group is killed. The streams are closed soon after the command
 * ends, because another process may hold their other end.
 */
export function runGroup(
	command: readonly string[],
	env: NodeJS.ProcessEnv,
	timeoutSeconds: number,
	{ descriptors = [], signal }: { readonly signal?: AbortSignal | undefined; readonly descriptors?: readonly number[] } = {},
): Promise<ShellResult> {
	return new Promise((resolve) => {
		const [program = "", ...args] = command;
		let output = "";
		let timedOut = false;
		const child = startTool(program, args, {
			// Not `.`: an ordinary user may be unable to enter it again, for example after `su`.
			cwd: undefined,
			env,
			detached: true,
			stdio: ["ignore", "pipe", "pipe", ...descriptors],
		});
		const kill = () => void attempt(() => child.pid && process.kill(-child.pid, "SIGKILL"));
		const timer = setTimeout(() => {
			timedOut = true;
			kill();
		}, timeoutSeconds * 1000);
		// Node otherwise prints a warning for the eleventh probe that waits.
		if (signal) setMaxListeners(0, signal);
		signal?.addEventListener("abort", kill, { once: true });
		const streams = [child.stdout, child.stderr];
		for (const stream of streams) {
			stream?.on("data", (chunk: Buffer) => {
				output = (output + chunk.toString("utf8")).slice(-outputKept);
			});
		}
		const finish = (status: number) => {
			for (const stream of streams) stream?.destroy();
			clearTimeout(timer);
			signal?.removeEventListener("abort", kill);
			kill();
			resolve({ ok: status === 0 && !timedOut, status, output, timedOut });
		};
		child.on("error", (error) => {
			output += error.message;
			finish(launchFailed);
		});
		const closed = once(child, "close").catch(() => {});
		child.on("exit", async (code, signalName) => {
			const drained = new AbortController();
			const drainedLate = new Promise((done) => {
				const timer = setTimeout(done, drainTime);
				drained.signal.addEventListener("abort", () => clearTimeout(timer));
			});
			await Promise.race([closed, drainedLate]);
			drained.abort();
			finish(code ?? (signalName ? 137 : 70));
		});
	});
}

/** Seconds for reading a line. */
const readSeconds = 30;

/** Prints the first of the names that the shell cannot call. Unlike our own search, this follows the shell's PATH. */
const findMissing = 'for name do [ -n "$(command -v "$name")" ] || { printf %s "$name"; exit; }; done';

/** Lets the shell parse the line without running it, and look up its programs. */
export async function lineProblem(line: string): Promise<LineProblem | undefined> {
	const read = await runGroup(["/bin/sh", "-n", "-c", line], toolEnvironment, readSeconds);
	if (!read.ok && !read.timedOut) {
		return { code: "line-unreadable", values: { detail: withoutShellName(read.output) } };
	}
	const programs = programsOfLine(line);
	const missing = await runGroup(["/bin/sh", "-c", findMissing, "sh", ...programs], shellLineEnvironment(), readSeconds);
	if (!programs.includes(missing.output)) return undefined;
	const program = missing.output;
	const packageName = packageOfClient(baseName(pathFromText(program)), packageKindOf(distributionIds()));
	const values = { program, ...omitUndefined({ package: packageName }) };
	return { code: "line-program-missing", values, hasAlternatives: hasAlternatives(line) };
}

/** The best shell of this machine for use in a cage. Throws `shell-missing` (exit 3). */
export function hostShell(): HostShell {
	const busybox = findTool("busybox");
	if (busybox !== undefined && isStatic(busybox)) {
		const { stdout } = runQuickTool(busybox, ["--list"], { encoding: "utf8" });
		const built = new Set(stdout.split("\n"));
		return { kind: "busybox", program: pathFromText(busybox), applets: shellTools.filter((name) => built.has(name)) };
	}
	const bash = findTool("bash");
	if (bash === undefined) throw new Failure("shell-missing", {}, 3);
	const programs = [bash, ...shellTools.flatMap((name) => (name === "sh" ? [] : (findTool(name) ?? [])))]
		.map(pathFromText)
		.filter((path) => loaderOf(path) === loaderOf(pathFromText(bash)));
	const { interpreters, needed } = libraryClosure(programs, systemFiles());
	const [loader] = interpreters.keys();
	if (loader === undefined) throw new Failure("shell-missing", {}, 3);
	return { kind: "bash", programs, loader, libraries: [...needed.keys()].filter((library) => library !== loader) };
}

function isStatic(executable: string): boolean {
	return loaderOf(pathFromText(executable)) === undefined;
}

/** Undefined for a static executable, or for no executable at all. */
function loaderOf(path: Path): Path | undefined {
	return [...libraryClosure([path], systemFiles()).interpreters.keys()][0];
}

/** The packages of Debian and of RPM distributions that contain the programs which probes and exercises usually call. */
const packages: Readonly<Record<string, { readonly deb: string; readonly rpm: string }>> = {
	bash: { deb: "bash", rpm: "bash" },
	"cgi-fcgi": { deb: "libfcgi-bin", rpm: "fcgi" },
	chronyc: { deb: "chrony", rpm: "chrony" },
	curl: { deb: "curl", rpm: "curl" },
	dig: { deb: "bind9-dnsutils", rpm: "bind-utils" },
	host: { deb: "bind9-host", rpm: "bind-utils" },
	jq: { deb: "jq", rpm: "jq" },
	ldapsearch: { deb: "ldap-utils", rpm: "openldap-clients" },
	mariadb: { deb: "mariadb-client", rpm: "mariadb" },
	"mariadb-admin": { deb: "mariadb-client", rpm: "mariadb" },
	mosquitto_pub: { deb: "mosquitto-clients", rpm: "mosquitto" },
	mosquitto_sub: { deb: "mosquitto-clients", rpm: "mosquitto" },
	mysql: { deb: "default-mysql-client", rpm: "mariadb" },
	mysqladmin: { deb: "default-mysql-client", rpm: "mariadb" },
	nc: { deb: "netcat-openbsd", rpm: "nmap-ncat" },
	nslookup: { deb: "bind9-dnsutils", rpm: "bind-utils" },
	openssl: { deb: "openssl", rpm: "openssl" },
	perl: { deb: "perl-base", rpm: "perl-interpreter" },
	pg_isready: { deb: "postgresql-client", rpm: "postgresql" },
	psql: { deb: "postgresql-client", rpm: "postgresql" },
	python3: { deb: "python3", rpm: "python3" },
	"redis-cli": { deb: "redis-tools", rpm: "redis" },
	rsync: { deb: "rsync", rpm: "rsync" },
	sftp: { deb: "openssh-client", rpm: "openssh-clients" },
	smbclient: { deb: "smbclient", rpm: "samba-client" },
	snmpget: { deb: "snmp", rpm: "net-snmp-utils" },
	socat: { deb: "socat", rpm: "socat" },
	ssh: { deb: "openssh-client", rpm: "openssh-clients" },
	"ssh-keyscan": { deb: "openssh-client", rpm: "openssh-clients" },
	swaks: { deb: "swaks", rpm: "swaks" },
	"valkey-cli": { deb: "valkey-tools", rpm: "valkey" },
	wget: { deb: "wget", rpm: "wget" },
};

/** Returns the package that contains a client program, by its base name; undefined if unknown. */
function packageOfClient(program: string, kind: string | undefined): string | undefined {
	const found = Object.hasOwn(packages, program) ? packages[program] : undefined;
	return kind === "deb" || kind === "rpm" ? found?.[kind] : undefined;
}
