import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Booted } from "../system/booted.ts";
import { archives } from "../system/booted-tree.ts";
import type { Stack } from "./stack.ts";

/** What was done to a stack, what the command printed on stderr, and who got no answer afterwards, each with the last line of its output. */
export interface Step {
	readonly done: string;
	readonly status: number;
	readonly words: string;
	readonly unserved: readonly string[];
}

/** How often a client asks again, and how often a stack that has just started is asked, with a second between. */
const tries = 30;
const startTries = 60;

/** Asks everything as clients do, and returns who got no answer within some seconds. */
export async function unserved(system: Booted, { questions }: Stack, most = tries): Promise<string[]> {
	const found: string[] = [];
	for (const [who, line] of Object.entries(questions)) {
		for (let count = 1; ; count++) {
			const mark = `m${Date.now().toString(36)}${count}`;
			const { status, stderr, stdout } = await script(system, "question", `mark=${mark}\n${line}`);
			if (status === 0) break;
			if (count === most) {
				found.push(`${who}: ${lastLine(stderr) || lastLine(stdout)}`);
				break;
			}
			await sleep(1000);
		}
	}
	return found;
}

const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";

function script(system: Booted, name: string, text: string): ReturnType<Booted["run"]> {
	writeFileSync(join(system.tree, "root", name), `${text}\n`);
	return system.run(`sh /root/${name}`);
}

async function mustRun(system: Booted, name: string, text: string): Promise<void> {
	const { status, stderr } = await script(system, name, `set -e\n${text}`);
	if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
}

/** Starts a stack on its host, and returns who gets no answer from it. Its services start at each boot from then on. */
export async function setUp(system: Booted, stack: Stack): Promise<string[]> {
	const { clients = [], configure, fill, services } = stack;
	const all = [...services, ...clients].map((service) => `${service}.service`).join(" ");
	const target = "[Unit]\nRequires=basic.target dbus.socket\nAfter=basic.target dbus.socket\n";
	writeFileSync(join(system.tree, "etc/systemd/system/stack.target"), target);
	await mustRun(system, "configure", configure);
	await system.must(`systemctl daemon-reload; systemctl add-wants stack.target ${all}; systemctl set-default stack.target`);
	await system.must(`systemctl restart ${all}`);
	if (fill) await mustRun(system, "fill", fill);
	return unserved(system, stack, startTries);
}

/** Runs the line, and then asks everything. */
export async function step(system: Booted, stack: Stack, done: string, line = "true"): Promise<Step> {
	const { status, stderr } = await script(system, "step", line);
	return { done, status, words: stderr.trim(), unserved: await unserved(system, stack) };
}

export const adoptAll = ({ options = {}, services }: Stack) =>
	["cagewright adopt", ...services, "--yes --quiet --no-selftest", ...Object.values(options)].join(" ");
export const releaseAll = ({ services }: Stack) => `cagewright release ${services.join(" ")} --yes --quiet`;

/** Installs a package's archive as a newer version, with all of its scripts. */
function upgrade(name: string): string {
	return `rm -rf /root/newer && dpkg-deb -R ${archives}/${name}_*.deb /root/newer
sed -i 's/^Version: .*/&+newer/' /root/newer/DEBIAN/control
dpkg-deb -b --root-owner-group -z1 /root/newer /root/newer.deb >/dev/null
DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i /root/newer.deb >/dev/null
dpkg-query -W -f '\${Version}' ${name} | grep -q '+newer$'`;
}

const pairs = (services: readonly string[]) =>
	services.flatMap((one, index) => services.slice(index + 1).map((other) => [one, other] as const));

/** Moves a stack's services into cages and back in every way, and reports each step. */
export async function* walk(system: Booted, stack: Stack): AsyncGenerator<Step> {
	const { options = {}, services, upgraded } = stack;
	const next = (done: string, line?: string) => step(system, stack, done, line);
	const adopt = (service: string, how: string) =>
		next(`adopt ${service}${how}`, `cagewright adopt ${service} --yes --quiet --no-selftest ${options[service] ?? ""}`);
	const release = (service: string) => next(`release ${service}`, `cagewright release ${service} --yes --quiet`);
	for (const service of services) {
		yield await adopt(service, " alone");
		yield await next(`restart ${service} alone`, `systemctl restart ${service}`);
		yield await release(service);
	}
	for (const [one, other] of services.length > 2 ? pairs(services) : []) {
		yield await adopt(other, "");
		yield await adopt(one, ` beside ${other}`);
		yield await next(`restart ${one} and ${other}`, `systemctl restart ${one} ${other}`);
		yield await release(one);
		yield await release(other);
	}
	for (const service of services) yield await adopt(service, "");
	for (const service of services) yield await next(`restart ${service}, all in cages`, `systemctl restart ${service}`);
	yield await next("restart all", `systemctl restart ${services.join(" ")}`);
	yield await next(`upgrade ${upgraded}`, `set -e; ${upgrade(upgraded)}`);
	await system.reboot();
	yield await next("reboot");
	for (const service of services) yield await release(service);
}
