import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { quoteShell } from "../../src/base/path/quote.ts";
import { type Booted, boot } from "../system/booted.ts";
import { aptSources, debianTree } from "../system/booted-tree.ts";
import type { UpgradedService } from "./services.ts";

/** Distribution upgrades of a booted Debian whose services are in cages. */

const packages = [
	"bash",
	"bind9-dnsutils",
	"ca-certificates",
	"curl",
	"dbus",
	"iproute2",
	"kmod",
	"openssl",
	"passwd",
	"procps",
	"python3",
	"python3-apt",
	"strace",
	"systemd",
	"systemd-sysv",
	"util-linux",
];
const keyring = "/usr/share/keyrings/debian-archive-keyring.pgp";
/** Downloaded packages, for the next run. */
const archives = "/var/tmp/cagewright-archives";

/** Boots a Debian with these services, which start with it, and with Cagewright's package. */
export async function bootWith(services: readonly UpgradedService[], suite: string, deb: string): Promise<Booted> {
	const included = [...new Set([...packages, ...services.flatMap((service) => service.packages)])];
	const hooks = [
		'systemctl --root="$1" --quiet mask systemd-modules-load.service systemd-logind.service',
		'echo booted >"$1/etc/hostname"; echo "127.0.0.1 localhost booted" >"$1/etc/hosts"',
		`cp ${quoteShell(join(import.meta.dirname, "../census/ask"))} "$1/usr/local/bin/ask"`,
		...services.flatMap(({ configure }) => (configure ? [`chroot "$1" sh -ec ${quoteShell(configure)}`] : [])),
	];
	mkdirSync(join(archives, "partial"), { recursive: true, mode: 0o700 });
	const original = debianTree({ included, hooks, suite });
	const system = await boot({ original, binds: { "/var/cache/apt/archives": archives }, isTolerant: true, isUnified: true });
	execFileSync("cp", [deb, join(system.tree, "root/cagewright.deb")]);
	await system.must("dpkg -i /root/cagewright.deb");
	// So that `watch` has the kernel's records.
	await system.must("rm -f /dev/kmsg; mknod -m 600 /dev/kmsg c 1 11; systemctl start cagewright-watch");
	for (const { fill } of services) if (fill) await system.must(fill);
	return system;
}

/** Returns who is not served, with the last line of the client's output. */
export async function unserved(system: Booted, services: readonly UpgradedService[], seconds = 60): Promise<string[]> {
	const found: string[] = [];
	for (const { name, question } of services) {
		for (const began = Date.now(); ; ) {
			const { status, stderr, stdout } = await system.run(question);
			if (status === 0) break;
			if (Date.now() - began > seconds * 1000) {
				found.push(`${name}: ${(stderr.trim() || stdout.trim()).split("\n").at(-1)}`);
				break;
			}
			await sleep(500);
		}
	}
	return found;
}

/** The systemd unit that runs a service's cage. */
export const unitOf = ({ how, name, service }: UpgradedService) => (how === "unit" ? `cage-${name}` : service);

/** Moves a service into a cage of its own. Resolves to the problem, if there is one. */
export async function cage(
	system: Booted,
	{ hasNoProbe, how, name, options = "", question, service }: UpgradedService,
): Promise<string> {
	const probe = hasNoProbe || how === "unit" ? `--probe ${quoteShell(question)}` : "";
	const words = `--yes --quiet --no-selftest --name ${name} ${options} ${probe}`;
	const made = await system.run(
		how === "adopted"
			? `cagewright adopt ${service} ${words} --client-probe ${quoteShell(question)}`
			: `systemctl disable --quiet --now ${service} && cagewright make ${service}.service ${words} && cagewright unit ${name} --install --quiet && systemctl enable --quiet --now cage-${name}`,
	);
	return made.status === 0 ? "" : made.stderr.trim();
}

/** Upgrades all packages to another release. Packages are downloaded with this machine's network, the system has none. */
export async function upgradeTo(system: Booted, suite: string): Promise<void> {
	const lists = join(system.tree, "etc/apt/sources.list.d");
	for (const file of readdirSync(lists)) rmSync(join(lists, file));
	rmSync(join(system.tree, "etc/apt/sources.list"), { force: true });
	writeFileSync(join(lists, "debian.sources"), aptSources(suite).replace(/^Signed-By:.*\n/gm, ""));
	// The older release knows no key of a newer one.
	copyFileSync(keyring, join(system.tree, "etc/apt/trusted.gpg.d/newer.gpg"));
	const online = `touch "$1/etc/resolv.conf"; mount --bind /etc/resolv.conf "$1/etc/resolv.conf"
mount --bind ${archives} "$1/var/cache/apt/archives"; mount -t proc proc "$1/proc"
chroot "$1" apt-get -q update; chroot "$1" apt-get -qy full-upgrade --download-only`;
	execFileSync("unshare", ["--mount", "--propagation", "private", "sh", "-ec", online, "sh", system.tree], { stdio: "pipe" });
	const { status, stderr, stdout } = await system.run(
		"DEBIAN_FRONTEND=noninteractive apt-get -qy -o Dpkg::Options::=--force-confold --no-download full-upgrade </dev/null",
	);
	if (status !== 0) throw new Error(`apt ended with ${status}: ${stdout.slice(-4000)}${stderr.slice(-4000)}`);
}

/** What an upgrade and the update after it did to a cage. */
export interface Upgraded {
	/** Of the service's package. */
	readonly version: string;
	/** Whether the service was served between apt's end and the update. */
	readonly isServedBefore: boolean;
	readonly isServed: boolean;
	readonly isOutdated: boolean;
	/** `updated`, `unchanged`, or why the cage stays at its generation. */
	readonly outcome: string;
	/** By Cagewright. */
	readonly restarts: number;
	/** All starts of its unit since the upgrade began, also those of package scripts. */
	readonly starts: number;
	readonly alarms: number;
}

/** Upgrades to a release, checks, and updates all cages. */
export async function upgradeAndUpdate(
	system: Booted,
	suite: string,
	services: readonly UpgradedService[],
): Promise<Map<string, Upgraded>> {
	const began = await system.must("date +%s");
	await upgradeTo(system, suite);
	for (const service of services) if (service.stoppedBy === suite) await system.must(`systemctl start ${unitOf(service)}`);
	const before = await unserved(system, services);
	const checked = JSON.parse((await system.run("cagewright check --all --json")).stdout).cages;
	const updated = JSON.parse((await system.run("cagewright update --all --yes --json --no-selftest")).stdout).cages;
	const after = await unserved(system, services);
	const { cages } = JSON.parse(await system.must("cagewright list --json"));
	const result = new Map<string, Upgraded>();
	for (const service of services) {
		const { name } = service;
		const isNamed = (line: string) => line.startsWith(`${name}: `);
		const ofCage = <T extends { readonly name: string }>(all: readonly T[]) => all.find((one) => one.name === name);
		const { outcome, problem, restarted } = ofCage<{
			readonly name: string;
			readonly outcome: string;
			readonly problem?: string;
			readonly restarted?: readonly string[];
		}>(updated) ?? { outcome: "missing" };
		const unit = unitOf(service);
		// Message of systemd: a unit has started.
		const started = `journalctl --since=@${began} UNIT=${unit}.service MESSAGE_ID=39f53479d3a045ac8e11786248231fbf -o cat`;
		result.set(name, {
			version: await system.query(`dpkg-query -W -f '\${Version}' ${service.packages[0]}`),
			isServedBefore: !before.some(isNamed),
			isServed: !after.some(isNamed),
			isOutdated: ofCage<{ readonly name: string; readonly outdated: boolean }>(checked)?.outdated ?? false,
			outcome: problem ?? outcome,
			restarts: restarted?.length ?? 0,
			starts: Number(await system.query(`${started} | wc -l`)),
			alarms: ofCage<{ readonly name: string; readonly alarms: number }>(cages)?.alarms ?? 0,
		});
	}
	return result;
}

/**
 * Installs the installed version of a package again as a security update, with one byte more in its libraries, from an archive of its
 * own. Resolves to the seconds until each cage that has the library ran with it, counted from apt's end.
 */
export async function secure(system: Booted, library: string): Promise<Map<string, number>> {
	await system.query(`set -e; cd /root 2>/dev/null; rm -rf security newer; mkdir security
installed=$(dpkg-query -W -f '\${Package}_\${Version}_\${Architecture}' ${library} | sed 's/:/%3a/')
dpkg-deb -R "/var/cache/apt/archives/$installed.deb" newer
sed -i 's/^Version: .*/&+security/' newer/DEBIAN/control
find newer -name '*.so.*' -type f -exec sh -c 'printf "\\0" >>"$1"' sh {} \\;
dpkg-deb -b --root-owner-group -z1 newer security/update.deb >/dev/null
cd security
{ dpkg-deb -f update.deb; echo Filename: ./update.deb; echo Size: $(stat -c %s update.deb); echo SHA256: $(sha256sum update.deb | cut -d' ' -f1); } >Packages
printf 'Origin: Debian\\nLabel: Debian-Security\\nSuite: stable-security\\nCodename: local-security\\nSHA256:\\n %s %s Packages\\n' $(sha256sum Packages | cut -d' ' -f1) $(stat -c %s Packages) >Release
echo 'deb [trusted=yes] file:/root/security ./' >/etc/apt/security.list`);
	const of = (words: string) =>
		`DEBIAN_FRONTEND=noninteractive apt-get -qy -o Dir::Etc::SourceList=/etc/apt/security.list -o Dir::Etc::SourceParts=- ${words}`;
	await system.must(`${of("update")} && ${of(`install --only-upgrade ${library}`)}`);
	const began = Date.now();
	const files = (
		await system.query(
			`dpkg -L ${library} | grep -F .so. | xargs -d '\\n' sh -c 'for file; do test -L "$file" || echo "$file"; done' sh`,
		)
	).split("\n");
	const seconds = new Map<string, number>();
	const { cages }: { cages: readonly { readonly name: string }[] } = JSON.parse(await system.must("cagewright list --json"));
	const inCage = (name: string) => `/var/lib/cagewright/cages/${name}/current`;
	const waiting = new Set<string>();
	for (const { name } of cages)
		if ((await system.run(files.map((file) => `test -e ${inCage(name)}${file}`).join(" || "))).status === 0) waiting.add(name);
	if (!waiting.size) throw new Error(`no cage has ${files.join(", ")}`);
	while (waiting.size && Date.now() - began < 900_000) {
		const listed: { cages: readonly { readonly name: string; readonly pids: readonly number[] }[] } = JSON.parse(
			await system.query("cagewright list --json"),
		);
		for (const { name, pids } of listed.cages) {
			if (!waiting.has(name) || pids[0] === undefined) continue;
			const isNew = files.map(
				(file) => `{ test ! -e /proc/${pids[0]}/root${file} || cmp -s ${file} /proc/${pids[0]}/root${file}; }`,
			);
			// Such a process must be in the cage.
			const isCaged = `test /proc/${pids[0]}/root/ -ef ${inCage(name)}/`;
			if ((await system.run([isCaged, ...isNew].join(" && "))).status !== 0) continue;
			waiting.delete(name);
			seconds.set(name, Math.round((Date.now() - began) / 1000));
		}
		await sleep(500);
	}
	for (const name of waiting) seconds.set(name, Number.POSITIVE_INFINITY);
	return seconds;
}
